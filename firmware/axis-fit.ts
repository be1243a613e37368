/**
 * The vehicle's axes from force and reference, as sums that fade.
 *
 * Gravity is the mean of the force without what the reference explains of it. The forward axis is the horizontal
 * direction along which the force follows the forward reference and, turned by a right angle, the leftward one:
 * both covariances are added, so that curves help as much as braking does.
 */

/** Rows forward, left, up: turns sensor axes into vehicle axes. */
export type Rotation = Float64Array;

/** Where the sums lie, from the fit's base on. */
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
  private readonly ram: Float64Array;
  private readonly base: number;
  private readonly memoryS: number;

  /**
   * Older seconds fade with the time constant `memoryS`, so that a slipping device is followed. The sums lie in `ram`
   * from `base` on.
   */
  constructor(memoryS: number, ram: Float64Array, base: number) {
    this.memoryS = memoryS;
    this.ram = ram;
    this.base = base;
    this.clear();
  }

  get weight(): number {
    return this.ram[this.base + WEIGHT];
  }

  /** Sum of squares of the reference, mg2 x s. */
  get energy(): number {
    return this.ram[this.base + ENERGY];
  }

  clear(): void {
    this.ram.fill(0, this.base, this.base + SUMS);
  }

  /** As if these axes had been seen for `seconds` with a reference of this `energy`. */
  trust(rotation: Rotation, seconds: number, energy: number): void {
    const { ram, base } = this;
    for (let k = 0; k < 3; k++) {
      const [forward, left, up] = [rotation[k], rotation[3 + k], rotation[6 + k]];
      ram[base + FORCE + k] = seconds * GRAVITY_MG * up;
      ram[base + CROSS + k] = (energy / 2) * forward;
      ram[base + CROSS + 3 + k] = (energy / 2) * left;
    }
    for (let i = 0; i < 6; i++) {
      const [a, b] = [SQUARE_OF[2 * i], SQUARE_OF[2 * i + 1]];
      const moving = (energy / 2) * (rotation[a] * rotation[b] + rotation[3 + a] * rotation[3 + b]);
      ram[base + SQUARES + i] = moving + seconds * GRAVITY_MG * GRAVITY_MG * rotation[6 + a] * rotation[6 + b];
    }
    ram[base + WEIGHT] = seconds;
    ram[base + ENERGY] = energy;
  }

  /** One second, mg. */
  learn(force: Float64Array, forwardMg: number, leftMg: number): void {
    const { ram, base } = this;
    const fade = 1 - 1 / this.memoryS;
    for (let i = 0; i < SUMS; i++) ram[base + i] *= fade;
    for (let k = 0; k < 3; k++) {
      ram[base + FORCE + k] += force[k];
      ram[base + CROSS + k] += force[k] * forwardMg;
      ram[base + CROSS + 3 + k] += force[k] * leftMg;
    }
    for (let i = 0; i < 6; i++) ram[base + SQUARES + i] += force[SQUARE_OF[2 * i]] * force[SQUARE_OF[2 * i + 1]];
    ram[base + REFERENCE] += forwardMg;
    ram[base + REFERENCE + 1] += leftMg;
    ram[base + WEIGHT] += 1;
    ram[base + ENERGY] += forwardMg * forwardMg + leftMg * leftMg;
  }

  /** The mean force, unit length, into `out`: upwards, roughly. */
  upward(out: Float64Array): void {
    for (let k = 0; k < 3; k++) out[k] = this.sum(FORCE + k);
    toUnit(out);
  }

  solve(): Fit {
    const up = [0, 0, 0];
    const n = this.weight;
    const [rf, rl] = [this.sum(REFERENCE) / n, this.sum(REFERENCE + 1) / n];
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
    const up = [0, 1, 2].map((k) => this.sum(FORCE + k) / n - rf * forward[k] - rl * left[k]);
    const norm = Math.sqrt(dot(up, up));
    return [up[0] / norm, up[1] / norm, up[2] / norm];
  }

  private solveFor(up: number[]): Fit {
    const n = this.weight;
    const covariance = (k: number, axis: number): number =>
      this.sum(CROSS + 3 * axis + k) - (this.sum(FORCE + k) * this.sum(REFERENCE + axis)) / n;
    const alongForward = [0, 1, 2].map((k) => covariance(k, 0));
    const alongLeft = [0, 1, 2].map((k) => covariance(k, 1));
    // left = up x forward, hence forward = left x up.
    const turned = crossProduct(alongLeft, up);
    const sum = horizontal([alongForward[0] + turned[0], alongForward[1] + turned[1], alongForward[2] + turned[2]], up);
    const length = Math.sqrt(dot(sum, sum));
    const [rf, rl] = [this.sum(REFERENCE), this.sum(REFERENCE + 1)];
    const referenceEnergy = this.energy - (rf * rf + rl * rl) / n;
    const correlation = length / Math.sqrt(Math.max(1, referenceEnergy * this.horizontalEnergy(up)));
    const forward = [sum[0] / length, sum[1] / length, sum[2] / length];
    return { rotation: Float64Array.from([...forward, ...crossProduct(up, forward), ...up]), correlation };
  }

  private sum(which: number): number {
    return this.ram[this.base + which];
  }

  /** Variance of the force in the horizontal plane, summed over the memory. */
  private horizontalEnergy(up: number[]): number {
    const spread = (i: number): number => {
      const [a, b] = [SQUARE_OF[2 * i], SQUARE_OF[2 * i + 1]];
      return this.sum(SQUARES + i) - (this.sum(FORCE + a) * this.sum(FORCE + b)) / this.weight;
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
