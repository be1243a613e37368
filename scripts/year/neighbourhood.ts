/** Town, homes, routes and map of a seed: the same for everybody, whoever else there is. */

import type { PlaceOf } from '../../gateway/core/trip-events.ts';
import { roadSourceFromMap } from '../../gateway/map/map-source.ts';
import { placeOf } from '../../gateway/map/place.ts';
import type { RoadAt, RoadSource, TripTrack } from '../../gateway/scoring/closed-trip.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Route } from '../../simulator/route.ts';
import { pickHome, tour } from '../../simulator/tour.ts';
import type { Town } from '../../simulator/town.ts';
import { seededTown } from '../seeded-town.ts';
import { surveyTown } from '../survey.ts';
import { DRIVE_KINDS, type DriveKind } from './calendar-of-drives.ts';

/** Each drive is a round trip from home. */
const DRIVE_S: Readonly<Record<DriveKind, number>> = { commute: 900, errand: 500, leisure: 1500 };
export const HOMES = 8;

export type Routes = Readonly<Record<DriveKind, Route>>;

export class Neighbourhood {
  readonly town: Town;
  readonly roads: RoadSource;
  readonly placeOf: PlaceOf;
  readonly #rng: Rng;
  readonly #routes = new Map<number, Routes>();

  constructor(seed: number) {
    this.town = seededTown(seed);
    this.#rng = Rng.seeded(seed).fork('year');
    const map = surveyTown(this.town);
    this.roads = lookedUpOnce(roadSourceFromMap(map));
    this.placeOf = (latE6, lonE6) => placeOf(map, latE6, lonE6);
  }

  /** From home 0..HOMES-1. */
  routes(home: number): Routes {
    const known = this.#routes.get(home) ?? this.#planned(home);
    this.#routes.set(home, known);
    return known;
  }

  #planned(home: number): Routes {
    const rng = this.#rng.fork(`home ${home}`);
    const street = pickHome(this.town, rng.fork('street'));
    const [commute, errand, leisure] = DRIVE_KINDS.map((kind) =>
      tour(this.town, rng.fork(kind), DRIVE_S[kind], street),
    );
    return { commute, errand, leisure };
  }
}

/** Two scorers look at one track, one after the other. */
function lookedUpOnce(roads: RoadSource): RoadSource {
  let last: TripTrack | null = null;
  let under: readonly (RoadAt | null)[] = [];
  return {
    name: roads.name,
    roadsUnder(track) {
      if (track !== last) under = roads.roadsUnder(track);
      last = track;
      return under;
    },
  };
}
