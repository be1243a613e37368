/**
 * What GNSS says of the vehicle's acceleration: forward from the change of speed, leftward from speed times turn
 * rate. One second is noisy and late; three seconds are good enough to tell a hill from the pedal.
 */

import { RAD_PER_DEG } from '../protocol/trig.ts';

const STANDARD_GRAVITY_CM_S2 = 980.665;
export const WINDOW_S = 3;
/** Below this speed the course over ground is noise. */
const TURN_SPEED_CM_S = 300;
const CREEP_CM_S = 50;

const LEFTS = WINDOW_S + 1;

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
  /**
   * Speeds at the ends of the last seconds, cm/s, the newest first and held where there is no solution; then the
   * leftward accelerations of the last seconds, mg, the newest first.
   */
  private readonly past = new Float64Array(2 * WINDOW_S + 1);
  private lastHeadingCdeg = 0;
  /** Seconds in a row that were valid, and that were turning. */
  private validS = -1;
  private turningS = 0;

  second(speedCmS: number | null, headingCdeg: number): void {
    const v = this.past;
    v.copyWithin(LEFTS + 1, LEFTS, LEFTS + WINDOW_S - 1);
    v.copyWithin(1, 0, WINDOW_S);
    if (speedCmS === null) {
      this.valid = false;
      this.turning = false;
      this.creeping = false;
      this.forwardMg = 0;
      this.leftMg = 0;
      v[LEFTS] = 0;
      this.validS = -1;
      this.turningS = 0;
      return;
    }
    v[0] = speedCmS;
    this.validS++;
    this.valid = this.validS > 0;
    this.turning = this.valid && Math.min(v[0], v[1]) >= TURN_SPEED_CM_S;
    this.creeping = !this.turning && Math.max(v[0], v[1]) >= CREEP_CM_S;
    this.turningS = this.turning ? this.turningS + 1 : 0;
    this.forwardMg = this.valid ? (1000 * (v[0] - v[1])) / STANDARD_GRAVITY_CM_S2 : 0;
    const turnCdeg = ((headingCdeg - this.lastHeadingCdeg + 54_000) % 36_000) - 18_000;
    const turnRad = (turnCdeg / 100) * RAD_PER_DEG;
    this.leftMg = this.turning ? (-500 * (v[0] + v[1]) * turnRad) / STANDARD_GRAVITY_CM_S2 : 0;
    v[LEFTS] = this.leftMg;
    this.lastHeadingCdeg = headingCdeg;
  }

  /** Speed at the end of a second so many seconds ago, 0..3. */
  speedCmS(secondsAgo: number): number {
    return this.past[secondsAgo];
  }

  /** Mean forward acceleration over the window, mg; null when not all of it was seen. */
  forwardMeanMg(): number | null {
    if (this.validS < WINDOW_S) return null;
    const v = this.past;
    return (1000 * (v[0] - v[WINDOW_S])) / (WINDOW_S * STANDARD_GRAVITY_CM_S2);
  }

  leftMeanMg(): number | null {
    if (this.turningS < WINDOW_S) return null;
    let sum = 0;
    for (let i = 0; i < WINDOW_S; i++) sum += this.past[LEFTS + i];
    return sum / WINDOW_S;
  }
}
