import type { Draw } from '../../protocol/codec.ts';
import { randomBytes } from './draw.ts';

/** First bytes of long, indefinite, tagged and simple items: what a decoder is most likely to trip over. */
const HEADS = [
  0x18, 0x1b, 0x3b, 0x58, 0x5a, 0x5b, 0x5f, 0x7b, 0x98, 0x9b, 0x9f, 0xbb, 0xbf, 0xc2, 0xd8, 0xf7, 0xfb, 0xff,
];

/** One small damage: a bit, a byte, a head, a cut, an insertion, a repetition, the end of another input. */
function damaged(bytes: Uint8Array, other: Uint8Array, draw: Draw): Uint8Array {
  const at = draw(bytes.length + 1);
  const copy = bytes.slice();
  switch (draw(8)) {
    case 0:
      if (at < copy.length) copy[at] ^= 1 << draw(8);
      return copy;
    case 1:
      if (at < copy.length) copy[at] = draw(256);
      return copy;
    case 2:
      if (at < copy.length) copy[at] = HEADS[draw(HEADS.length)];
      return copy;
    case 3:
      return copy.subarray(0, at);
    case 4:
      return Uint8Array.of(...copy.subarray(0, at), ...randomBytes(draw, 1 + draw(4)), ...copy.subarray(at));
    case 5:
      return Uint8Array.of(...copy.subarray(0, at), ...copy.subarray(Math.max(0, at - draw(16))));
    case 6:
      return Uint8Array.of(...copy.subarray(0, at), ...copy.subarray(at + draw(8)));
    default:
      return Uint8Array.of(...copy.subarray(0, at), ...other.subarray(draw(other.length + 1)));
  }
}

/** A third is noise, the rest is a valid input that was damaged one to three times. */
export function hostileInput(valid: readonly Uint8Array[], draw: Draw): Uint8Array {
  if (draw(3) === 0) return randomBytes(draw, draw(64));
  let bytes = valid[draw(valid.length)];
  for (let times = 1 + draw(3); times > 0; times--) bytes = damaged(bytes, valid[draw(valid.length)], draw);
  return bytes;
}

/** Cut at every length; every bit flipped; every single byte behind the end. */
export function* everyFlaw(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.subarray(0, length);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    yield flipped;
  }
  for (let byte = 0; byte < 256; byte++) yield Uint8Array.of(...bytes, byte);
}
