/**
 * Frames leave in a bounded window and are sent again until a receipt covers them: after 10 s, then twice as
 * long up to 10 min, with jitter, so that a fleet does not come back in step after an outage.
 *
 * Gap frames have a lane of their own and go first. A receipt reaches over 64 missing numbers at most, so that more
 * frames given up than that would keep it from ever reaching the window, behind which their gap frames would wait.
 */

import { sameBytes } from '../protocol/bytes.ts';
import type { Receipt } from '../protocol/messages.ts';
import type { FrameRef } from './frame-ref.ts';
import type { Effect } from './hal.ts';
import type { Journal, LaneName } from './journal.ts';
import type { Limits } from './limits.ts';

interface Sent {
  readonly ref: FrameRef;
  dueMs: number;
  intervalMs: number;
  /** Its bytes cannot be read any more. */
  lost: boolean;
}

interface Lane {
  readonly name: LaneName;
  readonly size: number;
  window: Sent[];
  cursor: FrameRef | null;
}

export interface UplinkStats {
  transmissions: number;
  receipts: number;
  framesReceipted: number;
  framesRefused: number;
}

/** Up to 2 s for each frame, so that a cell that comes back is not met by all of them at once. */
const BACK_SPREAD = 8;

// Shared by all devices of a process: a draw is used up at once.
const die = new Uint8Array(1);

export class Uplink {
  readonly stats: UplinkStats = { transmissions: 0, receipts: 0, framesReceipted: 0, framesRefused: 0 };
  private readonly journal: Journal;
  private readonly limits: Limits;
  private readonly random: (into: Uint8Array) => void;
  private readonly lanes: readonly Lane[];
  private up = false;

  constructor(journal: Journal, limits: Limits, random: (into: Uint8Array) => void) {
    this.journal = journal;
    this.limits = limits;
    this.random = random;
    this.lanes = [
      { name: 'gap', size: limits.gapWindow, window: [], cursor: null },
      { name: 'content', size: limits.window, window: [], cursor: null },
    ];
  }

  /** What was in the air when the link went down may be lost: all of it is due again soon after the link is back. */
  link(up: boolean, now: number): void {
    this.up = up;
    for (const { window } of this.lanes) {
      for (const sent of window) {
        this.random(die);
        sent.dueMs = now + die[0] * BACK_SPREAD;
        sent.intervalMs = this.limits.resendFirstMs;
      }
    }
  }

  receipt(receipt: Receipt): void {
    this.stats.receipts++;
    const missing = new Set(receipt.missing);
    const refused = new Set(receipt.refused);
    for (const lane of this.lanes) {
      lane.window = lane.window.filter(({ ref }) => {
        if (!sameBytes(ref.boot, receipt.boot) || ref.seq > receipt.through || missing.has(ref.seq)) return true;
        this.journal.markDone(ref);
        // A refused frame is done as well: sending it again would change nothing.
        if (refused.has(ref.seq)) this.stats.framesRefused++;
        else this.stats.framesReceipted++;
        return false;
      });
    }
  }

  /** Sends what is due and fills the windows from the journal. */
  pump(now: number, out: Effect[]): void {
    if (!this.up) return;
    let held = 0;
    let allHeld = true;
    for (const lane of this.lanes) {
      this.forgetLost(lane);
      allHeld = this.fill(lane, now) && allHeld;
      for (const sent of lane.window) if (sent.dueMs <= now) this.send(sent, now, out);
      if (lane.window.some(isLost)) lane.window = lane.window.filter((sent) => !sent.lost);
      held += lane.window.length;
    }
    // The mark of a frame that a cut left half programmed may have been counted as one and read as the other.
    if (allHeld) this.journal.waiting = held;
    // The mark of a frame that a cut left half programmed may have been counted as live and read as done.
    if (held === 0) this.journal.waiting = 0;
  }

  nextTimeout(): number {
    let soonestMs = Number.POSITIVE_INFINITY;
    if (!this.up) return soonestMs;
    for (const { window } of this.lanes) for (const { dueMs } of window) if (dueMs < soonestMs) soonestMs = dueMs;
    return soonestMs;
  }

  /** True when nothing more waits behind the window. */
  private fill(lane: Lane, now: number): boolean {
    while (lane.window.length < lane.size) {
      const ref = this.journal.nextLive(lane.name, lane.cursor);
      if (ref === null) return true;
      lane.cursor = ref;
      // Not pushed: an array that grows by itself keeps room for 16 more.
      lane.window = lane.window.concat({ ref, dueMs: now, intervalMs: this.limits.resendFirstMs, lost: false });
    }
    return false;
  }

  /** Frames that the journal gave up need no receipt. In place: this is done each second. */
  private forgetLost({ window }: Lane): void {
    let kept = 0;
    for (const sent of window) if (this.journal.holds(sent.ref)) window[kept++] = sent;
    window.length = kept;
  }

  private send(sent: Sent, now: number, out: Effect[]): void {
    const bytes = this.journal.sealed(sent.ref);
    if (bytes === null) {
      this.journal.lose(sent.ref);
      sent.lost = true;
      return;
    }
    out.push({ kind: 'publish', channel: 'frame', bytes, retain: false });
    this.stats.transmissions++;
    this.random(die);
    const jitter = 0.75 + die[0] / 512;
    sent.dueMs = now + Math.round(sent.intervalMs * jitter);
    sent.intervalMs = Math.min(this.limits.resendLastMs, sent.intervalMs * 2);
  }
}

function isLost(sent: Sent): boolean {
  return sent.lost;
}
