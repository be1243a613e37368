/**
 * The immobiliser (A5, A6, B88, B90). It is engaged whenever the engine is off and nobody is permitted to start. A
 * valid lease or a digital key permits a start for a while, the mechanical key for as long as it is turned.
 *
 * Armed from afar, only a release or the mechanical key ends it. It takes effect at the next standstill with the
 * engine off, and never touches a car that moves or runs.
 */

import type { CarBody } from './box-hal.ts';
import type { Kernel } from './box-kernel.ts';
import type { Reports } from './box-reports.ts';

const NEVER = Number.POSITIVE_INFINITY;

export class Immobiliser {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  /** A start is permitted before this. */
  private permitMs = 0;
  private keyTurned = false;
  private startPressed = false;

  constructor(kernel: Kernel, reports: Reports) {
    this.kernel = kernel;
    this.reports = reports;
  }

  /** By an account action (A6). False when flash does not take it. */
  arm(now: number): boolean {
    if (!this.kernel.standing.change({ immobiliserArmed: true })) return false;
    this.settle(now);
    return true;
  }

  /** By a lease, a digital key, or the mechanical key. */
  release(now: number): boolean {
    const { immobiliserArmed, immobilised } = this.kernel.standing.now;
    if (!immobiliserArmed && !immobilised) return true;
    if (!this.kernel.standing.change({ immobiliserArmed: false, immobilised: false })) return false;
    this.kernel.wires.show({ what: 'can-start' });
    this.reports.say({ what: 'released' }, now);
    return true;
  }

  /** Somebody with the right to do so wants to start. */
  permit(now: number): void {
    this.permitMs = now + this.kernel.limits.startMs;
    this.settle(now);
  }

  seen(body: CarBody, now: number): void {
    const turned = body.mechanicalKey && !this.keyTurned;
    const pressed = body.startPressed && !this.startPressed;
    this.keyTurned = body.mechanicalKey;
    this.startPressed = body.startPressed;
    if (turned) {
      this.reports.say({ what: 'mechanical-key' }, now);
      this.release(now);
    }
    this.settle(now);
    if (pressed && !body.engineOn && !this.isPermitted(now)) this.refuse(now);
  }

  onTimeout(now: number): void {
    if (this.permitMs !== 0 && now >= this.permitMs) this.settle(now);
  }

  nextTimeout(): number {
    return this.permitMs === 0 ? NEVER : this.permitMs;
  }

  private isPermitted(now: number): boolean {
    return !this.kernel.standing.now.immobilised && (this.keyTurned || now < this.permitMs);
  }

  /** What has to be engaged or released now. */
  private settle(now: number): void {
    const { status, standing, wires } = this.kernel;
    const { body } = status;
    if (now >= this.permitMs) this.permitMs = 0;
    // B92: it prevents starting and never stops a car.
    if (body === null || body.engineOn || body.speedDmS > 0) return;
    // An engine that is being started counts as running; one that the immobiliser holds does not.
    if (body.startPressed && !body.immobilised) return;
    const { immobiliserArmed, immobilised } = standing.now;
    if (immobiliserArmed && !immobilised && standing.change({ immobilised: true })) {
      this.permitMs = 0;
      wires.show({ what: 'cannot-start' });
      this.reports.say({ what: 'immobilised' }, now);
    }
    const engaged = !this.isPermitted(now);
    if (engaged === body.immobilised) return;
    wires.actuate({ actuator: 'immobiliser', what: engaged ? 'engage' : 'release' });
  }

  private refuse(now: number): void {
    this.kernel.wires.show({ what: 'cannot-start' });
    this.reports.say({ what: 'start-refused' }, now);
  }
}
