/** How far the axes that the firmware found are from the true ones, minute by minute of town driving. */

import type { Rotation } from '../../firmware/axis-fit.ts';
import type { Rng } from '../../simulator/rng.ts';
import type { Town } from '../../simulator/town.ts';
import { percentile } from './matching.ts';
import { carOptions, townLegs } from './plan.ts';
import { ride } from './rig.ts';

export const MINUTES = [1, 2, 5, 10, 20, 30] as const;
const DRIVE_S = 31 * 60;

export interface MountingMinute {
  /** Share of the devices that know their axes. */
  readonly found: number;
  /** Degrees of total rotation, among those. */
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface MountingRun {
  readonly count: number;
  readonly minutes: Readonly<Record<number, MountingMinute>>;
  readonly within3degAfter10min: number;
}

export function runMountings(root: Rng, town: Town, count: number, onProgress: (share: number) => void): MountingRun {
  const errors = new Map<number, number[]>(MINUTES.map((minute) => [minute, []]));
  for (let i = 0; i < count; i++) {
    const rng = root.fork(`mounting ${i}`);
    const plan = rng.fork('plan');
    let drivenS = 0;
    const options = carOptions(i, plan, townLegs(town, plan.fork('route'), DRIVE_S));
    ride(rng, town, { ...options, traits: {} }, (sensor, car) => {
      if (drivenS > 0 || car.view().speedKmh > 1) drivenS++;
      const list = drivenS % 60 === 0 ? errors.get(drivenS / 60) : undefined;
      if (list !== undefined) list.push(sensor.axes === null ? 180 : errorDeg(sensor.axes, car.truth.mounting));
    });
    onProgress((i + 1) / count);
  }
  const minutes = Object.fromEntries(MINUTES.map((minute) => [minute, summary(errors.get(minute) ?? [])]));
  const atTen = errors.get(10) ?? [];
  return { count, minutes, within3degAfter10min: atTen.filter((deg) => deg <= 3).length / Math.max(1, atTen.length) };
}

function summary(errors: readonly number[]): MountingMinute {
  const found = errors.filter((deg) => deg < 180);
  return {
    found: errors.length === 0 ? 0 : found.length / errors.length,
    p50: percentile(found, 0.5),
    p95: percentile(found, 0.95),
  };
}

/** `found`: rows forward, left, up in the sensor's axes; `truth`: rows are the sensor's axes in the vehicle's. */
function errorDeg(found: Rotation, truth: Rotation): number {
  let trace = 0;
  for (let i = 0; i < 3; i++) for (let k = 0; k < 3; k++) trace += found[3 * i + k] * truth[3 * k + i];
  return (Math.acos(Math.max(-1, Math.min(1, (trace - 1) / 2))) * 180) / Math.PI;
}
