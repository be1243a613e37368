/**
 * How far the other end's clock is ahead of ours, as NTP finds it: a question with the time it leaves, an answer with
 * that time and the times at which the question came and the answer leaves.
 */

import { accept, type Result, refuse } from './result.ts';
import { CLOCK } from './serial-frame.ts';

export interface ClockOffset {
  /** Their clock is our clock plus this. */
  readonly offsetMs: number;
  /** The offset is right within this. */
  readonly errorMs: number;
}

const TIME_BYTES = 6;
const UINT32_SPAN = 0x100000000;
const SAMPLES = 8;
/** Each of the two clocks is read in whole milliseconds. */
const READING_MS = 1;

/** A question has one time, an answer three. */
export type ClockFrame = readonly [askedMs: number] | readonly [askedMs: number, heardMs: number, answeredMs: number];

export function encodeClock(times: ClockFrame): Uint8Array {
  const content = new Uint8Array(1 + TIME_BYTES * times.length);
  const view = new DataView(content.buffer);
  content[0] = CLOCK;
  for (const [i, ms] of times.entries()) {
    view.setUint16(1 + TIME_BYTES * i, Math.floor(ms / UINT32_SPAN));
    view.setUint32(3 + TIME_BYTES * i, ms % UINT32_SPAN);
  }
  return content;
}

export function decodeClock(content: Uint8Array): Result<ClockFrame, 'clock'> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const at = (i: number): number =>
    view.getUint16(1 + TIME_BYTES * i) * UINT32_SPAN + view.getUint32(3 + TIME_BYTES * i);
  if (content.length === 1 + TIME_BYTES) return accept([at(0)]);
  if (content.length === 1 + 3 * TIME_BYTES) return accept([at(0), at(1), at(2)]);
  return refuse('clock');
}

export class PeerClock {
  private samples: ClockOffset[] = [];

  /** The best of the last samples; null before the first answer. */
  get offset(): ClockOffset | null {
    let best: ClockOffset | null = null;
    for (const sample of this.samples) if (best === null || sample.errorMs <= best.errorMs) best = sample;
    return best;
  }

  /** An answer that came at `nowMs`. */
  answer(askedMs: number, heardMs: number, answeredMs: number, nowMs: number): void {
    const tripMs = nowMs - askedMs - (answeredMs - heardMs);
    if (tripMs < 0 || answeredMs < heardMs) return;
    const offsetMs = (heardMs - askedMs + answeredMs - nowMs) / 2;
    this.samples = [...this.samples.slice(1 - SAMPLES), { offsetMs, errorMs: tripMs / 2 + READING_MS }];
  }

  forget(): void {
    this.samples = [];
  }
}
