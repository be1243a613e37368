/** The last step of every reader: sorted points, one an instant, with a remark for each repair. */

import { distanceM } from '../../protocol/trig.ts';
import type { RecordedPoint } from './recording.ts';

/** Faster than any car: such a step is kept, for the device would see it too, but it is named. */
const JUMP_M_S = 100;

export type RawPoint = Partial<RecordedPoint> & Pick<RecordedPoint, 'tMs' | 'latDeg' | 'lonDeg'>;

/** False for coordinates off the globe, and for 0,0, which loggers write when they have no position. */
export function isPosition(latDeg: number | null, lonDeg: number | null): boolean {
  if (latDeg === null || lonDeg === null) return false;
  return Math.abs(latDeg) <= 90 && Math.abs(lonDeg) <= 180 && (latDeg !== 0 || lonDeg !== 0);
}

/** 0..360 without 360; a heading within it keeps its bits. */
function wrappedDeg(deg: number): number {
  return deg >= 0 && deg < 360 ? deg : ((deg % 360) + 360) % 360;
}

export function pointOf(raw: RawPoint): RecordedPoint {
  const headingDeg = raw.headingDeg ?? null;
  const speedKmh = raw.speedKmh ?? null;
  return {
    tMs: raw.tMs,
    latDeg: raw.latDeg,
    lonDeg: raw.lonDeg,
    speedKmh: speedKmh === null || speedKmh < 0 ? null : speedKmh,
    headingDeg: headingDeg === null ? null : wrappedDeg(headingDeg),
    altitudeM: raw.altitudeM ?? null,
    supplyV: raw.supplyV ?? null,
    limitKmh: raw.limitKmh ?? null,
    roadClass: raw.roadClass ?? null,
  };
}

/** What the first point lacks is taken from its duplicate. */
function merged(a: RecordedPoint, b: RecordedPoint): RecordedPoint {
  return {
    tMs: a.tMs,
    latDeg: a.latDeg,
    lonDeg: a.lonDeg,
    speedKmh: a.speedKmh ?? b.speedKmh,
    headingDeg: a.headingDeg ?? b.headingDeg,
    altitudeM: a.altitudeM ?? b.altitudeM,
    supplyV: a.supplyV ?? b.supplyV,
    limitKmh: a.limitKmh ?? b.limitKmh,
    roadClass: a.roadClass ?? b.roadClass,
  };
}

function jumps(points: readonly RecordedPoint[]): number {
  let count = 0;
  let before: RecordedPoint | undefined;
  for (const point of points) {
    if (before) {
      const stepM = distanceM(before.latDeg, before.lonDeg, point.latDeg, point.lonDeg);
      if (stepM * 1000 > JUMP_M_S * (point.tMs - before.tMs)) count++;
    }
    before = point;
  }
  return count;
}

/** "1 line", "2 lines". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Sorts, removes duplicate instants and appends to `remarks` what was done. */
export function tidyPoints(raw: readonly RawPoint[], remarks: string[]): RecordedPoint[] {
  let backwards = 0;
  for (let i = 1; i < raw.length; i++) if ((raw[i] as RawPoint).tMs < (raw[i - 1] as RawPoint).tMs) backwards++;
  const sorted = raw.map(pointOf);
  if (backwards > 0) {
    sorted.sort((a, b) => a.tMs - b.tMs);
    remarks.push(`${counted(backwards, 'point')} earlier than the one before: sorted by time`);
  }
  const points: RecordedPoint[] = [];
  for (const point of sorted) {
    const last = points.at(-1);
    if (last && last.tMs === point.tMs) points[points.length - 1] = merged(last, point);
    else points.push(point);
  }
  const duplicates = sorted.length - points.length;
  if (duplicates > 0) remarks.push(`${counted(duplicates, 'duplicate timestamp')} removed`);
  const jumpCount = jumps(points);
  if (jumpCount > 0) remarks.push(`${counted(jumpCount, 'step')} faster than ${JUMP_M_S} m/s kept as recorded`);
  return points;
}
