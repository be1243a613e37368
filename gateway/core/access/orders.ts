/** What the owner does about deliveries: order, cancel, ask, have a new TAN (A13-A15). */

import { toHex } from '../../../protocol/bytes.ts';
import { serviceIsOn } from '../../../protocol/services.ts';
import { BINDING, UNBOUND } from './binding-record.ts';
import { BOX, switchesOf } from './box-record.ts';
import { withdraw } from './box-talk.ts';
import { DELIVERY, type DeliveryRecord, isOver, tanEndMs } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { endDelivery, happened } from './opening.ts';
import { isOwner } from './rights.ts';
import { type Asked, type Rules, type Ruling, refused } from './ruling.ts';
import { tanDay, tanMac, tanOf } from './tan.ts';

export const ORDER_RULES = {
  order: ({ draft, message, party, id }) => {
    const { request, party: owner } = message;
    if (party.role !== 'user') return refused('scope');
    if (!isOwner(draft, owner, request.aud)) return refused('account');
    if (!serviceIsOn('delivery', switchesOf(draft.get(BOX, request.aud)))) return refused('services-off');
    return request.delivery === undefined
      ? newDelivery({ draft, message, party, id })
      : newTan(draft, owner, request.aud, toHex(request.delivery));
  },
  'cancel-order': (asked) => {
    const found = ownDelivery(asked);
    if (typeof found === 'string') return refused(found);
    const { id, delivery } = found;
    if (isOver(delivery)) return refused('delivery-ended', id);
    if (delivery.reserved !== null) return refused('tan-reserved', id);
    if (delivery.openMs !== null) return refused('in-use', id);
    const { state } = endDelivery(asked.draft, id, delivery, 'cancelled', 'owner');
    // A locate-once may be on its way.
    withdraw(asked.draft, delivery.box);
    return { verdict: 'executed', delivery: id, state };
  },
  delivery: ({ draft, message }) => {
    const { request, party } = message;
    if (request.delivery === undefined) return refused('arguments');
    const id = toHex(request.delivery);
    const delivery = draft.get(DELIVERY, id);
    if (delivery === undefined || delivery.box !== request.aud) return refused('delivery-unknown');
    if (delivery.owner !== party && delivery.courier !== party) return refused('wrong-courier', id);
    return { verdict: 'executed', delivery: id, state: delivery.state };
  },
} as const satisfies Rules;

function newDelivery({ draft, message: { request, party } }: Asked): Ruling {
  const { nowMs, limits, tanKeys, crypto } = draft.context;
  const { aud: box, carrier, fromS, toS } = request;
  if (carrier === undefined || carrier === '' || fromS === undefined || toS === undefined) return refused('arguments');
  const isPlausible = toS > fromS && toS - fromS <= limits.deliveryWindowS;
  if (!isPlausible || fromS * 1000 > nowMs + limits.deliveryAheadS * 1000) return refused('arguments');
  if (toS * 1000 <= nowMs) return refused('late');
  const binding = draft.get(BINDING, box) ?? UNBOUND;
  if (binding.deliveries.length >= limits.deliveriesMax) return refused('table-full');
  const key = tanKeys.ofDay(tanDay({ toS }, limits));
  if (key === null) return refused('late');
  const delivery: DeliveryRecord = {
    box,
    owner: party,
    order: toHex(request.cti),
    carrier,
    courier: null,
    fromS,
    toS,
    state: 'ordered',
    mac: '',
    tan: 1,
    used: false,
    wrong: 0,
    pausedMs: null,
    reserved: null,
    opening: null,
    locating: null,
    located: false,
    openMs: null,
    alert: 0,
    endedMs: null,
  };
  const id = draft.putNew(DELIVERY, delivery);
  const sealed = { ...delivery, mac: tanMac(key, id, tanOf(key, id, 1, crypto), crypto) };
  draft.put(DELIVERY, id, sealed);
  draft.put(BINDING, box, { ...binding, deliveries: [...binding.deliveries, id] });
  happened(draft, 'delivery.ordered', id, sealed, { fromMs: fromS * 1000, toMs: toS * 1000 });
  return { verdict: 'executed', delivery: id, state: 'ordered', tan: 1 };
}

/** After a failed opening, or for a TAN that was lost: the last one is void. What was opened and closed is done. */
function newTan(draft: Draft, owner: string, box: string, id: string): Ruling {
  const { nowMs, limits, tanKeys, crypto } = draft.context;
  const delivery = draft.get(DELIVERY, id);
  if (delivery?.owner !== owner || delivery.box !== box) return refused('delivery-unknown');
  if (isOver(delivery)) return refused('delivery-ended', id);
  if (delivery.reserved !== null) return refused('tan-reserved', id);
  const key = tanKeys.ofDay(tanDay(delivery, limits));
  if (key === null || nowMs >= tanEndMs(delivery, limits)) return refused('late', id);
  const tan = delivery.tan + 1;
  const isOpen = delivery.openMs !== null;
  const resting = delivery.courier === null ? 'ordered' : 'loaded';
  const next: DeliveryRecord = {
    ...delivery,
    state: isOpen ? delivery.state : resting,
    mac: tanMac(key, id, tanOf(key, id, tan, crypto), crypto),
    tan,
    used: false,
    wrong: 0,
    pausedMs: null,
    endedMs: null,
  };
  draft.put(DELIVERY, id, next);
  const binding = draft.get(BINDING, box) ?? UNBOUND;
  const deliveries = [...new Set([...binding.deliveries, id])];
  draft.put(BINDING, box, { ...binding, deliveries });
  return { verdict: 'executed', delivery: id, state: next.state, tan };
}

function ownDelivery({
  draft,
  message,
}: Asked): 'arguments' | 'delivery-unknown' | { readonly id: string; readonly delivery: DeliveryRecord } {
  const { request, party } = message;
  if (request.delivery === undefined) return 'arguments';
  const id = toHex(request.delivery);
  const delivery = draft.get(DELIVERY, id);
  if (delivery?.owner !== party || delivery.box !== request.aud) return 'delivery-unknown';
  return { id, delivery };
}
