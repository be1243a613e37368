/** Time of day (C7): the mean of the bands' values, by distance, on the clock of where the car is. */

import type { ClosedTrip } from './closed-trip.ts';
import type { FahrstilConfig, TimeBand } from './config.ts';
import type { Exposure } from './exposure.ts';
import { localMinute, zoneOf } from './local-time.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { share } from './wording.ts';

const DAY_MIN = 1440;
const MIN_MS = 60_000;
/** A trip without positions is looked at for no longer, whatever bounds it claims. */
const BOUNDS_MS_MAX = 7 * DAY_MIN * MIN_MS;
const SATURDAY = 5;
/** 1970-01-01 was a Thursday; 0 is Monday. */
const FIRST_WEEKDAY = 3;

const BAND_WORDS: Readonly<Record<TimeBand, string>> = {
  day: 'by day or in the evening',
  early: 'early in the morning',
  peak: 'in the weekday rush hours',
  night: 'at night',
  'weekend-night': 'in a weekend night',
};

function modulo(dividend: number, divisor: number): number {
  return ((dividend % divisor) + divisor) % divisor;
}

/** `localMin`: minutes since 1970-01-01T00:00 on the local clock. */
export function bandOf(localMin: number, config: FahrstilConfig): TimeBand {
  const minute = modulo(localMin, DAY_MIN);
  const weekday = modulo(Math.floor(localMin / DAY_MIN) + FIRST_WEEKDAY, 7);
  const nightThatBeganOn = (day: number): TimeBand => (config.weekendNights.includes(day) ? 'weekend-night' : 'night');
  if (minute < config.nightToMin) return nightThatBeganOn(modulo(weekday - 1, 7));
  if (minute >= config.nightFromMin) return nightThatBeganOn(weekday);
  if (minute < config.earlyToMin) return 'early';
  if (weekday >= SATURDAY) return 'day';
  return config.peaksMin.some(([from, to]) => minute >= from && minute < to) ? 'peak' : 'day';
}

class TimeTally {
  readonly byBand = new Map<TimeBand, number>();
  all = 0;
  readonly #zone: string;
  readonly #config: FahrstilConfig;
  #utcMin = -1;
  #band: TimeBand = 'day';

  constructor(zone: string, config: FahrstilConfig) {
    this.#zone = zone;
    this.#config = config;
  }

  add(utcMs: number, weight: number): void {
    const utcMin = Math.floor(utcMs / MIN_MS);
    if (utcMin !== this.#utcMin) {
      this.#utcMin = utcMin;
      this.#band = bandOf(localMinute(this.#zone, utcMin * MIN_MS), this.#config);
    }
    this.byBand.set(this.#band, (this.byBand.get(this.#band) ?? 0) + weight);
    this.all += weight;
  }
}

/** By the samples' distance; where the track shows none, by the minutes from start to end. */
function tally(trip: ClosedTrip, exposure: Exposure, zone: string, config: FahrstilConfig): TimeTally {
  const time = new TimeTally(zone, config);
  if (exposure.totalCm > 0) {
    for (let i = 0; i < trip.track.count; i++) if (exposure.cm[i] > 0) time.add(trip.track.utcMs[i], exposure.cm[i]);
  } else {
    const endUtcMs = Math.min(trip.endUtcMs, trip.startUtcMs + BOUNDS_MS_MAX);
    for (let utcMs = trip.startUtcMs; utcMs < endUtcMs; utcMs += MIN_MS) time.add(utcMs, 1);
  }
  return time;
}

export function judgeTime(trip: ClosedTrip, exposure: Exposure, config: FahrstilConfig): Verdict {
  const zone = zoneOf(trip.track, config.defaultZone);
  const { byBand, all } = tally(trip, exposure, zone, config);
  if (all === 0) return nothing('neither positions nor the bounds of this trip say when it was driven');
  let sum = 0;
  for (const [band, weight] of byBand) sum += weight * config.timeValues[band];
  const costliestFirst = [...byBand].sort(
    ([a, aw], [b, bw]) => (100 - config.timeValues[b]) * bw - (100 - config.timeValues[a]) * aw || bw - aw,
  );
  return {
    value: divideRounded(sum, all),
    why: [
      ...costliestFirst.map(([band, weight]) => `${share(weight, all)} ${BAND_WORDS[band]}`),
      `by the clock of ${zone}`,
    ],
  };
}
