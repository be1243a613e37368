/** A journal on a small flash whose frames are sealed without a key, and what stands in it. */

import { Journal } from '../../firmware/journal.ts';
import { concat, toHex } from '../../protocol/bytes.ts';
import { decodeMessage, encodeMessage } from '../../protocol/envelope.ts';
import { Frame } from '../../protocol/messages.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';

export const SMALL = { sectorBytes: 1024, pageBytes: 128, sectors: 6 } as const;

/** What a signature adds. */
const SIGNATURE = new Uint8Array(80);

export const OPEN_SEAL = {
  seal: (frame: Frame): Uint8Array => concat(encodeMessage(Frame, frame), SIGNATURE),
  size: (frame: Frame): number => encodeMessage(Frame, frame).length + SIGNATURE.length,
  open(sealed: Uint8Array): Frame | null {
    const frame = decodeMessage(Frame, sealed.subarray(0, -SIGNATURE.length));
    return frame.ok ? frame.value : null;
  },
};

export function newFlash(seed = 0): NorFlash {
  return new NorFlash(SMALL, Rng.seeded(seed));
}

/** A boot; its identity is `boot` in every byte. */
export function openJournal(flash: NorFlash, boot: number): Journal {
  const journal = new Journal(flash, new Uint8Array(16).fill(boot), OPEN_SEAL);
  journal.recover();
  return journal;
}

/** A frame of one event; its identity is the journal's next. */
export function eventFrame(journal: Journal, atMs = 0): Frame {
  const occurrence = { kind: 'carried', atMs, durationMs: 0, peak: 0, speedDmS: 0 } as const;
  return { ...journal.allocate(), startMs: atMs, occurrences: [occurrence] };
}

export function frameName(frame: { readonly boot: Uint8Array; readonly seq: number }): string {
  return `${toHex(frame.boot.subarray(0, 2))}/${frame.seq}`;
}

/** Everything that a gateway would get now, oldest first, gap frames last. */
export function liveFrames(journal: Journal): Frame[] {
  const frames: Frame[] = [];
  for (const lane of ['content', 'gap'] as const) {
    for (let ref = journal.nextLive(lane, null); ref !== null; ref = journal.nextLive(lane, ref)) {
      const sealed = journal.sealed(ref);
      const frame = sealed === null ? null : OPEN_SEAL.open(sealed);
      if (frame !== null) frames.push(frame);
    }
  }
  return frames;
}

/** Names of the frames that the gap frames among these stand for. */
export function droppedFrames(frames: readonly Frame[]): Set<string> {
  const names = new Set<string>();
  for (const { dropped } of frames) {
    for (const { boot, from, count } of dropped ?? []) {
      for (let seq = from; seq < from + count; seq++) names.add(frameName({ boot, seq }));
    }
  }
  return names;
}
