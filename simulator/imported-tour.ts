/** Drives through a network that nobody planned: from a quiet street to roads drawn by their length, and home again. */

import type { Rng } from './rng.ts';
import { estimateS, type Passage, type Route, Router } from './route.ts';
import type { Road, Town } from './town.ts';

const LAPS_MAX = 60;
/** A route needs some metres to begin and to end on. */
const HOME_M_MIN = 60;
const QUIET = ['town-street', 'zone-30', 'town-main', 'rural-minor', 'rural-main'] as const;

function drawByLength(roads: readonly Road[], rng: Rng): Passage {
  let left = rng.uniform() * roads.reduce((sum, road) => sum + road.lengthM, 0);
  for (const road of roads) {
    left -= road.lengthM;
    if (left < 0) return { road, forward: road.oneWay || rng.chance(0.5) };
  }
  const road = roads[roads.length - 1];
  return { road, forward: true };
}

/** Streets that are long enough to live in, of the quietest class that has any. */
function homes(town: Town): readonly Road[] {
  for (const roadClass of QUIET) {
    const fits = town.roads.filter((road) => road.roadClass === roadClass && road.lengthM >= HOME_M_MIN);
    if (fits.length > 0) return fits;
  }
  return [];
}

/** A round trip of about `seconds`; null where no street is fit to begin in, or none leads home. */
export function importedTour(town: Town, rng: Rng, seconds: number): Route | null {
  const router = new Router(town);
  const streets = homes(town);
  if (streets.length === 0) return null;
  for (let attempt = 0; attempt < LAPS_MAX; attempt++) {
    const home = drawByLength(streets, rng);
    const passages = lapsFrom(home, town, router, rng, seconds);
    if (passages !== null) return router.route(passages, home.road.lengthM / 2);
  }
  return null;
}

function lapsFrom(home: Passage, town: Town, router: Router, rng: Rng, seconds: number): Passage[] | null {
  let via: Passage[] = [];
  let best: Passage[] | null = null;
  for (let lap = 0; lap < LAPS_MAX; lap++) {
    const longer = [...via, drawByLength(town.roads, rng)];
    const passages = router.roundTrip(home, longer);
    if (passages === null || passages.length < 3) continue;
    via = longer;
    best = passages;
    if (estimateS(passages) >= seconds) break;
  }
  return best;
}
