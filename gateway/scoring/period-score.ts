/**
 * The score of a period from its trips (C1, C6, C12..C18, C22).
 *
 * Speed, road type and time are the mean of the trips' sub-scores by distance. Harsh events are judged anew over the
 * whole distance, with their places along it, so that what is isolated in a year is forgiven in a year. A period is
 * a set of trips: their order, how often one comes, and how the period was split while it was gathered are
 * irrelevant. Trips that cannot be right are set aside with a reason, and the others count.
 */

import { type HarshEvent, judgeHarshEvents } from './acceleration.ts';
import type { Criterion, SubScore } from './closed-trip.ts';
import { FAHRSTIL_DEFAULTS, type FahrstilConfig } from './config.ts';
import type { PeriodTrip } from './period-trip.ts';
import { combine } from './total.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { duration, kilometres } from './wording.ts';

export interface PeriodRules {
  /** A trip that is longer is set aside: nobody drives for so long without a stop. */
  readonly tripMsMax: number;
  /** Trips of one car may overlap by so much, which clocks explain. */
  readonly overlapMsMax: number;
}

export const PERIOD_RULES: PeriodRules = Object.freeze({ tripMsMax: 24 * 3_600_000, overlapMsMax: 120_000 });

export interface PeriodScore {
  /** 0..100, or null when nothing could be judged. */
  readonly total: number | null;
  /** 1..7, null together with `total`. */
  readonly score: number | null;
  readonly subscores: Readonly<Record<Criterion, SubScore>>;
  /** Trips that count. */
  readonly trips: number;
  readonly distanceM: number;
  /** Of it, with sufficient data: harsh events could be seen as well (C18). */
  readonly sufficientM: number;
  readonly setAside: readonly { readonly id: string; readonly reason: string }[];
  /** Of the rules and tables behind the trips, ascending. */
  readonly versions: readonly string[];
}

function text(trip: PeriodTrip): string {
  const { values, events } = trip;
  const fields = [trip.startUtcMs, trip.endUtcMs, trip.distanceM, trip.seenM, trip.version];
  return JSON.stringify([
    ...fields,
    values.speed,
    values.road,
    values.time,
    events.map((e) => [e.atM, e.kind, e.peakCg]),
  ]);
}

/** Of two accounts of one trip the later one, which knows more of it: a trip grows while frames arrive late. */
function fuller(a: PeriodTrip, b: PeriodTrip): PeriodTrip {
  const more = a.distanceM - b.distanceM || a.endUtcMs - b.endUtcMs;
  if (more !== 0) return more > 0 ? a : b;
  return text(a) >= text(b) ? a : b;
}

function byTime(a: PeriodTrip, b: PeriodTrip): number {
  if (a.startUtcMs !== b.startUtcMs) return a.startUtcMs - b.startUtcMs;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

type Sorted = Pick<PeriodScore, 'setAside'> & { readonly good: readonly PeriodTrip[] };

function faultOf({ startUtcMs, endUtcMs, distanceM }: PeriodTrip, { tripMsMax }: PeriodRules): string | null {
  if (!(distanceM > 0)) return `it is ${distanceM} m long`;
  if (!(endUtcMs > startUtcMs)) return 'it ends before it begins';
  const ms = endUtcMs - startUtcMs;
  return ms > tripMsMax ? `it lasts for ${duration(ms)}, longer than ${duration(tripMsMax)}` : null;
}

function sorted(trips: Iterable<PeriodTrip>, rules: PeriodRules): Sorted {
  const good: PeriodTrip[] = [];
  const setAside: { id: string; reason: string }[] = [];
  let last: PeriodTrip | null = null;
  for (const trip of [...trips].sort(byTime)) {
    const fault = faultOf(trip, rules);
    const overlaps: boolean = last !== null && last.endUtcMs - trip.startUtcMs > rules.overlapMsMax;
    if (fault !== null) setAside.push({ id: trip.id, reason: fault });
    else if (overlaps) setAside.push({ id: trip.id, reason: `it begins while ${last?.id} lasts` });
    else {
      good.push(trip);
      last = trip;
    }
  }
  return { good, setAside };
}

function meanOf(trips: readonly PeriodTrip[], criterion: 'speed' | 'road' | 'time'): Verdict {
  let sum = 0;
  let metres = 0;
  let count = 0;
  let lowest = 100;
  for (const { values, distanceM } of trips) {
    const value = values[criterion];
    if (value === null) continue;
    sum += value * distanceM;
    metres += distanceM;
    count++;
    lowest = Math.min(lowest, value);
  }
  if (count === 0) return nothing('no trip of this period could be judged by it');
  const value = divideRounded(sum, metres);
  const trip = count === 1 ? 'one trip' : `${count} trips`;
  return { value, why: [`${value} on average over ${kilometres(metres)} in ${trip}, ${lowest} at the lowest`] };
}

/** Events of all trips with their places along the period. */
function eventsOf(trips: readonly PeriodTrip[]): HarshEvent[] {
  const events: HarshEvent[] = [];
  let offsetM = 0;
  for (const trip of trips) {
    for (const event of trip.events) events.push({ ...event, atM: offsetM + event.atM });
    offsetM += trip.distanceM;
  }
  return events;
}

export class Period {
  readonly #trips = new Map<string, PeriodTrip>();

  add(trip: PeriodTrip): this {
    const known = this.#trips.get(trip.id);
    this.#trips.set(trip.id, known === undefined ? trip : fuller(known, trip));
    return this;
  }

  /** Takes in what another part of the same period has gathered. */
  join(other: Period): this {
    for (const trip of other.#trips.values()) this.add(trip);
    return this;
  }

  score(config: FahrstilConfig = FAHRSTIL_DEFAULTS, rules: PeriodRules = PERIOD_RULES): PeriodScore {
    const { good, setAside } = sorted(this.#trips.values(), rules);
    const judged = good.filter(({ distanceM }) => distanceM >= config.tripMMin);
    let distanceM = 0;
    let sufficientM = 0;
    for (const trip of judged) {
      distanceM += trip.distanceM;
      sufficientM += trip.seenM;
    }
    const acceleration =
      sufficientM === 0
        ? nothing('no trip of this period shows harsh events')
        : judgeHarshEvents(eventsOf(judged), sufficientM, config);
    const combined = combine(
      { speed: meanOf(judged, 'speed'), acceleration, road: meanOf(judged, 'road'), time: meanOf(judged, 'time') },
      config,
    );
    const versions = [...new Set(judged.map(({ version }) => version))].sort();
    return { ...combined, trips: judged.length, distanceM, sufficientM, setAside, versions };
  }
}
