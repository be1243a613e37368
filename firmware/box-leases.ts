/**
 * Leases, and questions about them (A7, B59). The box judges a lease by its own clock alone: whatever delayed it, it
 * acts only in the boot that it names, before its end, and once.
 *
 * Only what could still act is burnt in flash. A lease that has ended, or that names another boot, can never act again
 * in any boot, so that its refusal needs no memory; neither does an id that the gateway has given up, which is
 * remembered in RAM until every lease issued by now has ended.
 */

import { type BoxResult, Inquiry, type Lease, type Outcome, type Refusal } from '../protocol/access-messages.ts';
import { sameBytes, toHex } from '../protocol/bytes.ts';
import type { Kernel } from './box-kernel.ts';
import { type Ledger, NOBODY } from './box-ledger.ts';
import type { Order, Orders } from './box-orders.ts';
import type { Trust, TrustReason } from './box-trust.ts';

export class Leases {
  private readonly kernel: Kernel;
  private readonly trust: Trust;
  private readonly ledger: Ledger;
  private readonly orders: Orders;
  /** Ids that were asked about and never came, until they can no longer come. */
  private readonly inquired = new Map<string, number>();

  constructor(kernel: Kernel, trust: Trust, ledger: Ledger, orders: Orders) {
    this.kernel = kernel;
    this.trust = trust;
    this.ledger = ledger;
    this.orders = orders;
  }

  /** `asker`: the phone that handed it over. Null when it was believed, whatever came of it. */
  take(bytes: Uint8Array, asker: string | null, intact: boolean, now: number): TrustReason | null {
    const believed = this.trust.lease(bytes);
    if (!believed.ok) return believed.reason;
    const lease = believed.value;
    if (asker !== null && sameBytes(lease.boot, this.kernel.boot)) this.kernel.outbox.trust(asker);
    if (this.ledger.has(lease.cti)) this.repeat(lease.cti, asker, now);
    else if (!this.isOver(lease.cti, now)) this.judge(lease, asker, intact, now);
    return null;
  }

  /** What became of these? An id that the box does not know is burnt. */
  inquire(bytes: Uint8Array, asker: string | null, intact: boolean, now: number): TrustReason | null {
    const opened = this.trust.open(Inquiry, 'bb-inquiry', bytes);
    if (!opened.ok) return opened.reason;
    for (const id of opened.value.value.ids) {
      if (this.ledger.has(id)) this.repeat(id, asker, now);
      else {
        this.orders.withdraw(id);
        if (!this.isOver(id, now)) this.burnUnknown(id, asker, intact, now);
      }
    }
    return null;
  }

  /** Its result is on its way, or the gateway has it already. */
  private isOver(id: Uint8Array, now: number): boolean {
    return this.orders.isUnderWay(id) || this.ledger.isSpent(id, now);
  }

  private judge(lease: Lease, asker: string | null, intact: boolean, now: number): void {
    const say = (outcome: Outcome, reason?: Refusal): void => {
      const { cti, holder, action } = lease;
      this.kernel.outbox.answer(this.resultOf(cti, holder, action, { outcome, reason }, now), asker);
    };
    if (lease.aud !== this.kernel.identity.id) say('refused', 'other-box');
    // With flash lost, nothing is known of what an earlier boot did.
    else if (!sameBytes(lease.boot, this.kernel.boot)) intact ? say('refused', 'other-boot') : say('interrupted');
    else if (lease.endMs <= now) say('expired');
    else if (this.isInquired(lease.cti, now)) say('refused', 'burnt');
    else if (lease.endMs > this.latestEndMs(now)) this.orders.refuse(orderOf(lease, asker), 'arguments', now);
    else this.orders.submit(orderOf(lease, asker), now);
  }

  private repeat(id: Uint8Array, asker: string | null, now: number): void {
    const burn = this.ledger.read(id);
    if (burn?.result !== undefined) this.kernel.outbox.answer(burn.result, asker);
    // A cut came between id and end, and flash did not take the result, or has lost it.
    else if (!this.orders.isUnderWay(id)) {
      const result = this.resultOf(
        id,
        burn?.holder ?? NOBODY,
        burn?.action ?? 'status',
        { outcome: 'interrupted' },
        now,
      );
      this.kernel.outbox.answer(result, asker);
    }
  }

  /** Nobody knows who asked, or for what: the gateway gave only the id. */
  private burnUnknown(id: Uint8Array, asker: string | null, intact: boolean, now: number): void {
    // With no room to burn it the box says nothing: the gateway asks again.
    if (!this.isInquired(id, now) && this.inquired.size >= this.kernel.limits.inquired) return;
    this.inquired.set(toHex(id), this.latestEndMs(now));
    const ending = intact ? ({ outcome: 'refused', reason: 'burnt' } as const) : ({ outcome: 'interrupted' } as const);
    this.kernel.outbox.answer(this.resultOf(id, NOBODY, 'status', ending, now), asker);
  }

  private isInquired(id: Uint8Array, now: number): boolean {
    for (const [key, untilMs] of this.inquired) if (untilMs <= now) this.inquired.delete(key);
    return this.inquired.has(toHex(id));
  }

  /** No lease that was issued by now ends later. */
  private latestEndMs(now: number): number {
    return now + this.kernel.announcedWakeMs + this.kernel.limits.leaseMs;
  }

  private resultOf(
    id: Uint8Array,
    holder: string,
    action: Lease['action'],
    ending: { readonly outcome: Outcome; readonly reason?: Refusal },
    now: number,
  ): BoxResult {
    return { id, cause: 'lease', holder, action, boot: this.kernel.boot, atMs: now, ...ending };
  }
}

function orderOf(lease: Lease, asker: string | null): Order {
  const { cti, holder, action, endMs, delivery, celsius } = lease;
  return { id: cti, cause: 'lease', holder, action, endMs, delivery, celsius, asker, kept: true };
}
