/**
 * Cells that an interrupted program or erase left between 0 and 1. They read as one or the other, and not always as
 * the same, until they are programmed to 0 or erased.
 */

import type { Rng } from './rng.ts';

/** How far the operation had come: hardly begun, half done, all but done. */
const PHASES = ['early', 'middle', 'late'] as const;
export type Phase = (typeof PHASES)[number];

/** One in 2^n readings of a cell differs; 0: none in the boot that follows, then every second one. */
const NOISE = [1, 3, 8, 0] as const;

export class WeakCells {
  private readonly mask: Uint8Array;
  private readonly rng: Rng;
  /** Nothing outside is weak. */
  private from = 0;
  private to = 0;
  private noise = 1;

  constructor(size: number, rng: Rng) {
    this.mask = new Uint8Array(size);
    this.rng = rng;
  }

  copy(rng: Rng): WeakCells {
    const copy = new WeakCells(this.mask.length, rng);
    copy.mask.set(this.mask);
    copy.from = this.from;
    copy.to = this.to;
    copy.noise = this.noise;
    return copy;
  }

  /** The cells `cells` of the bytes from `address` on were under way from `bytes` to `goal`; `bytes` is changed. */
  weaken(bytes: Uint8Array, address: number, cells: Uint8Array, goal: Uint8Array, phase?: Phase): void {
    const drawn = phase ?? PHASES[this.rng.int(PHASES.length)];
    this.noise = drawn === 'middle' ? 1 : NOISE[this.rng.int(NOISE.length)];
    for (let i = 0; i < cells.length; i++) {
      const at = address + i;
      const arrived = drawn === 'early' ? 0 : drawn === 'late' ? 0xff : this.rng.int(256);
      const reached = cells[i] & arrived;
      bytes[at] = (bytes[at] & ~reached) | (goal[i] & reached);
      this.mask[at] |= cells[i];
    }
    const known = this.to > this.from;
    this.from = known ? Math.min(this.from, address) : address;
    this.to = known ? Math.max(this.to, address + cells.length) : address + cells.length;
  }

  /** Which cells of a byte can still be either. */
  maskAt(address: number): number {
    return this.mask[address];
  }

  /** Cells that `bytes` programs to 0 are sound again. */
  programmed(address: number, byte: number): void {
    this.mask[address] &= byte;
  }

  erased(from: number, to: number): void {
    this.mask.fill(0, from, to);
  }

  /** Turns what was read from `address` on into this reading. */
  disturb(address: number, into: Uint8Array): void {
    const first = Math.max(this.from, address);
    const end = Math.min(this.to, address + into.length);
    for (let at = first; at < end; at++) {
      if (this.mask[at] === 0) continue;
      let flips = this.noise <= 0 ? 0 : this.mask[at];
      for (let n = 0; n < this.noise && flips !== 0; n++) flips &= this.rng.int(256);
      into[at - address] ^= flips;
    }
  }

  /** Power comes back. Cells that seemed sound show themselves the second time. */
  powerCycle(): void {
    if (this.noise === 0) this.noise = -1;
    else if (this.noise < 0) this.noise = 1;
  }
}
