/**
 * The clock on the wall where the car is, from pinned tables alone: the runtime's own zone and time-zone data
 * have no part in it. Daylight saving is known up to 2037.
 */

import tzLookup from '@photostructure/tz-lookup';
import moment from 'moment-timezone';
import type { TripTrack } from './closed-trip.ts';

/** The package does not say it at run time; a test compares it with what is installed. */
export const ZONE_MAP_VERSION = '11.7.0';

/** Of the tables behind this file, for the version of a score. */
export function zoneTables(): string {
  return `tzdata ${moment.tz.dataVersion}, zone map ${ZONE_MAP_VERSION}`;
}

export function isZone(name: string): boolean {
  return moment.tz.zone(name) !== null;
}

/** Zone of the trip's first position; `fallback` when it has none. */
export function zoneOf(track: TripTrack, fallback: string): string {
  const first = track.fix.subarray(0, track.count).indexOf(1);
  if (first < 0) return fallback;
  const latE6 = track.latE6[first];
  const lonE6 = track.lonE6[first];
  if (Math.abs(latE6) > 90_000_000 || Math.abs(lonE6) > 180_000_000) return fallback;
  const name = tzLookup(latE6 / 1e6, lonE6 / 1e6);
  return isZone(name) ? name : fallback;
}

/** Local minutes since 1970-01-01T00:00 of the zone's own clock. `zone` is a known name. */
export function localMinute(zone: string, utcMs: number): number {
  const table = moment.tz.zone(zone);
  if (table === null) throw new Error(`no such time zone: ${zone}`);
  return Math.floor(utcMs / 60_000) - Math.round(table.utcOffset(utcMs));
}
