/** Small tracks and trips for tests, and the only randomness they use. */

import type { ClosedTrip, RoadAt, RoadSource, TripOccurrence, TripTrack } from '../../gateway/scoring/closed-trip.ts';

export interface Sample {
  readonly utcMs: number;
  readonly speedDmS: number;
  readonly latE6?: number;
  readonly lonE6?: number;
  readonly headingDeg?: number;
  /** Default: there is one. */
  readonly fix?: boolean;
  /** Default: the sensor knows the vehicle's axes. */
  readonly mounted?: boolean;
}

/** A Wednesday, 10:00 in Germany: no hour to deduct anything for. */
export const CALM_MS = Date.UTC(2026, 5, 10, 8, 0, 0);
/** Near Hagen. */
export const HOME = { latE6: 51_300_000, lonE6: 7_500_000 } as const;

export function trackOf(samples: readonly Sample[]): TripTrack {
  return {
    count: samples.length,
    utcMs: Float64Array.from(samples, (s) => s.utcMs),
    fix: Uint8Array.from(samples, (s) => (s.fix === false ? 0 : 1)),
    latE6: Int32Array.from(samples, (s) => s.latE6 ?? HOME.latE6),
    lonE6: Int32Array.from(samples, (s) => s.lonE6 ?? HOME.lonE6),
    speedDmS: Int32Array.from(samples, (s) => s.speedDmS),
    headingDeg: Int32Array.from(samples, (s) => s.headingDeg ?? 0),
    vehicleAxes: Uint8Array.from(samples, (s) => (s.mounted === false ? 0 : 1)),
  };
}

/** One sample a second at the given speeds. */
export function trackAt(speedsDmS: readonly number[], startUtcMs = CALM_MS): TripTrack {
  return trackOf(speedsDmS.map((speedDmS, i) => ({ utcMs: startUtcMs + i * 1000, speedDmS })));
}

export function constantSpeed(kmh: number, seconds: number): number[] {
  return new Array<number>(seconds).fill(Math.round(kmh / 0.36));
}

interface TripParts {
  readonly distanceM?: number;
  readonly occurrences?: readonly TripOccurrence[];
  readonly unseen?: Partial<ClosedTrip['unseen']>;
  readonly whole?: boolean;
}

const NONE_UNSEEN = { 'harsh-acceleration': 0, 'harsh-braking': 0, 'harsh-cornering': 0 };

/** A trip with the track's own bounds and length unless said otherwise. */
export function tripOf(track: TripTrack, parts: TripParts = {}): ClosedTrip {
  let metres = 0;
  for (let i = 0; i < track.count; i++) metres += track.speedDmS[i] / 10;
  return {
    id: 'trip-1',
    startUtcMs: track.count === 0 ? CALM_MS : track.utcMs[0],
    endUtcMs: track.count === 0 ? CALM_MS + 600_000 : track.utcMs[track.count - 1] + 1000,
    distanceM: parts.distanceM ?? Math.round(metres),
    track,
    occurrences: parts.occurrences ?? [],
    unseen: { ...NONE_UNSEEN, ...parts.unseen },
    whole: parts.whole ?? true,
  };
}

export const A40: RoadAt = { name: 'A 40', roadClass: 'motorway', limitKmh: null, limitKind: 'advisory' };
export const MAIN_STREET: RoadAt = { name: 'Hauptstraße', roadClass: 'town-main', limitKmh: 50, limitKind: 'limit' };

/** The same road everywhere, or one per sample. */
export function roadsAre(road: RoadAt | null | readonly (RoadAt | null)[]): RoadSource {
  return {
    name: 'map test 1',
    roadsUnder: (track) =>
      Array.from({ length: track.count }, (_, i) => (Array.isArray(road) ? road[i] : (road as RoadAt | null))),
  };
}

/** Numbers in 0..1 by a 32-bit generator (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
