/**
 * Puts a recorded drive on the sensor's inputs, second by second. What the file lacks is derived, and `derived` says so.
 *
 * A gap of up to 15 s is bridged in a straight line; in a longer one there is no fix; one over 10 min is a parked car.
 */

import type { GnssFix } from '../../firmware/hal.ts';
import type { SensorFeed, SensorSecond } from '../feed.ts';
import { utcOffsetMs } from './calendar.ts';
import { type Course, courseOf, JOIN_MS_MAX, shortestArcDeg } from './course.ts';
import { Cursor } from './cursor.ts';
import { playbackNotes } from './playback-notes.ts';
import { type AccelerationSource, DerivedAcceleration, ResampledAcceleration } from './played-acceleration.ts';
import { DerivedSupply, RecordedSupply, type SupplySource } from './played-supply.ts';
import type { RecordedAcceleration, Recording } from './recording.ts';
import { withoutStrays } from './stray-points.ts';
import { type AccelerationExtent, type Span, timelineOf } from './timeline.ts';

const ACCURACY_CM = 300;
/** A point that stands alone is shown at the first full second after it. */
const ALONE_MS_MAX = 1000;

const at = (column: Float64Array, index: number): number => column[index] as number;

function extentOf(acceleration: RecordedAcceleration | null): AccelerationExtent | null {
  const firstMs = acceleration?.tMs[0];
  const lastMs = acceleration?.tMs.at(-1);
  return firstMs === undefined || lastMs === undefined ? null : { firstMs, lastMs };
}

export class Playback implements SensorFeed {
  /** Which signals are not the file's own, and where they come from. */
  readonly derived: readonly string[];
  /** How often `fill` will return true. */
  readonly totalSeconds: number;
  /** UTC at the beginning of the first second; for a file without a date the stated fixed instant. */
  readonly startUtcMs: number;
  /** UTC at the end of the second that was filled last. */
  utcMs: number;

  readonly #course: Course;
  readonly #spans: readonly Span[];
  readonly #utcOffsetMs: number;
  readonly #acceleration: AccelerationSource;
  readonly #supply: SupplySource;
  readonly #cursor: Cursor;
  #span = 0;
  #second = 0;

  /** The recording needs at least one point; every reader sees to that. */
  constructor(recording: Recording) {
    if (recording.points.length === 0) throw new Error(`${recording.name} has no points`);
    const course = courseOf(withoutStrays(recording.points));
    const timeline = timelineOf(course, extentOf(recording.acceleration));
    this.#course = course;
    this.#cursor = new Cursor(course.tMs);
    this.#spans = timeline.spans;
    this.#utcOffsetMs = utcOffsetMs(recording);
    this.#acceleration = recording.acceleration
      ? new ResampledAcceleration(recording.acceleration)
      : new DerivedAcceleration(course);
    const hasSupply = recording.points.some((point) => point.supplyV !== null);
    this.#supply = hasSupply ? new RecordedSupply(recording.points) : new DerivedSupply();
    this.derived = playbackNotes(recording, course, timeline);
    this.totalSeconds = timeline.spans.reduce((sum, span) => sum + span.seconds, 0);
    this.startUtcMs = (timeline.spans[0]?.startMs ?? 0) + this.#utcOffsetMs;
    this.utcMs = this.startUtcMs;
  }

  fill(second: SensorSecond): boolean {
    let span = this.#spans[this.#span];
    while (span && this.#second >= span.seconds) {
      span = this.#spans[++this.#span];
      this.#second = 0;
    }
    if (!span) return false;
    const startMs = span.startMs + this.#second * 1000;
    this.#acceleration.fill(second.axesMg, startMs, span);
    this.#supply.fill(second.supplyMv, startMs, span, this.#second);
    second.fix = this.#fixAt(startMs + 1000, span);
    second.powered = true;
    this.utcMs = startMs + 1000 + this.#utcOffsetMs;
    this.#second++;
    return true;
  }

  #fixAt(ms: number, span: Span): GnssFix | null {
    if (span.kind === 'lead-in' || span.kind === 'parked') return this.#fix(ms, span.point, span.point, 0, true);
    if (span.kind !== 'recorded') return null;
    const i = this.#cursor.seek(ms);
    if (i < 0) return null;
    const { tMs } = this.#course;
    const sinceMs = ms - at(tMs, i);
    const gapMs = at(tMs, i + 1) - at(tMs, i);
    if (gapMs <= JOIN_MS_MAX) return this.#fix(ms, i, i + 1, sinceMs / gapMs, false);
    return sinceMs < ALONE_MS_MAX ? this.#fix(ms, i, i, 0, false) : null;
  }

  /** The state `share` of the way from point `a` to point `b`. */
  #fix(ms: number, a: number, b: number, share: number, stands: boolean): GnssFix {
    const { latDeg, lonDeg, speedMS, headingDeg, altitudeM } = this.#course;
    const between = (column: Float64Array) => at(column, a) + (at(column, b) - at(column, a)) * share;
    const heading = at(headingDeg, a) + shortestArcDeg(at(headingDeg, a), at(headingDeg, b)) * share;
    const altitude = Number.isNaN(between(altitudeM)) ? at(altitudeM, a) : between(altitudeM);
    const lonE7 = Math.round(between(lonDeg) * 1e7);
    return {
      latE7: Math.round(between(latDeg) * 1e7),
      lonE7: lonE7 - 3.6e9 * Math.round(lonE7 / 3.6e9),
      speedCmS: stands ? 0 : Math.round(between(speedMS) * 100),
      headingCdeg: (Math.round(heading * 100) + 36_000) % 36_000,
      altitudeM: Number.isNaN(altitude) ? 0 : Math.round(altitude),
      accuracyCm: ACCURACY_CM,
      utcMs: ms + this.#utcOffsetMs,
    };
  }
}
