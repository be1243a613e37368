/**
 * Some loggers repeat a stale position every few seconds: kilometres away and back in 2 s. A recording keeps such points,
 * for they are what the file says; playback and `playedDistanceM` leave them out, for no receiver in the car saw them.
 */

import { distanceM } from '../../protocol/trig.ts';
import type { RecordedPoint } from './recording.ts';

const SPEED_M_S_MAX = 100;
/** By how much a step may be faster than the speeds that were recorded at its ends. */
const SPEED_TOLERANCE_M_S = 20;
/** Timestamps jitter: two points a millisecond apart are no stray while they are this near. */
const NEAR_M = 50;
/** A jump that lasts longer is believed. */
const AWAY_MS_MAX = 10_000;

function fastestMS(a: RecordedPoint, b: RecordedPoint): number {
  if (a.speedKmh === null || b.speedKmh === null) return SPEED_M_S_MAX;
  return Math.min(SPEED_M_S_MAX, Math.max(a.speedKmh, b.speedKmh) / 3.6 + SPEED_TOLERANCE_M_S);
}

function reachable(a: RecordedPoint, b: RecordedPoint): boolean {
  const stepM = distanceM(a.latDeg, a.lonDeg, b.latDeg, b.lonDeg);
  return stepM <= NEAR_M || stepM * 1000 <= fastestMS(a, b) * (b.tMs - a.tMs);
}

/** The first index from `from` on that a car at `good` can have reached in time; -1 when there is none soon. */
function comesBackAt(points: readonly RecordedPoint[], good: RecordedPoint, from: number): number {
  for (let i = from; i < points.length; i++) {
    const point = points[i] as RecordedPoint;
    if (point.tMs - good.tMs > AWAY_MS_MAX) return -1;
    if (reachable(good, point)) return i;
  }
  return -1;
}

/** The points without those that jump away and back. */
export function withoutStrays(points: readonly RecordedPoint[]): readonly RecordedPoint[] {
  const kept: RecordedPoint[] = [];
  for (let i = 0; i < points.length; i++) {
    const good = kept.at(-1);
    const point = points[i] as RecordedPoint;
    if (good && !reachable(good, point)) {
      const back = comesBackAt(points, good, i + 1);
      if (back > 0) i = back;
    }
    kept.push(points[i] as RecordedPoint);
  }
  return kept;
}
