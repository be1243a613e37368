/** Cuts a stream of bytes at its zeros. Whatever cannot be a frame is handed out as noise, byte for byte. */

import { FRAME_BYTES_MAX } from './serial-frame.ts';

/** What stands between two zeros and may be a frame, or bytes that cannot be part of one. */
export interface Cut {
  readonly kind: 'frame' | 'too-long' | 'cut-off';
  readonly bytes: Uint8Array;
}

const HELD_MAX = FRAME_BYTES_MAX - 1;

export class Framer {
  private readonly held = new Uint8Array(HELD_MAX);
  private length = 0;
  /** More came than a frame holds; until the next zero it is all noise. */
  private overrun = false;

  /** Bytes of a frame that has not ended yet. */
  get pending(): number {
    return this.length;
  }

  push(bytes: Uint8Array, out: Cut[]): void {
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === 0) {
        this.take(this.overrun ? 'too-long' : 'frame', out);
        this.overrun = false;
        continue;
      }
      if (this.length === HELD_MAX) {
        this.overrun = true;
        this.take('too-long', out);
      }
      this.held[this.length++] = bytes[i];
    }
  }

  /** Gives up a frame that was begun: the line has been silent, or was opened anew. */
  flush(out: Cut[]): void {
    this.take('cut-off', out);
    this.overrun = false;
  }

  private take(kind: Cut['kind'], out: Cut[]): void {
    // Two zeros in a row: a probe, or a sender that clears the line before its frame.
    if (this.length === 0) return;
    out.push({ kind, bytes: this.held.slice(0, this.length) });
    this.length = 0;
  }
}
