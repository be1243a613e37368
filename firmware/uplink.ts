/**
 * Frames leave in a bounded window and are sent again until a receipt covers them: after 10 s, then twice as
 * long up to 10 min, with jitter, so that a fleet does not come back in step after an outage.
 */

import { sameBytes } from '../protocol/bytes.ts';
import type { Receipt } from '../protocol/messages.ts';
import type { FrameRef } from './frame-ref.ts';
import type { Effect } from './hal.ts';
import type { Journal } from './journal.ts';
import type { Limits } from './limits.ts';

interface Sent {
  readonly ref: FrameRef;
  dueMs: number;
  intervalMs: number;
}

export interface UplinkStats {
  transmissions: number;
  receipts: number;
  framesReceipted: number;
  framesRefused: number;
}

export class Uplink {
  readonly stats: UplinkStats = { transmissions: 0, receipts: 0, framesReceipted: 0, framesRefused: 0 };
  private readonly journal: Journal;
  private readonly limits: Limits;
  private readonly random: (into: Uint8Array) => void;
  private readonly die = new Uint8Array(1);
  private window: Sent[] = [];
  private cursor: FrameRef | null = null;
  private up = false;

  constructor(journal: Journal, limits: Limits, random: (into: Uint8Array) => void) {
    this.journal = journal;
    this.limits = limits;
    this.random = random;
  }

  /** What was in the air when the link went down may be lost: all of it is due again when the link is back. */
  link(up: boolean, now: number): void {
    this.up = up;
    for (const sent of this.window) {
      sent.dueMs = now;
      sent.intervalMs = this.limits.resendFirstMs;
    }
  }

  receipt(receipt: Receipt): void {
    this.stats.receipts++;
    const missing = new Set(receipt.missing);
    const refused = new Set(receipt.refused);
    this.window = this.window.filter(({ ref }) => {
      if (!sameBytes(ref.boot, receipt.boot) || ref.seq > receipt.through || missing.has(ref.seq)) return true;
      this.journal.markDone(ref);
      // A refused frame is done as well: sending it again would change nothing.
      if (refused.has(ref.seq)) this.stats.framesRefused++;
      else this.stats.framesReceipted++;
      return false;
    });
  }

  /** Sends what is due and fills the window from the journal. */
  pump(now: number, out: Effect[]): void {
    if (!this.up) return;
    this.window = this.window.filter(({ ref }) => this.journal.holds(ref));
    while (this.window.length < this.limits.window && this.journal.waiting > this.window.length) {
      const ref = this.journal.nextLive(this.cursor);
      if (ref === null) break;
      this.cursor = ref;
      this.window.push({ ref, dueMs: now, intervalMs: this.limits.resendFirstMs });
    }
    for (const sent of this.window) if (sent.dueMs <= now) this.send(sent, now, out);
  }

  nextTimeout(): number {
    if (!this.up) return Number.POSITIVE_INFINITY;
    return this.window.reduce((soonest, sent) => Math.min(soonest, sent.dueMs), Number.POSITIVE_INFINITY);
  }

  private send(sent: Sent, now: number, out: Effect[]): void {
    const bytes = this.journal.sealed(sent.ref);
    if (bytes === null) return;
    out.push({ kind: 'publish', channel: 'frame', bytes, retain: false });
    this.stats.transmissions++;
    this.random(this.die);
    const jitter = 0.75 + this.die[0] / 512;
    sent.dueMs = now + Math.round(sent.intervalMs * jitter);
    sent.intervalMs = Math.min(this.limits.resendLastMs, sent.intervalMs * 2);
  }
}
