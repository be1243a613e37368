/** The frames of one trip as one closed trip. The result depends on the set of frames, not on their order. */

import { toHex } from '../../protocol/bytes.ts';
import type { Frame } from '../../protocol/messages.ts';
import { type Samples, unpackSamples } from '../../protocol/samples.ts';
import type { ClosedTrip, TripOccurrence, TripTrack } from '../scoring/closed-trip.ts';

export interface TripFrame {
  readonly frame: Frame;
  readonly receivedMs: number;
}

const SCORED_KINDS = new Set(['harsh-acceleration', 'harsh-braking', 'harsh-cornering', 'speed-peak']);

/** Null when none of the frames says anything about a trip. */
export function assemble(id: string, frames: readonly TripFrame[], whole: boolean): ClosedTrip | null {
  const parts = frames.filter(({ frame }) => frame.trip !== undefined).sort(byPart);
  if (parts.length === 0) return null;
  const offsets = utcOffsets(parts);
  const utcOf = (frame: Frame, bootMs: number): number => bootMs + (offsets.get(toHex(frame.boot)) ?? 0);
  const { startUtcMs, endUtcMs } = bounds(parts, utcOf);
  return {
    id,
    startUtcMs,
    endUtcMs,
    distanceM: parts.reduce((far, { frame }) => Math.max(far, frame.summary?.distanceM ?? 0), 0),
    track: trackOf(parts, utcOf, startUtcMs, endUtcMs),
    occurrences: occurrencesOf(parts, utcOf),
    whole,
  };
}

type UtcOf = (frame: Frame, bootMs: number) => number;

function byPart(a: TripFrame, b: TripFrame): number {
  const x = a.frame;
  const y = b.frame;
  return (x.trip?.part ?? 0) - (y.trip?.part ?? 0) || x.startMs - y.startMs || x.seq - y.seq;
}

/**
 * UTC minus the boot's own clock, for each boot. The middle of what the frames say, because nobody vouches for
 * GNSS time and one wrong solution must not move a part of the trip. A boot that never knew UTC is placed by
 * the gateway's clock, as late as it can have been.
 */
function utcOffsets(parts: readonly TripFrame[]): ReadonlyMap<string, number> {
  const said = new Map<string, number[]>();
  const latest = new Map<string, number>();
  for (const { frame, receivedMs } of parts) {
    const boot = toHex(frame.boot);
    const known = said.get(boot) ?? [];
    if (frame.utcMs !== undefined) known.push(frame.utcMs - frame.startMs);
    said.set(boot, known);
    latest.set(boot, Math.min(latest.get(boot) ?? Number.POSITIVE_INFINITY, receivedMs - endMsOf(frame)));
  }
  const offsets = new Map<string, number>();
  for (const [boot, known] of said) {
    known.sort((a, b) => a - b);
    offsets.set(boot, known.length > 0 ? known[(known.length - 1) >> 1] : (latest.get(boot) ?? 0));
  }
  return offsets;
}

function endMsOf({ startMs, samples, occurrences }: Frame): number {
  const sampled = samples === undefined ? 0 : samples.count * samples.cadenceMs;
  return occurrences.reduce((end, { atMs, durationMs }) => Math.max(end, atMs + durationMs), startMs + sampled);
}

function bounds(parts: readonly TripFrame[], utcOf: UtcOf): { startUtcMs: number; endUtcMs: number } {
  // A frame without samples was made after the trip: where flash was full, or at the boot after a lost supply.
  const sampled = parts.filter(({ frame }) => frame.samples !== undefined);
  const timed = sampled.length > 0 ? sampled : parts;
  const first = timed[0].frame;
  const last = timed[timed.length - 1].frame;
  const leadMs = first.trip?.part === 0 ? (first.trip.leadMs ?? 0) : 0;
  const startUtcMs = utcOf(first, first.startMs) - leadMs;
  const sampledMs = last.samples === undefined ? 0 : last.samples.count * last.samples.cadenceMs;
  const endUtcMs = utcOf(last, last.startMs + sampledMs) - (last.trip?.tailMs ?? 0);
  return { startUtcMs, endUtcMs: Math.max(startUtcMs, endUtcMs) };
}

/** Samples within the trip, ascending in time: one that goes back in time is left out. */
function trackOf(parts: readonly TripFrame[], utcOf: UtcOf, startUtcMs: number, endUtcMs: number): TripTrack {
  const kept: { samples: Samples; at: number; utcMs: number }[] = [];
  let lastUtcMs = startUtcMs - 1;
  for (const { frame } of parts) {
    const samples = frame.samples === undefined ? null : unpackSamples(frame.samples);
    if (samples === null || !samples.ok) continue;
    for (let at = 0; at < samples.value.count; at++) {
      const utcMs = utcOf(frame, frame.startMs + at * samples.value.cadenceMs);
      if (utcMs <= lastUtcMs || utcMs > endUtcMs) continue;
      kept.push({ samples: samples.value, at, utcMs });
      lastUtcMs = utcMs;
    }
  }
  const column = (of: (samples: Samples) => Int32Array): Int32Array =>
    Int32Array.from(kept, ({ samples, at }) => of(samples)[at]);
  return {
    count: kept.length,
    utcMs: Float64Array.from(kept, ({ utcMs }) => utcMs),
    fix: Uint8Array.from(kept, ({ samples, at }) => samples.fix[at]),
    latE6: column((samples) => samples.latE6),
    lonE6: column((samples) => samples.lonE6),
    speedDmS: column((samples) => samples.speedDmS),
    headingDeg: column((samples) => samples.headingDeg),
  };
}

function occurrencesOf(parts: readonly TripFrame[], utcOf: UtcOf): TripOccurrence[] {
  const found: TripOccurrence[] = [];
  for (const { frame } of parts) {
    for (const { kind, atMs, durationMs, peak, speedDmS } of frame.occurrences) {
      if (SCORED_KINDS.has(kind)) found.push({ kind, utcMs: utcOf(frame, atMs), durationMs, peak, speedDmS });
    }
  }
  return found.sort((a, b) => a.utcMs - b.utcMs || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.peak - b.peak));
}
