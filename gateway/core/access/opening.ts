/**
 * The opening of a trunk for a delivery, from the lease to *closed and locked* (A14, A18, "TAN life" in decisions.md).
 * Until then the courier is not free, and no other delivery opens this trunk.
 */

import type { DeliveryState, Outcome } from '../../../protocol/access-messages.ts';
import type { BackendType } from '../backend.ts';
import { BINDING, type BindingRecord } from './binding-record.ts';
import { BOX } from './box-record.ts';
import { COURIER } from './courier-record.ts';
import { DELIVERY, type DeliveryRecord, isOver } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { LEASE, type LeaseRecord } from './lease-record.ts';
import { REQUEST, type RequestRecord, splitRequestId } from './request-record.ts';

/** These use a TAN up; after any other end it is free again. */
export function usesUp(outcome: Outcome): boolean {
  return outcome === 'executed' || outcome === 'interrupted' || outcome === 'no-motion';
}

/** From now on the trunk is this delivery's, and the courier has to finish it. */
export function reserve(draft: Draft, id: string, delivery: DeliveryRecord, courier: string, request: string): void {
  draft.put(DELIVERY, id, { ...delivery, reserved: request, state: 'opening' });
  occupy(draft, id, delivery, courier);
}

/** The courier's next work waits until this one is closed and locked. */
function occupy(draft: Draft, id: string, delivery: DeliveryRecord, courier: string): void {
  draft.put(COURIER, courier, { delivery: id });
  const box = draft.get(BOX, delivery.box);
  if (box !== undefined) draft.put(BOX, delivery.box, { ...box, opening: id });
}

export function redeemEnded(draft: Draft, request: RequestRecord, outcome: Outcome): DeliveryState {
  const id = request.delivery ?? '';
  const delivery = draft.get(DELIVERY, id);
  // Unpaired while the box was silent: the log has the outcome, and nobody waits for the opening.
  if (delivery === undefined || isOver(delivery)) return 'cancelled';
  if (!usesUp(outcome)) {
    const wasOpen = delivery.openMs !== null;
    const state = wasOpen ? 'open' : 'loaded';
    const next: DeliveryRecord = { ...delivery, state, reserved: null };
    draft.put(DELIVERY, id, next);
    if (wasOpen) return state;
    setFree(draft, id, next);
    // Somebody went on guessing while the box was asked.
    if (next.wrong < draft.context.limits.wrongEnd) return state;
    return endDelivery(draft, id, next, 'ended', 'wrong-tans').state;
  }
  const lease = request.lease ?? '';
  const isSecured = draft.get(LEASE, lease)?.secured === true;
  const executed = outcome === 'executed';
  const next: DeliveryRecord = {
    ...delivery,
    state: executed ? 'open' : 'failed',
    reserved: null,
    used: true,
    opening: lease,
    openMs: draft.context.nowMs,
    alert: 0,
  };
  draft.put(DELIVERY, id, next);
  if (executed) happened(draft, 'delivery.opened', id, next, {});
  else happened(draft, 'delivery.failed', id, next, { why: outcome });
  if (isSecured) return ended(draft, id, next);
  tellOwner(draft, id, next);
  return next.state;
}

/** The box reports closed and locked. */
export function secured(draft: Draft, leaseId: string, lease: LeaseRecord): void {
  draft.put(LEASE, leaseId, { ...lease, secured: true });
  const delivery = lease.delivery === null ? undefined : draft.get(DELIVERY, lease.delivery);
  if (lease.delivery === null || delivery === undefined) return;
  // A report that was late must not end a later opening.
  if (delivery.opening !== leaseId || delivery.openMs === null) return;
  if (delivery.reserved !== null) {
    // A further opening of the same delivery is on its way to the box.
    draft.put(DELIVERY, lease.delivery, { ...delivery, openMs: null });
    return;
  }
  const state = ended(draft, lease.delivery, delivery);
  const redeem = draft.get(REQUEST, lease.request);
  const { party, cti } = splitRequestId(lease.request);
  if (redeem === undefined || redeem.verdict === 'pending') return;
  draft.reply({
    party,
    reply: { cti: bytesOf(cti), verdict: redeem.verdict, delivery: bytesOf(lease.delivery), state },
  });
}

/** An opening of which the result was not sure has opened the lid after all, maybe when it had already been secured. */
export function sprungOpen(draft: Draft, leaseId: string, lease: LeaseRecord): void {
  const { delivery: id } = lease;
  const delivery = id === null ? undefined : draft.get(DELIVERY, id);
  if (id === null || delivery?.opening !== leaseId || delivery.state !== 'failed') return;
  const next: DeliveryRecord = { ...delivery, state: 'open', openMs: delivery.openMs ?? draft.context.nowMs };
  draft.put(DELIVERY, id, next);
  draft.put(LEASE, leaseId, { ...lease, secured: false });
  // A18: until it is closed and locked the courier is not free.
  if (delivery.courier !== null) occupy(draft, id, delivery, delivery.courier);
  happened(draft, 'delivery.opened', id, next, {});
  tellOwner(draft, id, next);
}

/** A18: after 5 minutes the owner hears of it, after 10 the hotline may free the courier. */
export function leftOpen(draft: Draft, id: string, delivery: DeliveryRecord, alert: number): void {
  const next: DeliveryRecord = { ...delivery, alert };
  draft.put(DELIVERY, id, next);
  const minutes = Math.round((draft.context.nowMs - (delivery.openMs ?? draft.context.nowMs)) / 60_000);
  happened(draft, 'delivery.left-open', id, next, { minutes, courierMayBeFreed: alert > 1 });
  tellOwner(draft, id, next);
}

/** The opening is over: the courier may go on. */
function ended(draft: Draft, id: string, delivery: DeliveryRecord): DeliveryState {
  const state = delivery.state === 'failed' ? 'failed' : 'done';
  const next: DeliveryRecord = {
    ...delivery,
    state,
    openMs: null,
    endedMs: state === 'done' ? draft.context.nowMs : null,
  };
  draft.put(DELIVERY, id, next);
  setFree(draft, id, next);
  if (state === 'done') dropFromBox(draft, id, next);
  happened(draft, 'delivery.secured', id, next, {});
  tellOwner(draft, id, next);
  return state;
}

/** Ends a delivery for good. */
export function endDelivery(
  draft: Draft,
  id: string,
  delivery: DeliveryRecord,
  state: 'cancelled' | 'ended',
  why: string,
): DeliveryRecord {
  const next: DeliveryRecord = { ...delivery, state, endedMs: draft.context.nowMs };
  draft.put(DELIVERY, id, next);
  dropFromBox(draft, id, next);
  happened(draft, 'delivery.ended', id, next, { why });
  tellOwner(draft, id, next);
  return next;
}

export function setFree(draft: Draft, id: string, { courier, box: boxId }: DeliveryRecord): void {
  if (courier !== null && draft.get(COURIER, courier)?.delivery === id) draft.remove(COURIER, courier);
  const box = draft.get(BOX, boxId);
  if (box?.opening === id) draft.put(BOX, boxId, { ...box, opening: null });
}

function dropFromBox(draft: Draft, id: string, { box }: DeliveryRecord): void {
  const binding = draft.get(BINDING, box);
  if (binding === undefined) return;
  const deliveries = binding.deliveries.filter((other) => other !== id);
  const next: BindingRecord = { ...binding, deliveries };
  draft.put(BINDING, box, next);
}

/** News under the order's own id, unasked. */
export function tellOwner(draft: Draft, id: string, { owner, order, state }: DeliveryRecord): void {
  draft.reply({
    party: owner,
    reply: { cti: bytesOf(order), verdict: 'executed', delivery: bytesOf(id), state },
  });
}

export function happened(
  draft: Draft,
  type: BackendType,
  id: string,
  { box, courier, carrier, tan, opening }: DeliveryRecord,
  data: Readonly<Record<string, unknown>>,
): void {
  draft.happened({
    type,
    device: box,
    identity: `${id}/${tan}/${opening ?? ''}/${JSON.stringify(data)}`,
    data: { carrier, ...data },
    names: { delivery: `delivery/${id}`, ...(courier === null ? {} : { courier: `person/${courier}` }) },
  });
}
