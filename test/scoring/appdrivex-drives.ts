/** Drives for the rater of AppDriveX, and what it says of them. */

import { appdrivexRater, type TripRating } from '../../gateway/scoring/appdrivex.ts';
import type { PhoneEvent } from '../../gateway/scoring/appdrivex-phone.ts';
import type { HarshKind, RoadAt, TripOccurrence } from '../../gateway/scoring/closed-trip.ts';
import { CALM_MS, constantSpeed, roadsAre, trackAt, tripOf } from './track-maker.ts';

export const RATER = appdrivexRater();
/** Saturday night, 01:00 in Germany. */
export const NIGHT_MS = Date.UTC(2026, 5, 13, 23, 0, 0);
/** Wednesday, 08:00 in Germany. */
export const RUSH_MS = Date.UTC(2026, 5, 10, 6, 0, 0);
/** Sunday, 14:00 in Germany. */
export const SUNDAY_MS = Date.UTC(2026, 5, 14, 12, 0, 0);
export const FOREST: RoadAt = { name: 'L 3159', roadClass: 'rural-main', limitKmh: 100, limitKind: 'limit' };
export const SUBURB: RoadAt = { name: 'Birkenweg', roadClass: 'zone-30', limitKmh: 30, limitKind: 'limit' };

export interface Drive {
  readonly kmh?: number;
  readonly seconds?: number;
  readonly road?: RoadAt | null;
  readonly startMs?: number;
  readonly brakings?: number;
  readonly kind?: HarshKind;
  readonly peak?: number;
  readonly phone?: readonly PhoneEvent[] | null;
  readonly distanceM?: number;
}

export function rate(drive: Drive, rater = RATER): TripRating {
  const {
    kmh = 80,
    seconds = 900,
    road = FOREST,
    startMs = CALM_MS,
    brakings = 0,
    peak = 40,
    kind = 'harsh-braking',
    phone = null,
  } = drive;
  const occurrences = Array.from({ length: brakings }, (_, i): TripOccurrence => {
    return { kind, utcMs: startMs + i * 1000, durationMs: 600, peak, speedDmS: 200 };
  });
  const trip = tripOf(trackAt(constantSpeed(kmh, seconds), startMs), { occurrences, distanceM: drive.distanceM });
  return rater.rate(trip, road === null ? null : roadsAre(road), phone);
}

export function ratingOf(drive: Drive): number {
  return rate(drive).rating ?? Number.NaN;
}
