/**
 * A frame with a piece of a message:
 *
 *     1ccc0afl  number (1)  bytes
 *
 * `c` channel, `a` asks for an acknowledgement at once, `f` and `l` mark the first and the last piece of a message.
 */

import { accept, type Result, refuse } from './result.ts';
import { CHANNEL_NAMES, CHANNELS, type SerialChannel } from './serial-channels.ts';
import { CONTENT_BYTES_MAX, PIECE } from './serial-frame.ts';

const HEAD_BYTES = 2;
export const PIECE_BYTES_MAX = CONTENT_BYTES_MAX - HEAD_BYTES;
/** Frames are numbered modulo this. */
export const NUMBERS = 256;

const LAST = 1;
const FIRST = 2;
export const ASKS = 4;
const UNUSED = 8;

export interface Piece {
  readonly channel: SerialChannel;
  readonly number: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly asks: boolean;
  readonly bytes: Uint8Array;
}

export function encodePiece({ channel, number, first, last, asks, bytes }: Piece): Uint8Array {
  const content = new Uint8Array(HEAD_BYTES + bytes.length);
  const flags = (asks ? ASKS : 0) | (first ? FIRST : 0) | (last ? LAST : 0);
  content[0] = PIECE | (CHANNELS[channel].number << 4) | flags;
  content[1] = number;
  content.set(bytes, HEAD_BYTES);
  return content;
}

export function decodePiece(content: Uint8Array): Result<Piece, 'piece'> {
  const [head, number] = content;
  const channel = CHANNEL_NAMES.find((name) => CHANNELS[name].number === ((head >> 4) & 7));
  // An empty piece would be acknowledged and say nothing.
  if (channel === undefined || content.length <= HEAD_BYTES || (head & UNUSED) !== 0) return refuse('piece');
  return accept({
    channel,
    number,
    first: (head & FIRST) !== 0,
    last: (head & LAST) !== 0,
    asks: (head & ASKS) !== 0,
    bytes: content.subarray(HEAD_BYTES),
  });
}
