/**
 * Finds the vehicle's axes in a sensor that sits in the socket at any angle, while driving.
 *
 * Once a second the mean specific force f (sensor axes) meets what GNSS says of the same second: forward
 * acceleration from the change of speed, leftward acceleration from speed times turn rate. Gravity is the mean
 * of f. The forward axis is the horizontal direction along which f follows the forward reference and, turned by
 * a right angle, the leftward one: both covariances are added, so that curves help as much as braking does.
 */

import { RAD_PER_DEG } from '../protocol/trig.ts';

/** Rows forward, left, up: turns sensor axes into vehicle axes. */
export type Rotation = Float64Array;

const STANDARD_GRAVITY_CM_S2 = 980.665;
/** Older seconds fade with this time constant, so that a slipping device is followed. */
const MEMORY_S = 900;
/** Below this speed the course over ground is noise. */
const TURN_SPEED_CM_S = 300;
/** Enough reference acceleration to be sure: sum of squares, mg2 x s. 40 firm seconds of 0.1 g. */
const ENERGY_MIN = 400_000;
const SECONDS_MIN = 30;
const CORRELATION_MIN = 0.6;
/** Seconds between two looks at the sums. */
const LOOK_S = 10;

export class Mounting {
  /** Null until found. */
  rotation: Rotation | null;
  /** Correlation of the horizontal force with its reference, 0..1, at the last look. */
  correlation = 0;
  private weight = 0;
  private readonly force = new Float64Array(3);
  private readonly squares = new Float64Array(6);
  private readonly reference = new Float64Array(2);
  /** Sums of f x forward reference and f x left reference. */
  private readonly cross = new Float64Array(6);
  private energy = 0;
  private lastSpeedCmS = -1;
  private lastHeadingCdeg = 0;
  private untilLookS = LOOK_S;

  constructor(known: Rotation | null) {
    this.rotation = known;
  }

  /** One second: mean force in mg and the solution at its end. Returns true when the axes have just been found. */
  second(x: number, y: number, z: number, speedCmS: number | null, headingCdeg: number): boolean {
    if (speedCmS === null) {
      this.lastSpeedCmS = -1;
      return false;
    }
    if (this.lastSpeedCmS >= 0) this.learn(x, y, z, speedCmS, headingCdeg);
    this.lastSpeedCmS = speedCmS;
    this.lastHeadingCdeg = headingCdeg;
    if (--this.untilLookS > 0 || this.weight < SECONDS_MIN || this.energy < ENERGY_MIN) return false;
    this.untilLookS = LOOK_S;
    const before = this.rotation;
    this.rotation = this.solve() ?? before;
    return before === null && this.rotation !== null;
  }

  private learn(x: number, y: number, z: number, speedCmS: number, headingCdeg: number): void {
    const forwardMg = ((speedCmS - this.lastSpeedCmS) / STANDARD_GRAVITY_CM_S2) * 1000;
    const meanCmS = (speedCmS + this.lastSpeedCmS) / 2;
    const turnCdeg = ((headingCdeg - this.lastHeadingCdeg + 54_000) % 36_000) - 18_000;
    const turning = Math.min(speedCmS, this.lastSpeedCmS) >= TURN_SPEED_CM_S;
    const leftMg = turning ? ((-meanCmS * (turnCdeg / 100) * RAD_PER_DEG) / STANDARD_GRAVITY_CM_S2) * 1000 : 0;
    const fade = 1 - 1 / MEMORY_S;
    this.weight = this.weight * fade + 1;
    add(this.force, fade, x, y, z);
    add(this.reference, fade, forwardMg, leftMg);
    add(this.cross, fade, x * forwardMg, y * forwardMg, z * forwardMg, x * leftMg, y * leftMg, z * leftMg);
    add(this.squares, fade, x * x, y * y, z * z, x * y, x * z, y * z);
    this.energy = this.energy * fade + forwardMg * forwardMg + leftMg * leftMg;
  }

  private solve(): Rotation | null {
    const n = this.weight;
    const [fx, fy, fz] = this.force;
    const norm = Math.sqrt(fx * fx + fy * fy + fz * fz);
    const up = [fx / norm, fy / norm, fz / norm];
    const [forwardMean, leftMean] = [this.reference[0] / n, this.reference[1] / n];
    const c = this.cross;
    const alongForward = [c[0] - fx * forwardMean, c[1] - fy * forwardMean, c[2] - fz * forwardMean];
    const alongLeft = [c[3] - fx * leftMean, c[4] - fy * leftMean, c[5] - fz * leftMean];
    // left = up x forward, hence forward = left x up.
    const turned = crossProduct(alongLeft, up);
    const sum = horizontal([alongForward[0] + turned[0], alongForward[1] + turned[1], alongForward[2] + turned[2]], up);
    const length = Math.sqrt(dot(sum, sum));
    const referenceEnergy =
      this.energy - (this.reference[0] * this.reference[0] + this.reference[1] * this.reference[1]) / n;
    const forceEnergy = this.horizontalEnergy(up);
    this.correlation = length / Math.sqrt(Math.max(1, referenceEnergy * forceEnergy));
    if (this.correlation < CORRELATION_MIN) return null;
    const forward = [sum[0] / length, sum[1] / length, sum[2] / length];
    return Float64Array.from([...forward, ...crossProduct(up, forward), ...up]);
  }

  /** Variance of the force in the horizontal plane, summed over the memory. */
  private horizontalEnergy(up: number[]): number {
    const n = this.weight;
    const [fx, fy, fz] = this.force;
    const s = this.squares;
    const [xx, yy, zz] = [s[0] - (fx * fx) / n, s[1] - (fy * fy) / n, s[2] - (fz * fz) / n];
    const [xy, xz, yz] = [s[3] - (fx * fy) / n, s[4] - (fx * fz) / n, s[5] - (fy * fz) / n];
    const [u, v, w] = up;
    const vertical = u * u * xx + v * v * yy + w * w * zz + 2 * (u * v * xy + u * w * xz + v * w * yz);
    return xx + yy + zz - vertical;
  }
}

function add(sums: Float64Array, fade: number, ...terms: number[]): void {
  for (let i = 0; i < terms.length; i++) sums[i] = sums[i] * fade + terms[i];
}

function dot(a: number[], b: number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function crossProduct(a: number[], b: number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function horizontal(a: number[], up: number[]): number[] {
  const along = dot(a, up);
  return [a[0] - along * up[0], a[1] - along * up[1], a[2] - along * up[2]];
}
