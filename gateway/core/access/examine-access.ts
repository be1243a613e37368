/**
 * Verify, then look (docs/SPEC.md): sender, rate, size, framing, signature, schema. What is nobody's is dropped and
 * counted. What somebody we know has sent is an attempt of theirs, readable or not.
 */

import { BoxClock, BoxReport, BoxResult, type Refusal, Request } from '../../../protocol/access-messages.ts';
import { decodeCbor, MESSAGE_LIMITS } from '../../../protocol/cbor.ts';
import type { Codec } from '../../../protocol/codec.ts';
import { type AccessMessageType, type CoseReason, open1 } from '../../../protocol/cose.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { decodeMessage } from '../../../protocol/envelope.ts';
import { type FERRIED, Ferry } from '../../../protocol/near-messages.ts';
import { accept, type Result, refuse } from '../../../protocol/result.ts';
import type { DropReason } from '../drop-reason.ts';
import type { DeviceRecord } from '../enrolment.ts';
import type { RateGate } from '../rate.ts';
import type {
  AccessUplink,
  BelievedRequest,
  BoxMessage,
  FlawedAttempt,
  OpenedFerry,
  OpenedRequest,
} from './message.ts';
import { keyOfParty, type PartyRecord } from './party-record.ts';

/** What the gateway knows about the sender of a message. */
export interface Sender {
  readonly device: DeviceRecord | undefined;
  readonly party: PartyRecord | undefined;
}

export interface AccessExamination {
  readonly crypto: Crypto;
  readonly rate: RateGate;
  readonly nowMs: number;
}

export type Opened = FlawedAttempt | OpenedRequest | OpenedFerry | BoxMessage;

type BoxWordKind = keyof typeof FERRIED;

export function examineAccess(
  uplink: AccessUplink,
  { device, party }: Sender,
  examination: AccessExamination,
): Result<Opened, DropReason> {
  const { channel } = uplink;
  const fromPhone = channel === 'request' || channel === 'ferry';
  const known = fromPhone ? party : device?.kind === 'box' ? device : undefined;
  if (known === undefined) return refuse('unknown-device');
  if (!examination.rate.take(uplink.device, examination.nowMs)) return refuse('rate');
  if (!fromPhone) {
    if (device?.revoked !== false) return refuse('revoked');
    return openBoxWord(channel, uplink.bytes, device, null, examination.crypto);
  }
  if (party === undefined) return refuse('unknown-device');
  if (channel === 'request') return accept(openRequest(uplink, party, examination.crypto));
  return openFerry(uplink, party, examination.crypto);
}

function openRequest(
  { device, bytes }: AccessUplink,
  party: PartyRecord,
  crypto: Crypto,
): OpenedRequest | FlawedAttempt {
  const key = keyOfParty(party);
  const from = { party: device, key, bytes, digest: crypto.sha256(bytes) };
  const flawed = (reason: Refusal, cti: Uint8Array | null): FlawedAttempt => ({
    kind: 'flawed',
    ...from,
    reason,
    cti,
  });
  const payload = open1(bytes, { type: 'bb-request', direction: 'up', device }, key, crypto);
  if (!payload.ok) return flawed(refusalOf(payload.reason), null);
  const request = decodeMessage(Request, payload.value);
  if (!request.ok) return flawed('schema', ctiOf(payload.value));
  return { kind: 'request', ...from, request: request.value };
}

function openFerry(
  { device, bytes }: AccessUplink,
  party: PartyRecord,
  crypto: Crypto,
): Result<OpenedFerry, DropReason> {
  if (party.revoked) return refuse('revoked');
  const payload = open1(bytes, { type: 'bb-ferry', direction: 'up', device }, keyOfParty(party), crypto);
  if (!payload.ok) return refuse(dropReasonOf(payload.reason));
  const ferry = decodeMessage(Ferry, payload.value);
  return ferry.ok ? accept({ kind: 'ferry', party: device, ferry: ferry.value }) : refuse('schema');
}

/** What a phone has carried, if the box that it names has signed it. */
export function openFerried(
  { party, ferry }: OpenedFerry,
  box: DeviceRecord | undefined,
  crypto: Crypto,
): Result<BoxMessage, DropReason> {
  if (box?.kind !== 'box') return refuse('unknown-device');
  if (box.revoked) return refuse('revoked');
  return openBoxWord(ferry.kind, ferry.body, box, party, crypto);
}

/** A request with what its box has signed. A box that was revoked is none that we know. */
export function withBox(
  opened: OpenedRequest,
  box: DeviceRecord | undefined,
  crypto: Crypto,
): BelievedRequest | FlawedAttempt {
  const boxKey = box?.kind === 'box' && !box.revoked ? box.publicKey : null;
  const { clock: sealed } = opened.request;
  if (sealed === undefined || box === undefined || boxKey === null) return { ...opened, boxKey, clock: null };
  const word = openBoxWord('clock', sealed, box, opened.party, crypto);
  if (word.ok && word.value.kind === 'clock') return { ...opened, boxKey, clock: word.value.clock };
  return { ...opened, kind: 'flawed', reason: 'signature', cti: opened.request.cti };
}

function openBoxWord(
  kind: BoxWordKind,
  bytes: Uint8Array,
  { device: box, publicKey: boxKey }: DeviceRecord,
  via: string | null,
  crypto: Crypto,
): Result<BoxMessage, DropReason> {
  const from = { box, boxKey, bytes, via };
  const open = <T>(codec: Codec<T>, type: AccessMessageType): Result<T, DropReason> => {
    const payload = open1(bytes, { type, direction: 'up', device: box }, boxKey, crypto);
    if (!payload.ok) return refuse(dropReasonOf(payload.reason));
    const value = decodeMessage(codec, payload.value);
    return value.ok ? value : refuse('schema');
  };
  if (kind === 'clock') {
    const clock = open(BoxClock, 'bb-clock');
    return clock.ok ? accept({ kind, ...from, clock: clock.value }) : clock;
  }
  if (kind === 'result') {
    const result = open(BoxResult, 'bb-result');
    return result.ok ? accept({ kind, ...from, result: result.value }) : result;
  }
  const report = open(BoxReport, 'bb-report');
  return report.ok ? accept({ kind, ...from, report: report.value }) : report;
}

function dropReasonOf(reason: CoseReason): DropReason {
  return reason === 'too-large' ? 'oversize' : reason;
}

function refusalOf(reason: CoseReason): Refusal {
  if (reason === 'too-large') return 'oversize';
  return reason === 'signature' ? 'signature' : 'framing';
}

/** The id of a request whose claims are wrong, so that its sender can be told. */
function ctiOf(payload: Uint8Array): Uint8Array | null {
  const item = decodeCbor(payload, MESSAGE_LIMITS);
  const cti = item.ok && item.value instanceof Map ? item.value.get(Request.fields.cti.key) : null;
  return cti instanceof Uint8Array && cti.length === 16 ? cti : null;
}
