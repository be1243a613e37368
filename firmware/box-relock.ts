/** Relocks 120 s after an unlock if no door or lid was opened (decisions.md, Access). A reset begins the wait again. */

import type { CarBody } from './box-hal.ts';
import type { Kernel } from './box-kernel.ts';
import type { Reports } from './box-reports.ts';

const NEVER = Number.POSITIVE_INFINITY;

export class Relock {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  private dueMs = NEVER;
  private tries = 0;

  constructor(kernel: Kernel, reports: Reports) {
    this.kernel = kernel;
    this.reports = reports;
  }

  boot(now: number): void {
    if (this.kernel.standing.now.relock) this.wait(now);
  }

  /** Before the doors are unlocked. False when flash does not take it. */
  begin(now: number): boolean {
    if (!this.kernel.standing.change({ relock: true })) return false;
    this.wait(now);
    return true;
  }

  /** Locked by somebody else, or somebody is getting in. */
  cancel(): void {
    this.dueMs = NEVER;
    this.tries = 0;
    this.kernel.standing.change({ relock: false });
  }

  /** True when it has just locked. */
  seen(body: CarBody, now: number): boolean {
    if (!this.kernel.standing.now.relock) return false;
    if (body.doorsOpen !== 0 || body.lidOpen) {
      this.cancel();
      return false;
    }
    if (this.tries === 0 || !body.doorsLocked) return false;
    this.cancel();
    this.reports.say({ what: 'relocked' }, now);
    return true;
  }

  onTimeout(now: number): void {
    if (now < this.dueMs) return;
    const { limits, wires } = this.kernel;
    if (this.tries >= limits.lockTries) {
      // Jammed: the lock will not move by itself.
      this.cancel();
      return;
    }
    this.tries++;
    this.dueMs = now + limits.lockRetryMs;
    wires.actuate({ actuator: 'doors', what: 'lock' });
  }

  nextTimeout(): number {
    return this.dueMs;
  }

  private wait(now: number): void {
    this.tries = 0;
    this.dueMs = now + this.kernel.limits.relockMs;
  }
}
