/**
 * What the gateway has to say to a box that it hears: the time, keys and bindings that it does not have yet, leases
 * that are alive, questions about leases that are not, and leases for what has waited. The store is the queue: no
 * broker ever holds a lease back (A7).
 */

import { type BoxClock, LEASES_MAX } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { BINDING, bindingMessage, UNBOUND } from './binding-record.ts';
import { BOX, type BoxRecord, isOfEarlierBoot, withEarlierBoot } from './box-record.ts';
import type { Draft } from './draft.ts';
import { endRequest } from './ending.ts';
import { bytesOf } from './hex.ts';
import { isAlive } from './lease-message.ts';
import { LEASE, type LeaseRecord } from './lease-record.ts';
import { isFresh, issueLease, tellLease } from './leasing.ts';
import { replyTo, timeMessage } from './reply.ts';
import { REQUEST } from './request-record.ts';
import { rightFlaw } from './rights.ts';

/**
 * A clock of the box, over the network or carried by a phone. A phone may carry a clock of a boot that is long over, so
 * it takes no boot away that the network vouches for and that was heard a moment ago, and the network always has the
 * last word: what a phone has carried gives way to it.
 */
export function hearClock(draft: Draft, id: string, clock: BoxClock, via: string | null): void {
  const old = draft.get(BOX, id);
  if (old !== undefined && isStale(draft, old, clock, via)) {
    draft.count('access/stale-clocks');
    return;
  }
  const box = boxFrom(draft, old, clock, via);
  draft.put(BOX, id, box);
  draft.tell(id, { channel: 'time', value: timeMessage(draft, id, box) });
  const { issuersNumber } = draft.context;
  if (issuersNumber !== null && box.issuers < issuersNumber) draft.tell(id, { channel: 'issuers' });
  const binding = draft.get(BINDING, id) ?? UNBOUND;
  if (box.binding < binding.number) draft.tell(id, { channel: 'binding', value: bindingMessage(binding) });
  goOn(draft, id, box, 0);
}

function isStale(draft: Draft, old: BoxRecord, clock: BoxClock, via: string | null): boolean {
  const boot = toHex(clock.boot);
  if (old.boot === boot) return clock.atMs < old.clockAtMs;
  if (via === null) return old.confirmed && isOfEarlierBoot(old, boot);
  return isOfEarlierBoot(old, boot) || (old.confirmed && isFresh(draft, old));
}

function boxFrom(draft: Draft, old: BoxRecord | undefined, clock: BoxClock, via: string | null): BoxRecord {
  const { nowMs } = draft.context;
  const { atMs, power, wakeMs, issuers, binding, intact, online, profile } = clock;
  const boot = toHex(clock.boot);
  let earlierBoots: readonly string[] = [];
  if (old !== undefined) earlierBoots = old.boot === boot ? old.earlierBoots : withEarlierBoot(old, boot);
  // A clock that comes again is as old as it was when it came first.
  const isRepeated = old?.boot === boot && atMs === old.clockAtMs;
  const { heardMs, clockHeardMs } = isRepeated ? old : { heardMs: nowMs, clockHeardMs: nowMs };
  return {
    boot,
    confirmed: via === null || (old?.boot === boot && old.confirmed),
    earlierBoots,
    atMs: isRepeated ? old.atMs : atMs,
    heardMs,
    clockAtMs: atMs,
    clockHeardMs,
    power,
    wakeMs,
    issuers,
    binding,
    intact,
    online,
    profile,
    via,
    leases: old?.leases ?? [],
    waiting: old?.waiting ?? [],
    opening: old?.opening ?? null,
  };
}

/** A result or report is a word of the box as well; one that has lain in flash says nothing new about its clock. */
export function hearWord(draft: Draft, id: string, boot: string, atMs: number, via: string | null): void {
  const box = draft.get(BOX, id);
  if (box === undefined || box.boot !== boot) return;
  const { nowMs } = draft.context;
  const isNewer = atMs > box.atMs && atMs - nowMs >= box.atMs - box.heardMs;
  if (isNewer || box.via !== via) draft.put(BOX, id, { ...box, via, ...(isNewer ? { atMs, heardMs: nowMs } : {}) });
}

/** Leases without a result, and requests without a lease. */
function goOn(draft: Draft, id: string, box: BoxRecord, silenceMs: number): void {
  const { leases, waiting, intact, boot, confirmed } = box;
  const asked: string[] = [];
  for (const leaseId of leases) {
    const lease = draft.get(LEASE, leaseId);
    if (lease === undefined || lease.outcome !== null) continue;
    if (draft.context.nowMs - lease.issuedMs < silenceMs) continue;
    if (isAlive(draft, lease) && isStillRight(draft, lease)) tellLease(draft, leaseId);
    // Flash was lost, so nobody knows whether it has acted: it counts as if it had (A14).
    else if (!intact && confirmed && lease.boot !== boot) endRequest(draft, lease.request, { outcome: 'interrupted' });
    else asked.push(leaseId);
  }
  inquire(draft, id, asked);
  for (const request of waiting) {
    if (draft.get(REQUEST, request)?.verdict !== 'pending') continue;
    // The phone may be the way to the box.
    if (issueLease(draft, request) !== null) replyTo(draft, request);
  }
}

/** Keys are revoked and deliveries cancelled while a lease is on its way. */
function isStillRight(draft: Draft, { request: id }: LeaseRecord): boolean {
  const request = draft.get(REQUEST, id);
  return request !== undefined && rightFlaw(draft, id, request) === null;
}

/** Asks about leases whose right has just ended: the box burns what it has not done yet. */
export function withdraw(draft: Draft, id: string): void {
  const asked = (draft.get(BOX, id)?.leases ?? []).filter((leaseId) => {
    const lease = draft.get(LEASE, leaseId);
    return lease !== undefined && isAlive(draft, lease) && !isStillRight(draft, lease);
  });
  inquire(draft, id, asked);
}

function inquire(draft: Draft, box: string, leases: readonly string[]): void {
  for (let at = 0; at < leases.length; at += LEASES_MAX) {
    const ids = leases.slice(at, at + LEASES_MAX).map(bytesOf);
    draft.tell(box, { channel: 'inquiry', value: { ids } });
  }
}

/** An inquiry about nothing: a box that hears it says how it stands. */
export function wake(draft: Draft, id: string): void {
  const box = draft.get(BOX, id);
  if (box !== undefined && !isFresh(draft, box)) draft.tell(id, { channel: 'inquiry', value: { ids: [] } });
}

/** A lease that has just left needs no reminder. */
const ON_ITS_WAY_MS = 500;

/** Now and then, for a box that this gateway hears: another gateway may have issued leases for it. */
export function lookAfter(draft: Draft, id: string): void {
  const box = draft.get(BOX, id);
  if (box === undefined) return;
  goOn(draft, id, box, ON_ITS_WAY_MS);
  if (box.waiting.length > 0) wake(draft, id);
}
