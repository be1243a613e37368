/** How a frame is named in flash: enough to send it and to match a receipt, without opening its signature. */

import { sameBytes } from '../protocol/bytes.ts';
import { BOOT_BYTES, type Frame } from '../protocol/messages.ts';

export interface FrameIdentity {
  readonly boot: Uint8Array;
  readonly seq: number;
}

export interface FrameRef extends FrameIdentity {
  readonly address: number;
  /** Generation of the sector that the address lies in; another one means that the frame is gone. */
  readonly generation: number;
  /** A gap frame has no content of its own. */
  readonly gap: boolean;
}

/** boot 16, seq 4, flags 1; the signed frame follows. */
export const REF_BYTES = BOOT_BYTES + 5;
const GAP = 1;

export function refBytes(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(REF_BYTES);
  bytes.set(frame.boot);
  new DataView(bytes.buffer).setUint32(BOOT_BYTES, frame.seq, true);
  bytes[BOOT_BYTES + 4] = frame.dropped === undefined ? 0 : GAP;
  return bytes;
}

export function frameRef(address: number, generation: number, payload: Uint8Array): FrameRef {
  return {
    address,
    generation,
    boot: payload.slice(0, BOOT_BYTES),
    seq: new DataView(payload.buffer, payload.byteOffset).getUint32(BOOT_BYTES, true),
    gap: payload[BOOT_BYTES + 4] === GAP,
  };
}

export function sameIdentity(a: FrameIdentity, b: FrameIdentity): boolean {
  return a.seq === b.seq && sameBytes(a.boot, b.boot);
}
