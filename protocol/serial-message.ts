/** A message of a channel: one byte says which kind it is, the rest is what that kind carries. */

import type { Codec } from './codec.ts';
import { type DecodeReason, decodeMessage, encodeMessage } from './envelope.ts';
import { accept, type Result, refuse } from './result.ts';

export interface MessageKind<T> {
  /** The first byte. */
  readonly code: number;
  readonly codec: Codec<T>;
}

export function kind<T>(code: number, codec: Codec<T>): MessageKind<T> {
  return { code, codec };
}

type Kinds = Readonly<Record<string, MessageKind<unknown>>>;
type ValueOf<K> = K extends MessageKind<infer T> ? T : never;
/** One of the messages of a set, with its name as `kind`. */
export type OneOf<K extends Kinds> = { [N in keyof K]: { readonly kind: N } & ValueOf<K[N]> }[keyof K];

export type MessageReason = DecodeReason | 'unknown-kind';

/** Throws on a value that its kind cannot carry: that is a mistake of ours. */
export function encodeOneOf<K extends Kinds>(kinds: K, message: OneOf<K>): Uint8Array {
  const { code, codec } = kinds[message.kind as keyof K];
  return withCode(code, encodeMessage(codec, message));
}

export function decodeOneOf<K extends Kinds>(kinds: K, bytes: Uint8Array): Result<OneOf<K>, MessageReason> {
  const found = Object.entries(kinds).find(([, { code }]) => code === bytes[0]);
  if (found === undefined) return refuse('unknown-kind');
  const [name, { codec }] = found;
  const value = decodeMessage(codec, bytes.subarray(1));
  return value.ok ? accept({ kind: name, ...(value.value as object) } as OneOf<K>) : value;
}

export function withCode(code: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + bytes.length);
  message[0] = code;
  message.set(bytes, 1);
  return message;
}
