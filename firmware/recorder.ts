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
import { encodeBlock, type FrameHead } from './block.ts';
import { composeFrame, type TripEnd } from './compose.ts';
import type { FrameIdentity } from './frame-ref.ts';
import type { Journal } from './journal.ts';
import type { Limits } from './limits.ts';
import { Meter } from './meter.ts';
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

/** Ring of the seconds before a trip. */
interface Before {
  readonly rows: Int16Array;
  readonly atMs: Float64Array;
  count: number;
}

// A device is in a trip or between two: it has the memory for one of them at a time.
const NO_ROWS = new Int16Array(0);

// Shared by all devices of a process: they are filled and read within one call.
const early = new Int32Array(ROW_VALUES);
const block = new Int32Array(SAMPLES_MAX * ROW_VALUES);

export class Recorder {
  trip: Trip | null = null;
  private readonly journal: Journal;
  private readonly limits: Limits;
  private frame: OpenFrame | null = null;
  /** Rows of the open block. */
  private rows = NO_ROWS;
  private rowCount = 0;
  private occurrences: Occurrence[] = [];
  private lastRowMs = 0;
  private utcOffsetMs: number | undefined;
  private before: Before | null = null;

  constructor(journal: Journal, limits: Limits) {
    this.journal = journal;
    this.limits = limits;
  }

  /** A trip goes on that an earlier boot began (C32). */
  resume(number: number, boot: Uint8Array, part: number, summary: Summary): void {
    this.trip = { number, boot, part, sinceMs: undefined, meter: new Meter(summary) };
  }

  startTrip(number: number, sinceMs: number, vehicleAxes: boolean): void {
    this.trip = { number, boot: undefined, part: 0, sinceMs, meter: new Meter(null) };
    const noted = this.occurrences.filter((occurrence) => occurrence.atMs >= sinceMs);
    this.occurrences = [];
    if (this.before !== null) this.addBefore(this.before, sinceMs, vehicleAxes);
    this.before = null;
    for (const occurrence of noted) this.note(occurrence);
  }

  /** One second. `utcOffsetMs` turns device time into UTC; undefined before the first fix. */
  second(row: Int32Array, now: number, utcOffsetMs: number | undefined, vehicleAxes: boolean): void {
    this.utcOffsetMs = utcOffsetMs;
    if (this.trip === null) this.keep(row, now);
    else this.add(row, now, vehicleAxes);
  }

  private addBefore({ rows, atMs, count }: Before, sinceMs: number, vehicleAxes: boolean): void {
    const { preTripSamples } = this.limits;
    for (let i = Math.max(0, count - preTripSamples); i < count; i++) {
      const slot = i % preTripSamples;
      if (atMs[slot] < sinceMs) continue;
      unpackRow(rows, slot, early, 0);
      this.add(early, atMs[slot], vehicleAxes);
    }
  }

  private keep(row: Int32Array, now: number): void {
    const { preTripSamples } = this.limits;
    this.before ??= {
      rows: new Int16Array(preTripSamples * PACKED_VALUES),
      atMs: new Float64Array(preTripSamples),
      count: 0,
    };
    const slot = this.before.count++ % preTripSamples;
    packRow(row, this.before.rows, slot);
    this.before.atMs[slot] = now;
    const oldest = now - preTripSamples * 1000;
    if (this.occurrences.length > 0) this.occurrences = this.occurrences.filter(({ atMs }) => atMs >= oldest);
  }

  note(occurrence: Occurrence): void {
    this.trip?.meter.count(occurrence);
    this.occurrences.push(occurrence);
    if (this.occurrences.length < this.limits.blockOccurrences) return;
    if (this.frame !== null) this.flush();
    else if (this.trip === null) this.occurrences.shift();
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
    this.rows = NO_ROWS;
    this.occurrences = [];
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
    if (this.rows === NO_ROWS) this.rows = new Int16Array(this.limits.blockSamples * PACKED_VALUES);
    packRow(row, this.rows, this.rowCount++);
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
    const { frameSamples, frameBytes, measureSamples, blockOccurrences } = this.limits;
    if (frame.count >= frameSamples || frame.occurrences > EVENTS_MAX - 2 * blockOccurrences) return true;
    if (frame.count % measureSamples !== 0) return false;
    const open = this.journal.readOpen();
    if (open === null) return false;
    const bytes = this.journal.sealedBytes(composeFrame(open.blocks, open.samples, null));
    return (bytes * (frame.count + measureSamples)) / frame.count > frameBytes;
  }

  private flush(): void {
    const { frame } = this;
    if (frame === null || (this.rowCount === 0 && this.occurrences.length === 0)) return;
    const head: FrameHead = { ...frame, utcMs: this.utcAt(frame.startMs) };
    const tail = { summary: this.currentTrip().meter.summary(), occurrences: this.occurrences };
    for (let i = 0; i < this.rowCount; i++) unpackRow(this.rows, i, block, i);
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
