/** Recorded drives through the whole chain, against the trips that the recording itself names or shows. */

import type { Crypto } from '../../protocol/crypto.ts';
import { utcOffsetMs } from '../../simulator/replay/calendar.ts';
import type { RecordedPoint, Recording } from '../../simulator/replay/recording.ts';
import { replayRecording } from '../replay-run.ts';
import { compare, type Interval, meet, type TrueTrip } from './compare.ts';
import { notFound, otherEnd, otherStart } from './reasons.ts';

export interface Difference {
  readonly id: string;
  readonly reason: string;
}

export interface RecordingResult {
  readonly file: string;
  /** Trips by the file's own ids; by its speed where it has none. */
  readonly recorded: number;
  readonly found: number;
  readonly merged: number;
  readonly split: number;
  readonly differences: readonly Difference[];
  readonly starts: readonly string[];
  /** Nothing merged, nothing split, and every difference has a reason in the recording itself. */
  readonly ok: boolean;
}

/** A start or an end that is off by more is a difference. */
const START_MS_MAX = 15_000;
const END_MS_MAX = 60_000;
/** A file with a voltage and without ids is cut where its own speed stands for so long (E47); any other is one trip. */
const STOOD_MS = 300_000;
const STANDING_KMH = 2.5;
const UNEXPLAINED = 'no reason found in the recording';

export async function runRecording(
  recording: Recording,
  crypto: Crypto,
  log: (line: string) => void,
): Promise<RecordingResult> {
  const offsetMs = utcOffsetMs(recording);
  const truth = recordedTrips(recording, offsetMs);
  const replay = await replayRecording(recording, { map: null, crypto, onProgress: () => {}, log });
  const found = replay.trips.map(({ start, end }) => ({
    startUtcMs: Date.parse(start ?? ''),
    endUtcMs: Date.parse(end ?? ''),
  }));
  const { merged, split, extra } = compare(truth, found);
  const reasons = truth.flatMap((real) => {
    const points = recording.points.filter(({ tMs }) => within(tMs + offsetMs, real));
    const met = found.filter((trip) => meet(trip, real));
    return differencesOf(real, met, points, recording.acceleration?.tMs[0]).map((reason) => ({ id: real.id, reason }));
  });
  if (extra > 0) reasons.push({ id: `${extra} found`, reason: '' });
  return {
    file: recording.name,
    recorded: truth.length,
    found: found.length,
    merged,
    split,
    differences: reasons.map(({ id, reason }) => ({ id, reason: reason === '' ? UNEXPLAINED : reason })),
    starts: replay.trips.map(({ start }) => start ?? ''),
    ok: merged === 0 && split === 0 && reasons.every(({ reason }) => reason !== ''),
  };
}

/** A reason for each difference between a recorded trip and those that were found for it. */
function differencesOf(
  real: TrueTrip,
  met: readonly Interval[],
  points: readonly RecordedPoint[],
  firstFeltMs: number | undefined,
): string[] {
  if (met.length === 0) return [notFound(points)];
  const startMs = met[0].startUtcMs - real.startUtcMs;
  const endMs = met[met.length - 1].endUtcMs - real.endUtcMs;
  const feltMs = firstFeltMs === undefined ? 0 : points[0].tMs - firstFeltMs;
  const reasons = met.slice(1).map(() => '');
  if (Math.abs(startMs) > START_MS_MAX) reasons.push(otherStart(points, startMs, feltMs));
  if (Math.abs(endMs) > END_MS_MAX) reasons.push(otherEnd(points, endMs));
  return reasons;
}

function within(utcMs: number, { startUtcMs, endUtcMs }: Interval): boolean {
  return utcMs >= startUtcMs && utcMs <= endUtcMs;
}

function recordedTrips({ trips, points }: Recording, offsetMs: number): TrueTrip[] {
  const named = (id: string, firstMs: number, lastMs: number): TrueTrip => ({
    id,
    startUtcMs: firstMs + offsetMs,
    endUtcMs: lastMs + offsetMs,
  });
  if (trips.length > 0) return trips.map(({ id, firstMs, lastMs }) => named(id, firstMs, lastMs));
  if (!points.some(({ supplyV }) => supplyV !== null)) {
    return [named('whole file', points[0].tMs, points[points.length - 1].tMs)];
  }
  return bySpeed(points).map(([firstMs, lastMs], i) => named(`by speed ${i + 1}`, firstMs, lastMs));
}

/** From the first movement to the last before a long stop. */
function bySpeed(points: readonly RecordedPoint[]): [number, number][] {
  const moving = points.filter(({ speedKmh }) => speedKmh !== null && speedKmh >= STANDING_KMH);
  const found: [number, number][] = [];
  for (const { tMs } of moving) {
    const last = found[found.length - 1];
    if (last !== undefined && tMs - last[1] < STOOD_MS) last[1] = tMs;
    else found.push([tMs, tMs]);
  }
  return found;
}
