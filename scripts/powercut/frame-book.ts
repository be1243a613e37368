/** Every frame that a device ever sealed, so that what is sent can be recognised byte by byte. */

import type { FrameSeal } from '../../firmware/journal.ts';
import { concat, toHex } from '../../protocol/bytes.ts';
import { signedBytesMax } from '../../protocol/cose.ts';
import { crc32 } from '../../protocol/crc.ts';
import { encodeMessage } from '../../protocol/envelope.ts';
import { type DroppedRange, Frame } from '../../protocol/messages.ts';
import { unpackSamples } from '../../protocol/samples.ts';

export interface SealedFrame {
  readonly id: string;
  readonly boot: string;
  readonly seq: number;
  readonly frame: Frame;
  /** The samples' own numbers (`Rig.second`). */
  readonly numbers: readonly number[];
}

/** Bytes that a real signature and its envelope add. */
const SIGNATURE = new Uint8Array(80).fill(0x5a);

export function frameId(boot: string, seq: number): string {
  return `${boot}/${seq}`;
}

export function fingerprint(bytes: Uint8Array): string {
  return `${crc32(bytes)}-${crc32(bytes, 0x12345678)}-${bytes.length}`;
}

export class FrameBook implements FrameSeal {
  /** Called for each frame before its bytes are handed out. */
  onSeal: (frame: Frame) => void = () => {};
  private readonly before: FrameBook | null;
  private readonly frames = new Map<string, SealedFrame>();
  private readonly numbersById = new Map<string, number[]>();

  /** `before`: what was sealed until now; it is not changed. */
  constructor(before: FrameBook | null) {
    this.before = before;
  }

  seal(frame: Frame): Uint8Array {
    this.onSeal(frame);
    const bytes = concat(encodeMessage(Frame, frame), SIGNATURE);
    const boot = toHex(frame.boot);
    const id = frameId(boot, frame.seq);
    const numbers = numbersOf(frame);
    this.frames.set(fingerprint(bytes), { id, boot, seq: frame.seq, frame, numbers });
    this.numbersById.set(id, [...(this.numbersById.get(id) ?? []), ...numbers]);
    return bytes;
  }

  size(frame: Frame): number {
    return signedBytesMax(encodeMessage(Frame, frame).length);
  }

  open(sealed: Uint8Array): Frame | null {
    return this.find(sealed)?.frame ?? null;
  }

  find(sealed: Uint8Array): SealedFrame | null {
    const key = fingerprint(sealed);
    for (let book: FrameBook | null = this; book !== null; book = book.before) {
      const found = book.frames.get(key);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The samples of all frames that a gap frame's ranges stand for. */
  *numbersIn(ranges: readonly DroppedRange[]): Generator<number> {
    for (const { boot, from, count } of ranges) {
      const hex = toHex(boot);
      for (let seq = from; seq < from + count; seq++) yield* this.numbersOfId(frameId(hex, seq));
    }
  }

  private *numbersOfId(id: string): Generator<number> {
    for (let book: FrameBook | null = this; book !== null; book = book.before) yield* book.numbersById.get(id) ?? [];
  }
}

function numbersOf(frame: Frame): number[] {
  if (frame.samples === undefined) return [];
  const samples = unpackSamples(frame.samples);
  if (!samples.ok) throw new Error(`powercut: a frame was sealed whose samples cannot be read: ${samples.reason}`);
  return [...samples.value.latE6.subarray(0, samples.value.count)].filter((number) => number > 0);
}
