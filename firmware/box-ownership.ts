/** Whose box it is. When that ends, what was collected for the owner is erased, in flash as well (B37). */

import { sameBytes } from '../protocol/bytes.ts';
import type { Kernel } from './box-kernel.ts';
import type { Ledger } from './box-ledger.ts';
import type { Orders } from './box-orders.ts';
import type { Reports } from './box-reports.ts';
import type { Trust } from './box-trust.ts';

export class Ownership {
  private readonly kernel: Kernel;
  private readonly trust: Trust;
  private readonly reports: Reports;
  private readonly ledger: Ledger;
  private readonly orders: Orders;

  constructor(kernel: Kernel, trust: Trust, reports: Reports, ledger: Ledger, orders: Orders) {
    this.kernel = kernel;
    this.ledger = ledger;
    this.orders = orders;
    this.trust = trust;
    this.reports = reports;
  }

  /**
   * After a boot and after each binding. The owner for whom the box has collected changes only when everything is
   * erased, so that a cut in between erases once more. Burnt ids stay with their outcome, for they must not act twice; what they
   * say of the car and of people goes.
   */
  settle(now: number): void {
    const { standing, status } = this.kernel;
    const { owner, pairing } = this.trust.binding;
    const { owner: former, pairing: before } = standing.now;
    if (former === undefined) {
      if (owner !== undefined) standing.change({ owner, pairing });
      return;
    }
    if (owner !== undefined && sameBytes(owner, former) && pairing === before) return;
    this.reports.forgetAll();
    this.orders.forgetOwner();
    const bare = this.ledger.forgetOwner();
    status.fix = null;
    status.gnss = null;
    const erased = standing.purge({
      met: [],
      valet: undefined,
      alarmArmed: false,
      alarmFromAfar: false,
      immobiliserArmed: false,
      immobilised: false,
      tracking: false,
    });
    // The report first: a cut in between erases and says it once more.
    if (bare && erased && this.reports.say({ what: 'erased' }, now)) standing.change({ owner, pairing });
  }
}
