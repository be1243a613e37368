/** Arithmetic of the ranges in gap frames. */

import { sameBytes } from '../protocol/bytes.ts';
import { DROPPED_MAX, type DroppedRange } from '../protocol/messages.ts';
import type { FrameIdentity } from './frame-ref.ts';

export function rangeOf(frame: FrameIdentity): DroppedRange {
  return { boot: frame.boot, from: frame.seq, count: 1 };
}

export function covers(ranges: readonly DroppedRange[], frame: FrameIdentity): boolean {
  return ranges.some(
    ({ boot, from, count }) => frame.seq >= from && frame.seq < from + count && sameBytes(boot, frame.boot),
  );
}

/** Joins neighbours. Past DROPPED_MAX the oldest ranges are given up: their frames then stay missing for ever. */
export function joinRanges(ranges: readonly DroppedRange[]): DroppedRange[] {
  const joined: DroppedRange[] = [];
  for (const next of ranges) {
    const at = joined.findIndex(
      ({ boot, from, count }) =>
        (from + count === next.from || next.from + next.count === from) && sameBytes(boot, next.boot),
    );
    if (at < 0) joined.push(next);
    else {
      const from = Math.min(joined[at].from, next.from);
      joined[at] = { boot: next.boot, from, count: joined[at].count + next.count };
    }
  }
  return joined.slice(-DROPPED_MAX);
}
