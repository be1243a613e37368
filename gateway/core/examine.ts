/**
 * Verify, then look: size, sender, rate, framing, signature, schema, sequence. Each stage passes a message on
 * or names the reason for which it is dropped.
 */

import { toHex } from '../../protocol/bytes.ts';
import { decodeCbor, MESSAGE_LIMITS } from '../../protocol/cbor.ts';
import { type CoseReason, type MessageType, open1, type Scope } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage } from '../../protocol/envelope.ts';
import { BOOT_BYTES, DeviceState, Frame, Notice } from '../../protocol/messages.ts';
import { unpackTrace } from '../../protocol/raw-trace.ts';
import { accept, type Result, refuse } from '../../protocol/result.ts';
import { unpackSamples } from '../../protocol/samples.ts';
import type { RecordingChannel } from '../../protocol/topics.ts';
import type { DropReason } from './drop-reason.ts';
import type { DeviceRecord } from './enrolment.ts';
import type { RateGate } from './rate.ts';

export interface Uplink {
  readonly device: string;
  readonly channel: RecordingChannel;
  readonly bytes: Uint8Array;
}

interface Signed {
  readonly device: string;
  /** SHA-256 of the signed bytes. */
  readonly hash: Uint8Array;
}
export interface BelievedFrame extends Signed {
  readonly kind: 'frame';
  readonly boot: string;
  readonly seq: number;
  /** Null when the signature is good and the body is not understood: kept, so that it can be ingested again. */
  readonly frame: Frame | null;
  readonly bytes: Uint8Array;
}
export interface BelievedNotice extends Signed {
  readonly kind: 'notice';
  readonly notice: Notice;
}
export interface BelievedState extends Signed {
  readonly kind: 'state';
  readonly state: DeviceState;
}
export type Believed = BelievedFrame | BelievedNotice | BelievedState;

const TYPE_OF: Record<RecordingChannel, MessageType> = { frame: 'bb-frame', event: 'bb-event', state: 'bb-state' };
const UINT32 = 0xffffffff;
const BOOT_KEY = Frame.fields.boot.key;
const SEQ_KEY = Frame.fields.seq.key;

/** What the examination may ask of the gateway. */
export interface Examination {
  readonly crypto: Crypto;
  readonly rate: RateGate;
  readonly nowMs: number;
}

export function examine(
  uplink: Uplink,
  record: DeviceRecord | undefined,
  { crypto, rate, nowMs }: Examination,
): Result<Believed, DropReason> {
  const { device, channel, bytes } = uplink;
  if (bytes.length > MESSAGE_LIMITS.maxBytes) return refuse('oversize');
  if (record === undefined) return refuse('unknown-device');
  if (record.revoked) return refuse('revoked');
  if (!rate.take(device, nowMs)) return refuse('rate');
  const scope: Scope = { type: TYPE_OF[channel], direction: 'up', device };
  const payload = open1(bytes, scope, record.publicKey, crypto);
  if (!payload.ok) return refuse(dropReasonOf(payload.reason));
  const hash = crypto.sha256(bytes);
  if (channel === 'frame') return readFrame(uplink, payload.value, hash);
  if (channel === 'event') {
    const notice = decodeMessage(Notice, payload.value);
    return notice.ok ? accept({ kind: 'notice', device, hash, notice: notice.value }) : refuse('schema');
  }
  const state = decodeMessage(DeviceState, payload.value);
  return state.ok ? accept({ kind: 'state', device, hash, state: state.value }) : refuse('schema');
}

/** More frames than a flash has ever held at once: not a gap, but nonsense. */
const DROPPED_COUNT_MAX = 1_000_000;

function dropReasonOf(reason: CoseReason): DropReason {
  return reason === 'too-large' ? 'oversize' : reason;
}

function readFrame(
  { device, bytes }: Uplink,
  payload: Uint8Array,
  hash: Uint8Array,
): Result<BelievedFrame, DropReason> {
  const decoded = decodeMessage(Frame, payload);
  const frame = decoded.ok && columnsAreReadable(decoded.value) ? decoded.value : null;
  const identity = frame ?? identityOf(payload);
  if (identity === null) return refuse('schema');
  if (frame?.dropped?.some(({ from, count }) => from + count - 1 > UINT32 || count > DROPPED_COUNT_MAX)) {
    return refuse('sequence');
  }
  return accept({ kind: 'frame', device, hash, boot: toHex(identity.boot), seq: identity.seq, frame, bytes });
}

function columnsAreReadable({ samples, occurrences }: Frame): boolean {
  if (samples !== undefined && !unpackSamples(samples).ok) return false;
  return occurrences.every(({ trace }) => trace === undefined || unpackTrace(trace).ok);
}

/** Boot and number of a frame whose body another version of the schema describes. */
function identityOf(payload: Uint8Array): { boot: Uint8Array; seq: number } | null {
  const item = decodeCbor(payload);
  if (!item.ok || !(item.value instanceof Map)) return null;
  const boot = item.value.get(BOOT_KEY);
  const seq = item.value.get(SEQ_KEY);
  if (!(boot instanceof Uint8Array) || boot.length !== BOOT_BYTES) return null;
  return typeof seq === 'number' && seq >= 0 && seq <= UINT32 ? { boot, seq } : null;
}
