/**
 * Says configurations to devices: when a birth shows that one is missing, when one was changed, perhaps by another
 * process, and again some times until a birth answers. Whatever gets lost is made good by the next birth.
 */

import type { Birth, ConfigurationRow } from '../core/configuration.ts';
import type { Store } from '../core/store.ts';

const REPEAT_FIRST_MS = 30_000;
const REPEAT_LAST_MS = 120_000;
/** Changes looked at in one tick. */
const ROWS_AT_ONCE = 100;

interface Unanswered {
  readonly row: ConfigurationRow;
  dueMs: number;
  waitMs: number;
}

export class ConfigurationSender {
  private readonly store: Store;
  private readonly send: (row: ConfigurationRow) => void;
  private readonly unanswered = new Map<string, Unanswered>();
  private revision = 0;
  /** What was changed before this process began is said once: devices that were away come with a birth. */
  private begun = false;

  constructor(store: Store, send: (row: ConfigurationRow) => void) {
    this.store = store;
    this.send = send;
  }

  births(births: readonly Birth[], nowMs: number): void {
    for (const { device, lacks } of births) {
      if (lacks === null) this.unanswered.delete(device);
      else this.say(lacks, nowMs);
    }
  }

  async tick(nowMs: number): Promise<void> {
    const changed = await this.store.configurations(this.revision, ROWS_AT_ONCE);
    for (const row of changed) {
      this.revision = row.revision;
      if (this.begun) this.say(row, nowMs);
      else this.send(row);
    }
    if (changed.length < ROWS_AT_ONCE) this.begun = true;
    for (const waiting of this.unanswered.values()) if (waiting.dueMs <= nowMs) this.repeat(waiting, nowMs);
  }

  private say(row: ConfigurationRow, nowMs: number): void {
    this.unanswered.set(row.device, { row, dueMs: nowMs + REPEAT_FIRST_MS, waitMs: REPEAT_FIRST_MS });
    this.send(row);
  }

  private repeat(waiting: Unanswered, nowMs: number): void {
    const { row, waitMs } = waiting;
    this.send(row);
    waiting.waitMs = 2 * waitMs;
    waiting.dueMs = nowMs + waiting.waitMs;
    if (waiting.waitMs > REPEAT_LAST_MS) this.unanswered.delete(row.device);
  }
}
