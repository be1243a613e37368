/**
 * What must outlive a reset: a durable map of small records over the ring of `RecordLog`.
 *
 * The last record of a key in the order of writing is its value; one that is marked done means that the key is gone.
 * Two clean sectors are kept ahead of the one being written. Before the oldest is erased, what still counts in it is
 * copied to the end. A copy of what is already there changes nothing, so that a cut at any operation in between is
 * finished at the next boot. Sectors are erased in the order in which they were written, so that an older value never
 * outlives a younger one.
 *
 * Each record begins with a serial number, one more than the record before. A record that is missing between two
 * others is seen by that; what a cut left of one that was being written was never anybody's value.
 */

import { ID_BYTES } from '../protocol/access-fields.ts';
import { concat, sameBytes, toHex } from '../protocol/bytes.ts';
import type { Flash } from './hal.ts';
import { NONE, RecordLog } from './record-log.ts';

/** Of these there is one record each; the others carry their id in front. */
export const SINGLE = { standing: 1, issuers: 2, binding: 3 } as const;
export const KEYED = { burn: 4, report: 5 } as const;
const KEYED_MIN = 4;
const SERIAL_BYTES = 4;

const CLEAN_AHEAD = 2;
/** The sector being written, two clean ones, one that is worn. */
const SECTORS_BESIDES = 4;

export interface VaultRecord {
  readonly type: number;
  readonly payload: Uint8Array;
}

export class Vault {
  /** False after `recover` when records of former boots may be missing. */
  whole = false;
  private readonly log: RecordLog;
  /** Where the value of each key lies. */
  private readonly live = new Map<string, number>();
  private nextSerial = 0;

  /** `liveBytesMax`: what all values take at most, headers included. */
  constructor(flash: Flash, liveBytesMax: number) {
    this.log = new RecordLog(flash);
    const room = (flash.geometry.sectors - SECTORS_BESIDES) * this.log.payloadBytesMax;
    if (room < 2 * liveBytesMax) throw new RangeError(`the flash is too small: ${2 * liveBytesMax} > ${room} bytes`);
  }

  /** After a reset: reads what is there and finishes what was cut. */
  recover(): VaultRecord[] {
    const { log } = this;
    log.mount();
    let last = -1;
    this.whole = log.current !== NONE;
    for (const sector of log.sectors()) {
      for (const { type, live, payload, address } of log.recordsIn(sector)) {
        const key = keyOf(type, withoutSerial(payload));
        this.live.delete(key);
        if (live) this.live.set(key, address);
        if (last >= 0 && serialOf(payload) > last + 1) this.whole = false;
        last = serialOf(payload);
      }
    }
    this.nextSerial = last + 1;
    const found = [...this.live.values()].flatMap((address) => this.read(address) ?? []);
    if (log.current !== NONE) this.makeRoom();
    return found;
  }

  /** Null when there is none. */
  get(type: number, id: Uint8Array): Uint8Array | null {
    const address = this.live.get(keyOf(type, id));
    return address === undefined ? null : (this.read(address)?.payload ?? null);
  }

  /** Durable when it returns true. The payload of a keyed record begins with its id. */
  put(type: number, payload: Uint8Array): boolean {
    const key = keyOf(type, payload);
    const known = this.live.get(key);
    const before = known === undefined ? null : this.read(known);
    if (before !== null && sameBytes(before.payload, payload)) return true;
    const address = this.append(type, payload);
    if (address === NONE) return false;
    this.live.delete(key);
    this.live.set(key, address);
    return true;
  }

  /** The key is gone; after a cut, or when the mark does not take, it may come back at the next boot. */
  drop(type: number, id: Uint8Array): void {
    const key = keyOf(type, id);
    const address = this.live.get(key);
    if (address === undefined) return;
    this.live.delete(key);
    this.log.markDone(address);
  }

  /** Erases every sector that was ever written before (B37). What counts is copied first. */
  purge(type: number, payload: Uint8Array): boolean {
    if (!this.openWith(type, payload)) return false;
    for (let tries = 0; tries <= this.log.sectorCount; tries++) {
      const sector = this.log.nextToErase();
      if (sector === NONE) return true;
      if (!this.evacuate(sector)) return false;
      this.log.erase(sector);
    }
    return false;
  }

  private append(type: number, payload: Uint8Array): number {
    if (payload.length + SERIAL_BYTES > this.log.payloadBytesMax) return NONE;
    for (let tries = 0; tries < this.log.sectorCount; tries++) {
      const address = this.appendHere(type, payload);
      if (address !== NONE) return address;
      if (this.log.cleanSectors === 0) this.makeRoom();
      const first = this.openNext(type, payload);
      if (first === NONE) continue;
      const key = keyOf(type, payload);
      this.live.set(key, first);
      this.makeRoom();
      return this.live.get(key) ?? first;
    }
    return NONE;
  }

  /** Goes on in the next clean sector, with this as its first record. NONE when there is none. */
  private openNext(type: number, payload: Uint8Array): number {
    const numbered = this.numbered(payload);
    while (this.log.cleanSectors > 0) {
      if (!this.log.openNext(type, numbered)) continue;
      this.nextSerial++;
      for (const record of this.log.recordsIn(this.log.current)) return record.address;
    }
    return NONE;
  }

  private openWith(type: number, payload: Uint8Array): boolean {
    if (this.log.cleanSectors === 0) this.makeRoom();
    const address = this.openNext(type, payload);
    if (address === NONE) return false;
    this.live.set(keyOf(type, payload), address);
    return true;
  }

  private makeRoom(): void {
    for (let tries = 0; tries < this.log.sectorCount && this.log.cleanSectors < CLEAN_AHEAD; tries++) {
      const sector = this.log.nextToErase();
      if (sector === NONE || !this.evacuate(sector)) return;
      this.log.erase(sector);
    }
  }

  /** Copies to the end what counts in a sector. False when there is nowhere to put it. */
  private evacuate(sector: number): boolean {
    for (const [key, address] of [...this.live]) {
      if (this.log.sectorOf(address) !== sector) continue;
      const record = this.read(address);
      if (record === null) {
        // It has rotted: better to say so than to keep silent.
        this.live.delete(key);
        this.whole = false;
        continue;
      }
      const copy = this.copy(record.type, record.payload);
      if (copy === NONE) return false;
      this.live.set(key, copy);
    }
    return true;
  }

  private copy(type: number, payload: Uint8Array): number {
    const address = this.appendHere(type, payload);
    return address === NONE ? this.openNext(type, payload) : address;
  }

  private appendHere(type: number, payload: Uint8Array): number {
    const numbered = this.numbered(payload);
    const address = this.log.fits(numbered.length) ? this.log.append(type, numbered) : NONE;
    if (address !== NONE) this.nextSerial++;
    return address;
  }

  private read(address: number): VaultRecord | null {
    const record = this.log.recordAt(address);
    return record === null ? null : { type: record.type, payload: withoutSerial(record.payload) };
  }

  private numbered(payload: Uint8Array): Uint8Array {
    const serial = new Uint8Array(SERIAL_BYTES);
    new DataView(serial.buffer).setUint32(0, this.nextSerial, true);
    return concat(serial, payload);
  }
}

function keyOf(type: number, payload: Uint8Array): string {
  return type < KEYED_MIN ? `${type}` : `${type}:${toHex(payload.subarray(0, ID_BYTES))}`;
}

function serialOf(record: Uint8Array): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(0, true);
}

function withoutSerial(record: Uint8Array): Uint8Array {
  return record.subarray(SERIAL_BYTES);
}
