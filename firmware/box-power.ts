/**
 * What a parked box costs (numbers.md 4, decisions.md "Sleep"): awake while there is something to do, then eDRX, where
 * it hears after a paging cycle at most, then deep sleep, where it wakes by itself once an hour. A weak battery makes it go
 * deeper sooner, and below the last limit it does not wake by itself at all.
 */

import type { PowerState } from '../protocol/access-messages.ts';
import type { Kernel } from './box-kernel.ts';

const NEVER = Number.POSITIVE_INFINITY;

export class Power {
  state: PowerState = 'awake';
  private readonly kernel: Kernel;
  private quietSinceMs = 0;
  private sleepingSinceMs = 0;
  /** It woke by itself and listens only for a while. */
  private glance = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  boot(now: number): void {
    this.quietSinceMs = now;
  }

  get wakeMs(): number {
    return this.kernel.limits.power[this.state].wakeMs;
  }

  get radioOn(): boolean {
    return this.state !== 'deep-sleep';
  }

  /** Something happened. True when it was asleep. */
  touch(now: number): boolean {
    this.quietSinceMs = now;
    this.glance = false;
    if (this.state === 'awake') return false;
    this.enter('awake', now);
    return true;
  }

  /** `busy`: it must not sleep now. True when the state has changed. */
  settle(busy: boolean, now: number): boolean {
    if (busy) return this.touch(now);
    if (now < this.nextTimeout()) return false;
    if (this.state === 'deep-sleep') {
      this.enter('awake', now);
      this.quietSinceMs = now;
      this.glance = true;
    } else if (this.state === 'edrx' || this.glance) this.enter('deep-sleep', now);
    else this.enter('edrx', now);
    return true;
  }

  nextTimeout(): number {
    const { limits } = this.kernel;
    if (this.state === 'awake') {
      const weak = this.isBelow('awake') || this.glance;
      return this.quietSinceMs + (weak ? limits.listenMs : limits.idleMs);
    }
    if (this.state === 'edrx')
      return this.isBelow('edrx') ? this.sleepingSinceMs : this.sleepingSinceMs + limits.deepAfterMs;
    return this.isBelow('deep-sleep') ? NEVER : this.sleepingSinceMs + this.wakeMs;
  }

  private isBelow(state: PowerState): boolean {
    const { batteryMv, engineOn } = this.kernel.status;
    return !engineOn && batteryMv !== undefined && batteryMv < this.kernel.limits.power[state].cutOffMv;
  }

  private enter(state: PowerState, now: number): void {
    this.state = state;
    this.sleepingSinceMs = now;
    this.kernel.wires.put({ kind: 'power', state });
  }
}
