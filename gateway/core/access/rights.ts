/** Who may ask for what from afar (A6, B38, B41). */

import type { Action, Refusal } from '../../../protocol/access-messages.ts';
import { actionOf } from './action-of.ts';
import { BINDING, grantsAction } from './binding-record.ts';
import { DELIVERY, isOver, tanEndMs } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { HAND_OVER } from './hand-over-record.ts';
import { PARTY } from './party-record.ts';
import { type RequestRecord, splitRequestId } from './request-record.ts';

/** What the holder of a shared key may ask of the gateway; everything else he does beside the car. */
const FOR_KEY_HOLDERS: ReadonlySet<Action> = new Set(['lock', 'unlock', 'trunk']);

export function isOwner(draft: Draft, party: string, box: string): boolean {
  return draft.get(BINDING, box)?.owner === party;
}

/** Why this phone may not have this command carried out by that box, or null. */
export function remoteFlaw(draft: Draft, party: string, box: string, action: Action): Refusal | null {
  // B38: starting takes a key beside the car.
  if (action === 'start') return 'scope';
  const binding = draft.get(BINDING, box);
  if (binding?.owner === party) return null;
  const grants = binding?.grants.filter(({ holder }) => holder === party) ?? [];
  if (grants.length === 0) return 'account';
  const fitting = grants.filter((grant) => FOR_KEY_HOLDERS.has(action) && grantsAction(grant, action));
  if (fitting.length === 0) return 'scope';
  const good = fitting.filter(({ revoked }) => !revoked);
  if (good.length === 0) return 'key-revoked';
  const { nowMs } = draft.context;
  if (good.some(({ fromS, toS }) => fromS * 1000 <= nowMs && nowMs < toS * 1000)) return null;
  return good.every(({ toS }) => toS * 1000 <= nowMs) ? 'key-late' : 'key-early';
}

/** The same of a request that has waited. A delivery that is reserved for it is its right. */
export function rightFlaw(draft: Draft, id: string, { kind, box, delivery }: RequestRecord): Refusal | null {
  const { party } = splitRequestId(id);
  if (draft.get(PARTY, party)?.revoked !== false) return 'key-revoked';
  if (delivery !== null) return isReserved(draft, id, delivery) ? null : 'delivery-ended';
  if (kind === 'hand-back') return isPartOfHandOver(draft, party, box) ? null : 'account';
  const action = actionOf(kind);
  return action === null ? 'scope' : remoteFlaw(draft, party, box, action);
}

function isReserved(draft: Draft, request: string, id: string): boolean {
  const delivery = draft.get(DELIVERY, id);
  const { nowMs, limits } = draft.context;
  if (delivery === undefined || isOver(delivery) || nowMs >= tanEndMs(delivery, limits)) return false;
  return delivery.reserved === request || delivery.locating === request;
}

/** UTC ms at which the right behind a request ends by itself: a shared key, a delivery's window. Infinity for an owner's. */
export function rightEndMs(draft: Draft, id: string, { kind, box, delivery: deliveryId }: RequestRecord): number {
  const { party } = splitRequestId(id);
  const { nowMs, limits } = draft.context;
  if (deliveryId !== null) {
    const delivery = draft.get(DELIVERY, deliveryId);
    return delivery === undefined ? nowMs : tanEndMs(delivery, limits);
  }
  const action = actionOf(kind);
  const binding = draft.get(BINDING, box);
  if (action === null || binding === undefined || binding.owner === party || isPartOfHandOver(draft, party, box)) {
    return Number.POSITIVE_INFINITY;
  }
  const ends = binding.grants
    .filter((grant) => grant.holder === party && !grant.revoked && grantsAction(grant, action))
    .filter(({ fromS }) => fromS * 1000 <= nowMs)
    .map(({ toS }) => toS * 1000);
  return Math.max(nowMs, ...ends);
}

/** Whether this phone is one of the two between whom the car has been handed over. */
export function isPartOfHandOver(draft: Draft, party: string, box: string): boolean {
  const current = draft.get(BINDING, box)?.handOver ?? null;
  const handOver = current === null ? undefined : draft.get(HAND_OVER, current);
  return handOver !== undefined && (handOver.owner === party || handOver.person === party);
}
