/** What the backend plane says about a trip, with COVESA VSS names where VSS has one. */

import type { ClosedTrip, TripScore } from '../scoring/closed-trip.ts';
import type { EventData, Happening } from './backend.ts';
import { isoUtc } from './iso-utc.ts';
import type { TripRow } from './trips.ts';

/** A municipality or a 5 km grid cell for a position in 1e-6 degree, never an address (C24). */
export type PlaceOf = (latE6: number, lonE6: number) => string;

export interface TripPlaces {
  readonly start: string | null;
  readonly end: string | null;
}

interface Moment {
  readonly time: string | null;
  readonly place: string | null;
}

function moment(utcMs: number | null, place: string | null): Moment {
  return { time: utcMs === null ? null : isoUtc(utcMs), place };
}

export function tripStarted(row: TripRow, startUtcMs: number | null, place: string | null, nowMs: number): Happening {
  const data: EventData = { start: moment(startUtcMs, place) };
  return { type: 'trip.started', device: row.device, identity: row.key, trip: row.key, atMs: nowMs, data };
}

export function tripClosed(row: TripRow, trip: ClosedTrip, places: TripPlaces, nowMs: number): Happening {
  const durationS = Math.max(0, Math.round((trip.endUtcMs - trip.startUtcMs) / 1000));
  const data: EventData = {
    revision: row.revision,
    whole: trip.whole,
    start: moment(trip.startUtcMs, places.start),
    end: moment(trip.endUtcMs, places.end),
    'Vehicle.TripMeterReading': trip.distanceM / 1000,
    'Vehicle.TripDuration': durationS,
    'Vehicle.AverageSpeed': durationS === 0 ? 0 : Math.round((trip.distanceM / durationS) * 36) / 10,
    occurrences: countByKind(trip),
    gaps: gapsIn(trip),
  };
  return { type: 'trip.closed', device: row.device, ...revised(row), atMs: nowMs, data };
}

export function tripScored(row: TripRow, score: TripScore, nowMs: number): Happening {
  const data: EventData = {
    revision: row.revision,
    version: score.version,
    score: score.score,
    total: score.total,
    why: score.why,
    subscores: score.subscores,
  };
  return { type: 'trip.scored', device: row.device, ...revised(row), atMs: nowMs, data };
}

function revised(row: TripRow): { identity: string; trip: string } {
  return { identity: `${row.key}/${row.revision}`, trip: row.key };
}

function countByKind(trip: ClosedTrip): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of trip.occurrences) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const [kind, count] of Object.entries(trip.unseen)) if (count > 0) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}

/** decisions.md E47: a trip goes on over a shorter gap than this as if nothing was; a longer one is marked. */
const GAP_MS = 300_000;

/** Times without samples, in seconds. */
function gapsIn({ track }: ClosedTrip): { afterS: number; lastedS: number }[] {
  const gaps: { afterS: number; lastedS: number }[] = [];
  for (let i = 1; i < track.count; i++) {
    const lastedMs = track.utcMs[i] - track.utcMs[i - 1];
    if (lastedMs < GAP_MS) continue;
    const afterMs = track.utcMs[i - 1] - track.utcMs[0];
    gaps.push({ afterS: Math.round(afterMs / 1000), lastedS: Math.round(lastedMs / 1000) });
  }
  return gaps;
}
