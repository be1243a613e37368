/** Why a found trip is not the recorded one, read from the recording itself; an empty reason explains nothing. */

import type { RecordedPoint } from '../../simulator/replay/recording.ts';

const STANDING_KMH = 2.5;
/** E47: a trip begins over 10 km/h for 5 s. */
const START_KMH = 10;
const START_MS = 5_000;
/** How well a reason must fit, both ways. */
const FIT_MS = 20_000;

export function notFound(points: readonly RecordedPoint[]): string {
  const fastMs = longestFastMs(points);
  if (fastMs >= START_MS) return '';
  return `never over ${START_KMH} km/h for ${START_MS / 1000} s, and without a voltage that shows an engine`;
}

/** `ms`: found minus recorded; `feltMs`: the first sample of the file's accelerometer before its first position. */
export function otherStart(points: readonly RecordedPoint[], ms: number, feltMs: number): string {
  if (feltMs > 0 && Math.abs(ms + feltMs) <= FIT_MS) {
    return `the accelerometer's samples begin ${seconds(feltMs)} before the first position`;
  }
  const stoodMs = (points.find(moves)?.tMs ?? points[0].tMs) - points[0].tMs;
  if (Math.abs(ms - stoodMs) <= FIT_MS) return `the recording stands for ${seconds(stoodMs)} before it moves`;
  return '';
}

/** `ms`: found minus recorded. */
export function otherEnd(points: readonly RecordedPoint[], ms: number): string {
  const lastMs = points[points.length - 1].tMs;
  const stoodMs = lastMs - (points.findLast(moves)?.tMs ?? lastMs);
  if (Math.abs(ms + stoodMs) <= FIT_MS) return `the recording stands for ${seconds(stoodMs)} before it ends`;
  return '';
}

function moves({ speedKmh }: RecordedPoint): boolean {
  return speedKmh !== null && speedKmh >= STANDING_KMH;
}

function longestFastMs(points: readonly RecordedPoint[]): number {
  let sinceMs: number | null = null;
  let longestMs = 0;
  for (const { tMs, speedKmh } of points) {
    if (speedKmh === null) continue;
    sinceMs = speedKmh > START_KMH ? (sinceMs ?? tMs) : null;
    if (sinceMs !== null) longestMs = Math.max(longestMs, tMs - sinceMs);
  }
  return longestMs;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
