/** What a period has to know of a closed, scored trip: a few numbers instead of its track. */

import { type HarshEvent, harshEventsOf } from './acceleration.ts';
import type { ClosedTrip, Criterion, TripScore } from './closed-trip.ts';
import { exposureOf } from './exposure.ts';
import { seenDistance } from './seen.ts';

export interface PeriodTrip {
  readonly id: string;
  readonly startUtcMs: number;
  readonly endUtcMs: number;
  readonly distanceM: number;
  /** Of it, driven while harsh events could be seen. */
  readonly seenM: number;
  /** 0..100, or null where there was nothing to judge by. */
  readonly values: Readonly<Record<Exclude<Criterion, 'acceleration'>, number | null>>;
  /** Judged anew for the whole period (C6, C22); `atM` is counted from the trip's start. */
  readonly events: readonly HarshEvent[];
  /** Of the rules and tables that judged the trip. */
  readonly version: string;
}

export function periodTripOf(trip: ClosedTrip, score: TripScore): PeriodTrip {
  const { id, startUtcMs, endUtcMs, distanceM } = trip;
  const { speed, road, time, acceleration } = score.subscores;
  const exposure = exposureOf(trip.track);
  const seen = acceleration.value !== null;
  return {
    id,
    startUtcMs,
    endUtcMs,
    distanceM,
    seenM: seen ? seenDistance(trip, exposure) : 0,
    values: { speed: speed.value, road: road.value, time: time.value },
    events: seen ? harshEventsOf(trip, exposure) : [],
    version: score.version,
  };
}
