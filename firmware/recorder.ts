/**
 * Seconds of a trip into blocks, blocks into frames. Between trips the last seconds are kept in RAM, because a
 * trip is known to have begun only some seconds after it did.
 */

import {
  BACKDATE_MAX_MS,
  EVENTS_MAX,
  type Frame,
  type Occurrence,
  SAMPLES_MAX,
  type Summary,
  type TripPart,
} from '../protocol/messages.ts';
import { traceBytesMax } from '../protocol/raw-trace.ts';
import { encodeBlock, type FrameHead } from './block.ts';
import { composeFrame, type TripEnd } from './compose.ts';
import type { FrameIdentity } from './frame-ref.ts';
import type { Journal } from './journal.ts';
import type { Limits } from './limits.ts';
import { Meter } from './meter.ts';
import { newShortRam, SHORT_RAM } from './ram.ts';
import { PACKED_VALUES, packRow, ROW_VALUES, unpackRow } from './row.ts';

/** A step in time larger than this starts a new frame: a frame has one cadence. */
const CADENCE_BREAK_MS = 1_500;

export interface Trip {
  readonly number: number;
  /** The boot in which it began, when that is not this one. */
  readonly boot: Uint8Array | undefined;
  readonly sinceMs: number | undefined;
  readonly meter: Meter;
  part: number;
}

interface OpenFrame extends FrameIdentity {
  readonly startMs: number;
  readonly vehicleAxes: boolean;
  readonly trip: TripPart;
  count: number;
  occurrences: number;
}

const ROWS: number = SHORT_RAM.rows;
/** Behind a row from before a trip lies when it was: the low 32 bits of the milliseconds. */
const TIMED_VALUES = PACKED_VALUES + 2;

// Shared by all devices of a process: it is filled and read within one call.
const block = new Int32Array(SAMPLES_MAX * ROW_VALUES);

export class Recorder {
  trip: Trip | null = null;
  private readonly journal: Journal;
  private readonly limits: Limits;
  private frame: OpenFrame | null = null;
  /** In a trip the rows of the open block; between two, a ring of the seconds before the next one. */
  private readonly rows: Int16Array;
  private rowCount = 0;
  private occurrences: Occurrence[] = [];
  private lastRowMs = 0;
  private utcOffsetMs: number | undefined;
  /** Bytes of raw traces that the open frame, or the next one, has room for until it is measured again. */
  private traceRoom = 0;

  constructor(journal: Journal, limits: Limits, rows: Int16Array = newShortRam()) {
    this.journal = journal;
    this.limits = limits;
    this.rows = rows;
    this.traceRoom = limits.traceFirstBytes;
  }

  /** A trip goes on that an earlier boot began (C32). */
  resume(number: number, boot: Uint8Array, part: number, summary: Summary): void {
    this.trip = { number, boot, part, sinceMs: undefined, meter: new Meter(summary) };
  }

  startTrip(number: number, sinceMs: number, vehicleAxes: boolean): void {
    this.trip = { number, boot: undefined, part: 0, sinceMs, meter: new Meter(null) };
    const noted = this.occurrences.filter((occurrence) => occurrence.atMs >= sinceMs);
    this.occurrences = [];
    this.addBefore(sinceMs, vehicleAxes);
    for (const occurrence of noted) this.note(occurrence);
  }

  /** One second. `utcOffsetMs` turns device time into UTC; undefined before the first fix. */
  second(row: Int32Array, now: number, utcOffsetMs: number | undefined, vehicleAxes: boolean): void {
    this.utcOffsetMs = utcOffsetMs;
    if (this.trip === null) this.keep(row, now);
    else this.add(row, now, vehicleAxes);
  }

  /** The rows of the ring are taken out of it first: those of the trip need its place. */
  private addBefore(sinceMs: number, vehicleAxes: boolean): void {
    const { rows, rowCount, lastRowMs } = this;
    const { preTripSamples } = this.limits;
    const kept = Math.min(rowCount, preTripSamples);
    const early = new Int32Array(kept * ROW_VALUES);
    const earlyMs: number[] = [];
    for (let i = 0; i < kept; i++) {
      const at = ROWS + ((rowCount - kept + i) % preTripSamples) * TIMED_VALUES;
      unpackRow(rows, at, early, i);
      const low = (rows[at + PACKED_VALUES + 1] << 16) | (rows[at + PACKED_VALUES] & 0xffff);
      earlyMs.push(lastRowMs - ((lastRowMs - low) >>> 0));
    }
    this.rowCount = 0;
    for (let i = 0; i < kept; i++) {
      if (earlyMs[i] < sinceMs) continue;
      this.add(early.subarray(i * ROW_VALUES, (i + 1) * ROW_VALUES), earlyMs[i], vehicleAxes);
    }
  }

  private keep(row: Int32Array, now: number): void {
    const { preTripSamples } = this.limits;
    const at = ROWS + (this.rowCount++ % preTripSamples) * TIMED_VALUES;
    packRow(row, this.rows, at);
    this.rows[at + PACKED_VALUES] = now;
    this.rows[at + PACKED_VALUES + 1] = (now | 0) >> 16;
    this.lastRowMs = now;
    const oldest = now - preTripSamples * 1000;
    if (this.occurrences.length > 0) this.occurrences = this.occurrences.filter(({ atMs }) => atMs >= oldest);
  }

  note(occurrence: Occurrence): void {
    this.trip?.meter.count(occurrence);
    this.occurrences.push(this.fitting(occurrence));
    if (this.occurrences.length < this.limits.blockOccurrences) return;
    if (this.frame !== null) this.flush();
    else if (this.trip === null) this.occurrences.shift();
  }

  /** Where there is no room for the raw samples, the event goes without them. */
  private fitting(occurrence: Occurrence): Occurrence {
    const { trace, ...bare } = occurrence;
    if (trace === undefined) return occurrence;
    const bytes = traceBytesMax(trace);
    if (this.trip === null || bytes > this.traceRoom) return bare;
    this.traceRoom -= bytes;
    return occurrence;
  }

  /** The supply is going: what is in RAM goes to flash while the hold-up lasts. */
  secure(): void {
    this.flush();
  }

  endTrip(end: TripEnd, now: number): void {
    const trip = this.trip;
    if (trip === null) return;
    if (this.frame !== null) this.close(end);
    else this.journal.closeFrame(this.bareEnd(trip, end, now));
    this.trip = null;
    this.rowCount = 0;
    this.occurrences = [];
    this.traceRoom = this.limits.traceFirstBytes;
  }

  /** A frame with events only, outside any trip. */
  report(occurrence: Occurrence, now: number): void {
    const utcMs = this.utcAt(now);
    this.journal.closeFrame({ ...this.journal.allocate(), startMs: now, utcMs, occurrences: [occurrence] });
  }

  private add(row: Int32Array, now: number, vehicleAxes: boolean): void {
    const broken = now - this.lastRowMs > CADENCE_BREAK_MS || vehicleAxes !== this.frame?.vehicleAxes;
    if (this.frame !== null && broken) this.close(null);
    this.frame ??= this.openFrame(now, vehicleAxes);
    this.trip?.meter.second(row, 0);
    packRow(row, this.rows, ROWS + this.rowCount++ * PACKED_VALUES);
    this.lastRowMs = now;
    this.frame.count++;
    if (this.rowCount === this.limits.blockSamples) this.flush();
    if (this.isFull(this.frame)) this.close(null);
  }

  private openFrame(now: number, vehicleAxes: boolean): OpenFrame {
    const { number, boot, part, sinceMs } = this.currentTrip();
    const leadMs = part === 0 ? Math.min(BACKDATE_MAX_MS, Math.max(0, now - (sinceMs ?? now))) : undefined;
    const trip = { number, boot, part, leadMs };
    // Not spread: V8 would give each frame a shape of its own.
    const identity = this.journal.allocate();
    return { boot: identity.boot, seq: identity.seq, startMs: now, vehicleAxes, trip, count: 0, occurrences: 0 };
  }

  private isFull(frame: OpenFrame): boolean {
    const { frameSamples, frameBytes, measureSamples, blockOccurrences, traceFrameBytes } = this.limits;
    if (frame.count >= frameSamples || frame.occurrences > EVENTS_MAX - 2 * blockOccurrences) return true;
    if (frame.count % measureSamples !== 0) return false;
    this.flush();
    const bytes = this.expectedBytes(1 + measureSamples / frame.count);
    this.traceRoom = traceFrameBytes - bytes;
    return bytes > frameBytes;
  }

  /**
   * Of the open frame when it is `growth` times as long. Its head does not grow, and raw traces are counted as they
   * come.
   */
  private expectedBytes(growth: number): number {
    const open = this.journal.readOpen();
    if (open === null) return 0;
    const composed = composeFrame(open.blocks, open.samples, null);
    const head = this.journal.sealedBytes({ ...composed, samples: undefined, occurrences: [] });
    const traces = composed.occurrences.flatMap(({ trace }) => trace ?? []);
    const fixed = traces.reduce((sum, trace) => sum + traceBytesMax(trace), head);
    return fixed + Math.ceil((this.journal.sealedBytes(composed) - fixed) * growth);
  }

  private flush(): void {
    const { frame } = this;
    if (frame === null || (this.rowCount === 0 && this.occurrences.length === 0)) return;
    const head: FrameHead = { ...frame, utcMs: this.utcAt(frame.startMs) };
    const tail = { summary: this.currentTrip().meter.summary(), occurrences: this.occurrences };
    for (let i = 0; i < this.rowCount; i++) unpackRow(this.rows, ROWS + i * PACKED_VALUES, block, i);
    this.journal.appendBlock(encodeBlock(head, block, this.rowCount, tail));
    frame.occurrences += this.occurrences.length;
    this.rowCount = 0;
    this.occurrences = [];
  }

  private close(end: TripEnd | null): void {
    const { frame } = this;
    if (frame === null) return;
    this.flush();
    const open = this.journal.readOpen();
    this.frame = null;
    const closed = open === null ? this.withoutSamples(frame, end) : composeFrame(open.blocks, open.samples, end);
    this.journal.closeFrame(closed);
    this.currentTrip().part++;
    this.traceRoom = this.limits.traceFirstBytes;
  }

  /** No block of it can be read any more: its number and its part of the trip must not stay missing for that. */
  private withoutSamples({ boot, seq, startMs, trip }: OpenFrame, end: TripEnd | null): Frame {
    const summary = this.currentTrip().meter.summary();
    return { boot, seq, startMs, utcMs: this.utcAt(startMs), trip: { ...trip, ...end }, occurrences: [], summary };
  }

  private bareEnd(trip: Trip, end: TripEnd, now: number): Frame {
    const { number, boot, part } = trip;
    return {
      ...this.journal.allocate(),
      startMs: now,
      utcMs: this.utcAt(now),
      trip: { number, boot, part, ...end },
      occurrences: this.occurrences,
      summary: trip.meter.summary(),
    };
  }

  private currentTrip(): Trip {
    if (this.trip === null) throw new Error('recorder: no trip is open');
    return this.trip;
  }

  private utcAt(ms: number): number | undefined {
    return this.utcOffsetMs === undefined ? undefined : this.utcOffsetMs + ms;
  }
}
