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

// Values are folded once, in here, so that packing allocates only what it returns.
let naturals = new Uint32Array(128);

/** Fills `naturals` with what is written for each value. */
function foldAll(values: Int32Array, count: number, signed: boolean): void {
  if (naturals.length < count) naturals = new Uint32Array(count);
  for (let i = 0; i < count; i++) naturals[i] = signed ? fold(values[i]) : values[i];
}

function bitsWith(count: number, k: number): number {
  let bits = 0;
  for (let i = 0; i < count; i++) {
    const quotient = naturals[i] >>> k;
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
  foldAll(values, count, signed);
  let k = 0;
  let bits = bitsWith(count, 0);
  // With a few outliers the size has a second minimum, behind a rise: only a k whose shortest codes are too long ends
  // the search.
  for (let next = 1; next <= K_MAX && count * (next + 1) < bits; next++) {
    const better = bitsWith(count, next);
    if (better < bits) {
      k = next;
      bits = better;
    }
  }
  const bytes = new Uint8Array(1 + Math.ceil(bits / 8));
  bytes[0] = signed ? k : k | NO_NEGATIVES;
  writeCodes(bytes, count, k);
  return bytes;
}

function writeCodes(bytes: Uint8Array, count: number, k: number): void {
  const out = new BitWriter(bytes, 1);
  for (let i = 0; i < count; i++) {
    const natural = naturals[i];
    const quotient = natural >>> k;
    if (quotient >= ESCAPE_ONES) {
      out.put((1 << ESCAPE_ONES) - 1, ESCAPE_ONES);
      out.put(natural >>> 16, 16);
      out.put(natural & 0xffff, 16);
    } else {
      out.put((1 << quotient) - 1, quotient);
      // The zero that ends the quotient stands before the remainder.
      out.put(natural - quotient * (1 << k), k + 1);
    }
  }
  out.flush();
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

/** Most significant bit first, byte by byte. */
class BitWriter {
  private readonly bytes: Uint8Array;
  private at: number;
  private held = 0;
  private heldBits = 0;

  constructor(bytes: Uint8Array, firstByte: number) {
    this.bytes = bytes;
    this.at = firstByte;
  }

  /** `value` in `width` bits, 24 at most. */
  put(value: number, width: number): void {
    this.held = (this.held << width) | value;
    this.heldBits += width;
    while (this.heldBits >= 8) {
      this.heldBits -= 8;
      this.bytes[this.at++] = this.held >>> this.heldBits;
    }
    this.held &= (1 << this.heldBits) - 1;
  }

  /** Fills the last byte up with zeros. */
  flush(): void {
    if (this.heldBits > 0) this.put(0, 8 - this.heldBits);
  }
}
