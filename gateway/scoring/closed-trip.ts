/** The scoring port: a closed trip in, sub-scores with their explanation out. */

import type { EventKind } from '../../protocol/messages.ts';

/** 1 Hz samples of a whole trip in time order, struct of arrays of length `count`. */
export interface TripTrack {
  readonly count: number;
  readonly utcMs: Float64Array;
  /** 1 where the position columns mean something. */
  readonly fix: Uint8Array;
  readonly latE6: Int32Array;
  readonly lonE6: Int32Array;
  readonly speedDmS: Int32Array;
  readonly headingDeg: Int32Array;
  /** 1 where the sensor knew the vehicle's axes, so that harsh events could be seen at all. */
  readonly vehicleAxes: Uint8Array;
}

export type HarshKind = 'harsh-acceleration' | 'harsh-braking' | 'harsh-cornering';

export interface TripOccurrence {
  readonly kind: EventKind;
  readonly utcMs: number;
  readonly durationMs: number;
  /** 0.01 g for accelerations, 0.1 m/s for speeds. */
  readonly peak: number;
  readonly speedDmS: number;
}

export interface ClosedTrip {
  /** Opaque, unique per gateway deployment. */
  readonly id: string;
  readonly startUtcMs: number;
  readonly endUtcMs: number;
  readonly distanceM: number;
  readonly track: TripTrack;
  /** Ascending in time. */
  readonly occurrences: readonly TripOccurrence[];
  /** Harsh events that the trip's summary counts and no frame that arrived describes. */
  readonly unseen: Readonly<Record<HarshKind, number>>;
  /** False while parts are missing. */
  readonly whole: boolean;
}

export type RoadClass = 'motorway' | 'rural-main' | 'rural-minor' | 'town-main' | 'town-street' | 'zone-30';

/** `limit` is binding, `advisory` is the Richtgeschwindigkeit where no limit is set (C2), `assumed` is a default. */
export type LimitKind = 'limit' | 'advisory' | 'assumed';

/** What is known of the road under one sample. */
export interface RoadAt {
  readonly name: string;
  readonly roadClass: RoadClass | null;
  /** null with kind `advisory`: no limit, the scorer's advisory speed holds. null otherwise: unknown. */
  readonly limitKmh: number | null;
  readonly limitKind: LimitKind;
}

/** The roads under a trip's samples. */
export interface RoadSource {
  /** For people and for the record: which map, which version. */
  readonly name: string;
  /** One entry a sample, null where no road is known. */
  roadsUnder(track: TripTrack): readonly (RoadAt | null)[];
}

export type Criterion = 'speed' | 'acceleration' | 'road' | 'time';

export interface SubScore {
  /** 0..100, or null when there is nothing to judge it by; `why` then says what is missing. */
  readonly value: number | null;
  /** Share of the total in per cent, after weights of missing criteria went to the others. */
  readonly weight: number;
  /** Reasons a person understands, most important first. */
  readonly why: readonly string[];
}

export interface TripScore {
  /** Version of the rules and of each table used. */
  readonly version: string;
  /** 0..100, or null when no criterion has anything to judge by; `why` then says what is missing. */
  readonly total: number | null;
  /** 1..7 by the thresholds of C12/C15; null together with `total`. */
  readonly score: number | null;
  /** What limits the judgement as a whole; empty when nothing does. */
  readonly why: readonly string[];
  readonly subscores: Readonly<Record<Criterion, SubScore>>;
}

export interface Scorer {
  score(trip: ClosedTrip, roads: RoadSource | null): TripScore;
}
