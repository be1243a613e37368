/** What speaks against an order at this moment, whoever gave it. */

import type { Action, Refusal } from '../protocol/access-messages.ts';
import { serviceIsOn, serviceOf } from '../protocol/services.ts';
import type { Kernel } from './box-kernel.ts';
import type { Order } from './box-orders.ts';

/** Nobody gets in or out of a car that moves. */
const STANDING_ONLY: readonly Action[] = ['unlock', 'trunk', 'charge-start', 'start'];
/** Switching these off would silence a car that its owner has armed from afar (B87). */
const SILENCING: readonly Action[] = ['online-off', 'profile-off'];

/** B87: a switch cannot be turned off while something was armed from afar. */
export function isArmedFromAfar(kernel: Kernel): boolean {
  const { immobiliserArmed, alarmFromAfar, tracking } = kernel.standing.now;
  return immobiliserArmed || alarmFromAfar || tracking;
}

/** Null when nothing does. The order's own rights have been looked at before. */
export function refusalOf(order: Order, kernel: Kernel): Refusal | null {
  const { status, standing } = kernel;
  const { action, cause, delivery } = order;
  // The owner's own key works without any service (B87).
  if (cause === 'lease' && !serviceIsOn(serviceOf(action, delivery !== undefined), standing.now)) return 'services-off';
  if (delivery !== undefined && action !== 'trunk' && action !== 'locate') return 'scope';
  if (status.moving && STANDING_ONLY.includes(action)) return 'moving';
  const { opening } = standing.now;
  const lidOpen = status.body?.lidLatched === false || (opening !== undefined && !opening.ended);
  if (action === 'trunk' && lidOpen) return 'lid-open';
  if (action === 'charge-start' && status.engineOn) return 'engine-on';
  if (action === 'start' && standing.now.immobiliserArmed) return 'armed';
  return SILENCING.includes(action) && isArmedFromAfar(kernel) ? 'armed' : null;
}
