/**
 * What remains of a trip when it is made anonymous (C59, C61): no id and none in its place, no start and end, no
 * track, times to the hour. Equal rows are counted, not listed, so that not even their order says who drove.
 */

import type { ClosedTrip, TripScore } from '../../scoring/closed-trip.ts';
import { isoUtc } from '../iso-utc.ts';
import { countsOf } from './trip-views.ts';

export interface StatisticsRow {
  /** `2026-09-30T07`, UTC. */
  readonly hour: string;
  readonly km: number;
  readonly accelerations: number;
  readonly brakings: number;
  readonly cornerings: number;
  /** 1..7; 0 where nothing could be judged. */
  readonly score: number;
  readonly trips: number;
}

const HOUR_CHARS = 'yyyy-mm-ddThh'.length;

export function statisticsOf(trip: ClosedTrip, { score }: TripScore): StatisticsRow {
  const counts = countsOf(trip);
  return {
    hour: isoUtc(trip.startUtcMs).slice(0, HOUR_CHARS),
    km: Math.round(trip.distanceM / 1000),
    accelerations: counts['harsh-acceleration'] ?? 0,
    brakings: counts['harsh-braking'] ?? 0,
    cornerings: counts['harsh-cornering'] ?? 0,
    score: score ?? 0,
    trips: 1,
  };
}

/** Two rows with the same text are the same row. */
export function statisticsKey({ hour, km, accelerations, brakings, cornerings, score }: StatisticsRow): string {
  return [hour, km, accelerations, brakings, cornerings, score].join(' ');
}
