import type { Draw } from '../../protocol/codec.ts';

/** A seeded source of integers in 0..bound-1 (mulberry32), so that a failing run can be repeated. */
export function seededDraw(seed: number): Draw {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 0x100000000) * bound);
  };
}

export function randomBytes(draw: Draw, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => draw(256));
}
