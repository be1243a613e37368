/** A set of integers as ascending, disjoint, non-touching closed ranges: [from, to, from, to, ...]. */
export type Ranges = readonly number[];

export const NO_RANGES: Ranges = Object.freeze([]);

/** The set with from..to in it; the same array when nothing changes. */
export function include(ranges: Ranges, from: number, to: number): Ranges {
  const end = ranges.length;
  const out: number[] = [];
  let at = 0;
  for (; at < end && ranges[at + 1] < from - 1; at += 2) out.push(ranges[at], ranges[at + 1]);
  if (at < end && ranges[at] <= from && ranges[at + 1] >= to) return ranges;
  let low = from;
  let high = to;
  for (; at < end && ranges[at] <= to + 1; at += 2) {
    low = Math.min(low, ranges[at]);
    high = Math.max(high, ranges[at + 1]);
  }
  out.push(low, high);
  for (; at < end; at++) out.push(ranges[at]);
  return out;
}

export function includes(ranges: Ranges, value: number): boolean {
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (value < ranges[2 * middle]) high = middle - 1;
    else if (value > ranges[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

export function union(a: Ranges, b: Ranges): Ranges {
  let all = a;
  for (let at = 0; at < b.length; at += 2) all = include(all, b[at], b[at + 1]);
  return all;
}

export function sizeOf(ranges: Ranges): number {
  let size = 0;
  for (let at = 0; at < ranges.length; at += 2) size += ranges[at + 1] - ranges[at] + 1;
  return size;
}

/** -1 for the empty set. */
export function highest(ranges: Ranges): number {
  return ranges.length === 0 ? -1 : ranges[ranges.length - 1];
}
