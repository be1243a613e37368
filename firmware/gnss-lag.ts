/** How late the receiver's speed is: the lag at which it follows the accelerometer best. */

import { newRam, RAM } from './ram.ts';

const STEP_S = 0.1;
const LAGS = 6;
/** Until it is known. */
const DEFAULT_S = 0.15;
const MEMORY_S = 600;
/** Sum of squared changes of acceleration that makes the figure firm, mg2. */
const ENERGY_MIN = 400_000;
/** Sums of squared errors, then the forces of the second before. */
const ERRORS: number = RAM.lag;
const FORCES = ERRORS + LAGS;

export class GnssLag {
  lagS = DEFAULT_S;
  private readonly ram: Float64Array;
  private referenceBefore = 0;
  private energy = 0;
  private primed = false;

  constructor(ram: Float64Array = newRam()) {
    this.ram = ram;
  }

  /** The lags to look at. */
  static at(i: number): number {
    return i * STEP_S;
  }

  static readonly count = LAGS;

  /** One second: the reference, and the mean force along the forward axis that ended each lag ago. */
  second(referenceMg: number, forwardMg: Float64Array): void {
    const { ram } = this;
    const fade = 1 - 1 / MEMORY_S;
    const change = referenceMg - this.referenceBefore;
    this.referenceBefore = referenceMg;
    if (this.primed) this.energy = this.energy * fade + change * change;
    for (let i = 0; i < LAGS; i++) {
      // Differences from second to second, so that a hill or a crooked mounting does not count.
      const error = change - (forwardMg[i] - ram[FORCES + i]);
      ram[FORCES + i] = forwardMg[i];
      if (this.primed) ram[ERRORS + i] = ram[ERRORS + i] * fade + error * error;
    }
    this.primed = true;
    if (this.energy >= ENERGY_MIN) this.lagS = this.best();
  }

  /** A second without a solution. */
  pause(): void {
    this.primed = false;
  }

  private best(): number {
    const { ram } = this;
    let best = 0;
    for (let i = 1; i < LAGS; i++) if (ram[ERRORS + i] < ram[ERRORS + best]) best = i;
    if (best === 0 || best === LAGS - 1) return best * STEP_S;
    // The minimum of the parabola through three points.
    const a = ram[ERRORS + best - 1];
    const b = ram[ERRORS + best];
    const c = ram[ERRORS + best + 1];
    const bend = a - 2 * b + c;
    return (best + (bend > 0 ? (a - c) / (2 * bend) : 0)) * STEP_S;
  }
}
