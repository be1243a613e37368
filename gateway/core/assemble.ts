/** The frames of one trip as one closed trip. The result depends on the set of frames, not on their order. */

import { toHex } from '../../protocol/bytes.ts';
import type { Frame, Summary } from '../../protocol/messages.ts';
import { type Samples, unpackSamples } from '../../protocol/samples.ts';
import type { ClosedTrip, HarshKind, TripOccurrence, TripTrack } from '../scoring/closed-trip.ts';

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
  const utcOf = (frame: Frame, bootMs: number): number => {
    // A gap frame tells the times of a frame that another boot may have made.
    if (frame.dropped !== undefined && frame.utcMs !== undefined) return frame.utcMs + bootMs - frame.startMs;
    return bootMs + (offsets.get(toHex(frame.boot)) ?? 0);
  };
  const { startUtcMs, endUtcMs } = bounds(parts, utcOf);
  const occurrences = occurrencesOf(parts, utcOf);
  return {
    id,
    startUtcMs,
    endUtcMs,
    distanceM: parts.reduce((far, { frame }) => Math.max(far, frame.summary?.distanceM ?? 0), 0),
    track: trackOf(parts, utcOf, startUtcMs, endUtcMs),
    occurrences,
    unseen: unseenIn(parts, occurrences),
    whole,
  };
}

type UtcOf = (frame: Frame, bootMs: number) => number;

function byPart(a: TripFrame, b: TripFrame): number {
  const x = a.frame;
  const y = b.frame;
  return (x.trip?.part ?? 0) - (y.trip?.part ?? 0) || x.startMs - y.startMs || x.seq - y.seq;
}

/** How far a gateway's own clock may be behind. */
const SKEW_MS = 60_000;
/** A frame that was sent at once is here within so much of its last sample. */
const LIVE_MS = 300_000;
/** A sound clock and that of a device drift apart by no more than this during a trip. */
const DRIFT_MS = 10_000;

/**
 * UTC minus the boot's own clock, for each boot. Nobody vouches for GNSS time: a receiver's clock can jump by
 * hours, or by 1024 weeks. Where the frames of a boot contradict each other, the gateway's clock decides: no frame
 * can have come before it was made, and where frames came at once, what agrees with their coming is believed.
 * Else it is the middle of what they say. A boot that never knew UTC follows the one before it after the time that its
 * power was gone, or is placed by the gateway's clock, as late as it can have been.
 */
function utcOffsets(parts: readonly TripFrame[]): ReadonlyMap<string, number> {
  const said = new Map<string, number[]>();
  const latest = new Map<string, number>();
  const own = parts.filter(({ frame }) => frame.dropped === undefined);
  for (const { frame, receivedMs } of own) {
    const boot = toHex(frame.boot);
    const known = said.get(boot) ?? [];
    if (frame.utcMs !== undefined) known.push(frame.utcMs - frame.startMs);
    said.set(boot, known);
    latest.set(boot, Math.min(latest.get(boot) ?? Number.POSITIVE_INFINITY, receivedMs - endMsOf(frame)));
  }
  const offsets = new Map<string, number>();
  for (const [boot, known] of said) {
    const followed = known.length === 0 ? afterGap(own, boot, offsets) : null;
    offsets.set(boot, followed ?? likeliest(known, latest.get(boot) ?? 0));
  }
  return offsets;
}

/** Where a boot without UTC begins if it took over from an earlier part of the trip; null if none is there. */
function afterGap(parts: readonly TripFrame[], boot: string, offsets: ReadonlyMap<string, number>): number | null {
  const at = parts.findIndex(({ frame }) => toHex(frame.boot) === boot);
  const before = parts[at - 1]?.frame;
  const offset = before === undefined ? undefined : offsets.get(toHex(before.boot));
  if (before === undefined || offset === undefined) return null;
  const gap = parts[at].frame.occurrences.find(({ kind }) => kind === 'power-gap');
  return offset + endMsOf(before) + (gap?.durationMs ?? 0);
}

function likeliest(said: readonly number[], latest: number): number {
  if (said.length === 0) return latest;
  const sorted = said.toSorted((a, b) => a - b);
  if (sorted[sorted.length - 1] - sorted[0] <= DRIFT_MS) return middle(sorted);
  const possible = sorted.filter((offset) => offset <= latest + SKEW_MS);
  const live = possible.filter((offset) => offset >= latest - LIVE_MS);
  return middle([live, possible, sorted].find((offsets) => offsets.length > 0) ?? sorted);
}

function middle(sorted: readonly number[]): number {
  return sorted[(sorted.length - 1) >> 1];
}

function endMsOf({ startMs, samples, occurrences }: Frame): number {
  const sampled = samples === undefined ? 0 : samples.count * samples.cadenceMs;
  return occurrences.reduce((end, { atMs, durationMs }) => Math.max(end, atMs + durationMs), startMs + sampled);
}

function bounds(parts: readonly TripFrame[], utcOf: UtcOf): { startUtcMs: number; endUtcMs: number } {
  // Most frames without samples were made after the trip: where flash was full, or at the boot after a lost supply.
  const sampled = parts.filter(({ frame }) => frame.samples !== undefined);
  const timed = sampled.length > 0 ? sampled : parts;
  const first = timed[0].frame;
  const last = timed[timed.length - 1].frame;
  const leadMs = first.trip?.part === 0 ? (first.trip.leadMs ?? 0) : 0;
  const startUtcMs = utcOf(first, first.startMs) - leadMs;
  const ended = parts.find(({ frame }) => isBareEnd(frame))?.frame ?? last;
  const sampledMs = ended.samples === undefined ? 0 : ended.samples.count * ended.samples.cadenceMs;
  const endUtcMs = utcOf(ended, ended.startMs + sampledMs) - (ended.trip?.tailMs ?? 0);
  return { startUtcMs, endUtcMs: Math.max(startUtcMs, endUtcMs) };
}

/** The last frame was full in the second in which the trip ended: the ending came in a frame of its own. */
function isBareEnd({ samples, dropped, trip }: Frame): boolean {
  const seen = trip?.ending === 'parked' || trip?.ending === 'stood';
  return seen && samples === undefined && dropped === undefined;
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
    vehicleAxes: Uint8Array.from(kept, ({ samples }) => (samples.vehicleAxes ? 1 : 0)),
  };
}

/** The highest running totals against what was described: frames that were given up took their events along. */
function unseenIn(parts: readonly TripFrame[], occurrences: readonly TripOccurrence[]): Record<HarshKind, number> {
  const most = (of: (summary: Summary) => number): number =>
    parts.reduce((max, { frame }) => Math.max(max, frame.summary === undefined ? 0 : of(frame.summary)), 0);
  const missing = (kind: HarshKind, counted: number): number =>
    Math.max(0, counted - occurrences.filter((occurrence) => occurrence.kind === kind).length);
  return {
    'harsh-acceleration': missing(
      'harsh-acceleration',
      most(({ accelerations }) => accelerations),
    ),
    'harsh-braking': missing(
      'harsh-braking',
      most(({ brakings }) => brakings),
    ),
    'harsh-cornering': missing(
      'harsh-cornering',
      most(({ cornerings }) => cornerings),
    ),
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
