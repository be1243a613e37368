import { distanceM } from '../../protocol/trig.ts';
import type { RecordedPoint, Recording } from './recording.ts';
import { withoutStrays } from './stray-points.ts';
import { PARKED_GAP_MS } from './timeline.ts';

function lengthM(points: readonly RecordedPoint[], gapMsMax: number): number {
  let sumM = 0;
  let before = points[0];
  for (const point of points) {
    if (before && point.tMs - before.tMs <= gapMsMax)
      sumM += distanceM(before.latDeg, before.lonDeg, point.latDeg, point.lonDeg);
    before = point;
  }
  return sumM;
}

/** Sum of the great-circle steps over the recording's points, which have no duplicate instants, in metres. */
export function recordedDistanceM(recording: Recording): number {
  return lengthM(recording.points, Number.POSITIVE_INFINITY);
}

/** What playback leaves out of `recordedDistanceM`: steps to stray points and back, and steps over parked gaps. */
export function unplayedDistanceM(recording: Recording): { readonly jumpsM: number; readonly pausesM: number } {
  const steadyM = lengthM(withoutStrays(recording.points), Number.POSITIVE_INFINITY);
  return { jumpsM: recordedDistanceM(recording) - steadyM, pausesM: steadyM - playedDistanceM(recording) };
}

/** The same over what playback shows the device as driving: without points that jump away and back, and not over parked gaps. */
export function playedDistanceM(recording: Recording): number {
  return lengthM(withoutStrays(recording.points), PARKED_GAP_MS);
}
