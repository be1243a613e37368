/**
 * Protocol Buffers, written by hand, with packed columns of deltas; of each column the first value is the value itself:
 *
 *     message Batch {
 *       uint64 start_ms = 1;              // UTC
 *       uint32 cadence_ms = 2;
 *       bytes fix = 3;                    // a bit per sample, if some have no fix
 *       repeated sint32 latitude = 4;     // 1e-6 degree; 5 longitude, 6 speed 0.1 m/s, 7 heading degree, 8 altitude m
 *       repeated sint32 acceleration_0 = 9;  // 0.01 g; up to 17: minimum, maximum, mean of three axes
 *     }
 */

import { ACCELERATION_COLUMNS, SAMPLES_MAX } from '../../protocol/messages.ts';
import { turn } from '../../protocol/predictor.ts';
import { type Batch, chosen } from './batch.ts';

const VARINT = 0;
const LENGTH = 2;
const FIRST_ACCELERATION = 9;

export function encodeProtobuf(batch: Batch, withAcceleration: boolean): Uint8Array {
  const { samples, startMs } = batch;
  const rows = chosen(batch, withAcceleration);
  const fixed = chosen(batch, false);
  const out: number[] = [];
  out.push((1 << 3) | VARINT);
  varint(out, startMs);
  out.push((2 << 3) | VARINT);
  varint(out, samples.cadenceMs);
  if (fixed.length < samples.count) bytesField(out, 3, fixBits(samples.fix, samples.count));
  if (fixed.length > 0) {
    deltaField(
      out,
      4,
      fixed.map((i) => samples.latE6[i]),
    );
    deltaField(
      out,
      5,
      fixed.map((i) => samples.lonE6[i]),
    );
    deltaField(
      out,
      6,
      fixed.map((i) => samples.speedDmS[i]),
    );
    headingField(
      out,
      7,
      fixed.map((i) => samples.headingDeg[i]),
    );
    deltaField(
      out,
      8,
      fixed.map((i) => samples.altitudeM[i]),
    );
  }
  for (let column = 0; withAcceleration && column < ACCELERATION_COLUMNS; column++) {
    const values = rows.map((i) => samples.accelerationCg[column * SAMPLES_MAX + i]);
    deltaField(out, FIRST_ACCELERATION + column, values);
  }
  return Uint8Array.from(out);
}

/** Base 128, least significant first; up to 2^53. */
function varint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function bytesField(out: number[], field: number, bytes: readonly number[]): void {
  varint(out, (field << 3) | LENGTH);
  varint(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

function packedField(out: number[], field: number, values: readonly number[]): void {
  const packed: number[] = [];
  for (const value of values) varint(packed, zigzag(value));
  bytesField(out, field, packed);
}

function deltaField(out: number[], field: number, values: readonly number[]): void {
  packedField(
    out,
    field,
    values.map((value, i) => (i === 0 ? value : value - values[i - 1])),
  );
}

/** By the shorter way round. */
function headingField(out: number[], field: number, values: readonly number[]): void {
  packedField(
    out,
    field,
    values.map((value, i) => (i === 0 ? value : turn(values[i - 1], value))),
  );
}

function fixBits(fix: Uint8Array, count: number): number[] {
  const bits = new Array<number>(Math.ceil(count / 8)).fill(0);
  for (let i = 0; i < count; i++) if (fix[i] === 1) bits[i >> 3] |= 0x80 >> (i & 7);
  return bits;
}
