/** Harsh events and nuisances over many cars: what was detected against what happened. */

import type { NuisanceKind } from '../../simulator/nuisance.ts';
import { NUISANCE_KINDS } from '../../simulator/nuisance.ts';
import type { Rng } from '../../simulator/rng.ts';
import type { Town } from '../../simulator/town.ts';
import type { HarshKind } from '../../simulator/truth.ts';
import { HARSH_KINDS, match, newTally, type Tally } from './matching.ts';
import { carOptions, mixedLegs } from './plan.ts';
import { ride } from './rig.ts';

/** One device in one mounting. */
const CAR_HOURS = 2;

export interface NuisanceCount {
  count: number;
  /** Harsh events that were none. */
  falseAlarms: number;
  /** Crashes that were none. */
  crashes: number;
}

export interface EventsRun {
  hours: number;
  drivenHours: number;
  unmountedHours: number;
  cars: number;
  /** Crashes told, although there was none. */
  falseCrashes: number;
  readonly tallies: Readonly<Record<HarshKind, Tally>>;
  readonly nuisances: Readonly<Record<NuisanceKind | 'driving', NuisanceCount>>;
}

export function runEvents(root: Rng, town: Town, hours: number, onProgress: (share: number) => void): EventsRun {
  const kinds = [...NUISANCE_KINDS, 'driving'] as const;
  const run: EventsRun = {
    hours: 0,
    drivenHours: 0,
    unmountedHours: 0,
    cars: 0,
    falseCrashes: 0,
    tallies: { braking: newTally(), acceleration: newTally(), cornering: newTally() },
    nuisances: Object.fromEntries(
      kinds.map((kind) => [kind, { count: 0, falseAlarms: 0, crashes: 0 }]),
    ) as unknown as EventsRun['nuisances'],
  };
  while (run.hours < hours) {
    addCar(run, root.fork(`car ${run.cars}`), town, Math.min(CAR_HOURS, Math.max(0.5, hours - run.hours)));
    onProgress(Math.min(1, run.hours / hours));
  }
  return run;
}

function addCar(run: EventsRun, rng: Rng, town: Town, hours: number): void {
  const mounted: boolean[] = [];
  let [driven, unmounted, crashes] = [0, 0, 0];
  const options = { ...carOptions(run.cars, rng.fork('plan'), mixedLegs(hours)), nuisances: true };
  const { car, seconds, occurrences } = ride(rng, town, options, (sensor, simulated, second) => {
    mounted[second] = sensor.axes !== null;
    if (simulated.view().engineOn) {
      driven++;
      if (sensor.axes === null) unmounted++;
    }
    if (sensor.crash.count > crashes) {
      const cause = simulated.truth.nuisances.at(-1)?.kind ?? 'driving';
      run.nuisances[cause].crashes++;
      run.falseCrashes += sensor.crash.count - crashes;
    }
    crashes = sensor.crash.count;
  });
  const { events, near, nuisances } = car.truth;
  for (const kind of HARSH_KINDS) {
    const evidence = {
      kind,
      events,
      near,
      detected: occurrences,
      nuisances,
      mounted: (s: number) => mounted[s] === true,
    };
    for (const cause of match(evidence, run.tallies[kind])) run.nuisances[cause].falseAlarms++;
  }
  for (const { kind } of nuisances) run.nuisances[kind].count++;
  run.cars++;
  run.hours += seconds / 3600;
  run.drivenHours += driven / 3600;
  run.unmountedHours += unmounted / 3600;
}
