/**
 * One column of integers as a byte string: a parameter byte, then Rice codes, most significant bit first.
 *
 * The parameter byte is k, plus 128 if no value is negative. Otherwise values are folded: 0, -1, 1, -2, 2 ... to
 * 0, 1, 2, 3, 4 ... The quotient by 2^k is written in unary (ones, ended by a zero), the remainder in k bits. Sixteen ones mean that the value follows in 32 bits instead.
 * The last byte is filled up with zeros. Residuals of a good predictor are close to geometric, for which Rice
 * codes are within a few per cent of the entropy.
 */

import { accept, type Result, refuse } from './result.ts';

const ESCAPE_ONES = 16;
const K_MAX = 20;
const NO_NEGATIVES = 0x80;

export type RiceReason = 'column-parameter' | 'column-truncated' | 'column-trailing' | 'column-padding';

function fold(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unfold(folded: number): number {
  return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
}

function bitsWith(values: Int32Array, count: number, signed: boolean, k: number): number {
  let bits = 0;
  for (let i = 0; i < count; i++) {
    const quotient = Math.floor((signed ? fold(values[i]) : values[i]) / (1 << k));
    bits += quotient < ESCAPE_ONES ? quotient + 1 + k : ESCAPE_ONES + 32;
  }
  return bits;
}

function hasNegative(values: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (values[i] < 0) return true;
  return false;
}

/** Packs the first `count` values, each within +-2^31. */
export function packColumn(values: Int32Array, count: number): Uint8Array {
  const signed = hasNegative(values, count);
  let k = 0;
  let bits = bitsWith(values, count, signed, 0);
  for (let next = 1; next <= K_MAX; next++) {
    const better = bitsWith(values, count, signed, next);
    // All are tried: with a few outliers the size has a second minimum, behind a rise.
    if (better < bits) {
      k = next;
      bits = better;
    }
  }
  const bytes = new Uint8Array(1 + Math.ceil(bits / 8));
  bytes[0] = signed ? k : k | NO_NEGATIVES;
  const out = new BitWriter(bytes, 8);
  for (let i = 0; i < count; i++) {
    const natural = signed ? fold(values[i]) : values[i];
    const quotient = Math.floor(natural / (1 << k));
    if (quotient >= ESCAPE_ONES) {
      out.ones(ESCAPE_ONES);
      out.bits(natural, 32);
    } else {
      out.ones(quotient);
      out.bits(0, 1);
      out.bits(natural % (1 << k), k);
    }
  }
  return bytes;
}

/** Exactly `count` values, or why the bytes are not a column of that many. */
export function unpackColumn(bytes: Uint8Array, count: number): Result<Int32Array, RiceReason> {
  const signed = bytes[0] < NO_NEGATIVES;
  const k = bytes[0] % NO_NEGATIVES;
  if (bytes.length < 1 || k > K_MAX) return refuse('column-parameter');
  const values = new Int32Array(count);
  const total = bytes.length * 8;
  let at = 8;
  const take = (width: number): number => {
    let value = 0;
    for (let i = 0; i < width; i++, at++) value = value * 2 + ((bytes[at >> 3] >> (7 - (at & 7))) & 1);
    return value;
  };
  for (let i = 0; i < count; i++) {
    let ones = 0;
    while (ones < ESCAPE_ONES) {
      // With k = 0 nothing else would notice the end, and zeros would follow for ever.
      if (at === total) return refuse('column-truncated');
      if (take(1) === 0) break;
      ones++;
    }
    const rest = ones === ESCAPE_ONES ? 32 : k;
    if (at + rest > total) return refuse('column-truncated');
    const natural = ones === ESCAPE_ONES ? take(32) : ones * (1 << k) + take(k);
    values[i] = signed ? unfold(natural) : natural;
  }
  if (total - at >= 8) return refuse('column-trailing');
  if (take(total - at) !== 0) return refuse('column-padding');
  // One column has one spelling.
  return signed === hasNegative(values, count) ? accept(values) : refuse('column-parameter');
}

class BitWriter {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, firstBit: number) {
    this.bytes = bytes;
    this.at = firstBit;
  }

  ones(count: number): void {
    for (let i = 0; i < count; i++, this.at++) this.bytes[this.at >> 3] |= 0x80 >> (this.at & 7);
  }

  bits(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit--, this.at++) {
      if ((value >>> bit) & 1) this.bytes[this.at >> 3] |= 0x80 >> (this.at & 7);
    }
  }
}
