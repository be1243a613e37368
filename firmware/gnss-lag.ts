/** How late the receiver's speed is: the lag at which it follows the accelerometer best. */

const STEP_S = 0.1;
const LAGS = 6;
/** Until it is known. */
const DEFAULT_S = 0.15;
const MEMORY_S = 600;
/** Sum of squared changes of acceleration that makes the figure firm, mg2. */
const ENERGY_MIN = 400_000;

export class GnssLag {
  lagS = DEFAULT_S;
  /** Sums of squared errors, then the forces of the second before. */
  private readonly state = new Float64Array(2 * LAGS);
  private referenceBefore = 0;
  private energy = 0;
  private primed = false;

  /** The lags to look at. */
  static at(i: number): number {
    return i * STEP_S;
  }

  static readonly count = LAGS;

  /** One second: the reference, and the mean force along the forward axis that ended each lag ago. */
  second(referenceMg: number, forwardMg: Float64Array): void {
    const { state } = this;
    const fade = 1 - 1 / MEMORY_S;
    const change = referenceMg - this.referenceBefore;
    this.referenceBefore = referenceMg;
    if (this.primed) this.energy = this.energy * fade + change * change;
    for (let i = 0; i < LAGS; i++) {
      // Differences from second to second, so that a hill or a crooked mounting does not count.
      const error = change - (forwardMg[i] - state[LAGS + i]);
      state[LAGS + i] = forwardMg[i];
      if (this.primed) state[i] = state[i] * fade + error * error;
    }
    this.primed = true;
    if (this.energy >= ENERGY_MIN) this.lagS = this.best();
  }

  /** A second without a solution. */
  pause(): void {
    this.primed = false;
  }

  private best(): number {
    const errors = this.state;
    let best = 0;
    for (let i = 1; i < LAGS; i++) if (errors[i] < errors[best]) best = i;
    if (best === 0 || best === LAGS - 1) return best * STEP_S;
    // The minimum of the parabola through three points.
    const [a, b, c] = [errors[best - 1], errors[best], errors[best + 1]];
    const bend = a - 2 * b + c;
    return (best + (bend > 0 ? (a - c) / (2 * bend) : 0)) * STEP_S;
  }
}
