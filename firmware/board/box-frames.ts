/**
 * The box's local port: what a phone says over the short-range link and what somebody does in the car, as frames on
 * TCP: two bytes of length (big-endian, of what follows), one byte of channel, the rest.
 */

/** A short-range message, or JSON. */
export const BOX_CHANNELS = { air: 1, car: 2 } as const;
export type BoxChannel = keyof typeof BOX_CHANNELS;

export const BOX_FRAME_MAX = 4096;

export interface BoxFrame {
  readonly channel: BoxChannel;
  readonly body: Uint8Array;
}

/** A frame as it goes over TCP; throws when the body is too long, which is a mistake of ours. */
export function boxFrame(channel: BoxChannel, body: Uint8Array): Uint8Array {
  if (body.length + 1 > BOX_FRAME_MAX) throw new RangeError(`${body.length} bytes do not fit a frame`);
  const frame = new Uint8Array(body.length + 3);
  frame[0] = (body.length + 1) >> 8;
  frame[1] = (body.length + 1) & 0xff;
  frame[2] = BOX_CHANNELS[channel];
  frame.set(body, 3);
  return frame;
}

/** Cuts a byte stream into frames. Null when it is not this protocol: the connection is of no use any more. */
export class BoxFramer {
  private held = new Uint8Array(0);

  take(bytes: Uint8Array): BoxFrame[] | null {
    const all = new Uint8Array(this.held.length + bytes.length);
    all.set(this.held);
    all.set(bytes, this.held.length);
    const frames: BoxFrame[] = [];
    let at = 0;
    while (all.length - at >= 2) {
      const length = all[at] * 256 + all[at + 1];
      if (length === 0 || length > BOX_FRAME_MAX) return null;
      if (all.length - at < 2 + length) break;
      const channel = channelOf(all[at + 2]);
      if (channel === null) return null;
      frames.push({ channel, body: all.slice(at + 3, at + 2 + length) });
      at += 2 + length;
    }
    this.held = all.slice(at);
    return frames;
  }
}

function channelOf(code: number): BoxChannel | null {
  if (code === BOX_CHANNELS.air) return 'air';
  return code === BOX_CHANNELS.car ? 'car' : null;
}
