/** A stolen car says where it is, again and again, whatever the switches stand at (B92-B94). A reset does not stop it. */

import type { Kernel } from './box-kernel.ts';
import type { Reports } from './box-reports.ts';

export class Tracking {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  private dueMs = 0;

  constructor(kernel: Kernel, reports: Reports) {
    this.kernel = kernel;
    this.reports = reports;
  }

  get on(): boolean {
    return this.kernel.standing.now.tracking;
  }

  /** False when flash does not take it. */
  switchTo(on: boolean, now: number): boolean {
    this.dueMs = now;
    return this.kernel.standing.change({ tracking: on });
  }

  onTimeout(now: number): void {
    if (!this.on || now < this.dueMs) return;
    this.dueMs = now + this.kernel.limits.trackMs;
    this.reports.position(now);
  }

  nextTimeout(): number {
    return this.on ? this.dueMs : Number.POSITIVE_INFINITY;
  }
}
