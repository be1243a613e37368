/** What the courier does: load the tour, locate once, open once (A12-A14, A17, A18). */

import type { Refusal } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { serviceIsOn } from '../../../protocol/services.ts';
import { BOX, switchesOf } from './box-record.ts';
import { COURIER } from './courier-record.ts';
import { DELIVERY, type DeliveryRecord, isOver, tanEndMs } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { endDelivery, happened, reserve } from './opening.ts';
import { type Asked, type Rule, type Rules, type Ruling, refused } from './ruling.ts';
import { isTan } from './tan.ts';
import { loadOf } from './waiting.ts';

interface Work {
  readonly draft: Draft;
  readonly id: string;
  readonly delivery: DeliveryRecord;
  readonly courier: string;
  readonly asked: Asked;
}

/** For work on a delivery of the courier's own carrier. */
function work(rule: (work: Work) => Ruling): Rule {
  return (asked) => {
    const { draft, message, party } = asked;
    const { request, party: courier } = message;
    if (request.delivery === undefined) return refused('arguments');
    if (party.role !== 'courier') return refused('wrong-courier');
    const id = toHex(request.delivery);
    const delivery = draft.get(DELIVERY, id);
    if (delivery === undefined || delivery.box !== request.aud) return refused('delivery-unknown');
    if (party.carrier !== delivery.carrier) return refused('wrong-courier', id);
    if (delivery.courier !== null && delivery.courier !== courier) return refused('wrong-courier', id);
    return rule({ draft, id, delivery, courier, asked });
  };
}

export const COURIER_RULES = {
  load: work((task) => {
    const { draft, id, delivery, courier } = task;
    if (isOver(delivery)) return refused('delivery-ended', id);
    if (draft.context.nowMs >= tanEndMs(delivery, draft.context.limits)) return refused('late', id);
    if (isBusyElsewhere(task)) return refused('in-use', id);
    if (delivery.courier !== null) return { verdict: 'executed', delivery: id, state: delivery.state };
    const next: DeliveryRecord = { ...delivery, courier, state: 'loaded' };
    draft.put(DELIVERY, id, next);
    happened(draft, 'delivery.loaded', id, next, {});
    return { verdict: 'executed', delivery: id, state: 'loaded' };
  }),
  'locate-once': work((task) => {
    const { draft, id, delivery, asked } = task;
    const flaw = flawOf(task);
    if (flaw !== null) return refused(flaw, id);
    if (delivery.located) return refused('located-already', id);
    if (delivery.locating !== null) return refused('in-use', id);
    draft.put(DELIVERY, id, { ...delivery, locating: asked.id });
    return { verdict: 'pending', delivery: id };
  }),
  redeem: work((task) => {
    const { draft, id, delivery, asked, courier } = task;
    const { tan } = asked.message.request;
    if (tan === undefined) return refused('arguments', id);
    const flaw = flawOf(task) ?? pauseFlaw(task);
    if (flaw !== null) return refused(flaw, id);
    if (!isTan(draft.context, id, delivery, tan)) return wrongTan(task);
    if (delivery.used) return refused('tan-used', id);
    if (delivery.reserved !== null) return refused('tan-reserved', id);
    reserve(draft, id, delivery, courier, asked.id);
    return { verdict: 'pending', delivery: id };
  }),
} as const satisfies Rules;

/** Why this courier may not work at the car now, or null. Nothing is said about the TAN yet. */
function flawOf(task: Work): Refusal | null {
  const { draft, id, delivery, courier } = task;
  const { nowMs, limits } = draft.context;
  const box = draft.get(BOX, delivery.box);
  // A17: the tour has to be loaded; whose it is not is told nothing else.
  if (delivery.courier !== courier) return 'wrong-courier';
  if (isOver(delivery)) return 'delivery-ended';
  if (nowMs < delivery.fromS * 1000) return 'early';
  if (nowMs >= tanEndMs(delivery, limits)) return 'late';
  if (box === undefined) return 'box-away';
  if (!serviceIsOn('delivery', switchesOf(box))) return 'services-off';
  if (isBusyElsewhere(task) || (box.opening !== null && box.opening !== id)) return 'in-use';
  return loadOf(draft, delivery.box) >= limits.waitingMax ? 'table-full' : null;
}

/** A18: only after he has properly locked the trunk can he go on. */
function isBusyElsewhere({ draft, id, courier }: Work): boolean {
  const busy = draft.get(COURIER, courier);
  return busy !== undefined && busy.delivery !== id;
}

function pauseFlaw({ draft, delivery }: Work): Refusal | null {
  if (delivery.wrong >= draft.context.limits.wrongEnd) return 'delivery-ended';
  return delivery.pausedMs !== null && draft.context.nowMs < delivery.pausedMs ? 'delivery-paused' : null;
}

/** A17: these attempts are the bound courier's; five pause the delivery and ten end it. */
function wrongTan({ draft, id, delivery }: Work): Ruling {
  const { limits, nowMs } = draft.context;
  const wrong = delivery.wrong + 1;
  const pausedMs = wrong % limits.wrongPause === 0 ? nowMs + limits.pauseMs : delivery.pausedMs;
  const next: DeliveryRecord = { ...delivery, wrong, pausedMs };
  draft.put(DELIVERY, id, next);
  // An opening that is going on has its own end.
  const isIdle = next.reserved === null && next.openMs === null;
  if (wrong >= limits.wrongEnd && isIdle) endDelivery(draft, id, next, 'ended', 'wrong-tans');
  return refused('wrong-tan', id);
}
