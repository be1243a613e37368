/** Collisions above and below the rule of B68, on top of driving. */

import type { CrashLabel } from '../../simulator/crash-pulses.ts';
import type { Rng } from '../../simulator/rng.ts';
import type { Town } from '../../simulator/town.ts';
import { carOptions, mixedLegs } from './plan.ts';
import { ride } from './rig.ts';

const CAR_HOURS = 1;
const CRASH_EVERY_S = 25;
const MATCH_MS = 1000;

export interface CrashRun {
  hours: number;
  /** Pulses by what the rule says of them, and how many of those were told. */
  readonly pulses: Readonly<Record<CrashLabel, { count: number; told: number }>>;
  /** Told where there was no pulse. */
  stray: number;
  readonly peakErrorsMg: number[];
  readonly deltaVErrorsKmh: number[];
}

export function runCrashes(root: Rng, town: Town, hours: number, onProgress: (share: number) => void): CrashRun {
  const run: CrashRun = {
    hours: 0,
    pulses: { above: { count: 0, told: 0 }, near: { count: 0, told: 0 }, below: { count: 0, told: 0 } },
    stray: 0,
    peakErrorsMg: [],
    deltaVErrorsKmh: [],
  };
  for (let i = 0; run.hours < hours; i++) {
    addCar(run, root.fork(`crash ${i}`), town, i);
    onProgress(Math.min(1, run.hours / hours));
  }
  return run;
}

function addCar(run: CrashRun, rng: Rng, town: Town, index: number): void {
  const told: { readonly atMs: number; readonly peakMg: number; readonly deltaVCmS: number }[] = [];
  const options = { ...carOptions(index, rng.fork('plan'), mixedLegs(CAR_HOURS)), crashEveryS: CRASH_EVERY_S };
  const { car, seconds } = ride(rng, town, options, ({ crash }) => {
    if (crash.last !== null && crash.count > told.length) told.push(crash.last);
  });
  run.hours += seconds / 3600;
  for (const pulse of car.truth.crashes) {
    const tally = run.pulses[pulse.label];
    tally.count++;
    const at = told.findIndex(({ atMs }) => Math.abs(atMs - pulse.startMs) <= MATCH_MS);
    if (at < 0) continue;
    const [found] = told.splice(at, 1);
    tally.told++;
    if (pulse.label !== 'above') continue;
    run.peakErrorsMg.push(found.peakMg - pulse.peakMg);
    run.deltaVErrorsKmh.push(found.deltaVCmS * 0.036 - pulse.deltaVKmh);
  }
  run.stray += told.length;
}
