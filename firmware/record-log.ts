/**
 * CRC'd records in a ring of flash sectors (docs/SPEC.md, "Flash").
 *
 * A sector: 12-byte header (magic, generation, CRC), then records. A record: 12-byte header (length, type, check,
 * CRC of the payload, mark), then the payload. The mark is 0xff while the record is live and is programmed to 0
 * when it is done, which NOR flash allows without an erase. Damage costs the record it hit and no other: reading
 * goes on at the next byte from which a whole record follows.
 */

import { crc32 } from '../protocol/crc.ts';
import type { Flash } from './hal.ts';

const SECTOR_MAGIC = 0x31424a42; // "BJB1"
const SECTOR_HEADER_BYTES = 12;
export const RECORD_HEADER_BYTES = 12;
const MARK_OFFSET = 8;
const LIVE = 0xff;
const NEVER = -1;

export interface StoredRecord {
  /** Address of the record's header; what `markDone` wants. */
  readonly address: number;
  readonly type: number;
  readonly live: boolean;
  readonly payload: Uint8Array;
}

export interface LogStats {
  damagedRecords: number;
  erases: number;
}

export class RecordLog {
  readonly stats: LogStats = { damagedRecords: 0, erases: 0 };
  private readonly flash: Flash;
  /** Per sector, NEVER for a blank one. */
  private readonly generations: Int32Array;
  private sector = NEVER;
  private offset = 0;
  private readonly header = new Uint8Array(RECORD_HEADER_BYTES);

  constructor(flash: Flash) {
    this.flash = flash;
    this.generations = new Int32Array(flash.geometry.sectors).fill(NEVER);
  }

  /** The longest payload that a record can have. */
  get payloadBytesMax(): number {
    return this.flash.geometry.sectorBytes - SECTOR_HEADER_BYTES - RECORD_HEADER_BYTES;
  }

  /** Reads the sector headers. A sector with a damaged header is erased: no record in it can be believed. */
  mount(): void {
    for (let sector = 0; sector < this.generations.length; sector++) {
      this.generations[sector] = this.readGeneration(sector);
      if (this.generations[sector] > this.generationOf(this.sector)) this.sector = sector;
    }
    if (this.sector === NEVER) return;
    const start = this.sector * this.flash.geometry.sectorBytes;
    this.offset = writtenBytes(this.readSector(this.sector));
    // A payload may end in 0xff, which looks like nothing written.
    for (const record of this.recordsIn(this.sector)) this.offset = Math.max(this.offset, endOf(record) - start);
  }

  /** Sectors that hold records, oldest first. */
  *sectors(): Generator<number> {
    const used = [...this.generations.keys()].filter((sector) => this.generations[sector] !== NEVER);
    yield* used.sort((a, b) => this.generations[a] - this.generations[b]);
  }

  /** Whole records of a sector, in the order in which they were written. */
  *recordsIn(sector: number): Generator<StoredRecord> {
    const bytes = this.readSector(sector);
    const start = sector * bytes.length;
    const end = writtenBytes(bytes);
    let whole = true;
    for (let offset = SECTOR_HEADER_BYTES; offset < end; ) {
      const record = parseRecord(bytes, offset, start);
      if (record !== null) yield record;
      else if (whole) this.stats.damagedRecords++;
      whole = record !== null;
      offset = record === null ? offset + 1 : endOf(record) - start;
    }
  }

  /** The record whose header stands at `address`; null when it is no whole record. */
  recordAt(address: number): StoredRecord | null {
    this.flash.read(address, this.header);
    const length = this.header[0] | (this.header[1] << 8);
    if (length > this.payloadBytesMax) return null;
    const bytes = new Uint8Array(RECORD_HEADER_BYTES + length);
    this.flash.read(address, bytes);
    return parseRecord(bytes, 0, address);
  }

  fits(length: number): boolean {
    return this.sector !== NEVER && this.offset + RECORD_HEADER_BYTES + length <= this.flash.geometry.sectorBytes;
  }

  /** Appends to the current sector; `fits` must hold. Returns the record's address. */
  append(type: number, payload: Uint8Array): number {
    const address = this.sector * this.flash.geometry.sectorBytes + this.offset;
    const { header } = this;
    header.fill(0xff);
    header[0] = payload.length & 0xff;
    header[1] = payload.length >> 8;
    header[2] = type;
    header[3] = headerCheck(header);
    writeU32(header, 4, crc32(payload));
    // The space is taken whatever happens next: a torn record is never programmed again.
    this.offset += RECORD_HEADER_BYTES + payload.length;
    this.program(address, header);
    this.program(address + RECORD_HEADER_BYTES, payload);
    return address;
  }

  /** The record is done with. One bit-clearing program of one byte, so it happens or it does not. */
  markDone(address: number): void {
    this.flash.program(address + MARK_OFFSET, Uint8Array.of(0));
  }

  /** Opens the sector after the current one, which must be blank, and makes it the current one. */
  openNext(): void {
    const next = this.sectorAhead(1);
    const generation = this.generationOf(this.sector) + 1;
    const header = new Uint8Array(SECTOR_HEADER_BYTES);
    writeU32(header, 0, SECTOR_MAGIC);
    writeU32(header, 4, generation);
    writeU32(header, 8, crc32(header.subarray(0, 8)));
    this.sector = next;
    this.offset = SECTOR_HEADER_BYTES;
    this.generations[next] = generation;
    this.program(next * this.flash.geometry.sectorBytes, header);
  }

  /** The sector that will be opened after the current one, or the one `steps` after it. */
  sectorAhead(steps: number): number {
    return (this.sector + steps) % this.generations.length;
  }

  sectorOf(address: number): number {
    return Math.floor(address / this.flash.geometry.sectorBytes);
  }

  /** Rises by one with every sector opened; NEVER (-1) for a blank one. */
  generation(sector: number): number {
    return this.generations[sector];
  }

  isBlank(sector: number): boolean {
    return this.generations[sector] === NEVER;
  }

  erase(sector: number): void {
    this.generations[sector] = NEVER;
    this.stats.erases++;
    this.flash.erase(sector);
  }

  private generationOf(sector: number): number {
    return sector === NEVER ? NEVER : this.generations[sector];
  }

  private readGeneration(sector: number): number {
    const header = new Uint8Array(SECTOR_HEADER_BYTES);
    this.flash.read(sector * this.flash.geometry.sectorBytes, header);
    const sound = readU32(header, 0) === SECTOR_MAGIC && crc32(header.subarray(0, 8)) === readU32(header, 8);
    if (sound) return readU32(header, 4);
    if (writtenBytes(this.readSector(sector)) > 0) this.erase(sector);
    return NEVER;
  }

  private readSector(sector: number): Uint8Array {
    const bytes = new Uint8Array(this.flash.geometry.sectorBytes);
    this.flash.read(sector * bytes.length, bytes);
    return bytes;
  }

  /** Programs bytes that may span pages, page by page. */
  private program(address: number, bytes: Uint8Array): void {
    const { pageBytes } = this.flash.geometry;
    for (let done = 0; done < bytes.length; ) {
      const room = pageBytes - ((address + done) % pageBytes);
      const part = bytes.subarray(done, done + room);
      this.flash.program(address + done, part);
      done += part.length;
    }
  }
}

function endOf(record: StoredRecord): number {
  return record.address + RECORD_HEADER_BYTES + record.payload.length;
}

/** Bytes up to the last one that is not erased. */
function writtenBytes(sector: Uint8Array): number {
  let end = sector.length;
  while (end > 0 && sector[end - 1] === 0xff) end--;
  return end;
}

function parseRecord(bytes: Uint8Array, offset: number, start: number): StoredRecord | null {
  if (offset + RECORD_HEADER_BYTES > bytes.length) return null;
  const header = bytes.subarray(offset, offset + RECORD_HEADER_BYTES);
  const end = offset + RECORD_HEADER_BYTES + (header[0] | (header[1] << 8));
  if (header[3] !== headerCheck(header) || end > bytes.length) return null;
  const payload = bytes.subarray(offset + RECORD_HEADER_BYTES, end);
  if (crc32(payload) !== readU32(header, 4)) return null;
  return { address: start + offset, type: header[2], live: header[MARK_OFFSET] === LIVE, payload };
}

/** Tells a written header from a blank or torn one: never 0xff for a blank. */
function headerCheck(header: Uint8Array): number {
  return (header[0] ^ header[1] ^ header[2] ^ 0x5a) & 0xff;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (8 * i)) & 0xff;
}
