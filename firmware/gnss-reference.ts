/**
 * What GNSS says of the vehicle's acceleration: forward from the change of speed, leftward from speed times turn
 * rate. One second is noisy and late; three seconds are good enough to tell a hill from the pedal.
 */

import { RAD_PER_DEG } from '../protocol/trig.ts';
import { newRam, RAM } from './ram.ts';

const STANDARD_GRAVITY_CM_S2 = 980.665;
export const WINDOW_S = 3;
/** Below this speed the course over ground is noise. */
const TURN_SPEED_CM_S = 300;
const CREEP_CM_S = 50;

/**
 * Speeds at the ends of the last seconds, cm/s, the newest first and held where there is no solution; then the
 * leftward accelerations of the last seconds, mg, the newest first.
 */
const SPEEDS: number = RAM.reference;
const LEFTS = SPEEDS + WINDOW_S + 1;

export class GnssReference {
  /** Of the last second, mg. */
  forwardMg = 0;
  leftMg = 0;
  /** The last second began and ended with a solution. */
  valid = false;
  /** The last second was fast enough for its course to mean something. */
  turning = false;
  /** It moved, and was not. */
  creeping = false;
  private readonly ram: Float64Array;
  private lastHeadingCdeg = 0;
  /** Seconds in a row that were valid, and that were turning. */
  private validS = -1;
  private turningS = 0;

  constructor(ram: Float64Array = newRam()) {
    this.ram = ram;
  }

  second(speedCmS: number | null, headingCdeg: number): void {
    const { ram } = this;
    for (let i = WINDOW_S - 1; i > 0; i--) ram[LEFTS + i] = ram[LEFTS + i - 1];
    for (let i = WINDOW_S; i > 0; i--) ram[SPEEDS + i] = ram[SPEEDS + i - 1];
    if (speedCmS === null) {
      this.valid = false;
      this.turning = false;
      this.creeping = false;
      this.forwardMg = 0;
      this.leftMg = 0;
      ram[LEFTS] = 0;
      this.validS = -1;
      this.turningS = 0;
      return;
    }
    const speedBeforeCmS = ram[SPEEDS + 1];
    ram[SPEEDS] = speedCmS;
    this.validS++;
    this.valid = this.validS > 0;
    this.turning = this.valid && Math.min(speedCmS, speedBeforeCmS) >= TURN_SPEED_CM_S;
    this.creeping = !this.turning && Math.max(speedCmS, speedBeforeCmS) >= CREEP_CM_S;
    this.turningS = this.turning ? this.turningS + 1 : 0;
    this.forwardMg = this.valid ? (1000 * (speedCmS - speedBeforeCmS)) / STANDARD_GRAVITY_CM_S2 : 0;
    const turnCdeg = ((headingCdeg - this.lastHeadingCdeg + 54_000) % 36_000) - 18_000;
    const turnRad = (turnCdeg / 100) * RAD_PER_DEG;
    this.leftMg = this.turning ? (-500 * (speedCmS + speedBeforeCmS) * turnRad) / STANDARD_GRAVITY_CM_S2 : 0;
    ram[LEFTS] = this.leftMg;
    this.lastHeadingCdeg = headingCdeg;
  }

  /** Speed at the end of a second so many seconds ago, 0..3. */
  speedCmS(secondsAgo: number): number {
    return this.ram[SPEEDS + secondsAgo];
  }

  /** Mean forward acceleration over the window, mg; null when not all of it was seen. */
  forwardMeanMg(): number | null {
    if (this.validS < WINDOW_S) return null;
    const gainCmS = this.ram[SPEEDS] - this.ram[SPEEDS + WINDOW_S];
    return (1000 * gainCmS) / (WINDOW_S * STANDARD_GRAVITY_CM_S2);
  }

  leftMeanMg(): number | null {
    if (this.turningS < WINDOW_S) return null;
    let sum = 0;
    for (let i = 0; i < WINDOW_S; i++) sum += this.ram[LEFTS + i];
    return sum / WINDOW_S;
  }
}
