/**
 * CRC'd records in a ring of flash sectors (docs/SPEC.md, "Flash").
 *
 * Three rules make it safe against a cut in the middle of an operation, whose cells may read differently each time:
 *
 * 1. A sector counts as erased only when the mark that is programmed after the erase stands in it. Before an erase
 *    its header is programmed to zero, so that a sector that is half erased is never taken for one in use.
 * 2. Before anything of a former boot is believed, the last record is decided, and cannot change its mind later. One
 *    that reads whole is programmed again with the same bytes and then confirmed; anything else is voided and then
 *    programmed to zero. Both are a byte of their own, so that a void that was itself cut disturbs nothing else.
 * 3. Before the first record of a boot, the page in which a cut may have left weak cells is filled up with zeros.
 *
 * What is programmed or erased is read back. A sector that cannot be erased is left out until the next start; one
 * that cannot be programmed is closed, and the record goes into the next.
 */

import { sameBytes } from '../protocol/bytes.ts';
import type { Flash } from './hal.ts';
import {
  CLEAN,
  DIRTY,
  isErased,
  LOG_FORMAT,
  parseRecord,
  recordBytes,
  type StoredRecord,
  sectorHeader,
  sectorState,
  type Tail,
  tailOf,
  writtenBytes,
} from './log-format.ts';

/** No sector, no address. */
export const NONE = -1;
/** The one being written, two clean ones and one to give up. */
const SECTORS_MIN = 4;
const ERASE_TRIES = 2;
/** A sector that failed in this boot. */
const WORN = -3;

export interface LogStats {
  damagedRecords: number;
  erases: number;
  /** Erases and programs that did not take. */
  failures: number;
}

export class RecordLog {
  readonly stats: LogStats = { damagedRecords: 0, erases: 0, failures: 0 };
  private readonly flash: Flash;
  /** Per sector: its generation, CLEAN, DIRTY or WORN. */
  private readonly states: Int32Array;
  private sector = NONE;
  /** Where the next record goes. */
  private offset = 0;
  /** From here to `offset` zeros are owed before the next record. */
  private padFrom = 0;

  constructor(flash: Flash) {
    if (flash.geometry.sectors < SECTORS_MIN) throw new RangeError(`the log needs ${SECTORS_MIN} sectors`);
    this.flash = flash;
    this.states = new Int32Array(flash.geometry.sectors).fill(DIRTY);
  }

  /** The longest payload that a record can have. */
  get payloadBytesMax(): number {
    return this.flash.geometry.sectorBytes - LOG_FORMAT.sectorHeaderBytes - LOG_FORMAT.recordHeaderBytes;
  }

  get sectorCount(): number {
    return this.states.length;
  }

  /** The sector being written; NONE before the first. */
  get current(): number {
    return this.sector;
  }

  /** Payload bytes that still fit into the current sector; negative when not even an empty record does. */
  get room(): number {
    if (this.sector === NONE) return NONE;
    return this.flash.geometry.sectorBytes - this.offset - LOG_FORMAT.recordHeaderBytes;
  }

  /** After a reset: reads the sector headers and decides what the cut left of the last record. */
  mount(): void {
    const header = new Uint8Array(LOG_FORMAT.sectorHeaderBytes);
    for (let sector = 0; sector < this.states.length; sector++) {
      this.flash.read(this.addressOf(sector), header);
      this.states[sector] = sectorState(header);
    }
    for (const sector of this.sectors().reverse()) {
      this.sector = sector;
      if (this.settle()) return;
      // Its first record never came: it was not opened.
      this.discard(sector, DIRTY);
    }
    this.sector = NONE;
  }

  /** Sectors that hold records, oldest first. */
  sectors(): number[] {
    const { states } = this;
    return [...states.keys()].filter((sector) => states[sector] >= 0).sort((a, b) => states[a] - states[b]);
  }

  /** Whole records of a sector, in the order in which they were written. */
  *recordsIn(sector: number): Generator<StoredRecord> {
    yield* this.recordsOf(this.readSector(sector), this.addressOf(sector));
  }

  /** The record whose header stands at `address`; null when it is no whole record. */
  recordAt(address: number): StoredRecord | null {
    const header = new Uint8Array(LOG_FORMAT.recordHeaderBytes);
    this.flash.read(address, header);
    const length = header[2] | (header[3] << 8);
    const room = this.addressOf(this.sectorOf(address) + 1) - address;
    if (length > room - header.length) return null;
    const bytes = new Uint8Array(header.length + length);
    this.flash.read(address, bytes);
    return parseRecord(bytes, 0, address);
  }

  fits(length: number): boolean {
    return this.room >= length;
  }

  /** Appends to the current sector; `fits` must hold. The record's address, or NONE when the sector is worn. */
  append(type: number, payload: Uint8Array): number {
    if (this.padFrom < this.offset) this.zero(this.inSector(this.padFrom), this.offset - this.padFrom);
    const address = this.inSector(this.offset);
    const bytes = recordBytes(type, payload);
    this.offset += bytes.length;
    this.padFrom = this.offset;
    if (this.program(address, bytes)) return address;
    this.zero(address, bytes.length);
    this.offset = this.padFrom = this.flash.geometry.sectorBytes;
    return NONE;
  }

  /** The record is done with. False when it does not take: the record stays live. */
  markDone(address: number): boolean {
    const mark = Uint8Array.of(0);
    this.flash.program(address + LOG_FORMAT.markOffset, mark);
    this.flash.read(address + LOG_FORMAT.markOffset, mark);
    return mark[0] !== LOG_FORMAT.live;
  }

  /**
   * Makes the next clean sector the current one, with a first record. False when there is none, or when it turned
   * out to be worn: then all is as before, and the next may do.
   */
  openNext(type: number, payload: Uint8Array): boolean {
    const next = this.gap().find((sector) => this.states[sector] === CLEAN);
    return next !== undefined && this.open(next, this.generationOf(this.sector) + 1, type, payload);
  }

  /** Erases the current sector and begins it once more. False when that fails; the one before it is then current. */
  reopen(type: number, payload: Uint8Array): boolean {
    const { sector } = this;
    const generation = this.generationOf(sector);
    const erased = this.erase(sector);
    this.sector = this.sectors().at(-1) ?? NONE;
    this.offset = this.padFrom = this.flash.geometry.sectorBytes;
    return erased && this.open(sector, generation, type, payload);
  }

  private open(sector: number, generation: number, type: number, payload: Uint8Array): boolean {
    const before = [this.sector, this.offset, this.padFrom] as const;
    const blank = isErased(this.readSector(sector), LOG_FORMAT.magicBytes);
    if (blank && this.program(this.addressOf(sector), sectorHeader(generation))) {
      this.states[sector] = generation;
      this.sector = sector;
      this.offset = this.padFrom = LOG_FORMAT.sectorHeaderBytes;
      if (this.append(type, payload) !== NONE) return true;
    }
    [this.sector, this.offset, this.padFrom] = before;
    // What is not blank can be erased again.
    this.discard(sector, blank ? WORN : DIRTY);
    return false;
  }

  /** Nothing of a header may remain: the next sector that is opened takes its generation. */
  private discard(sector: number, state: number): void {
    this.states[sector] = state;
    this.zero(this.addressOf(sector), LOG_FORMAT.sectorHeaderBytes);
  }

  /** Clean sectors ahead of the current one. */
  get cleanSectors(): number {
    return this.gap().filter((sector) => this.states[sector] === CLEAN).length;
  }

  /** The sector to be erased next: one that holds nothing, or else the oldest. NONE when no other can be erased. */
  nextToErase(): number {
    const gap = this.gap();
    const free = gap.find((sector) => this.states[sector] === DIRTY);
    if (free !== undefined) return free;
    const oldest = this.sectors()[0] ?? NONE;
    return oldest === this.sector ? NONE : oldest;
  }

  sectorOf(address: number): number {
    return Math.floor(address / this.flash.geometry.sectorBytes);
  }

  /** Rises by one with every sector opened; negative for one that holds no records. */
  generation(sector: number): number {
    return this.states[sector];
  }

  /** Erases a sector and marks it clean. False when it is worn; it is then left alone until the next start. */
  erase(sector: number): boolean {
    const address = this.addressOf(sector);
    this.discard(sector, DIRTY);
    for (let tries = 0; tries < ERASE_TRIES; tries++) {
      this.stats.erases++;
      this.flash.erase(sector);
      if (!isErased(this.readSector(sector), 0)) continue;
      if (!this.program(address, sectorHeader(0).subarray(0, LOG_FORMAT.magicBytes))) break;
      this.states[sector] = CLEAN;
      return true;
    }
    this.stats.failures++;
    this.discard(sector, WORN);
    return false;
  }

  /** Rules 2 and 3 for the current sector. False when no whole record is in it. */
  private settle(): boolean {
    const { pageBytes, sectorBytes } = this.flash.geometry;
    const bytes = this.readSector(this.sector);
    const last = [...this.recordsOf(bytes, 0)].at(-1);
    const end = last === undefined ? LOG_FORMAT.sectorHeaderBytes : endOf(last);
    const tail = tailOf(bytes, end, pageBytes);
    if (tail.from < tail.to) {
      this.abolish(tail);
      this.offset = this.padFrom = tail.to;
      return last !== undefined;
    }
    if (last === undefined) return false;
    if (tail.end === end) this.confirm(bytes, last);
    this.padFrom = tail.end;
    this.offset = Math.min(sectorBytes, (Math.floor(tail.end / pageBytes) + 1) * pageBytes);
    return true;
  }

  private abolish({ from, to }: Tail): void {
    const voidAt = from + LOG_FORMAT.voidOffset;
    if (voidAt < to) this.zero(this.inSector(voidAt), 1);
    this.zero(this.inSector(from), to - from);
  }

  /** Programs the last record once more. The mark is left as it is: either reading of it is a right one. */
  private confirm(sector: Uint8Array, last: StoredRecord): void {
    const from = last.address;
    if (!last.confirmed) {
      this.program(this.inSector(from), sector.subarray(from, from + LOG_FORMAT.markOffset));
      this.program(this.inSector(from + LOG_FORMAT.recordHeaderBytes), last.payload);
    }
    this.zero(this.inSector(from + LOG_FORMAT.confirmedOffset), 1);
  }

  private *recordsOf(sector: Uint8Array, start: number): Generator<StoredRecord> {
    const end = writtenBytes(sector);
    let whole = true;
    for (let offset: number = LOG_FORMAT.sectorHeaderBytes; offset < end; ) {
      if (sector[offset] === 0) {
        offset++;
        continue;
      }
      const record = parseRecord(sector, offset, start);
      if (record !== null) yield record;
      else if (whole) this.stats.damagedRecords++;
      whole = record !== null;
      offset = record === null ? offset + 1 : endOf(record) - start;
    }
  }

  /** The sectors after the current one, up to the first that holds records. */
  private gap(): number[] {
    const gap: number[] = [];
    const { length } = this.states;
    for (let step = 1; step <= length; step++) {
      const sector = (this.sector + step) % length;
      if (this.states[sector] >= 0) break;
      gap.push(sector);
    }
    return gap;
  }

  private generationOf(sector: number): number {
    return sector === NONE ? NONE : this.states[sector];
  }

  private addressOf(sector: number): number {
    return sector * this.flash.geometry.sectorBytes;
  }

  private inSector(offset: number): number {
    return this.addressOf(this.sector) + offset;
  }

  private readSector(sector: number): Uint8Array {
    const bytes = new Uint8Array(this.flash.geometry.sectorBytes);
    this.flash.read(this.addressOf(sector), bytes);
    return bytes;
  }

  /** Programs bytes that may span pages, page by page. False when they do not read back. */
  private program(address: number, bytes: Uint8Array): boolean {
    const { pageBytes } = this.flash.geometry;
    for (let done = 0; done < bytes.length; ) {
      const room = pageBytes - ((address + done) % pageBytes);
      const part = bytes.subarray(done, done + room);
      this.flash.program(address + done, part);
      done += part.length;
    }
    const readBack = new Uint8Array(bytes.length);
    this.flash.read(address, readBack);
    const taken = sameBytes(readBack, bytes);
    if (!taken) this.stats.failures++;
    return taken;
  }

  /** Programs zeros, the last page first, so that a header outlives what it claims until all of that is gone. */
  private zero(address: number, length: number): void {
    const { pageBytes } = this.flash.geometry;
    for (let end = address + length; end > address; ) {
      const from = Math.max(address, Math.floor((end - 1) / pageBytes) * pageBytes);
      this.flash.program(from, new Uint8Array(end - from));
      end = from;
    }
  }
}

function endOf(record: StoredRecord): number {
  return record.address + LOG_FORMAT.recordHeaderBytes + record.payload.length;
}
