/** One second as the journal holds it: fifteen integers, in the units of the wire. */

import { ACCELERATION_COLUMNS, SAMPLES_MAX } from '../protocol/messages.ts';
import type { Samples } from '../protocol/samples.ts';

export const ROW = { fix: 0, latE6: 1, lonE6: 2, speedDmS: 3, headingDeg: 4, altitudeM: 5, acceleration: 6 } as const;
export const ROW_VALUES = ROW.acceleration + ACCELERATION_COLUMNS;
/** fix 1, latitude 4, longitude 4, speed 2, heading 2, altitude 2, nine accelerations of 2. */
export const ROW_BYTES = 33;

/** Numbers of 16 bits that hold a row in RAM: the two positions take two of them each. */
export const PACKED_VALUES = ROW_VALUES + 2;

/** `row` becomes `PACKED_VALUES` numbers of `packed` from `base` on. */
export function packRow(row: Int32Array, packed: Int16Array, base: number): void {
  for (let i = 0; i < ROW_VALUES; i++) packed[base + i] = row[i];
  packed[base + ROW_VALUES] = row[ROW.latE6] >> 16;
  packed[base + ROW_VALUES + 1] = row[ROW.lonE6] >> 16;
}

/** What `packRow` put at `from` becomes row number `row` of `rows`. */
export function unpackRow(packed: Int16Array, from: number, rows: Int32Array, row: number): void {
  const to = row * ROW_VALUES;
  for (let i = 0; i < ROW_VALUES; i++) rows[to + i] = packed[from + i];
  rows[to + ROW.latE6] = (packed[from + ROW_VALUES] << 16) | (rows[to + ROW.latE6] & 0xffff);
  rows[to + ROW.lonE6] = (packed[from + ROW_VALUES + 1] << 16) | (rows[to + ROW.lonE6] & 0xffff);
}

export function writeRow(view: DataView, at: number, rows: Int32Array, row: number): void {
  const base = row * ROW_VALUES;
  view.setUint8(at, rows[base + ROW.fix]);
  view.setInt32(at + 1, rows[base + ROW.latE6], true);
  view.setInt32(at + 5, rows[base + ROW.lonE6], true);
  view.setUint16(at + 9, rows[base + ROW.speedDmS], true);
  view.setUint16(at + 11, rows[base + ROW.headingDeg], true);
  view.setInt16(at + 13, rows[base + ROW.altitudeM], true);
  for (let i = 0; i < ACCELERATION_COLUMNS; i++) {
    view.setInt16(at + 15 + 2 * i, rows[base + ROW.acceleration + i], true);
  }
}

/** Appends a row to the columns of a frame; false when they are full. */
export function readRow(view: DataView, at: number, samples: Samples): boolean {
  const i = samples.count;
  if (i >= SAMPLES_MAX) return false;
  samples.fix[i] = view.getUint8(at);
  samples.latE6[i] = view.getInt32(at + 1, true);
  samples.lonE6[i] = view.getInt32(at + 5, true);
  samples.speedDmS[i] = view.getUint16(at + 9, true);
  samples.headingDeg[i] = view.getUint16(at + 11, true);
  samples.altitudeM[i] = view.getInt16(at + 13, true);
  for (let column = 0; column < ACCELERATION_COLUMNS; column++) {
    samples.accelerationCg[column * SAMPLES_MAX + i] = view.getInt16(at + 15 + 2 * column, true);
  }
  samples.count++;
  return true;
}
