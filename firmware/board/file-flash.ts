import { closeSync, existsSync, fdatasyncSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import type { Flash, FlashGeometry } from '../hal.ts';

export const BOARD_GEOMETRY: FlashGeometry = { sectorBytes: 4096, pageBytes: 256, sectors: 64 };

/** NOR flash in a file: what `program` and `erase` have returned from is on the disk. */
export class FileFlash implements Flash {
  readonly geometry = BOARD_GEOMETRY;
  private readonly file: number;

  /** Makes the file, erased, where there is none. Throws what the file system throws. */
  constructor(path: string) {
    const size = this.geometry.sectorBytes * this.geometry.sectors;
    if (!existsSync(path)) writeFileSync(path, new Uint8Array(size).fill(0xff), { mode: 0o600 });
    this.file = openSync(path, 'r+');
  }

  read(address: number, into: Uint8Array): void {
    const got = readSync(this.file, into, 0, into.length, address);
    // A file that is shorter than the part reads as erased beyond its end.
    into.fill(0xff, got);
  }

  program(address: number, bytes: Uint8Array): number {
    const { pageBytes } = this.geometry;
    if ((address % pageBytes) + bytes.length > pageBytes) throw new RangeError('flash: program across a page');
    const before = new Uint8Array(bytes.length);
    this.read(address, before);
    for (let i = 0; i < bytes.length; i++) {
      if ((before[i] & bytes[i]) !== bytes[i]) throw new RangeError('flash: program from 0 to 1');
    }
    writeSync(this.file, bytes, 0, bytes.length, address);
    fdatasyncSync(this.file);
    return 0;
  }

  erase(sector: number): number {
    const { sectorBytes } = this.geometry;
    writeSync(this.file, new Uint8Array(sectorBytes).fill(0xff), 0, sectorBytes, sector * sectorBytes);
    fdatasyncSync(this.file);
    return 0;
  }

  close(): void {
    closeSync(this.file);
  }
}
