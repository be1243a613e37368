/** How much of a trip each of its samples stands for. All integers, so that sums do not depend on their order. */

import type { TripTrack } from './closed-trip.ts';

/** Longer than this a sample says nothing about the road that follows it. */
const HOLD_MS_MAX = 5000;
const LAST_HOLD_MS = 1000;

export interface Exposure {
  /** 0 for samples without a fix. */
  readonly holdMs: Float64Array;
  /** Distance in centimetres. */
  readonly cm: Float64Array;
  readonly totalCm: number;
}

export function exposureOf(track: TripTrack): Exposure {
  const holdMs = new Float64Array(track.count);
  const cm = new Float64Array(track.count);
  let totalCm = 0;
  let nextMs = -1;
  for (let i = track.count - 1; i >= 0; i--) {
    if (track.fix[i] === 0) continue;
    const untilNextMs = nextMs < 0 ? LAST_HOLD_MS : nextMs - track.utcMs[i];
    holdMs[i] = Math.min(HOLD_MS_MAX, Math.max(0, Math.floor(untilNextMs)));
    cm[i] = Math.floor((track.speedDmS[i] * holdMs[i]) / 100);
    totalCm += cm[i];
    nextMs = track.utcMs[i];
  }
  return { holdMs, cm, totalCm };
}
