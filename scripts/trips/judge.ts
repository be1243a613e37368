/** What came out of the chain against what really happened: number, times, kilometres, and what must be reported. */

import type { TrueDrive } from '../../simulator/trip-stories-feed.ts';
import { compare, type TrueTrip } from './compare.ts';
import type { FeedResult, FoundTrip } from './run-feed.ts';

/** The line is sampled each 100 ms, and a boot in the middle of a second sees the next one first. */
const START_MS_MAX = 2_500;
/** A starter that is tried again and again is one, for the firmware, within 15 s. */
const ATTEMPT_MS_MAX = 16_000;
/** The last light may be the standstill of the parking. Rest begins when the battery's surface charge is gone. */
const END_MS_MAX = 60_000;
const DISTANCE_SHARE_MAX = 0.03;
const DISTANCE_M_MAX = 60;

export interface Expectation {
  readonly name: string;
  readonly trips: number;
  /** How often `carried` is to be reported, in each run. */
  readonly carried: number;
  /** A brown-out in it must be marked. */
  readonly gap?: boolean;
  /** From the first attempt of the starter to the one that starts the engine. */
  readonly attemptsMs?: number;
  /** How much later than that the trip may begin; default 0. */
  readonly startLateMs?: number;
}

export interface Run {
  readonly seed: number;
  readonly startUtcMs: number;
  /** Trips that begin earlier in the feed do not count. */
  readonly countFromMs: number;
  /** One a trip. */
  readonly drives: readonly TrueDrive[];
  readonly result: FeedResult;
}

export interface StoryResult {
  readonly name: string;
  readonly seeds: number;
  readonly expected: number;
  /** How many were found, seed by seed. */
  readonly trips: readonly number[];
  readonly merged: number;
  readonly split: number;
  /** How often a movement was reported as `carried`, over all seeds. */
  readonly carried: number;
  readonly powerGaps: number;
  /** The worst over all trips. */
  readonly startErrorMs: number;
  readonly endErrorMs: number;
  readonly distanceErrorM: number;
  /** What is wrong, in words. */
  readonly faults: readonly string[];
  readonly ok: boolean;
}

interface StoryTrip extends TrueTrip {
  readonly distanceM: number;
  readonly unseenM: number;
}

export class Judge {
  private readonly expected: Expectation;
  private readonly counts: number[] = [];
  private readonly faults: string[] = [];
  private merged = 0;
  private split = 0;
  private carried = 0;
  private powerGaps = 0;
  private startErrorMs = 0;
  private endErrorMs = 0;
  private distanceErrorM = 0;

  constructor(expected: Expectation) {
    this.expected = expected;
  }

  take({ seed, startUtcMs, countFromMs, drives, result }: Run): void {
    const { expected } = this;
    if (drives.length !== expected.trips) throw new Error(`${expected.name}: the script makes ${drives.length} trips`);
    const truth = drives.map(({ startMs, endMs, ...rest }, i): StoryTrip => {
      return { id: `${i + 1}`, startUtcMs: startUtcMs + startMs, endUtcMs: startUtcMs + endMs, ...rest };
    });
    // What is far too early was put there by a wrong clock, and counts.
    const [fromMs, toMs] = [startUtcMs - 60_000, startUtcMs + countFromMs];
    const found = result.trips.filter((trip) => trip.startUtcMs < fromMs || trip.startUtcMs >= toMs);
    const { merged, split, missing, extra } = compare(truth, found);
    this.counts.push(found.length);
    this.merged += merged;
    this.split += split;
    this.expect(seed, merged === 0, `${merged} merged`);
    this.expect(seed, split === 0, `${split} split`);
    this.expect(seed, missing.length === 0, `not found: trip ${missing.map(({ id }) => id).join(', ')}`);
    this.expect(seed, extra === 0, `${extra} found where there was none`);
    this.countOccurrences(seed, result);
    if (found.length !== truth.length) return;
    truth.forEach((real, i) => {
      this.measure(seed, real, found[i]);
    });
  }

  result(): StoryResult {
    const { expected, counts, faults, merged, split, carried, powerGaps } = this;
    return {
      name: expected.name,
      seeds: counts.length,
      expected: expected.trips,
      trips: counts,
      merged,
      split,
      carried,
      powerGaps,
      startErrorMs: this.startErrorMs,
      endErrorMs: this.endErrorMs,
      distanceErrorM: Math.round(this.distanceErrorM),
      faults,
      ok: faults.length === 0,
    };
  }

  private countOccurrences(seed: number, { occurrences }: FeedResult): void {
    const carried = occurrences.get('carried') ?? 0;
    const gaps = occurrences.get('power-gap') ?? 0;
    this.carried += carried;
    this.powerGaps += gaps;
    this.expect(seed, carried === this.expected.carried, `carried ${carried} times`);
    this.expect(seed, this.expected.gap !== true || gaps > 0, 'no gap marked');
  }

  private measure(seed: number, real: StoryTrip, found: FoundTrip): void {
    const { attemptsMs = 0, startLateMs = 0 } = this.expected;
    const startMs = found.startUtcMs - real.startUtcMs - attemptsMs;
    const endMs = found.endUtcMs - real.endUtcMs;
    const distanceM = found.km * 1000 - real.distanceM;
    this.startErrorMs = Math.max(this.startErrorMs, Math.abs(startMs));
    this.endErrorMs = Math.max(this.endErrorMs, Math.abs(endMs));
    this.distanceErrorM = Math.max(this.distanceErrorM, Math.abs(distanceM));
    const earlyMs = attemptsMs > 0 ? ATTEMPT_MS_MAX : START_MS_MAX;
    const inTime = startMs >= -earlyMs && startMs <= START_MS_MAX + startLateMs;
    this.expect(seed, inTime, `trip ${real.id} begins ${startMs} ms late`);
    this.expect(seed, Math.abs(endMs) <= END_MS_MAX, `trip ${real.id} ends ${endMs} ms late`);
    // Where no satellite is seen the way between two solutions is taken as straight.
    const allowedM = DISTANCE_M_MAX + DISTANCE_SHARE_MAX * real.distanceM + real.unseenM;
    const said = `trip ${real.id} is ${Math.round(distanceM)} m too long`;
    this.expect(seed, Math.abs(distanceM) <= allowedM, said);
  }

  private expect(seed: number, holds: boolean, fault: string): void {
    if (!holds) this.faults.push(`seed ${seed}: ${fault}`);
  }
}
