import type { RoadClass } from '../road-class.ts';
import { utcOffsetMs } from './calendar.ts';
import type { Recording } from './recording.ts';

/** What the recording says about the road from `utcMs` on. */
export interface RecordedRoad {
  /** On the clock that playback shows the device. */
  readonly utcMs: number;
  readonly limitKmh: number | null;
  readonly roadClass: RoadClass | null;
}

/** One entry a point, ascending in time; null where the file states neither limit nor class anywhere (C2, C8). */
export function recordedRoads(recording: Recording): readonly RecordedRoad[] | null {
  const offsetMs = utcOffsetMs(recording);
  const known = recording.points.some((point) => point.limitKmh !== null || point.roadClass !== null);
  if (!known) return null;
  return recording.points.map(({ tMs, limitKmh, roadClass }) => ({ utcMs: tMs + offsetMs, limitKmh, roadClass }));
}

/** The entry in force at `utcMs`: the latest at or before it that is at most `ageMs` old, else null. */
export function roadAt(roads: readonly RecordedRoad[], utcMs: number, ageMs = 15_000): RecordedRoad | null {
  let low = 0;
  let high = roads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((roads[middle] as RecordedRoad).utcMs <= utcMs) low = middle + 1;
    else high = middle;
  }
  const road = roads[low - 1];
  return road && utcMs - road.utcMs <= ageMs ? road : null;
}
