import { type CborReason, decodeCbor, encodeCbor, MESSAGE_LIMITS } from './cbor.ts';
import type { CborLimits } from './cbor-scan.ts';
import type { Codec, CodecReason } from './codec.ts';
import { type CoseReason, open1, type Scope, sign1 } from './cose.ts';
import type { Crypto } from './crypto.ts';
import type { Result } from './result.ts';

export type DecodeReason = CborReason | CodecReason;
export type OpenReason = CoseReason | DecodeReason;

/** A message as deterministic CBOR. */
export function encodeMessage<T>(codec: Codec<T>, value: T): Uint8Array {
  return encodeCbor(codec.toCbor(value));
}

export function decodeMessage<T>(
  codec: Codec<T>,
  bytes: Uint8Array,
  limits: CborLimits = MESSAGE_LIMITS,
): Result<T, DecodeReason> {
  const item = decodeCbor(bytes, limits);
  return item.ok ? codec.fromCbor(item.value) : item;
}

/** Encoded and signed for its scope. */
export function seal<T>(codec: Codec<T>, value: T, scope: Scope, secretKey: Uint8Array, crypto: Crypto): Uint8Array {
  return sign1(encodeMessage(codec, value), scope, secretKey, crypto);
}

/** Size, framing, signature, schema: in this order, so that nothing unsigned is looked into. */
export function unseal<T>(
  codec: Codec<T>,
  bytes: Uint8Array,
  scope: Scope,
  publicKey: Uint8Array,
  crypto: Crypto,
  limits: CborLimits = MESSAGE_LIMITS,
): Result<T, OpenReason> {
  const payload = open1(bytes, scope, publicKey, crypto, limits);
  return payload.ok ? decodeMessage(codec, payload.value, limits) : payload;
}
