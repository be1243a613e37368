/**
 * What sectors and records look like in flash (docs/SPEC.md, "Flash"). Pure functions over bytes; `RecordLog` does
 * the reading and writing.
 */

import { crc32 } from '../protocol/crc.ts';

/** "BJB2". Programmed right after an erase: it says that the erase came to its end. */
const SECTOR_MAGIC = 0x32424a42;
const MAGIC_BYTES = 4;
const SECTOR_HEADER_BYTES = 12;
const RECORD_HEADER_BYTES = 12;
const MARK_OFFSET = 8;
const VOID_OFFSET = 9;
const CONFIRMED_OFFSET = 10;
const LIVE = 0xff;
const ERASED = 0xff;
const ERASED32 = 0xffffffff;

/** The state of a sector is its generation, 0 or more, or one of these. */
export const CLEAN = -1;
/** Not known to be erased: never used, written by other firmware, or its erase was cut. */
export const DIRTY = -2;

export interface StoredRecord {
  /** Address of the record's header; what `markDone` wants. */
  readonly address: number;
  readonly type: number;
  readonly live: boolean;
  readonly confirmed: boolean;
  readonly payload: Uint8Array;
}

export const LOG_FORMAT = {
  sectorHeaderBytes: SECTOR_HEADER_BYTES,
  recordHeaderBytes: RECORD_HEADER_BYTES,
  magicBytes: MAGIC_BYTES,
  markOffset: MARK_OFFSET,
  voidOffset: VOID_OFFSET,
  confirmedOffset: CONFIRMED_OFFSET,
  /** What the mark of a record reads as until it is done with. */
  live: LIVE,
} as const;

/** Header of a sector in use. Its first four bytes alone are that of a clean one. */
export function sectorHeader(generation: number): Uint8Array {
  const header = new Uint8Array(SECTOR_HEADER_BYTES);
  writeU32(header, 0, SECTOR_MAGIC);
  writeU32(header, 4, generation);
  writeU32(header, 8, crc32(header.subarray(0, 8)));
  return header;
}

/** The generation, CLEAN or DIRTY. */
export function sectorState(header: Uint8Array): number {
  if (readU32(header, 0) !== SECTOR_MAGIC) return DIRTY;
  if (isErased(header, MAGIC_BYTES)) return CLEAN;
  const generation = readU32(header, 4);
  const sound = generation <= 0x7fffffff && crc32(header.subarray(0, 8)) === readU32(header, 8);
  return sound ? generation : DIRTY;
}

/** Header and payload as they are programmed: type, check, length 2, CRC 4, four marks, payload. */
export function recordBytes(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + payload.length).fill(0xff, MARK_OFFSET, RECORD_HEADER_BYTES);
  bytes[0] = type;
  bytes[2] = payload.length & 0xff;
  bytes[3] = payload.length >> 8;
  bytes[1] = headerCheck(bytes, 0);
  bytes.set(payload, RECORD_HEADER_BYTES);
  writeU32(bytes, 4, recordCrc(bytes, 0, payload));
  return bytes;
}

/** The record at `offset` of bytes that were read from `start`; null when it is not whole. */
export function parseRecord(bytes: Uint8Array, offset: number, start: number): StoredRecord | null {
  const end = claimedEnd(bytes, offset);
  if (end < 0 || end > bytes.length) return null;
  const payload = bytes.subarray(offset + RECORD_HEADER_BYTES, end);
  if (recordCrc(bytes, offset, payload) !== readU32(bytes, offset + 4)) return null;
  const confirmed = bytes[offset + CONFIRMED_OFFSET] !== ERASED;
  if (bytes[offset + VOID_OFFSET] !== ERASED && !confirmed) return null;
  const live = bytes[offset + MARK_OFFSET] === LIVE;
  return { address: start + offset, type: bytes[offset], live, confirmed, payload };
}

/** Where the record whose header stands at `offset` says that it ends; -1 when that is no header. */
function claimedEnd(bytes: Uint8Array, offset: number): number {
  if (offset + RECORD_HEADER_BYTES > bytes.length || bytes[offset] === 0) return -1;
  if (bytes[offset + 1] !== headerCheck(bytes, offset)) return -1;
  return offset + RECORD_HEADER_BYTES + (bytes[offset + 2] | (bytes[offset + 3] << 8));
}

export interface Tail {
  /** Where the last whole record ends. */
  readonly end: number;
  /** What a cut left behind it, whole pages at its end; empty (`from === to`) when there is nothing. */
  readonly from: number;
  readonly to: number;
}

/**
 * What stands behind the last whole record of a sector. Zeros are padding. Anything else is what a cut left of one
 * record: it reaches as far as its header says, since a page behind what can be seen may have been under way.
 */
export function tailOf(bytes: Uint8Array, end: number, pageBytes: number): Tail {
  const written = Math.max(end, writtenBytes(bytes));
  let from = end;
  while (from < written && bytes[from] === 0) from++;
  if (from === written) return { end: written, from: written, to: written };
  const claimed = Math.max(claimedEnd(bytes, from), from + RECORD_HEADER_BYTES, written);
  const to = Math.min(bytes.length, Math.ceil(claimed / pageBytes) * pageBytes);
  return { end, from, to };
}

/** Bytes up to the last one that is not erased. */
export function writtenBytes(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0xff) end--;
  return end;
}

export function isErased(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0xff) return false;
  return true;
}

/** Over type, check, length and payload. Never what a CRC that was not yet programmed reads as. */
function recordCrc(bytes: Uint8Array, offset: number, payload: Uint8Array): number {
  const crc = crc32(payload, crc32(bytes.subarray(offset, offset + 4)));
  return crc === ERASED32 ? 0 : crc;
}

function headerCheck(bytes: Uint8Array, at: number): number {
  return (bytes[at] ^ bytes[at + 2] ^ bytes[at + 3] ^ 0x5a) & 0xff;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (8 * i)) & 0xff;
}
