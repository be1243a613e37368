/**
 * What a phone has asked and has no final reply to. The same bytes go out again until there is one: the gateway knows
 * a request by its `cti`, so that a repetition asks and never acts twice.
 */

import type { Reply, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';

const FIRST_MS = 2_000;
const LAST_MS = 30_000;
/** A phone that is asked for more than this waits for replies first. */
export const OUTSTANDING_MAX = 32;

export interface Errand {
  readonly request: Request;
  /** The signed request, the same in every transmission. */
  readonly bytes: Uint8Array;
  /** The last reply that was not final. */
  readonly news: Reply | null;
}

interface Entry {
  readonly request: Request;
  readonly bytes: Uint8Array;
  news: Reply | null;
  dueMs: number;
  waitMs: number;
}

export class Outstanding {
  private readonly entries = new Map<string, Entry>();

  get size(): number {
    return this.entries.size;
  }

  /** False when there is no room. It is due at once. */
  add(request: Request, bytes: Uint8Array, nowMs: number): boolean {
    if (this.entries.size >= OUTSTANDING_MAX) return false;
    this.entries.set(toHex(request.cti), { request, bytes, news: null, dueMs: nowMs, waitMs: FIRST_MS });
    return true;
  }

  /** The errand that a reply belongs to; null for a stranger or one that has ended. A final verdict ends it. */
  take(reply: Reply): Errand | null {
    const key = toHex(reply.cti);
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    if (reply.verdict !== 'pending') this.entries.delete(key);
    else entry.news = reply;
    return entry;
  }

  list(): readonly Errand[] {
    return [...this.entries.values()];
  }

  /** Bytes to send now. */
  due(nowMs: number): readonly Uint8Array[] {
    const due: Uint8Array[] = [];
    for (const entry of this.entries.values()) {
      if (entry.dueMs > nowMs) continue;
      due.push(entry.bytes);
      entry.dueMs = nowMs + entry.waitMs;
      entry.waitMs = Math.min(LAST_MS, entry.waitMs * 2);
    }
    return due;
  }

  /** A link that has just come up carries everything at once. */
  hurry(nowMs: number): void {
    for (const entry of this.entries.values()) {
      entry.dueMs = nowMs;
      entry.waitMs = FIRST_MS;
    }
  }

  nextTimeout(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.entries.values()) next = Math.min(next, dueMs);
    return next;
  }
}
