/**
 * Seeded randomness from 32-bit integers alone. The generator is sfc32 (Chris Doty-Humphrey, PractRand); its
 * identity is 64 bits, and a fork's identity is a hash of the parent's identity and a label. A fork does not
 * depend on what the parent has drawn, so that a new consumer or a larger fleet changes nobody's stream.
 */

/** The 32-bit finaliser of MurmurHash3. */
function mix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const PER_U32 = 1 / 4294967296;
const EIGHT_BYTES_MEAN = 8 * 127.5;
const EIGHT_BYTES_PER_SIGMA = 1 / Math.sqrt((8 * (256 * 256 - 1)) / 12);

export class Rng {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 1;
  private readonly keyLow: number;
  private readonly keyHigh: number;

  private constructor(keyLow: number, keyHigh: number) {
    this.keyLow = keyLow | 0;
    this.keyHigh = keyHigh | 0;
    this.a = mix(keyLow ^ 0x9e3779b9) | 0;
    this.b = mix(keyHigh ^ 0x7f4a7c15) | 0;
    this.c = mix(keyLow ^ (keyHigh << 1) ^ 0x2545f491) | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** `seed`: an integer; its low 53 bits count. */
  static seeded(seed: number): Rng {
    const high = Math.floor(seed / 4294967296);
    return new Rng(mix(seed | 0), mix((seed ^ 0x51ed270b) + Math.imul(high, 0x61c88647)));
  }

  /** An independent stream that depends on this one's seed and labels only. */
  fork(label: string): Rng {
    let low = this.keyLow;
    let high = this.keyHigh;
    for (let i = 0; i < label.length; i++) {
      const code = label.charCodeAt(i);
      low = mix(low ^ Math.imul(code + 1, 0xcc9e2d51)) | 0;
      high = mix((high + Math.imul(code + 1, 0x1b873593)) ^ (low << 7)) | 0;
    }
    return new Rng(mix(low ^ label.length), mix(high ^ 0x3c6ef372));
  }

  /** 32 random bits as a signed integer, which never leaves the small-integer range. */
  private next(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t;
  }

  /** 0..2^32-1. */
  u32(): number {
    return this.next() >>> 0;
  }

  /** In [0, 1), in steps of 2^-32. */
  uniform(): number {
    return this.u32() * PER_U32;
  }

  /** In [lo, hi). */
  range(lo: number, hi: number): number {
    return lo + (hi - lo) * this.uniform();
  }

  /** An integer in 0..n-1. */
  int(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** Mean 0, variance 1, within 4.9 sigma: the sum of eight random bytes, which needs no logarithm. */
  gauss(): number {
    const x = this.next();
    const y = this.next();
    const sums = (x & 0xff00ff) + ((x >>> 8) & 0xff00ff) + (y & 0xff00ff) + ((y >>> 8) & 0xff00ff);
    return ((sums & 0xffff) + (sums >>> 16) - EIGHT_BYTES_MEAN) * EIGHT_BYTES_PER_SIGMA;
  }

  fillBytes(into: Uint8Array): void {
    for (let i = 0; i < into.length; i += 4) {
      const word = this.next();
      const end = Math.min(4, into.length - i);
      for (let k = 0; k < end; k++) into[i + k] = word >>> (8 * k);
    }
  }
}
