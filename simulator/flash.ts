/** NOR flash in memory, as strict as the part: it keeps its bytes over resets, wears out, and can lose power at any operation. */

import type { Flash, FlashGeometry } from '../firmware/hal.ts';
import { Rng } from './rng.ts';
import { type Phase, WeakCells } from './weak-cells.ts';

/** 256 KiB (numbers.md 13). */
export const DEFAULT_GEOMETRY: FlashGeometry = { sectorBytes: 4096, pageBytes: 256, sectors: 64 };

const PROGRAM_US = 700;
const ERASE_US_NEW = 50_000;
const ERASE_US_WORN = 400_000;
const RATED_CYCLES = 20_000;
/** In a worn sector one cell in so many bytes is stuck. */
const STUCK_STRIDE = 61;
const STUCK_CELL = 0x08;

function isStuck(address: number): boolean {
  return address % STUCK_STRIDE === STUCK_STRIDE - 1;
}

/**
 * `clean`: the operation did not happen. `torn`: it was under way and stopped somewhere. `rotten`: its cells are
 * left between 0 and 1 and do not always read the same. Cells that an operation does not change are not disturbed.
 */
export type Damage = 'clean' | 'torn' | 'rotten';

/**
 * How a sector wears out. `no-erase`: erasing changes nothing. `stuck-low`: some cells stay 0. `stuck-high`: some
 * cells stay 1.
 */
export type Fault = 'no-erase' | 'stuck-low' | 'stuck-high';

export interface Cut {
  /** Counted like `operations`: 0 is the first one of this flash's life. */
  readonly operation: number;
  readonly damage: Damage;
  /** How far a rotten operation had come; drawn when absent. */
  readonly phase?: Phase;
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
  reads = 0;
  bytesRead = 0;
  readonly erasesPerSector: Uint32Array;
  /** Power goes at this operation, once; set it again for the next cut. */
  cutAt: Cut | null = null;
  /** Called before each operation with a function that does the same to another part. */
  onOperation: ((redo: (part: NorFlash) => void) => void) | null = null;
  private readonly bytes: Uint8Array;
  private readonly rng: Rng;
  private readonly faults = new Map<number, Fault>();
  private weak: WeakCells | null = null;

  /** `rng` draws how far a torn or rotten operation came, and what weak cells read as. */
  constructor(geometry: FlashGeometry = DEFAULT_GEOMETRY, rng: Rng = Rng.seeded(0)) {
    this.geometry = geometry;
    this.rng = rng;
    this.bytes = new Uint8Array(geometry.sectorBytes * geometry.sectors).fill(0xff);
    this.erasesPerSector = new Uint32Array(geometry.sectors);
  }

  /** The same part, worn and damaged like this one, with its own luck from now on. */
  copy(rng: Rng): NorFlash {
    const copy = new NorFlash(this.geometry, rng);
    copy.bytes.set(this.bytes);
    copy.erasesPerSector.set(this.erasesPerSector);
    copy.operations = this.operations;
    for (const [sector, fault] of this.faults) copy.faults.set(sector, fault);
    copy.weak = this.weak?.copy(rng) ?? null;
    return copy;
  }

  /** A copy of everything, for checkers. Weak cells have the value that they read as most often. */
  image(): Uint8Array {
    return this.bytes.slice();
  }

  /** Overwrites everything, as another programmer would. */
  load(image: Uint8Array): void {
    this.bytes.set(image);
  }

  /** The sector wears out now. */
  wearOut(sector: number, fault: Fault): void {
    this.faults.set(sector, fault);
  }

  /** Power comes back after a cut. */
  powerCycle(): void {
    this.weak?.powerCycle();
  }

  read(address: number, into: Uint8Array): void {
    this.check(address, into.length);
    this.reads++;
    this.bytesRead += into.length;
    into.set(this.bytes.subarray(address, address + into.length));
    this.weak?.disturb(address, into);
  }

  program(address: number, bytes: Uint8Array): number {
    this.checkProgram(address, bytes);
    this.onOperation?.((part) => part.program(address, bytes));
    const cut = this.takeCut();
    if (cut?.damage === 'clean') throw new PowerCut(cut);
    if (cut?.damage === 'rotten') {
      const cells = bytes.map((byte, i) => this.bytes[address + i] & ~byte & ~this.stuckHigh(address + i));
      this.weakCells().weaken(this.bytes, address, cells, bytes, cut.phase);
      throw new PowerCut(cut);
    }
    const done = cut === null ? bytes.length : this.rng.int(bytes.length);
    for (let i = 0; i < done; i++) this.clear(address + i, bytes[i]);
    if (cut !== null) {
      // Of the byte under way only some bits have been cleared.
      this.clear(address + done, bytes[done] | this.rng.int(256));
      throw new PowerCut(cut);
    }
    return PROGRAM_US;
  }

  erase(sector: number): number {
    const { sectorBytes, sectors } = this.geometry;
    if (!Number.isInteger(sector) || sector < 0 || sector >= sectors)
      throw new RangeError(`there is no sector ${sector}`);
    this.onOperation?.((part) => part.erase(sector));
    const cut = this.takeCut();
    if (cut?.damage === 'clean') throw new PowerCut(cut);
    const from = sector * sectorBytes;
    this.erasesPerSector[sector]++;
    const worn = Math.min(1, this.erasesPerSector[sector] / RATED_CYCLES);
    if (this.faults.get(sector) !== 'no-erase') this.raise(from, from + sectorBytes, cut);
    if (cut !== null) throw new PowerCut(cut);
    return Math.round(ERASE_US_NEW + (ERASE_US_WORN - ERASE_US_NEW) * worn);
  }

  private raise(from: number, to: number, cut: Cut | null): void {
    if (cut === null) {
      this.bytes.fill(0xff, from, to);
      this.weak?.erased(from, to);
    } else if (cut.damage === 'rotten') {
      // Parts program all cells before they erase them, so that any cell may be under way.
      const all = new Uint8Array(to - from).fill(0xff);
      this.weakCells().weaken(this.bytes, from, all, all, cut.phase);
    } else {
      this.tearErase(from, to);
    }
    if (this.faults.get(from / this.geometry.sectorBytes) === 'stuck-low') {
      for (let at = from; at < to; at++) if (isStuck(at)) this.bytes[at] &= ~STUCK_CELL;
    }
  }

  /** Stopped halfway, any cell may read as either; or one part of the sector was ahead of the rest. */
  private tearErase(from: number, to: number): void {
    const edge = from + this.rng.int(to - from);
    const [first, end] = [
      [from, to],
      [from, edge],
      [edge, to],
    ][this.rng.int(3)];
    const whole = end - first < to - from;
    for (let at = first; at < end; at++) this.bytes[at] |= whole ? 0xff : this.rng.int(256);
  }

  private clear(address: number, byte: number): void {
    this.bytes[address] &= byte | this.stuckHigh(address);
    this.weak?.programmed(address, byte);
  }

  private stuckHigh(address: number): number {
    if (this.faults.size === 0 || !isStuck(address)) return 0;
    return this.faults.get(Math.floor(address / this.geometry.sectorBytes)) === 'stuck-high' ? STUCK_CELL : 0;
  }

  private weakCells(): WeakCells {
    this.weak ??= new WeakCells(this.bytes.length, this.rng);
    return this.weak;
  }

  private checkProgram(address: number, bytes: Uint8Array): void {
    this.check(address, bytes.length);
    if (bytes.length === 0) throw new RangeError('nothing to program');
    const { pageBytes } = this.geometry;
    if ((address % pageBytes) + bytes.length > pageBytes) {
      throw new RangeError(`programming ${bytes.length} bytes at ${address} would cross a page of ${pageBytes}`);
    }
    for (let i = 0; i < bytes.length; i++) {
      // Nobody can tell what a weak cell is.
      const old = this.bytes[address + i] | (this.weak?.maskAt(address + i) ?? 0);
      if ((old & bytes[i]) !== bytes[i]) {
        throw new RangeError(
          `programming 0x${bytes[i].toString(16)} over 0x${old.toString(16)} at ${address + i} would set bits`,
        );
      }
    }
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
