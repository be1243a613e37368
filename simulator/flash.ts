/** NOR flash in memory, as strict as the part: it keeps its bytes over resets, wears out, and can lose power at any operation. */

import type { Flash, FlashGeometry } from '../firmware/hal.ts';
import { Rng } from './rng.ts';

/** 256 KiB (numbers.md 13). */
export const DEFAULT_GEOMETRY: FlashGeometry = { sectorBytes: 4096, pageBytes: 256, sectors: 64 };

const PROGRAM_US = 700;
const ERASE_US_NEW = 50_000;
const ERASE_US_WORN = 400_000;
const RATED_CYCLES = 20_000;

/** `clean`: the operation did not happen. `torn`: it was under way and stopped somewhere. */
export type Damage = 'clean' | 'torn';

export interface Cut {
  /** Counted like `operations`: 0 is the first one of this flash's life. */
  readonly operation: number;
  readonly damage: Damage;
}

/** The power went during a flash operation; whoever runs the device must drop it. */
export class PowerCut extends Error {
  readonly operation: number;
  readonly damage: Damage;

  constructor(cut: Cut) {
    super(`power cut (${cut.damage}) at flash operation ${cut.operation}`);
    this.name = 'PowerCut';
    this.operation = cut.operation;
    this.damage = cut.damage;
  }
}

export class NorFlash implements Flash {
  readonly geometry: FlashGeometry;
  /** Programs and erases so far. */
  operations = 0;
  readonly erasesPerSector: Uint32Array;
  /** Power goes at this operation, once; set it again for the next cut. */
  cutAt: Cut | null = null;
  private readonly bytes: Uint8Array;
  private readonly rng: Rng;

  /** `rng` draws how far a torn operation came. */
  constructor(geometry: FlashGeometry = DEFAULT_GEOMETRY, rng: Rng = Rng.seeded(0)) {
    this.geometry = geometry;
    this.rng = rng;
    this.bytes = new Uint8Array(geometry.sectorBytes * geometry.sectors).fill(0xff);
    this.erasesPerSector = new Uint32Array(geometry.sectors);
  }

  /** A copy of everything, for checkers. */
  image(): Uint8Array {
    return this.bytes.slice();
  }

  read(address: number, into: Uint8Array): void {
    this.check(address, into.length);
    into.set(this.bytes.subarray(address, address + into.length));
  }

  program(address: number, bytes: Uint8Array): number {
    this.check(address, bytes.length);
    if (bytes.length === 0) throw new RangeError('nothing to program');
    const { pageBytes } = this.geometry;
    if ((address % pageBytes) + bytes.length > pageBytes) {
      throw new RangeError(`programming ${bytes.length} bytes at ${address} would cross a page of ${pageBytes}`);
    }
    for (let i = 0; i < bytes.length; i++) {
      const old = this.bytes[address + i];
      if ((old & bytes[i]) !== bytes[i]) {
        throw new RangeError(
          `programming 0x${bytes[i].toString(16)} over 0x${old.toString(16)} at ${address + i} would set bits`,
        );
      }
    }
    const cut = this.takeCut();
    if (cut?.damage === 'clean') throw new PowerCut(cut);
    const done = cut === null ? bytes.length : this.rng.int(bytes.length);
    this.bytes.set(bytes.subarray(0, done), address);
    if (cut !== null) {
      // Of the byte under way only some bits have been cleared.
      this.bytes[address + done] &= bytes[done] | this.rng.int(256);
      throw new PowerCut(cut);
    }
    return PROGRAM_US;
  }

  erase(sector: number): number {
    const { sectorBytes, sectors } = this.geometry;
    if (!Number.isInteger(sector) || sector < 0 || sector >= sectors)
      throw new RangeError(`there is no sector ${sector}`);
    const cut = this.takeCut();
    if (cut?.damage === 'clean') throw new PowerCut(cut);
    const from = sector * sectorBytes;
    this.erasesPerSector[sector]++;
    if (cut !== null) {
      // An erase raises all cells together; stopped halfway, any of them may read as either.
      for (let i = from; i < from + sectorBytes; i++) this.bytes[i] |= this.rng.int(256);
      throw new PowerCut(cut);
    }
    this.bytes.fill(0xff, from, from + sectorBytes);
    const worn = Math.min(1, this.erasesPerSector[sector] / RATED_CYCLES);
    return Math.round(ERASE_US_NEW + (ERASE_US_WORN - ERASE_US_NEW) * worn);
  }

  private takeCut(): Cut | null {
    const operation = this.operations++;
    if (this.cutAt === null || this.cutAt.operation !== operation) return null;
    const cut = this.cutAt;
    this.cutAt = null;
    return cut;
  }

  private check(address: number, length: number): void {
    if (!Number.isInteger(address) || address < 0 || address + length > this.bytes.length) {
      throw new RangeError(`${length} bytes at ${address} are outside the flash of ${this.bytes.length}`);
    }
  }
}
