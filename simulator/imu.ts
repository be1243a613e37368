/**
 * A cheap three-axis accelerometer: rotated by its mounting, biased, noisy, shaken by the road, and sitting in a
 * body that pitches and rolls on its springs. What it measures at 50 Hz is the mean over each 20 ms.
 */

import type { Rotation } from './mounting.ts';
import { BURST_PER_SECOND, FINE, type RoughSecond } from './pulse.ts';
import type { Rng } from './rng.ts';
import { VEHICLE_TYPES, type VehicleType } from './vehicle-type.ts';

export const STANDARD_GRAVITY_MS2 = 9.80665;
const MG_PER_MS2 = 1000 / STANDARD_GRAVITY_MS2;
/** 1 sigma. */
const BIAS_MG = 12;
const NOISE_MG = 4;
/** The body shakes more up and down than along and across. */
const VERTICAL_SHARE = 1.8;
/** Measuring range. */
const RANGE_MG = 16_000;
const DT_S = 0.02;
/** White noise at 400 Hz whose mean over 20 ms has the size of the noise at 50 Hz. */
const FINE_NOISE = Math.sqrt(FINE);

/** So much of the vibration swings with the body at about 1.6 Hz; the factors make a resonator of variance 1. */
const SWAY_1 = 1.9207;
const SWAY_2 = -0.9606;
const SWAY = 0.6;
const SWAY_GAIN = 0.0559;
/** The same up and down, where the wheels hop at about 11 Hz. */
const HOP_1 = 0.3264;
const HOP_2 = -0.7585;
const HOP = 0.6;
const HOP_GAIN = 0.6396;

export interface ImuQuality {
  /** 1 sigma of the zero offset of each axis. */
  readonly biasMg: number;
  /** 1 sigma per sample. */
  readonly noiseMg: number;
}

export class Imu {
  mounting: Rotation;
  private readonly rng: Rng;
  private readonly biasMg: Float64Array;
  private readonly noiseMg: number;
  private readonly body: VehicleType;
  private shakeMg = 0;
  private shakeUpMg = 0;
  private whiteMg = 0;
  private swayMg = 0;
  private whiteUpMg = 0;
  private hopMg = 0;
  /** Gravity that pitch and roll put on the level axes, mg, and its change per second. */
  private pitchMg = 0;
  private pitchMgS = 0;
  private rollMg = 0;
  private rollMgS = 0;
  /** The last two outputs of three resonators. */
  private readonly swing = new Float64Array(6);
  /** Of the last 50 Hz sample without noise: forward, left, up. */
  private readonly cleanMg = new Float64Array(3);

  constructor(rng: Rng, mounting: Rotation, body: VehicleType = VEHICLE_TYPES.small, quality?: ImuQuality) {
    this.rng = rng;
    this.mounting = mounting;
    this.body = body;
    const bias = quality?.biasMg ?? BIAS_MG;
    this.biasMg = Float64Array.of(bias * rng.gauss(), bias * rng.gauss(), bias * rng.gauss());
    this.noiseMg = quality?.noiseMg ?? NOISE_MG;
    this.shake(0);
  }

  /**
   * Vibration from now on, 1 sigma along and across; the sensor's own noise is added. `rattleMg` is vibration too fast
   * for the body to sway with.
   */
  shake(vibrationMg: number, rattleMg = 0): void {
    const noise = this.noiseMg * this.noiseMg;
    const slow = vibrationMg * vibrationMg;
    const level = slow + rattleMg * rattleMg;
    const levelUp = VERTICAL_SHARE * VERTICAL_SHARE * level;
    this.shakeMg = Math.sqrt(noise + level);
    this.shakeUpMg = Math.sqrt(noise + levelUp);
    this.swayMg = SWAY * vibrationMg;
    this.whiteMg = Math.sqrt(noise + level - SWAY * SWAY * slow);
    this.hopMg = HOP * VERTICAL_SHARE * Math.sqrt(level);
    this.whiteUpMg = Math.sqrt(noise + (1 - HOP * HOP) * levelUp);
  }

  /** One sample: the vehicle's acceleration and the grade of the road become specific force in `into[at..at+2]`, mg. */
  sample(into: Int16Array, at: number, forwardMs2: number, leftMs2: number, grade: number): void {
    this.level(forwardMs2 * MG_PER_MS2, leftMs2 * MG_PER_MS2, grade);
    this.put(into, at, 1, 0, 0, 0);
  }

  /**
   * The same with pulses and falls: sample `i` of the second. Where `burst` is given it gets the second at 400 Hz.
   */
  sampleRough(
    into: Int16Array,
    i: number,
    forwardMs2: number,
    leftMs2: number,
    grade: number,
    rough: RoughSecond,
    burst: Int16Array | null,
  ): void {
    this.level(forwardMs2 * MG_PER_MS2, leftMs2 * MG_PER_MS2, grade);
    const { forceMg, free } = rough;
    let [f, l, u, held] = [0, 0, 0, 0];
    for (let k = FINE * i; k < FINE * (i + 1); k++) {
      const hold = 1 - free[k];
      held += hold / FINE;
      f += forceMg[3 * k] / FINE;
      l += forceMg[3 * k + 1] / FINE;
      u += forceMg[3 * k + 2] / FINE;
      if (burst !== null) this.putFine(burst, 3 * k, hold, forceMg[3 * k], forceMg[3 * k + 1], forceMg[3 * k + 2]);
    }
    this.put(into, 3 * i, held, f, l, u);
  }

  /** What the body feels without noise. */
  private level(forwardMg: number, leftMg: number, grade: number): void {
    const { body, cleanMg } = this;
    const w2 = body.bodyRadS * body.bodyRadS * DT_S;
    const damp = 2 * body.damping * body.bodyRadS * DT_S;
    this.pitchMgS += w2 * (body.pitchPerG * forwardMg - this.pitchMg) - damp * this.pitchMgS;
    this.pitchMg += this.pitchMgS * DT_S;
    this.rollMgS += w2 * (body.rollPerG * leftMg - this.rollMg) - damp * this.rollMgS;
    this.rollMg += this.rollMgS * DT_S;
    cleanMg[0] = forwardMg + this.pitchMg + 1000 * grade;
    cleanMg[1] = leftMg + this.rollMg;
    cleanMg[2] = 1000 - 500 * grade * grade;
  }

  /** `held`: how much of the car reaches the device, 1 unless it falls. */
  private put(into: Int16Array, at: number, held: number, extraF: number, extraL: number, extraU: number): void {
    const { rng, cleanMg, swing } = this;
    const a = rng.gauss();
    const b = rng.gauss();
    const c = rng.gauss();
    const swayF = SWAY_1 * swing[0] + SWAY_2 * swing[1] + a;
    const swayL = SWAY_1 * swing[2] + SWAY_2 * swing[3] + b;
    const hop = HOP_1 * swing[4] + HOP_2 * swing[5] + c;
    swing[1] = swing[0];
    swing[0] = swayF;
    swing[3] = swing[2];
    swing[2] = swayL;
    swing[5] = swing[4];
    swing[4] = hop;
    // The resonators are driven by the same noise, one sample late, so that their outputs do not add up with it.
    const f = extraF + held * (cleanMg[0] + this.whiteMg * a + this.swayMg * SWAY_GAIN * swing[1]);
    const l = extraL + held * (cleanMg[1] + this.whiteMg * b + this.swayMg * SWAY_GAIN * swing[3]);
    const u = extraU + held * (cleanMg[2] + this.whiteUpMg * c + this.hopMg * HOP_GAIN * swing[5]);
    this.turn(into, at, f, l, u);
  }

  private putFine(into: Int16Array, at: number, hold: number, extraF: number, extraL: number, extraU: number): void {
    const { rng, cleanMg } = this;
    const noise = FINE_NOISE * (hold === 1 ? this.shakeMg : this.noiseMg);
    const noiseUp = FINE_NOISE * (hold === 1 ? this.shakeUpMg : this.noiseMg);
    const f = hold * cleanMg[0] + extraF + noise * rng.gauss();
    const l = hold * cleanMg[1] + extraL + noise * rng.gauss();
    const u = hold * cleanMg[2] + extraU + noiseUp * rng.gauss();
    this.turn(into, at, f, l, u);
  }

  private turn(into: Int16Array, at: number, f: number, l: number, u: number): void {
    const { mounting: r, biasMg } = this;
    into[at] = inRange(r[0] * f + r[1] * l + r[2] * u + biasMg[0]);
    into[at + 1] = inRange(r[3] * f + r[4] * l + r[5] * u + biasMg[1]);
    into[at + 2] = inRange(r[6] * f + r[7] * l + r[8] * u + biasMg[2]);
  }
}

function inRange(mg: number): number {
  return Math.round(Math.max(-RANGE_MG, Math.min(RANGE_MG, mg)));
}

export function newBurst(): Int16Array {
  return new Int16Array(3 * BURST_PER_SECOND);
}
