/**
 * What the accelerometer feels of the engine and of the road, without knowing how it is mounted.
 *
 * A smart alternator lets the line of a running engine lie at 12.2 V, where a good battery rests as well: no
 * voltage tells a jam from a parked car. The accelerometer does. The measure is the mean square of the step
 * from one sample to the next, over all three axes: gravity, hills and gentle driving cancel out of it, and a
 * rotation does not change it. It is judged against two levels that this car itself has shown:
 *
 *   rest   the lowest level ever felt, which is the sensor's own noise
 *   idle   the level at a standstill while the line proved a running engine: charging, or just cranked
 *
 * Where the two cannot be told apart (an electric car, a very smooth engine) vibration says nothing. Bursts
 * shorter than 8 s (a door, a nozzle in the tank) are no engine, and pauses of that length are none.
 */

import { newRam, RAM } from './ram.ts';

/** The level with which the part's data sheet begins: 6 mg of noise on each axis, until rest has been felt. */
const REST_WORST_MG2 = 216;
/** Below 1 mg per axis a level is rounding and not noise. */
const REST_LEAST_MG2 = 6;
/** Rest is the lowest mean over so many seconds. */
const REST_S = 5;
const IDLE_MEMORY_S = 10;
const IDLE_FALL_S = 3;
/** The second of the starter, and that of coming to stand, are not idling. */
const STARTER_S = 1;
/** What hums for longer than any braking lasts is idling, too, until something better is known. */
const LONG_STAND_S = 15;
/** Idle and rest differ by this factor, or nothing is said. */
const DISCERNIBLE = 1.5;
/** Before idle is known: so much above rest is an engine. */
const UNKNOWN_IDLE = 2;
/** Net seconds above the level that prove an engine, below it that disprove it. */
const CERTAIN_S = 8;
const COUNT_MAX_S = 10;
/** Speeding up, a curve or a ramp turns the mean force by this much; climbing in or revving does not. */
const STIR_MG = 50;
const STIR_S = 3;
const LEVEL_MEMORY_S = 30;
/** Nothing falls for so long: a force of less than this is a dead part. */
const WEIGHTLESS_MG = 300;
const WEIGHTLESS_S = 10;
/** Mean force of the last second, and the level that it follows slowly; mg, x y z. */
const FORCE: number = RAM.vibration;
const LEVEL = FORCE + 3;

export class Vibration {
  /** An engine is felt. Says nothing while the car moves. */
  humming = false;
  /** Since when none is felt; Infinity while one is. */
  quietSinceMs = 0;
  private powerMg2 = 0;
  private restMg2 = REST_WORST_MG2;
  private idleMg2 = 0;
  private sumMg2 = 0;
  private sumS = 0;
  private countS = 0;
  private idlingS = 0;
  private standS = 0;
  private readonly ram: Float64Array;
  private levelKnown = false;
  private stirS = 0;
  private weightlessS = 0;

  constructor(ram: Float64Array = newRam()) {
    this.ram = ram;
  }

  /** A second of samples `x y z x y z ...` in mg. */
  block(axesMg: Int16Array): void {
    const steps = axesMg.length / 3 - 1;
    if (steps < 1) return;
    let x = axesMg[0];
    let y = axesMg[1];
    let z = axesMg[2];
    let sumX = x;
    let sumY = y;
    let sumZ = z;
    let power = 0;
    for (let i = 3; i < axesMg.length; i += 3) {
      const dx = axesMg[i] - x;
      const dy = axesMg[i + 1] - y;
      const dz = axesMg[i + 2] - z;
      power += dx * dx + dy * dy + dz * dz;
      x += dx;
      y += dy;
      z += dz;
      sumX += x;
      sumY += y;
      sumZ += z;
    }
    this.powerMg2 = power / steps;
    const { ram } = this;
    const meanX = sumX / (steps + 1);
    const meanY = sumY / (steps + 1);
    const meanZ = sumZ / (steps + 1);
    ram[FORCE] = meanX;
    ram[FORCE + 1] = meanY;
    ram[FORCE + 2] = meanZ;
    this.learnRest();
    const square = meanX * meanX + meanY * meanY + meanZ * meanZ;
    const weightless = square < WEIGHTLESS_MG * WEIGHTLESS_MG;
    this.weightlessS = weightless ? this.weightlessS + 1 : 0;
  }

  /** The accelerometer does not even feel the earth (C34). */
  get faulty(): boolean {
    return this.weightlessS >= WEIGHTLESS_S;
  }

  /** Once a second, after the block. `engineProven`: the line itself shows a running engine now. */
  second(standing: boolean, engineProven: boolean, now: number): void {
    this.idlingS = standing && engineProven ? this.idlingS + 1 : 0;
    this.standS = standing ? this.standS + 1 : 0;
    const longHum = this.idleMg2 === 0 && this.humming && this.standS > LONG_STAND_S;
    if (longHum || this.idlingS > STARTER_S) this.learnIdle();
    const above = this.powerMg2 > this.thresholdMg2();
    this.countS = Math.max(0, Math.min(COUNT_MAX_S, this.countS + (above ? 1 : -1)));
    if (!this.humming && this.countS >= CERTAIN_S) {
      this.humming = true;
      this.quietSinceMs = Number.POSITIVE_INFINITY;
    } else if (this.humming && this.countS <= COUNT_MAX_S - CERTAIN_S) {
      this.humming = false;
      this.quietSinceMs = now - CERTAIN_S * 1000;
    }
    this.watchLevel();
  }

  /** Whether this car's engine has been felt, and feels different from rest. */
  get telling(): boolean {
    return this.idleMg2 > DISCERNIBLE * this.restMg2;
  }

  /** The car has moved since `settle`, as far as can be felt. For places without GNSS. */
  get stirred(): boolean {
    return this.stirS >= STIR_S;
  }

  /** From here on movement is news. */
  settle(): void {
    this.stirS = 0;
  }

  /** What lies above it at a standstill is an engine; Infinity where engine and rest feel alike. */
  private thresholdMg2(): number {
    const rest = this.restMg2;
    if (this.idleMg2 === 0) return UNKNOWN_IDLE * rest;
    return this.telling ? Math.sqrt(rest * this.idleMg2) : Number.POSITIVE_INFINITY;
  }

  private learnRest(): void {
    this.sumMg2 += this.powerMg2;
    if (++this.sumS < REST_S) return;
    this.restMg2 = Math.max(REST_LEAST_MG2, Math.min(this.restMg2, this.sumMg2 / REST_S));
    this.sumMg2 = 0;
    this.sumS = 0;
  }

  private learnIdle(): void {
    const { powerMg2, idleMg2 } = this;
    if (idleMg2 === 0) this.idleMg2 = powerMg2;
    else if (powerMg2 < idleMg2) this.idleMg2 += (powerMg2 - idleMg2) / IDLE_FALL_S;
    // A door slam is felt like a hundred engines; it counts as four.
    else this.idleMg2 += (Math.min(powerMg2, 4 * idleMg2) - idleMg2) / IDLE_MEMORY_S;
  }

  private watchLevel(): void {
    const { ram } = this;
    const dx = ram[FORCE] - ram[LEVEL];
    const dy = ram[FORCE + 1] - ram[LEVEL + 1];
    const dz = ram[FORCE + 2] - ram[LEVEL + 2];
    if (this.levelKnown && dx * dx + dy * dy + dz * dz > STIR_MG * STIR_MG) this.stirS++;
    // It follows slowly, so that a car that has come to stand on a slope does not seem to move for ever.
    const follow = this.levelKnown ? LEVEL_MEMORY_S : 1;
    ram[LEVEL] += dx / follow;
    ram[LEVEL + 1] += dy / follow;
    ram[LEVEL + 2] += dz / follow;
    this.levelKnown = true;
  }
}
