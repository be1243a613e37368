/**
 * What uplink, downlink and log carry. Kinds from 16 on are the signed messages, byte for byte as over MQTT, and the
 * kind says which topic it would be. The kinds below stand for what MQTT does with CONNECT, CONNACK and DISCONNECT.
 */

import { asciiText, byteString, choice, field, type Infer, integer, record } from './codec.ts';
import { DAY_MS } from './messages.ts';
import { accept, type Result, refuse } from './result.ts';
import { decodeOneOf, encodeOneOf, kind, type MessageReason, type OneOf, withCode } from './serial-message.ts';
import type { DownlinkChannel, UplinkChannel } from './topics.ts';

const YEARS_10_MS = 3660 * DAY_MS;
/** A signed message inside another. */
const sealed = byteString(1, 1024);

const LineConnect = record('line-connect', {
  device: field(1, asciiText(26), 'device id'),
  proof: field(2, sealed, 'a signed connect-proof'),
  will: field(3, sealed, 'a signed state, published when the line or the device dies'),
});

const LineVerdict = record('line-verdict', {
  verdict: field(1, choice({ welcome: 0, refused: 1, ended: 2 })),
  reason: field(2, asciiText(64), 'for people; empty for a welcome'),
});

export const LogLine = record('log-line', {
  atMs: field(1, integer(0, YEARS_10_MS), 'ms since boot'),
  text: field(2, asciiText(200)),
});
export type LogLine = Infer<typeof LogLine>;

const UPLINK_KINDS = { connect: kind(1, LineConnect) };
const DOWNLINK_KINDS = { verdict: kind(1, LineVerdict) };
export const LOG_KINDS = { line: kind(1, LogLine) };

/** A channel that has no number here cannot travel on a line. */
const UPLINK_CODES: Readonly<Record<UplinkChannel, number>> = {
  frame: 16,
  event: 17,
  state: 18,
  clock: 32,
  result: 33,
  report: 34,
  request: 35,
  ferry: 36,
};
const DOWNLINK_CODES: Readonly<Record<DownlinkChannel, number>> = {
  receipt: 16,
  config: 17,
  reply: 32,
  time: 33,
  lease: 34,
  settled: 35,
  inquiry: 36,
  issuers: 37,
  binding: 38,
};

interface Signed<C> {
  readonly kind: 'signed';
  readonly channel: C;
  readonly bytes: Uint8Array;
}
export type LineUplink = Signed<UplinkChannel> | OneOf<typeof UPLINK_KINDS>;
export type LineDownlink = Signed<DownlinkChannel> | OneOf<typeof DOWNLINK_KINDS>;

export function encodeUplink(message: LineUplink): Uint8Array {
  if (message.kind === 'signed') return withCode(UPLINK_CODES[message.channel], message.bytes);
  return encodeOneOf(UPLINK_KINDS, message);
}

export function encodeDownlink(message: LineDownlink): Uint8Array {
  if (message.kind === 'signed') return withCode(DOWNLINK_CODES[message.channel], message.bytes);
  return encodeOneOf(DOWNLINK_KINDS, message);
}

export function decodeUplink(bytes: Uint8Array): Result<LineUplink, MessageReason> {
  return decodeSigned(UPLINK_CODES, bytes) ?? decodeOneOf(UPLINK_KINDS, bytes);
}

export function decodeDownlink(bytes: Uint8Array): Result<LineDownlink, MessageReason> {
  return decodeSigned(DOWNLINK_CODES, bytes) ?? decodeOneOf(DOWNLINK_KINDS, bytes);
}

/** What the signature says is for whoever verifies it. Null for a kind that is none of `codes`. */
function decodeSigned<C extends string>(
  codes: Readonly<Record<C, number>>,
  bytes: Uint8Array,
): Result<Signed<C>, 'truncated'> | null {
  const channel = (Object.keys(codes) as C[]).find((name) => codes[name] === bytes[0]);
  if (channel === undefined) return null;
  return bytes.length > 1 ? accept({ kind: 'signed', channel, bytes: bytes.subarray(1) }) : refuse('truncated');
}
