/** `delivery/<id>`: one parcel, one TAN at a time, one courier, one opening (A12-A18). */

import { DELIVERY_STATES, type DeliveryState } from '../../../protocol/access-messages.ts';
import type { AccessLimits } from './limits.ts';
import { recordKind } from './record-kind.ts';
import { flag, oneOf, orNull, type Shaped, shape, text, whole } from './shape.ts';

const guard = shape({
  box: text,
  owner: text,
  /** `cti` of the order, under which the owner hears news. */
  order: text,
  carrier: text,
  courier: orNull(text),
  fromS: whole,
  toS: whole,
  state: oneOf(DELIVERY_STATES),
  /** HMAC-SHA-256 over delivery id and TAN with the key of the day on which the TAN ends. */
  mac: text,
  /** Grows with each TAN that is issued for it. */
  tan: whole,
  used: flag,
  wrong: whole,
  pausedMs: orNull(whole),
  /** Id of the request that has reserved the TAN. */
  reserved: orNull(text),
  /** The lease of the last opening. */
  opening: orNull(text),
  /** Id of the request that locates, or has located (A12). */
  locating: orNull(text),
  located: flag,
  /** Since when the trunk is open, or may be; null when it is not (A18). */
  openMs: orNull(whole),
  /** How far the alarm about an opening that does not end has come: 1 owner, 2 hotline. */
  alert: whole,
  endedMs: orNull(whole),
});
export type DeliveryRecord = Shaped<typeof guard>;

const OVER: ReadonlySet<DeliveryState> = new Set(['done', 'cancelled', 'ended']);

export const DELIVERY = recordKind<DeliveryRecord>('delivery', guard, (delivery, limits) => {
  const { openMs, alert, reserved, endedMs } = delivery;
  if (openMs !== null) {
    if (alert === 0) return openMs + limits.alertMs;
    return alert === 1 ? openMs + limits.hotlineMs : null;
  }
  if (endedMs !== null) return endedMs + limits.deliveryKeptMs;
  return reserved === null ? tanEndMs(delivery, limits) : null;
});

/** A15: from the window's start to its end plus one day. */
export function tanEndMs({ toS }: Pick<DeliveryRecord, 'toS'>, limits: AccessLimits): number {
  return (toS + limits.tanGraceS) * 1000;
}

export function isOver({ state }: DeliveryRecord): boolean {
  return OVER.has(state);
}
