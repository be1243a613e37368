/**
 * The recorded points as columns with nothing missing: speed and heading are derived from positions where the file has
 * none, and the accelerations of a car that moves so are derived from both.
 */

import { atan2, cos, M_PER_DEG, RAD_PER_DEG } from '../../protocol/trig.ts';
import { fillSpeeds, type Positions } from './derived-speed.ts';
import type { RecordedPoint } from './recording.ts';

/** Points farther apart in time are not joined: between them the device has no fix. */
export const JOIN_MS_MAX = 15_000;
/** Beyond what tyres hold: larger values come from errors of the recording. */
const ACCELERATION_M_S2_MAX = 9.8;
/** At 1 Hz a firm stop is one sample wide, so speed is differenced over 2 s and no more (numbers.md 1). */
const SPEED_HALF_WINDOW_MS = 1000;
/** Course is noisier than speed. */
const COURSE_HALF_WINDOW_MS = 1500;
/** Below this the course of a receiver means nothing. */
const COURSE_SPEED_M_S_MIN = 2;
const COURSE_STEP_M_MIN = 3;

export interface Course {
  readonly tMs: Float64Array;
  readonly latDeg: Float64Array;
  /** Continuous over the date line, so that it can leave -180..180. */
  readonly lonDeg: Float64Array;
  readonly speedMS: Float64Array;
  /** 0..360. */
  readonly headingDeg: Float64Array;
  /** NaN where the file has none. */
  readonly altitudeM: Float64Array;
  /** Longitudinal, positive when the car gains speed. */
  readonly forwardMS2: Float64Array;
  /** Lateral, positive in a left turn. */
  readonly leftMS2: Float64Array;
  /** At how many points speed and heading had to be derived. */
  readonly derivedSpeeds: number;
  readonly derivedHeadings: number;
}

const at = (column: Float64Array, index: number): number => column[index] as number;

function column(points: readonly RecordedPoint[], value: (point: RecordedPoint) => number | null): Float64Array {
  return Float64Array.from(points, (point) => value(point) ?? Number.NaN);
}

function withoutDateLine(lonDeg: Float64Array): Float64Array {
  for (let i = 1; i < lonDeg.length; i++) {
    lonDeg[i] = at(lonDeg, i) - 360 * Math.round((at(lonDeg, i) - at(lonDeg, i - 1)) / 360);
  }
  return lonDeg;
}

/** The index nearest before `i` that is at least `halfMs` older, without crossing a gap. */
function windowStart(tMs: Float64Array, i: number, halfMs: number): number {
  let low = i;
  while (low > 0 && at(tMs, i) - at(tMs, low) < halfMs && at(tMs, low) - at(tMs, low - 1) <= JOIN_MS_MAX) low--;
  return low;
}

function windowEnd(tMs: Float64Array, i: number, halfMs: number): number {
  const last = tMs.length - 1;
  let high = i;
  while (high < last && at(tMs, high) - at(tMs, i) < halfMs && at(tMs, high + 1) - at(tMs, high) <= JOIN_MS_MAX) high++;
  return high;
}

/** The slope of a column around each point, per second; 0 for a point that stands alone. */
function slopes(tMs: Float64Array, values: Float64Array, halfMs: number): Float64Array {
  return values.map((_, i) => {
    const low = windowStart(tMs, i, halfMs);
    const high = windowEnd(tMs, i, halfMs);
    return high > low ? ((at(values, high) - at(values, low)) * 1000) / (at(tMs, high) - at(tMs, low)) : 0;
  });
}

/** Clockwise from north; NaN when the car moved too little to tell. */
function positionHeading(course: Positions, i: number): number {
  const low = windowStart(course.tMs, i, SPEED_HALF_WINDOW_MS);
  const high = windowEnd(course.tMs, i, SPEED_HALF_WINDOW_MS);
  const northM = (at(course.latDeg, high) - at(course.latDeg, low)) * M_PER_DEG;
  const eastM =
    (at(course.lonDeg, high) - at(course.lonDeg, low)) * M_PER_DEG * cos(at(course.latDeg, i) * RAD_PER_DEG);
  if (Math.sqrt(northM * northM + eastM * eastM) < COURSE_STEP_M_MIN) return Number.NaN;
  const deg = atan2(eastM, northM) / RAD_PER_DEG;
  return deg < 0 ? deg + 360 : deg;
}

/** NaN takes the value before it, and at the beginning the first one there is; all NaN becomes 0. */
function hold(values: Float64Array): void {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(at(values, i))) values[i] = last;
    else last = at(values, i);
  }
}

/** The signed angle from `fromDeg` to `toDeg` along the shorter arc, -180..180. */
export function shortestArcDeg(fromDeg: number, toDeg: number): number {
  return ((((toDeg - fromDeg + 180) % 360) + 360) % 360) - 180;
}

/**
 * Headings while moving, without steps at north. A turn that no tyre could follow is an error of the recording:
 * such a heading is passed over until enough time has gone by to make it possible.
 */
function believedHeadings(tMs: Float64Array, headingDeg: Float64Array, speedMS: Float64Array): Float64Array {
  const believed = new Float64Array(headingDeg.length).fill(Number.NaN);
  let last = -1;
  for (let i = 0; i < believed.length; i++) {
    if (at(speedMS, i) < COURSE_SPEED_M_S_MIN) continue;
    if (last < 0) believed[i] = at(headingDeg, i);
    else {
      const arcDeg = shortestArcDeg(at(believed, last), at(headingDeg, i));
      const lateralMS = Math.abs(arcDeg) * RAD_PER_DEG * at(speedMS, i);
      if (lateralMS * 1000 > ACCELERATION_M_S2_MAX * (at(tMs, i) - at(tMs, last))) continue;
      believed[i] = at(believed, last) + arcDeg;
    }
    last = i;
  }
  hold(believed);
  return believed;
}

const possible = (mS2: number) => Math.max(-ACCELERATION_M_S2_MAX, Math.min(ACCELERATION_M_S2_MAX, mS2));

export function courseOf(points: readonly RecordedPoint[]): Course {
  const tMs = column(points, (point) => point.tMs);
  const latDeg = column(points, (point) => point.latDeg);
  const lonDeg = withoutDateLine(column(points, (point) => point.lonDeg));
  const positions = { tMs, latDeg, lonDeg };
  const speedMS = column(points, (point) => (point.speedKmh === null ? null : point.speedKmh / 3.6));
  const derivedSpeeds = fillSpeeds(positions, speedMS);
  const headingDeg = column(points, (point) => point.headingDeg);
  let derivedHeadings = 0;
  for (let i = 0; i < headingDeg.length; i++) {
    if (!Number.isNaN(at(headingDeg, i))) continue;
    headingDeg[i] = positionHeading(positions, i);
    derivedHeadings++;
  }
  hold(headingDeg);
  const turnDegS = slopes(tMs, believedHeadings(tMs, headingDeg, speedMS), COURSE_HALF_WINDOW_MS);
  return {
    ...positions,
    speedMS,
    headingDeg,
    altitudeM: column(points, (point) => point.altitudeM),
    forwardMS2: slopes(tMs, speedMS, SPEED_HALF_WINDOW_MS).map(possible),
    // A left turn is counter-clockwise, against the sense of a heading.
    leftMS2: turnDegS.map((degS, i) => possible(-degS * RAD_PER_DEG * at(speedMS, i))),
    derivedSpeeds,
    derivedHeadings,
  };
}
