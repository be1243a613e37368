/**
 * The acknowledgement: which frames have come, and how much each channel may send.
 *
 *     02  next (1)  held (4)  channels (1)  limit (2 each)
 *
 * All frames before `next` have come; bit i of `held` says that `next + 1 + i` has come too. A bit of `channels` is
 * set for each channel that is granted something, lowest bit for channel 0, and `limit` is where its credit ends.
 */

import { accept, type Result, refuse } from './result.ts';
import { CHANNEL_NAMES, CHANNELS, type SerialChannel } from './serial-channels.ts';
import { ACK } from './serial-frame.ts';

const HEAD_BYTES = 7;

export interface LineAck {
  readonly next: number;
  readonly held: number;
  /** Bytes of messages since the session's begin that may be sent, modulo 2^16. */
  readonly limits: ReadonlyMap<SerialChannel, number>;
}

export function encodeAck({ next, held, limits }: LineAck): Uint8Array {
  const content = new Uint8Array(HEAD_BYTES + 2 * limits.size);
  const view = new DataView(content.buffer);
  content[0] = ACK;
  content[1] = next;
  view.setUint32(2, held);
  let at = HEAD_BYTES;
  for (const name of CHANNEL_NAMES) {
    const limit = limits.get(name);
    if (limit === undefined) continue;
    content[6] |= 1 << CHANNELS[name].number;
    view.setUint16(at, limit);
    at += 2;
  }
  return content;
}

export function decodeAck(content: Uint8Array): Result<LineAck, 'ack'> {
  if (content.length < HEAD_BYTES || content[6] >= 1 << CHANNEL_NAMES.length) return refuse('ack');
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const limits = new Map<SerialChannel, number>();
  let at = HEAD_BYTES;
  for (const name of CHANNEL_NAMES) {
    if ((content[6] & (1 << CHANNELS[name].number)) === 0) continue;
    if (at + 2 > content.length) return refuse('ack');
    limits.set(name, view.getUint16(at));
    at += 2;
  }
  return at === content.length ? accept({ next: content[1], held: view.getUint32(2), limits }) : refuse('ack');
}
