/** Which roads a drive shall see: round trips of a wanted length from a home in a 30-zone. */

import type { Rng } from './rng.ts';
import { estimateS, type Passage, type Route, Router } from './route.ts';
import type { Road, Town } from './town.ts';

type Lap = 'autobahn' | 'south' | 'country' | 'streets';

/** Below this a drive stays in and around the town. */
const AUTOBAHN_FROM_S = 400;
const MAX_LAPS = 40;
/** Tours that are drawn; the one whose length comes closest is driven. */
const CANDIDATES = 8;

function pick(rng: Rng, roads: readonly Road[]): Passage {
  const road = roads[rng.int(roads.length)];
  return { road, forward: road.oneWay || rng.chance(0.5) };
}

function lapVia(town: Town, rng: Rng, lap: Lap): Passage[] {
  const of = (fits: (road: Road) => boolean): Passage => pick(rng, town.roads.filter(fits));
  switch (lap) {
    case 'autobahn':
      return [of((r) => r.limitKmh === null)];
    case 'south':
      return [of((r) => r.name === 'A 40' && r.limitKmh === 100)];
    case 'country':
      return [of((r) => r.roadClass === 'rural-minor' && r.name === 'K 22')];
    case 'streets':
      return [of((r) => r.roadClass === 'town-street'), of((r) => r.name === 'Bahnhofstraße')];
  }
}

function drawTour(town: Town, router: Router, rng: Rng, seconds: number, home: Passage): Passage[] | null {
  const laps: readonly Lap[] = ['autobahn', 'south', 'country', 'streets', 'streets'];
  let via = lapVia(town, rng, seconds >= AUTOBAHN_FROM_S ? 'autobahn' : 'streets');
  let passages = router.roundTrip(home, via);
  for (let lap = 0; lap < MAX_LAPS && passages !== null && estimateS(passages) < 0.92 * seconds; lap++) {
    via = [...via, ...lapVia(town, rng, laps[rng.int(laps.length)])];
    passages = router.roundTrip(home, via);
  }
  return passages;
}

/**
 * A round trip of about `seconds`. From 400 s on its first lap has a 30-zone, the town, rural roads and the Autobahn in it.
 * It ends where it began, so that drives can follow each other.
 */
export function tour(town: Town, rng: Rng, seconds: number, home: Passage): Route {
  const router = new Router(town);
  const farS = (passages: readonly Passage[]): number => Math.abs(estimateS(passages) - seconds);
  let best: Passage[] | null = null;
  for (let i = 0; i < CANDIDATES; i++) {
    const drawn = drawTour(town, router, rng, seconds, home);
    if (drawn !== null && (best === null || farS(drawn) < farS(best))) best = drawn;
  }
  if (best === null) throw new Error(`no round trip from ${home.road.name} was found`);
  return router.route(best, home.road.lengthM / 2);
}

/**
 * A parking place: the middle of a road in the 30-zone on the side of the Autobahn (from the other side one lap takes
 * 800 s), with the direction in which the car stands.
 */
export function pickHome(town: Town, rng: Rng): Passage {
  return pick(
    rng,
    town.roads.filter((r) => r.roadClass === 'zone-30' && town.junctions[r.from].xM > 0),
  );
}

/** Routes from several homes, shared by a fleet; independent of how many cars there are. */
export function routePool(town: Town, rng: Rng, seconds: number, size: number): readonly Route[] {
  return Array.from({ length: size }, (_, i) => {
    const own = rng.fork(`route ${i}`);
    return tour(town, own, seconds, pickHome(town, own));
  });
}
