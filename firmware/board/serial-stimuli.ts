/** Stimuli that have come and whose time has not: in order, and each given back to the line when it is used up. */

import type { LineMessage } from '../../protocol/serial-events.ts';
import { decodeOneOf } from '../../protocol/serial-message.ts';
import { STIMULI, type Stimulus } from '../../protocol/serial-stimulus.ts';

const SECOND_MS = 1000;

interface Waiting {
  readonly stimulus: Stimulus;
  readonly message: LineMessage;
  /** How often it has been used. */
  used: number;
}

export class Stimuli {
  /** Messages that came since time was set. */
  taken = 0;
  /** Messages that were not understood, or came after their time. */
  refused = 0;
  /** Of the last one that came. */
  lastMs = 0;
  private waiting: Waiting[] = [];
  private readonly release: (message: LineMessage) => void;

  constructor(release: (message: LineMessage) => void) {
    this.release = release;
  }

  /** `lateMs`: what is older comes too late; -Infinity where that is no mistake. */
  take(message: LineMessage, lateMs: number): void {
    this.taken++;
    const decoded = decodeOneOf(STIMULI, message.bytes);
    if (!decoded.ok || decoded.value.atMs < Math.max(lateMs, this.lastMs)) {
      this.refused++;
      this.release(message);
      return;
    }
    const stimulus = decoded.value;
    this.lastMs = stimulus.atMs + SECOND_MS * (repeatsOf(stimulus) - 1);
    this.waiting.push({ stimulus, message, used: 0 });
  }

  /** When the next one is due; Infinity when there is none. */
  get nextMs(): number {
    const [first] = this.waiting;
    return first === undefined ? Number.POSITIVE_INFINITY : first.stimulus.atMs + SECOND_MS * first.used;
  }

  /** The next one, as if it had been sent for its time. */
  next(): Stimulus {
    const [first] = this.waiting;
    const stimulus = { ...first.stimulus, atMs: this.nextMs };
    if (++first.used === repeatsOf(stimulus)) {
      this.waiting.shift();
      this.release(first.message);
    }
    return stimulus;
  }

  /** Time was set: what waits belongs to another one. */
  clear(): void {
    for (const { message } of this.waiting) this.release(message);
    this.waiting = [];
    this.taken = 0;
    this.refused = 0;
    this.lastMs = 0;
  }
}

function repeatsOf(stimulus: Stimulus): number {
  return stimulus.kind === 'second' ? (stimulus.repeat ?? 1) : 1;
}
