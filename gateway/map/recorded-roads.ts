/** Roads that a recording itself carries beside its positions. */

import type { RoadAt, RoadClass, RoadSource } from '../scoring/closed-trip.ts';

/** An entry holds for samples that are no farther away in time than this. */
const NEAR_MS_MAX = 2000;

export interface RecordedRoad {
  readonly utcMs: number;
  /** null: the recording does not say. */
  readonly limitKmh: number | null;
  readonly roadClass: RoadClass | null;
}

/** Index of the entry nearest in time, the earlier of two; -1 when there are none. */
function nearestInTime(entries: readonly RecordedRoad[], utcMs: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle].utcMs < utcMs) low = middle + 1;
    else high = middle;
  }
  if (low === entries.length) return low - 1;
  if (low > 0 && utcMs - entries[low - 1].utcMs <= entries[low].utcMs - utcMs) return low - 1;
  return low;
}

/** `name` says which recording. Entries may come in any order; a limit is taken as binding. */
export function roadSourceFromRecording(name: string, entries: readonly RecordedRoad[]): RoadSource {
  const sorted = [...entries].sort((a, b) => a.utcMs - b.utcMs);
  const roads = sorted.map((entry): RoadAt | null =>
    entry.limitKmh === null && entry.roadClass === null
      ? null
      : { name: '', roadClass: entry.roadClass, limitKmh: entry.limitKmh, limitKind: 'limit' },
  );
  return {
    name: `recording ${name}`,
    roadsUnder: (track) =>
      Array.from(track.utcMs.subarray(0, track.count), (utcMs) => {
        const i = nearestInTime(sorted, utcMs);
        return i >= 0 && Math.abs(sorted[i].utcMs - utcMs) <= NEAR_MS_MAX ? roads[i] : null;
      }),
  };
}
