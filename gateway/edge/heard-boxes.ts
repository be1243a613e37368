/**
 * Boxes whose words come in through this gateway. The store is the queue of leases: one that another gateway has
 * issued leaves through the gateway that hears the box.
 */

import type { AccessStore } from '../core/access/access-store.ts';
import { BOX } from '../core/access/box-record.ts';
import type { AccessMessage } from '../core/access/message.ts';
import { keyOf, readRecord } from '../core/access/record-kind.ts';

/** A box that sleeps says nothing for hours and is connected all the same. */
const HEARD_FOR_MS = 86_400_000;
const LOOKED_AT_ONCE = 1000;
/** What is open at a box is said again so soon, and then each time twice as late: it may be asleep. */
const AGAIN_FIRST_MS = 3000;
const AGAIN_LAST_MS = 600_000;

interface Heard {
  atMs: number;
  version: number;
  isOpen: boolean;
  lookedMs: number;
  againMs: number;
}

export class HeardBoxes {
  private readonly store: AccessStore;
  private readonly boxes = new Map<string, Heard>();

  constructor(store: AccessStore) {
    this.store = store;
  }

  note(messages: readonly AccessMessage[], nowMs: number): void {
    for (const message of messages) {
      if (message.kind !== 'clock' && message.kind !== 'result' && message.kind !== 'report') continue;
      const heard = this.boxes.get(message.box);
      if (heard === undefined) {
        this.boxes.set(message.box, { atMs: nowMs, version: 0, isOpen: false, lookedMs: 0, againMs: AGAIN_FIRST_MS });
      } else heard.atMs = nowMs;
    }
  }

  /** Some of them, in turn: boxes with leases or requests that are open. */
  async withSomethingOpen(nowMs: number): Promise<readonly string[]> {
    const some = [...this.boxes.keys()].slice(0, LOOKED_AT_ONCE);
    if (some.length === 0) return [];
    const documents = await this.store.load(some.map((box) => keyOf(BOX, box)));
    return some.filter((box) => {
      const heard = this.boxes.get(box);
      const document = documents.get(keyOf(BOX, box));
      if (heard === undefined) return false;
      // To the end of the line, or out of it.
      this.boxes.delete(box);
      if (nowMs - heard.atMs <= HEARD_FOR_MS) this.boxes.set(box, heard);
      return document?.json !== undefined && isOpenNow(heard, box, document.version, document.json, nowMs);
    });
  }
}

function isOpenNow(heard: Heard, box: string, version: number, json: string, nowMs: number): boolean {
  const hasChanged = version !== heard.version;
  if (hasChanged) {
    const { leases, waiting } = readRecord(BOX, keyOf(BOX, box), json);
    heard.version = version;
    heard.isOpen = leases.length > 0 || waiting.length > 0;
    heard.againMs = AGAIN_FIRST_MS;
  }
  if (!heard.isOpen || (!hasChanged && nowMs - heard.lookedMs < heard.againMs)) return false;
  if (!hasChanged) heard.againMs = Math.min(2 * heard.againMs, AGAIN_LAST_MS);
  heard.lookedMs = nowMs;
  return true;
}
