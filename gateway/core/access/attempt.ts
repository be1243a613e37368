/**
 * A phone asks for something. Whoever we know gets one verdict and one entry in the audit log for each attempt, and
 * the same bytes get the same verdict again, however often they come.
 */

import { type Refusal, type Reply, Reply as ReplyCodec } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { encodeMessage } from '../../../protocol/envelope.ts';
import { GATEWAY_CHAIN } from '../audit/entry.ts';
import { AuditAttempt } from '../audit/payload.ts';
import { hearClock, wake } from './box-talk.ts';
import type { Draft } from './draft.ts';
import { hold } from './held-request.ts';
import { bytesOf } from './hex.ts';
import { issueLease } from './leasing.ts';
import type { BelievedRequest, FlawedAttempt } from './message.ts';
import { PARTY } from './party-record.ts';
import { hourOf, QUOTA } from './quota-record.ts';
import { replyTo } from './reply.ts';
import { REQUEST, type RequestRecord, requestId } from './request-record.ts';
import { RULES } from './rules.ts';
import { type Asked, type Done, type Refused, type Ruling, refused } from './ruling.ts';
import { putWaiting } from './waiting.ts';

export function decideFlawed(draft: Draft, attempt: FlawedAttempt): void {
  const { party, reason, cti, digest, key } = attempt;
  if (takeQuota(draft, party) === 'spent') {
    overQuota(draft, party, cti);
    return;
  }
  draft.record(GATEWAY_CHAIN, AuditAttempt, {
    kind: 'attempt',
    who: party,
    key,
    box: '',
    verdict: 'refused',
    reason,
    ...(cti === null ? {} : { cti }),
    // What cannot be read may hold anything, a TAN for instance.
    digest,
  });
  draft.count(`access/refused/${reason}`);
  if (cti !== null) draft.reply({ party, reply: { cti, verdict: 'refused', reason } });
}

export function decideRequest(draft: Draft, message: BelievedRequest): void {
  const { party, request, digest } = message;
  const id = requestId(party, toHex(request.cti));
  const isRevoked = draft.get(PARTY, party)?.revoked !== false;
  if (message.clock !== null && !isRevoked) hearClock(draft, request.aud, message.clock, party);
  const known = draft.get(REQUEST, id);
  if (known?.hash === toHex(digest)) {
    repeat(draft, id, known);
    return;
  }
  const quota = takeQuota(draft, party);
  if (quota === 'spent') {
    overQuota(draft, party, request.cti);
    return;
  }
  if (known !== undefined) {
    reusedId(draft, message);
    return;
  }
  const ruling = quota === 'last' ? refused('quota') : rule(draft, message, id);
  draft.put(REQUEST, id, recordOf(draft, message, ruling));
  if (ruling.verdict === 'pending') putWaiting(draft, request.aud, id);
  const lease = ruling.verdict === 'pending' ? issueLease(draft, id) : null;
  enter(draft, message, ruling, lease);
  if (ruling.verdict === 'pending' && lease === null) wake(draft, request.aud);
  replyTo(draft, id);
}

function reusedId(draft: Draft, message: BelievedRequest): void {
  const { cti } = message.request;
  enter(draft, message, refused('id-reused'), null);
  draft.reply({ party: message.party, reply: { cti, verdict: 'refused', reason: 'id-reused' } });
}

function repeat(draft: Draft, id: string, known: RequestRecord): void {
  draft.count('access/repeated');
  if (known.verdict === 'pending' && known.lease === null) wake(draft, known.box);
  replyTo(draft, id);
}

function rule(draft: Draft, message: BelievedRequest, id: string): Ruling {
  const { party: from, request, boxKey } = message;
  const party = draft.get(PARTY, from);
  if (party === undefined) throw new Error('an attempt of nobody is no request');
  const flaw = claimsFlaw(draft, message, party.revoked);
  if (flaw !== null) return refused(flaw);
  if (boxKey === null) return refused('box-unknown');
  const asked: Asked = { draft, message: { ...message, boxKey }, party, id };
  return RULES[request.kind](asked);
}

function claimsFlaw(draft: Draft, { party, request }: BelievedRequest, isRevoked: boolean): Refusal | null {
  const { limits, nowMs } = draft.context;
  if (request.iss !== party) return 'schema';
  if (isRevoked) return 'key-revoked';
  const { iat, exp } = request;
  const isInTime =
    exp * 1000 > nowMs &&
    exp > iat &&
    exp - iat <= limits.requestWindowS &&
    iat * 1000 <= nowMs + limits.phoneAheadS * 1000;
  if (!isInTime) return 'request-window';
  return null;
}

/** The first attempt over the quota stands in the log, and is the `last` of this hour that does. */
function takeQuota(draft: Draft, party: string): 'good' | 'last' | 'spent' {
  const hour = hourOf(draft.context.nowMs);
  const before = draft.get(QUOTA, party);
  const used = before?.hour === hour ? before.used : 0;
  const { quotaPerHour } = draft.context.limits;
  if (used > quotaPerHour) return 'spent';
  draft.put(QUOTA, party, { hour, used: used + 1 });
  return used < quotaPerHour ? 'good' : 'last';
}

/** Counted and answered, and nothing is kept of it: a phone gone mad must not fill the log. */
function overQuota(draft: Draft, party: string, cti: Uint8Array | null): void {
  draft.count('access/over-quota');
  if (cti !== null) draft.reply({ party, reply: { cti, verdict: 'refused', reason: 'quota' } });
}

function recordOf(draft: Draft, { request, bytes, digest }: BelievedRequest, ruling: Ruling): RequestRecord {
  const pending = ruling.verdict === 'pending';
  return {
    hash: toHex(digest),
    kind: request.kind,
    box: request.aud,
    expS: request.exp,
    verdict: ruling.verdict,
    delivery: ruling.delivery ?? null,
    person: pending ? (ruling.person ?? null) : null,
    celsius: pending ? (ruling.celsius ?? null) : null,
    lease: null,
    answer: pending ? null : toHex(encodeMessage(ReplyCodec, answerOf(request.cti, ruling))),
    body: null,
    held: pending && request.kind === 'redeem' ? hold(draft, ruling.delivery ?? '', bytes, digest) : null,
    tan: ruling.verdict === 'executed' ? (ruling.tan ?? null) : null,
    doneMs: pending ? null : draft.context.nowMs,
  };
}

function answerOf(cti: Uint8Array, ruling: Refused | Done): Reply {
  const delivery = ruling.delivery === undefined ? {} : { delivery: bytesOf(ruling.delivery) };
  if (ruling.verdict === 'refused') return { cti, verdict: 'refused', reason: ruling.reason, ...delivery };
  const { keys, state } = ruling;
  return {
    cti,
    verdict: 'executed',
    ...delivery,
    ...(state === undefined ? {} : { state }),
    ...(keys === undefined ? {} : { keys }),
  };
}

/** A16: one entry for the attempt, before anything comes of it. */
function enter(draft: Draft, message: BelievedRequest, ruling: Ruling, lease: string | null): void {
  const { party, key, request, bytes, digest, boxKey } = message;
  draft.record(boxKey === null ? GATEWAY_CHAIN : request.aud, AuditAttempt, {
    kind: 'attempt',
    who: party,
    key,
    box: request.aud,
    verdict: ruling.verdict,
    ...(ruling.verdict === 'refused' ? { reason: ruling.reason } : {}),
    what: request.kind,
    cti: request.cti,
    ...(lease === null ? {} : { lease: bytesOf(lease) }),
    ...(request.delivery === undefined ? {} : { delivery: request.delivery }),
    // A14: as long as the TAN in it is alive, no store holds it.
    ...(request.tan === undefined ? { request: bytes } : { digest }),
  });
  draft.count(ruling.verdict === 'refused' ? `access/refused/${ruling.reason}` : `access/${ruling.verdict}`);
}
