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

/**
 * The union of the ranges, neighbours joined, boots in the order in which they first appear. Past `max` the oldest
 * are given up: their frames then stay missing for ever.
 */
export function joinRanges(ranges: readonly DroppedRange[], max: number = DROPPED_MAX): DroppedRange[] {
  const joined: DroppedRange[] = [];
  const rest = [...ranges];
  while (rest.length > 0) {
    const { boot } = rest[0];
    const same = rest.filter((range) => sameBytes(range.boot, boot)).sort((a, b) => a.from - b.from);
    for (const next of same) joinNext(joined, next);
    rest.splice(0, rest.length, ...rest.filter((range) => !sameBytes(range.boot, boot)));
  }
  return max <= 0 ? [] : joined.slice(-max);
}

/** `next` begins no earlier than the last range of the same boot. */
function joinNext(joined: DroppedRange[], next: DroppedRange): void {
  const last = joined.at(-1);
  if (last === undefined || last.from + last.count < next.from || !sameBytes(last.boot, next.boot)) {
    joined.push(next);
    return;
  }
  const end = Math.max(last.from + last.count, next.from + next.count);
  joined[joined.length - 1] = { boot: last.boot, from: last.from, count: end - last.from };
}
