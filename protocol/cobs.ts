/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): no zero byte is left, so that a zero can end a frame.
 *
 *     11 22 00 33  ->  03 11 22 02 33        each code says how far away the next zero is; 0xff: 254 bytes and no zero
 */

import { accept, type Result, refuse } from './result.ts';

const RUN_MAX = 254;

/** At most one byte longer than `bytes` for each 254 of them, and one. */
export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.floor(bytes.length / RUN_MAX) + 1);
  let codeAt = 0;
  let at = 1;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0) out[at++] = bytes[i];
    const full = at - codeAt === RUN_MAX + 1;
    if (bytes[i] !== 0 && !(full && i + 1 < bytes.length)) continue;
    out[codeAt] = at - codeAt;
    codeAt = at++;
  }
  out[codeAt] = at - codeAt;
  return out.subarray(0, at);
}

/** `bytes` without the zero that ended them. */
export function cobsDecode(bytes: Uint8Array): Result<Uint8Array, 'cobs'> {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const code = bytes[at++];
    const end = at + code - 1;
    if (code === 0 || end > bytes.length) return refuse('cobs');
    for (; at < end; at++) {
      if (bytes[at] === 0) return refuse('cobs');
      out[length++] = bytes[at];
    }
    if (code <= RUN_MAX && at < bytes.length) out[length++] = 0;
  }
  return bytes.length === 0 ? refuse('cobs') : accept(out.subarray(0, length));
}
