/** What a phone is told about a request of its own: the same verdict, whenever it is asked for. */

import { BodyState, type NetworkTime, Reply } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import type { Codec } from '../../../protocol/codec.ts';
import { decodeMessage } from '../../../protocol/envelope.ts';
import { BINDING } from './binding-record.ts';
import { BOX, type BoxRecord } from './box-record.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { isAlive, leaseMessage } from './lease-message.ts';
import { LEASE } from './lease-record.ts';
import type { ReplyOut } from './outgoing.ts';
import { REQUEST, type RequestRecord, splitRequestId } from './request-record.ts';
import { rightFlaw } from './rights.ts';
import { tanAgain } from './tan.ts';

/** Sends the reply to the phone that asked. */
export function replyTo(draft: Draft, id: string): void {
  const { party, cti } = splitRequestId(id);
  const request = draft.get(REQUEST, id);
  if (request === undefined) throw new Error('there is no such request to reply to');
  if (request.verdict !== 'pending') {
    draft.reply({ party, reply: lastWord(draft, id, request), ...registered(draft, party, request) });
    return;
  }
  const pending = { party, reply: pendingReply(bytesOf(cti), request) };
  const lease = request.lease === null ? undefined : draft.get(LEASE, request.lease);
  const box = draft.get(BOX, request.box);
  if (request.lease === null || lease === undefined || box === undefined || !isAlive(draft, lease)) {
    draft.reply(pending);
    return;
  }
  // A phone beside a box without network hands it over; the time as well, if it has carried the box's clock here.
  const time = box.via === party ? { time: timeMessage(draft, request.box, box) } : {};
  draft.reply({ ...pending, lease: leaseMessage(draft, request.lease, lease), ...time });
}

function pendingReply(cti: Uint8Array, { delivery }: RequestRecord): Reply {
  return { cti, verdict: 'pending', ...(delivery === null ? {} : { delivery: bytesOf(delivery) }) };
}

function lastWord(draft: Draft, id: string, request: RequestRecord): Reply {
  const answer = stored(Reply, request.answer ?? '');
  // B37: what the box said is not repeated to somebody whose right has ended.
  const isShown = request.body !== null && (request.delivery !== null || rightFlaw(draft, id, request) === null);
  const body = isShown ? { body: stored(BodyState, request.body ?? '') } : {};
  const tan = shownTan(draft, request);
  return { ...answer, ...body, ...(tan === null ? {} : { tan }) };
}

/** B38: with this word the box takes the key; it is given again as long as the key is good. */
function registered(draft: Draft, party: string, { kind, box, answer }: RequestRecord): Pick<ReplyOut, 'registration'> {
  if (kind !== 'share' || answer === null) return {};
  const [key] = stored(Reply, answer).keys ?? [];
  const binding = draft.get(BINDING, box);
  if (key === undefined || binding?.owner !== party) return {};
  const isGood = binding.grants.some(({ id, revoked }) => id === toHex(key.grant) && !revoked);
  return isGood ? { registration: { box, value: { grant: key.grant, pairing: binding.pairing } } } : {};
}

/** A14: shown once. A reply that was lost comes again while the request is valid, and not after. */
function shownTan(draft: Draft, { tan, delivery: id, expS }: RequestRecord): string | null {
  if (tan === null || id === null || expS * 1000 <= draft.context.nowMs) return null;
  const delivery = draft.get(DELIVERY, id);
  return delivery === undefined || delivery.tan !== tan ? null : tanAgain(draft.context, id, delivery);
}

/** What the box had said at `clockAtMs` answered by the time at which the gateway had it. */
export function timeMessage(draft: Draft, id: string, box: BoxRecord): NetworkTime {
  return {
    boot: bytesOf(box.boot),
    atMs: box.clockAtMs,
    utcMs: box.clockHeardMs,
    binding: draft.get(BINDING, id)?.number ?? 0,
  };
}

function stored<T>(codec: Codec<T>, hex: string): T {
  const value = decodeMessage(codec, bytesOf(hex));
  if (!value.ok) throw new TypeError(`a stored reply cannot be read: ${value.reason}`);
  return value.value;
}
