/**
 * Flash of many devices in one array that is there before the first device is: nothing is allocated per device.
 * Of each part only the first sectors have cells; the rest reads as erased, and programming it is a mistake.
 */

import type { Flash, FlashGeometry } from '../../firmware/hal.ts';
import { DEFAULT_GEOMETRY } from '../../simulator/flash.ts';

/** Enough for three minutes of a trip and the erased sectors ahead. */
const CELLS_PER_DEVICE = 6 * DEFAULT_GEOMETRY.sectorBytes;
const TOO_LONG = 'bench: the drive is too long for the arena';

export class ArenaFlash implements Flash {
  readonly geometry: FlashGeometry = DEFAULT_GEOMETRY;
  private readonly cells: Uint8Array;
  private readonly base: number;

  constructor(cells: Uint8Array, device: number) {
    this.cells = cells;
    this.base = device * CELLS_PER_DEVICE;
  }

  read(address: number, into: Uint8Array): void {
    into.fill(0xff);
    const count = Math.min(into.length, CELLS_PER_DEVICE - address);
    for (let i = 0; i < count; i++) into[i] = this.cells[this.base + address + i];
  }

  program(address: number, bytes: Uint8Array): number {
    if (address + bytes.length > CELLS_PER_DEVICE) throw new RangeError(TOO_LONG);
    for (let i = 0; i < bytes.length; i++) this.cells[this.base + address + i] &= bytes[i];
    return 0;
  }

  erase(sector: number): number {
    const { sectorBytes } = this.geometry;
    if ((sector + 1) * sectorBytes > CELLS_PER_DEVICE) throw new RangeError(TOO_LONG);
    this.cells.fill(0xff, this.base + sector * sectorBytes, this.base + (sector + 1) * sectorBytes);
    return 0;
  }
}

export function arena(devices: number): Uint8Array {
  return new Uint8Array(devices * CELLS_PER_DEVICE).fill(0xff);
}
