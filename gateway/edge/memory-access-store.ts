/** The access store in memory, beside a store that takes its events and counts. Nothing survives the process. */

import type { AccessDocument, AccessStore, AccessWrites, DocumentWrite } from '../core/access/access-store.ts';
import type { AuditSetup, AuditStore } from '../core/audit/audit-store.ts';
import { assertSalt } from '../core/audit/entry.ts';
import { NO_WRITES, type Store } from '../core/store.ts';
import { MemoryAuditStore } from './memory-audit-store.ts';

interface Kept extends AccessDocument {
  readonly dueMs: number | null;
}

export class MemoryAccessStore implements AccessStore {
  private readonly store: Store;
  readonly documents = new Map<string, Kept>();
  private readonly log: MemoryAuditStore;
  // One counter, so that a record that was removed and made again never has an old version.
  private lastVersion = 0;

  constructor(store: Store, setup: AuditSetup) {
    this.store = store;
    this.log = new MemoryAuditStore(store, setup);
  }

  /** What it has appended. */
  get audit(): AuditStore {
    return this.log;
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, AccessDocument>> {
    return new Map(
      keys.map((key) => {
        const { version, json } = this.documents.get(key) ?? { version: 0, json: undefined };
        return [key, { key, version, json }];
      }),
    );
  }

  async due(nowMs: number, limit: number): Promise<readonly string[]> {
    const found: { key: string; dueMs: number }[] = [];
    for (const { key, dueMs } of this.documents.values())
      if (dueMs !== null && dueMs <= nowMs) found.push({ key, dueMs });
    found.sort((a, b) => a.dueMs - b.dueMs || (a.key < b.key ? -1 : 1));
    return found.slice(0, limit).map(({ key }) => key);
  }

  async commit({ documents, audit, events, counts }: AccessWrites): Promise<boolean> {
    if (documents.some(({ key, expected }) => (this.documents.get(key)?.version ?? 0) !== expected)) return false;
    for (const draft of audit) assertSalt(draft);
    for (const write of documents) this.write(write);
    for (const draft of audit) this.log.append(draft);
    // Nothing waits before this, so no other commit comes between.
    await this.store.commit({ ...NO_WRITES, events, counts });
    return true;
  }

  async close(): Promise<void> {}

  private write({ key, json, dueMs }: DocumentWrite): void {
    if (json === null) this.documents.delete(key);
    else this.documents.set(key, { key, version: ++this.lastVersion, json, dueMs });
  }
}
