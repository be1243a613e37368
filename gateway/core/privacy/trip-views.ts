/** Trips as each audience sees them. All of it is projected, so that a fact that is added here still does not leave. */

import type { ClosedTrip, TripScore } from '../../scoring/closed-trip.ts';
import { APPDRIVEX_TERMS } from '../../tariffs/appdrivex-terms.ts';
import { pointsFor } from '../../tariffs/points.ts';
import { isoUtc } from '../iso-utc.ts';
import type { PlaceOf } from '../trip-events.ts';
import { type Facts, project, VIEWS, type ViewName } from './view.ts';

export interface SeenTrip {
  readonly trip: ClosedTrip;
  readonly score: TripScore;
  /** 0..100 by AppDriveX, or null. */
  readonly rating: number | null;
  /** Pseudonyms for the one who looks: of the device, and of the trip. */
  readonly subject: string;
  readonly tripId: string;
}

/** Rows of a view; AppDriveX has one for all trips together. */
export function rowsOf(name: ViewName, trips: readonly SeenTrip[], placeOf: PlaceOf): readonly Facts[] {
  const { items } = VIEWS[name];
  if (name === 'insurer-appdrivex') return [project(items, sumOf(trips))];
  return trips.map((trip) => project(items, factsOf(trip, placeOf)));
}

function factsOf({ trip, score, subject, tripId }: SeenTrip, placeOf: PlaceOf): Facts {
  const { track, startUtcMs, endUtcMs } = trip;
  const at = (i: number): string | null => (i < 0 ? null : placeOf(track.latE6[i], track.lonE6[i]));
  return {
    ...score,
    subject,
    tripId,
    start: { time: isoUtc(startUtcMs), place: at(track.fix.indexOf(1)) },
    end: { time: isoUtc(endUtcMs), place: at(track.fix.lastIndexOf(1)) },
    km: Math.round(trip.distanceM / 100) / 10,
    occurrences: countsOf(trip),
  };
}

/** Harsh events by kind, those included whose frames were given up. */
export function countsOf({ occurrences, unseen }: ClosedTrip): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of occurrences) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const [kind, count] of Object.entries(unseen)) if (count > 0) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}

function sumOf(trips: readonly SeenTrip[]): Facts {
  let metres = 0;
  let ratedM = 0;
  let rated = 0;
  let points = 0;
  for (const { trip, rating } of trips) {
    metres += trip.distanceM;
    const earned = pointsFor({ ...trip, rating }, [], APPDRIVEX_TERMS);
    if (rating === null || !earned.ok) continue;
    points += earned.value.points;
    ratedM += trip.distanceM;
    rated += rating * trip.distanceM;
  }
  const total = ratedM === 0 ? null : Math.round(rated / ratedM);
  return { trips: trips.length, km: Math.floor(metres / 1000), total, points };
}
