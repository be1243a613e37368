/** Cars of the simulated town, with a driver, roads and lights of their own: two trips each. */

import type { Crypto } from '../../protocol/crypto.ts';
import { Car, type Leg } from '../../simulator/car.ts';
import { Rng } from '../../simulator/rng.ts';
import type { AlternatorKind } from '../../simulator/supply.ts';
import type { Temperament } from '../../simulator/temperament.ts';
import { planTown } from '../../simulator/town-plan.ts';
import type { TrueDrive } from '../../simulator/trip-stories-feed.ts';
import { Judge, type StoryResult } from './judge.ts';
import { runFeed } from './run-feed.ts';
import { START_UTC_MS } from './run-stories.ts';

const LEGS: readonly Leg[] = [
  { parkBeforeS: 40, driveS: 500, parkAfterS: 150 },
  { parkBeforeS: 50, driveS: 500, parkAfterS: 400 },
];
const TEMPERAMENTS: readonly Temperament[] = ['calm', 'normal', 'hasty'];
/** The truth counts from when the engine runs; the starter turned for a second before. */
const CRANK_MS = 1000;
/** Without a solution: a receiver that was off for hours takes up to 38 s. */
const UNSEEN_M = 600;

export interface TownStory {
  readonly name: string;
  readonly alternator: AlternatorKind;
  readonly socket: 'permanent' | 'switched';
}

export const TOWN_STORIES: readonly TownStory[] = [
  { name: 'town, classic alternator', alternator: 'classic', socket: 'permanent' },
  { name: 'town, smart alternator', alternator: 'smart', socket: 'permanent' },
  { name: 'town, socket dies with the ignition', alternator: 'smart', socket: 'switched' },
];

export async function runTown(
  { name, alternator, socket }: TownStory,
  seeds: number,
  crypto: Crypto,
  log: (line: string) => void,
): Promise<StoryResult> {
  const town = planTown(Rng.seeded(1).fork('town'));
  const judge = new Judge({ name, trips: LEGS.length, carried: 0 });
  // A third leg of no interest: it brings the ignition back, and with it what a dead socket left in flash.
  const legs = socket === 'switched' ? [...LEGS, { parkBeforeS: 5, driveS: 60, parkAfterS: 5 }] : LEGS;
  for (let seed = 1; seed <= seeds; seed++) {
    const rng = Rng.seeded(seed).fork(name);
    const temperament = TEMPERAMENTS[seed % TEMPERAMENTS.length];
    const feed = new Car(rng, town, { temperament, startUtcMs: START_UTC_MS, legs, alternator, socket });
    const run = { feed, seed, startUtcMs: START_UTC_MS, holdUpMs: 100, outages: [] };
    const result = await runFeed(run, crypto, log);
    const drives = feed.truth.trips.slice(0, LEGS.length).map(
      ({ engineOnMs, engineOffMs, distanceM }): TrueDrive => ({
        startMs: engineOnMs - CRANK_MS,
        endMs: engineOffMs ?? 0,
        distanceM,
        unseenM: UNSEEN_M,
      }),
    );
    const trips = result.trips.slice(0, Math.max(LEGS.length, result.trips.length - (legs.length - LEGS.length)));
    judge.take({ seed, startUtcMs: START_UTC_MS, countFromMs: 0, drives, result: { ...result, trips } });
  }
  return judge.result();
}
