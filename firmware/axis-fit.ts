/**
 * The vehicle's axes from force and reference, as sums that fade.
 *
 * Gravity is the mean of the force without what the reference explains of it. The forward axis is the horizontal
 * direction along which the force follows the forward reference and, turned by a right angle, the leftward one:
 * both covariances are added, so that curves help as much as braking does.
 */

/** Rows forward, left, up: turns sensor axes into vehicle axes. */
export type Rotation = Float64Array;

/** Where the sums lie in their array. */
const FORCE = 0;
const SQUARES = 3;
/** Force x forward reference, force x left reference. */
const CROSS = 9;
const REFERENCE = 15;
const WEIGHT = 17;
const ENERGY = 18;
const SUMS = 19;
const GRAVITY_MG = 1000;

export interface Fit {
  readonly rotation: Rotation;
  /** Correlation of the horizontal force with its reference, 0..1. */
  readonly correlation: number;
}

export class AxisFit {
  private readonly sums = new Float64Array(SUMS);
  private readonly fade: number;

  /** Older seconds fade with this time constant, so that a slipping device is followed. */
  constructor(memoryS: number) {
    this.fade = 1 - 1 / memoryS;
  }

  get weight(): number {
    return this.sums[WEIGHT];
  }

  /** Sum of squares of the reference, mg2 x s. */
  get energy(): number {
    return this.sums[ENERGY];
  }

  clear(): void {
    this.sums.fill(0);
  }

  /** As if these axes had been seen for `seconds` with a reference of this `energy`. */
  trust(rotation: Rotation, seconds: number, energy: number): void {
    const { sums } = this;
    for (let k = 0; k < 3; k++) {
      const [forward, left, up] = [rotation[k], rotation[3 + k], rotation[6 + k]];
      sums[FORCE + k] = seconds * GRAVITY_MG * up;
      sums[CROSS + k] = (energy / 2) * forward;
      sums[CROSS + 3 + k] = (energy / 2) * left;
    }
    for (let i = 0; i < 6; i++) {
      const [a, b] = [SQUARE_OF[2 * i], SQUARE_OF[2 * i + 1]];
      const moving = (energy / 2) * (rotation[a] * rotation[b] + rotation[3 + a] * rotation[3 + b]);
      sums[SQUARES + i] = moving + seconds * GRAVITY_MG * GRAVITY_MG * rotation[6 + a] * rotation[6 + b];
    }
    sums[WEIGHT] = seconds;
    sums[ENERGY] = energy;
  }

  /** One second, mg. */
  learn(force: Float64Array, forwardMg: number, leftMg: number): void {
    const { sums, fade } = this;
    for (let i = 0; i < SUMS; i++) sums[i] *= fade;
    for (let k = 0; k < 3; k++) {
      sums[FORCE + k] += force[k];
      sums[CROSS + k] += force[k] * forwardMg;
      sums[CROSS + 3 + k] += force[k] * leftMg;
    }
    for (let i = 0; i < 6; i++) sums[SQUARES + i] += force[SQUARE_OF[2 * i]] * force[SQUARE_OF[2 * i + 1]];
    sums[REFERENCE] += forwardMg;
    sums[REFERENCE + 1] += leftMg;
    sums[WEIGHT] += 1;
    sums[ENERGY] += forwardMg * forwardMg + leftMg * leftMg;
  }

  /** The mean force, unit length, into `out`: upwards, roughly. */
  upward(out: Float64Array): void {
    for (let k = 0; k < 3; k++) out[k] = this.sums[FORCE + k];
    toUnit(out);
  }

  solve(): Fit {
    const up = [0, 0, 0];
    const n = this.weight;
    const [rf, rl] = [this.sums[REFERENCE] / n, this.sums[REFERENCE + 1] / n];
    let fit = this.solveFor(this.without(up, up, 0, 0));
    // Once more with gravity that braking and curves no longer pull aside.
    for (let pass = 0; pass < 2; pass++) {
      const r = fit.rotation;
      fit = this.solveFor(this.without([r[0], r[1], r[2]], [r[3], r[4], r[5]], rf, rl));
    }
    return fit;
  }

  /** Direction of the mean force less the mean reference. */
  private without(forward: number[], left: number[], rf: number, rl: number): number[] {
    const n = this.weight;
    const up = [0, 1, 2].map((k) => this.sums[FORCE + k] / n - rf * forward[k] - rl * left[k]);
    const norm = Math.sqrt(dot(up, up));
    return [up[0] / norm, up[1] / norm, up[2] / norm];
  }

  private solveFor(up: number[]): Fit {
    const s = this.sums;
    const n = this.weight;
    const covariance = (k: number, axis: number): number =>
      s[CROSS + 3 * axis + k] - (s[FORCE + k] * s[REFERENCE + axis]) / n;
    const alongForward = [0, 1, 2].map((k) => covariance(k, 0));
    const alongLeft = [0, 1, 2].map((k) => covariance(k, 1));
    // left = up x forward, hence forward = left x up.
    const turned = crossProduct(alongLeft, up);
    const sum = horizontal([alongForward[0] + turned[0], alongForward[1] + turned[1], alongForward[2] + turned[2]], up);
    const length = Math.sqrt(dot(sum, sum));
    const [rf, rl] = [s[REFERENCE], s[REFERENCE + 1]];
    const referenceEnergy = this.energy - (rf * rf + rl * rl) / n;
    const correlation = length / Math.sqrt(Math.max(1, referenceEnergy * this.horizontalEnergy(up)));
    const forward = [sum[0] / length, sum[1] / length, sum[2] / length];
    return { rotation: Float64Array.from([...forward, ...crossProduct(up, forward), ...up]), correlation };
  }

  /** Variance of the force in the horizontal plane, summed over the memory. */
  private horizontalEnergy(up: number[]): number {
    const s = this.sums;
    const spread = (i: number): number => {
      const [a, b] = [SQUARE_OF[2 * i], SQUARE_OF[2 * i + 1]];
      return s[SQUARES + i] - (s[FORCE + a] * s[FORCE + b]) / this.weight;
    };
    const [xx, yy, zz, xy, xz, yz] = [0, 1, 2, 3, 4, 5].map(spread);
    const [u, v, w] = up;
    const vertical = u * u * xx + v * v * yy + w * w * zz + 2 * (u * v * xy + u * w * xz + v * w * yz);
    return xx + yy + zz - vertical;
  }
}

/** Which two axes each sum of products belongs to: xx, yy, zz, xy, xz, yz. */
const SQUARE_OF = [0, 0, 1, 1, 2, 2, 0, 1, 0, 2, 1, 2] as const;

export function toUnit(v: Float64Array): void {
  const norm = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (norm === 0) return;
  for (let k = 0; k < 3; k++) v[k] /= norm;
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
