/** Leases (A7, B59): a command with an end on the box's own clock, computed from a signed word of the box. */

import { serviceIsOn, serviceOf } from '../../../protocol/services.ts';
import { actionOf } from './action-of.ts';
import { BOX, type BoxRecord, boxNowMs, switchesOf, without } from './box-record.ts';
import type { Draft } from './draft.ts';
import { endRequest } from './ending.ts';
import { leaseMessage } from './lease-message.ts';
import { LEASE } from './lease-record.ts';
import { REQUEST, type RequestRecord, splitRequestId } from './request-record.ts';
import { rightEndMs, rightFlaw } from './rights.ts';

/** Whether the box was heard a moment ago, so that the end of a lease can be computed. */
export function isFresh(draft: Draft, box: BoxRecord): boolean {
  return draft.context.nowMs - box.heardMs <= draft.context.limits.clockFreshMs;
}

/** The id of the new lease, or null when the request has to wait or has just ended. */
export function issueLease(draft: Draft, id: string): string | null {
  const request = draft.get(REQUEST, id);
  const box = request === undefined ? undefined : draft.get(BOX, request.box);
  if (request === undefined || box === undefined || !isFresh(draft, box)) return null;
  if (box.leases.length >= draft.context.limits.leasesMax) return null;
  const { party: holder } = splitRequestId(id);
  const action = actionOf(request.kind);
  if (action === null) throw new Error(`${request.kind} is nothing that a box does`);
  // While it waited, switches may have been turned, keys revoked, and boxes unpaired.
  const isOn = serviceIsOn(serviceOf(action, request.delivery !== null), switchesOf(box));
  const flaw = isOn ? rightFlaw(draft, id, request) : 'services-off';
  if (flaw !== null) {
    endRequest(draft, id, { outcome: 'refused', reason: flaw });
    return null;
  }
  const lease = draft.putNew(LEASE, {
    box: request.box,
    request: id,
    action,
    boot: box.boot,
    endMs: endOf(draft, id, request, box),
    holder,
    delivery: request.delivery,
    celsius: request.celsius,
    issuedMs: draft.context.nowMs,
    outcome: null,
    secured: false,
    doneMs: null,
  });
  draft.put(REQUEST, id, { ...request, lease });
  draft.put(BOX, request.box, { ...box, leases: [...box.leases, lease], waiting: without(box.waiting, id) });
  tellLease(draft, lease);
  draft.count('access/leases');
  return lease;
}

export function tellLease(draft: Draft, id: string): void {
  const lease = draft.get(LEASE, id);
  if (lease === undefined) throw new Error('a lease that was issued has a record');
  draft.tell(lease.box, { channel: 'lease', value: leaseMessage(draft, id, lease) });
}

/** As long as the box needs to hear it and 30 s more; not longer than the phone wanted it, nor than its right lasts. */
function endOf(draft: Draft, id: string, request: RequestRecord, box: BoxRecord): number {
  const { nowMs, limits } = draft.context;
  const lastMs = Math.min(request.expS * 1000, rightEndMs(draft, id, request));
  return boxNowMs(box, nowMs) + Math.min(box.wakeMs + limits.leaseSpareMs, lastMs - nowMs);
}
