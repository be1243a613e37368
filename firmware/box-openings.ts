/**
 * An opened trunk (A13, A18). The opening lasts until the lid is closed and locked; the box locks it when it has come
 * down into its latch, and never unlatches it a second time for the same lease. A reset changes nothing about that.
 *
 * A lid that has not sprung may still do so: stiff from frost, or after a reset. It is watched for a while before the
 * opening ends, then locked, and should it spring even then, the opening goes on.
 */

import type { CarBody } from './box-hal.ts';
import type { Kernel } from './box-kernel.ts';
import type { Opening } from './box-records.ts';
import type { Reports } from './box-reports.ts';

const NEVER = Number.POSITIVE_INFINITY;

export class Openings {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  /** The motor is about to unlatch: what is closed now is not closed again. */
  private unlatching = false;
  private latched = false;
  private locked = false;
  private lockTries = 0;
  private lockDueMs = NEVER;
  private alertMs = NEVER;
  /** The lid has not sprung, and is watched until then. */
  private watchMs = NEVER;
  /** Until then a lid that springs belongs to the opening that has ended. */
  private lateMs = NEVER;

  constructor(kernel: Kernel, reports: Reports) {
    this.kernel = kernel;
    this.reports = reports;
  }

  get active(): Opening | undefined {
    const { opening } = this.kernel.standing.now;
    return opening?.ended ? undefined : opening;
  }

  boot(now: number): void {
    const { limits, standing } = this.kernel;
    const { opening } = standing.now;
    if (opening === undefined) return;
    if (opening.ended) this.lateMs = now + limits.lateMs;
    else {
      this.alertMs = now + limits.leftOpenMs;
      if (!opening.seen) this.watchMs = now + limits.watchMs;
    }
  }

  /** Before the lid is unlatched. False when flash does not take it. */
  begin(lease: Uint8Array, delivery: Uint8Array | undefined, now: number): boolean {
    if (!this.kernel.standing.change({ opening: { lease, delivery, seen: false } })) return false;
    this.unlatching = true;
    this.alertMs = now + this.kernel.limits.leftOpenMs;
    this.watchMs = this.lateMs = NEVER;
    return true;
  }

  /** The motor has done what it could. */
  unlatched(now: number): void {
    this.unlatching = false;
    const { status, limits } = this.kernel;
    if (this.active?.seen === false) this.watchMs = now + limits.watchMs;
    if (status.body !== null) this.seen(status.body, now);
  }

  seen(body: CarBody, now: number): void {
    const fell = body.lidLatched && !this.latched;
    this.latched = body.lidLatched;
    if (!body.lidLatched) this.sprung(now);
    this.locked = body.trunkLocked;
    const { active } = this;
    if (active === undefined || this.unlatching) return;
    if (fell && active.seen) this.say('trunk-closed', active, now);
    if (fell) this.lockTries = 0;
    if (!body.lidLatched) this.lockDueMs = NEVER;
    else if (this.watchMs !== NEVER) return;
    else if (body.trunkLocked) this.secured(active, now);
    else if (this.lockTries === 0) this.lock(now);
  }

  onTimeout(now: number): void {
    const { body } = this.kernel.status;
    if (now >= this.lateMs) this.forget();
    if (now >= this.watchMs && body !== null) {
      this.watchMs = NEVER;
      this.lockTries = 0;
      this.seen(body, now);
    }
    const { active } = this;
    if (active === undefined) return;
    if (now >= this.lockDueMs) this.lock(now);
    if (now < this.alertMs) return;
    this.alertMs = NEVER;
    this.say('left-open', active, now);
  }

  /** While a lid is open or watched. */
  nextTimeout(): number {
    if (this.active === undefined) return this.lateMs;
    const watchMs = this.kernel.status.body === null ? NEVER : this.watchMs;
    return Math.min(this.lockDueMs, this.alertMs, watchMs);
  }

  /** The lid is out of its latch. */
  private sprung(now: number): void {
    const { standing, limits } = this.kernel;
    const { opening } = standing.now;
    if (opening === undefined || (opening.seen && !opening.ended)) return;
    const again = opening.ended === true;
    // Somebody has unlocked the car since, and opened the lid by its handle.
    if (again && !this.locked) {
      this.forget();
      return;
    }
    this.watchMs = this.lateMs = NEVER;
    if (again) this.alertMs = now + limits.leftOpenMs;
    const { lease, delivery } = opening;
    const open = { lease, delivery, seen: true, again: again || opening.again };
    this.say('trunk-opened', open, now);
    standing.change({ opening: open });
  }

  /** The report first: a cut in between says it once more, and the gateway knows it by its id. */
  private secured(active: Opening, now: number): void {
    this.lockDueMs = this.alertMs = NEVER;
    if (!this.say('secured', active, now)) return;
    const late = !active.seen;
    if (late) this.lateMs = now + this.kernel.limits.lateMs;
    this.kernel.standing.change({ opening: late ? { ...active, ended: true } : undefined });
  }

  private forget(): void {
    this.lateMs = NEVER;
    this.kernel.standing.change({ opening: undefined });
  }

  private lock(now: number): void {
    const { limits, wires } = this.kernel;
    this.lockTries++;
    this.lockDueMs = this.lockTries < limits.lockTries ? now + limits.lockRetryMs : NEVER;
    wires.actuate({ actuator: 'trunk', what: 'lock' });
  }

  private say(what: 'trunk-opened' | 'trunk-closed' | 'left-open' | 'secured', of: Opening, now: number): boolean {
    const { lease: opening, delivery, again } = of;
    return this.reports.say({ what, opening, delivery: delivery !== undefined, again }, now);
  }
}
