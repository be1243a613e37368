/** The end of a command: a verdict that is never changed, what follows from it, and the entry that proves it. */

import {
  BodyState,
  type Outcome,
  type Refusal,
  type Reply,
  Reply as ReplyCodec,
} from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { encodeMessage } from '../../../protocol/envelope.ts';
import { serviceOf } from '../../../protocol/services.ts';
import { AuditOutcome } from '../audit/payload.ts';
import { actionOf } from './action-of.ts';
import { type Evidence, evidenceOf, shownBody } from './box-body.ts';
import { BOX, without } from './box-record.ts';
import type { Draft } from './draft.ts';
import { follow } from './following.ts';
import { canBegin } from './hand-over-ended.ts';
import { heldRequest } from './held-request.ts';
import { bytesOf } from './hex.ts';
import { LEASE } from './lease-record.ts';
import { usesUp } from './opening.ts';
import { replyTo } from './reply.ts';
import { REQUEST, splitRequestId } from './request-record.ts';
import { takeWaiting } from './waiting.ts';

/** How a command ended; `body` and `signed` are there when the box said so itself. */
export interface End {
  readonly outcome: Outcome;
  readonly reason?: Refusal;
  readonly body?: BodyState;
  readonly signed?: Evidence;
}

/** Ends a request that is pending. */
export function endRequest(draft: Draft, id: string, said: End): void {
  const request = draft.get(REQUEST, id);
  if (request === undefined || request.verdict !== 'pending') throw new Error('only what is pending can end');
  const { party, cti } = splitRequestId(id);
  // A8: of two hand-overs that were asked for at once, the second person must not believe to have the car.
  const isTooLate = said.outcome === 'executed' && request.kind === 'hand-over' && !canBegin(draft, request, party);
  const end: End = isTooLate ? { outcome: 'refused', reason: 'in-use' } : said;
  const { outcome, reason } = end;
  if (request.lease === null) takeWaiting(draft, request.box, id);
  else endLease(draft, request.lease, said.outcome);
  const body = shownBody(draft, request, end.body);
  const state = follow(draft, id, request, end);
  const answer: Reply = {
    cti: bytesOf(cti),
    verdict: outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(request.delivery === null ? {} : { delivery: bytesOf(request.delivery) }),
    ...(state === null ? {} : { state }),
  };
  draft.put(REQUEST, id, {
    ...request,
    verdict: outcome,
    answer: toHex(encodeMessage(ReplyCodec, answer)),
    body: body === null ? null : toHex(encodeMessage(BodyState, body)),
    held: null,
    doneMs: draft.context.nowMs,
  });
  const what = actionOf(request.kind);
  if (what === null) throw new Error(`${request.kind} is nothing that a box does`);
  draft.record(request.box, AuditOutcome, {
    kind: 'outcome',
    box: request.box,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    what,
    cti: bytesOf(cti),
    ...(request.lease === null ? {} : { lease: bytesOf(request.lease) }),
    ...(request.delivery === null ? {} : { delivery: bytesOf(request.delivery) }),
    who: party,
    ...evidenceOf(draft, serviceOf(what, request.delivery !== null), end),
    ...(usesUp(outcome) ? heldRequest(draft, party, request) : {}),
  });
  draft.count(`access/ended/${outcome}`);
  replyTo(draft, id);
}

function endLease(draft: Draft, id: string, outcome: Outcome): void {
  const lease = draft.get(LEASE, id);
  if (lease === undefined) throw new Error('a lease that was issued has a record');
  draft.put(LEASE, id, { ...lease, outcome, doneMs: draft.context.nowMs });
  const box = draft.get(BOX, lease.box);
  if (box !== undefined) draft.put(BOX, lease.box, { ...box, leases: without(box.leases, id) });
}
