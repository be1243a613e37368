/**
 * A block: up to 5 s of the open frame, as it lies in the journal until the frame is closed (docs/SPEC.md,
 * "Blocks"). Plain little-endian fields, since nobody but this device ever reads them.
 */

import {
  BOOT_BYTES,
  EVENT_KINDS,
  type EventKind,
  type Occurrence,
  type Summary,
  type TripPart,
} from '../protocol/messages.ts';
import type { Samples } from '../protocol/samples.ts';
import { readTraces, traceSection } from './block-traces.ts';
import { ROW_BYTES, readRow, writeRow } from './row.ts';

/** What the blocks of one frame have in common. */
export interface FrameHead {
  readonly boot: Uint8Array;
  readonly seq: number;
  readonly startMs: number;
  /** UTC at `startMs`; undefined before the first fix. */
  readonly utcMs: number | undefined;
  readonly trip: TripPart;
  readonly vehicleAxes: boolean;
}

export interface BlockTail {
  readonly summary: Summary;
  readonly occurrences: readonly Occurrence[];
}

export const BLOCK_HEAD_BYTES = 90;
const OCCURRENCE_BYTES = 17;
const NONE32 = 0xffffffff;
const HAS_UTC = 1;
const VEHICLE_AXES = 2;
const OTHER_BOOT = 4;

const KIND_BY_CODE = new Map<number, EventKind>(
  (Object.keys(EVENT_KINDS) as EventKind[]).map((kind) => [EVENT_KINDS[kind], kind]),
);

export function encodeBlock(head: FrameHead, rows: Int32Array, count: number, tail: BlockTail): Uint8Array {
  const { occurrences, summary } = tail;
  const traces = traceSection(occurrences);
  const tracesAt = BLOCK_HEAD_BYTES + count * ROW_BYTES + occurrences.length * OCCURRENCE_BYTES;
  const bytes = new Uint8Array(tracesAt + traces.bytes.length);
  bytes.set(traces.bytes, tracesAt);
  const view = new DataView(bytes.buffer);
  bytes.set(head.boot, 0);
  view.setUint32(16, head.seq, true);
  setU64(view, 20, head.startMs);
  setU64(view, 28, head.utcMs ?? 0);
  view.setUint32(36, head.trip.number, true);
  if (head.trip.boot !== undefined) bytes.set(head.trip.boot, 40);
  view.setUint16(56, head.trip.part, true);
  view.setUint32(58, head.trip.leadMs ?? NONE32, true);
  view.setUint32(62, summary.distanceM, true);
  view.setUint32(66, summary.durationS, true);
  view.setUint16(70, summary.topSpeedDmS, true);
  view.setUint32(72, summary.accelerations, true);
  view.setUint32(76, summary.brakings, true);
  view.setUint32(80, summary.cornerings, true);
  bytes[84] =
    (head.utcMs === undefined ? 0 : HAS_UTC) |
    (head.vehicleAxes ? VEHICLE_AXES : 0) |
    (head.trip.boot === undefined ? 0 : OTHER_BOOT);
  bytes[85] = count;
  bytes[86] = occurrences.length;
  bytes[87] = traces.count;
  let at = BLOCK_HEAD_BYTES;
  for (let row = 0; row < count; row++, at += ROW_BYTES) writeRow(view, at, rows, row);
  for (const occurrence of occurrences) {
    writeOccurrence(view, at, occurrence);
    at += OCCURRENCE_BYTES;
  }
  return bytes;
}

export interface ReadBlock {
  readonly head: FrameHead;
  readonly tail: BlockTail;
}

/** Whose block this is, without reading more. */
export function blockIdentity(bytes: Uint8Array): { readonly boot: Uint8Array; readonly seq: number } {
  return { boot: bytes.subarray(0, BOOT_BYTES), seq: new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true) };
}

/** Appends the block's rows to `samples`. Null when the bytes are not a block of this version. */
export function decodeBlock(bytes: Uint8Array, samples: Samples): ReadBlock | null {
  if (bytes.length < BLOCK_HEAD_BYTES) return null;
  const count = bytes[85];
  const events = bytes[86];
  const tracesAt = BLOCK_HEAD_BYTES + count * ROW_BYTES + events * OCCURRENCE_BYTES;
  const traces = readTraces(bytes.subarray(tracesAt), bytes[87]);
  if (bytes.length < tracesAt || traces === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = bytes[84];
  const leadMs = view.getUint32(58, true);
  const head: FrameHead = {
    boot: bytes.slice(0, BOOT_BYTES),
    seq: view.getUint32(16, true),
    startMs: getU64(view, 20),
    utcMs: flags & HAS_UTC ? getU64(view, 28) : undefined,
    trip: {
      number: view.getUint32(36, true),
      boot: flags & OTHER_BOOT ? bytes.slice(40, 40 + BOOT_BYTES) : undefined,
      part: view.getUint16(56, true),
      leadMs: leadMs === NONE32 ? undefined : leadMs,
    },
    vehicleAxes: (flags & VEHICLE_AXES) !== 0,
  };
  let at = BLOCK_HEAD_BYTES;
  for (let row = 0; row < count; row++, at += ROW_BYTES) if (!readRow(view, at, samples)) return null;
  const occurrences: Occurrence[] = [];
  for (let i = 0; i < events; i++, at += OCCURRENCE_BYTES) {
    const occurrence = readOccurrence(view, at);
    const trace = traces.get(i);
    occurrences.push(trace === undefined ? occurrence : { ...occurrence, trace });
  }
  return { head, tail: { summary: readSummary(view), occurrences } };
}

function readSummary(view: DataView): Summary {
  return {
    distanceM: view.getUint32(62, true),
    durationS: view.getUint32(66, true),
    topSpeedDmS: view.getUint16(70, true),
    accelerations: view.getUint32(72, true),
    brakings: view.getUint32(76, true),
    cornerings: view.getUint32(80, true),
  };
}

function writeOccurrence(view: DataView, at: number, occurrence: Occurrence): void {
  view.setUint8(at, EVENT_KINDS[occurrence.kind]);
  setU64(view, at + 1, occurrence.atMs);
  view.setUint32(at + 9, occurrence.durationMs, true);
  view.setUint16(at + 13, occurrence.peak, true);
  view.setUint16(at + 15, occurrence.speedDmS, true);
}

function readOccurrence(view: DataView, at: number): Occurrence {
  return {
    kind: KIND_BY_CODE.get(view.getUint8(at)) ?? 'power-gap',
    atMs: getU64(view, at + 1),
    durationMs: view.getUint32(at + 9, true),
    peak: view.getUint16(at + 13, true),
    speedDmS: view.getUint16(at + 15, true),
  };
}

function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x100000000, true);
  view.setUint32(at + 4, Math.floor(value / 0x100000000), true);
}

function getU64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x100000000;
}
