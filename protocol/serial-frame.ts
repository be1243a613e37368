/**
 * A frame on the line:
 *
 *     COBS( head, body, CRC-32 ) 00          128 bytes at most, the zero included
 *
 * The CRC begins with the two numbers of the session, which do not travel: a frame of an earlier session, or the echo
 * of our own, is no frame. Only a hello has none, because it makes the session.
 */

import { cobsDecode, cobsEncode } from './cobs.ts';
import { crc32 } from './crc.ts';
import { accept, type Result, refuse } from './result.ts';

export const FRAME_BYTES_MAX = 128;
const CRC_BYTES = 4;
/** Head and body. COBS and the zero take a byte each. */
export const CONTENT_BYTES_MAX = FRAME_BYTES_MAX - CRC_BYTES - 2;

/** First byte of a frame. With the highest bit set it is a piece of a message (`PIECE`). */
export const HELLO = 0x01;
export const ACK = 0x02;
export const CLOCK = 0x03;
export const PIECE = 0x80;

export type FrameReason = 'cobs' | 'short' | 'crc';

/** What the CRC of frames from `sender` to `receiver` begins with; both are uint32. */
export function crcSeed(sender: number, receiver: number): number {
  const sessions = new Uint8Array(8);
  const view = new DataView(sessions.buffer);
  view.setUint32(0, sender);
  view.setUint32(4, receiver);
  return crc32(sessions);
}

/** The bytes of a frame on the line. */
export function closeFrame(content: Uint8Array, seed: number): Uint8Array {
  if (content.length > CONTENT_BYTES_MAX) throw new RangeError(`${content.length} bytes in a frame`);
  const plain = new Uint8Array(content.length + CRC_BYTES);
  plain.set(content);
  const isHello = content[0] === HELLO;
  new DataView(plain.buffer).setUint32(content.length, crc32(content, isHello ? 0 : seed));
  const stuffed = cobsEncode(plain);
  const frame = new Uint8Array(stuffed.length + 1);
  frame.set(stuffed);
  return frame;
}

/** Head and body of what stood between two zeros. `seed` is null while there is no session. */
export function openFrame(stuffed: Uint8Array, seed: number | null): Result<Uint8Array, FrameReason> {
  const plain = cobsDecode(stuffed);
  if (!plain.ok) return plain;
  const bytes = plain.value;
  if (bytes.length <= CRC_BYTES) return refuse('short');
  const content = bytes.subarray(0, bytes.length - CRC_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = content[0] === HELLO ? 0 : seed;
  if (start === null || view.getUint32(content.length) !== crc32(content, start)) return refuse('crc');
  return accept(content);
}
