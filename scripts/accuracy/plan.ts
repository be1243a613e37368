/** Which cars are driven: temperaments, vehicles, mountings, accelerometers and receivers in all combinations. */

import type { CarOptions, Leg } from '../../simulator/car.ts';
import type { Rng } from '../../simulator/rng.ts';
import type { Passage, Route } from '../../simulator/route.ts';
import { estimateS, Router } from '../../simulator/route.ts';
import { pickHome } from '../../simulator/tour.ts';
import type { Town } from '../../simulator/town.ts';

/** Monday, 2 March 2026, 06:30 UTC. */
const START_UTC_MS = 1_772_433_000_000;
const TEMPERAMENTS = ['hasty', 'normal', 'hasty', 'calm', 'hasty'] as const;
const VEHICLES = ['small', 'van', 'electric'] as const;
const QUALITIES = [
  { biasMg: 8, noiseMg: 3 },
  { biasMg: 12, noiseMg: 5 },
  { biasMg: 15, noiseMg: 8 },
] as const;
const LAGS_MS = [60, 140, 220, 300] as const;

const DRIVE_S = 1500;
/** Estimates know nothing of how people drive. */
const ESTIMATE_MARGIN = 1.3;
/** Hard manoeuvres are rare even among hasty drivers, so some are forced on them. */
const FORCED = {
  hardBrakesPerKm: 0.25,
  abruptStart: 0.5,
  abruptStartMs2: 3.9,
  boldPerKm: 0.5,
  boldLateralMs2: 5.1,
};

export function carOptions(index: number, rng: Rng, legs: readonly Leg[]): CarOptions {
  const temperament = TEMPERAMENTS[index % TEMPERAMENTS.length];
  return {
    temperament,
    traits: temperament === 'hasty' ? FORCED : {},
    vehicle: VEHICLES[rng.int(VEHICLES.length)],
    imu: QUALITIES[rng.int(QUALITIES.length)],
    gnssLagMs: LAGS_MS[rng.int(LAGS_MS.length)],
    alternator: rng.chance(0.5) ? 'smart' : 'classic',
    startUtcMs: START_UTC_MS,
    legs,
  };
}

/** A working day: trips on all kinds of road with parking between them. */
export function mixedLegs(hours: number): readonly Leg[] {
  const parkS = 200;
  const count = Math.max(1, Math.round((hours * 3600) / (DRIVE_S + parkS)));
  return Array.from({ length: count }, () => ({ parkBeforeS: 20, driveS: DRIVE_S, parkAfterS: parkS - 20 }));
}

/** One drive through the town alone. */
export function townLegs(town: Town, rng: Rng, seconds: number): readonly Leg[] {
  return [{ parkBeforeS: 45, driveS: seconds, parkAfterS: 20, route: townRoute(town, rng, seconds) }];
}

function townRoute(town: Town, rng: Rng, seconds: number): Route {
  const router = new Router(town);
  const streets = town.roads.filter((road) => /^(town|zone)/.test(road.roadClass));
  const home = pickHome(town, rng);
  let via: Passage[] = [];
  let best: Passage[] | null = null;
  for (let lap = 0; lap < 300; lap++) {
    const road = streets[rng.int(streets.length)];
    const longer = [...via, { road, forward: road.oneWay || rng.chance(0.5) }];
    const passages = router.roundTrip(home, longer);
    if (passages === null || !passages.every((p) => /^(town|zone)/.test(p.road.roadClass))) continue;
    via = longer;
    best = passages;
    if (estimateS(passages) >= ESTIMATE_MARGIN * seconds) break;
  }
  if (best === null) throw new Error(`no town drive from ${home.road.name} was found`);
  return router.route(best, home.road.lengthM / 2);
}
