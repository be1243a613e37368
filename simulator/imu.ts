/** A cheap three-axis accelerometer: rotated by its mounting, biased, noisy, shaken by the road. */

import type { Rotation } from './mounting.ts';
import type { Rng } from './rng.ts';

export const STANDARD_GRAVITY_MS2 = 9.80665;
const MG_PER_MS2 = 1000 / STANDARD_GRAVITY_MS2;
/** 1 sigma. */
const BIAS_MG = 12;
const NOISE_MG = 4;
/** The body shakes more up and down than along and across. */
const VERTICAL_SHARE = 1.8;

export class Imu {
  readonly mounting: Rotation;
  private readonly rng: Rng;
  private readonly biasMg: Float64Array;
  private shakeMg = NOISE_MG;
  private shakeUpMg = NOISE_MG;

  constructor(rng: Rng, mounting: Rotation) {
    this.rng = rng;
    this.mounting = mounting;
    this.biasMg = Float64Array.of(BIAS_MG * rng.gauss(), BIAS_MG * rng.gauss(), BIAS_MG * rng.gauss());
  }

  /** Vibration from now on, 1 sigma along and across; the sensor's own noise is added. */
  shake(vibrationMg: number): void {
    const up = VERTICAL_SHARE * vibrationMg;
    this.shakeMg = Math.sqrt(NOISE_MG * NOISE_MG + vibrationMg * vibrationMg);
    this.shakeUpMg = Math.sqrt(NOISE_MG * NOISE_MG + up * up);
  }

  /** One sample: the vehicle's acceleration and the grade of the road become specific force in `into[at..at+2]`, mg. */
  sample(into: Int16Array, at: number, forwardMs2: number, leftMs2: number, grade: number): void {
    const { rng, mounting: r, biasMg } = this;
    const f = forwardMs2 * MG_PER_MS2 + 1000 * grade + this.shakeMg * rng.gauss();
    const l = leftMs2 * MG_PER_MS2 + this.shakeMg * rng.gauss();
    const u = 1000 - 500 * grade * grade + this.shakeUpMg * rng.gauss();
    into[at] = Math.round(r[0] * f + r[1] * l + r[2] * u + biasMg[0]);
    into[at + 1] = Math.round(r[3] * f + r[4] * l + r[5] * u + biasMg[1]);
    into[at + 2] = Math.round(r[6] * f + r[7] * l + r[8] * u + biasMg[2]);
  }
}
