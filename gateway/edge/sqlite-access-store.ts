/**
 * The access store in the file of the embedded store, over a connection of its own: SQLite lets one connection write
 * at a time, whether it belongs to this process or to another gateway on the same folder.
 */

import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AccessDocument, AccessStore, AccessWrites, DocumentWrite } from '../core/access/access-store.ts';
import type { AuditSetup, AuditStore } from '../core/audit/audit-store.ts';
import { type AuditDraft, type ChainHead, EMPTY_CHAIN, placeEntry } from '../core/audit/entry.ts';
import { SqliteAuditStore } from './sqlite-audit-store.ts';
import { onOpening } from './sqlite-error.ts';
import { closeDatabase, openDatabase, type SqliteOptions, snapshot, transact } from './sqlite-file.ts';
import { enqueue, prepareShared, rowsOf } from './sqlite-statements.ts';

const ABSENT = { version: 0, json: undefined };

export class SqliteAccessStore implements AccessStore {
  private readonly db: DatabaseSyncInstance;
  private readonly sql: ReturnType<typeof prepareAccess>;
  private readonly setup: AuditSetup;
  /** What it has appended. */
  readonly audit: AuditStore;

  /** Throws a StoreError when the file cannot be opened or written, or holds no store. */
  constructor(file: string, setup: AuditSetup, options: SqliteOptions = {}) {
    this.setup = setup;
    this.db = onOpening(file, () => openDatabase(file, options));
    this.sql = onOpening(file, () => prepareAccess(this.db));
    this.audit = onOpening(file, () => new SqliteAuditStore(this.db));
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, AccessDocument>> {
    const found = new Map<string, AccessDocument>();
    // One snapshot: a decision over two records must not see one before and one after a commit of another gateway.
    snapshot(this.db, () => {
      for (const key of keys) {
        const { version, json } = this.sql.document.get(key) ?? ABSENT;
        found.set(key, { key, version, json });
      }
    });
    return found;
  }

  async due(nowMs: number, limit: number): Promise<readonly string[]> {
    return this.sql.due.all(nowMs, limit).map(({ key }) => key);
  }

  async commit({ documents, audit, events, counts }: AccessWrites): Promise<boolean> {
    return transact(this.db, () => {
      if (documents.some(({ key, expected }) => (this.sql.document.get(key)?.version ?? 0) !== expected)) return false;
      for (const write of documents) this.write(write);
      for (const draft of audit) this.append(draft);
      for (const [counter, growth] of counts) this.sql.count.run(counter, growth);
      enqueue(this.sql, events);
      return true;
    });
  }

  async close(): Promise<void> {
    closeDatabase(this.db);
  }

  private write({ key, json, dueMs }: DocumentWrite): void {
    if (json === null) this.sql.remove.run(key);
    else this.sql.save.run(key, this.sql.nextVersion.get()?.last ?? 1, json, dueMs);
  }

  private append(draft: AuditDraft): void {
    const { crypto, log } = this.setup;
    const head = this.sql.chainHead.get(draft.chain) ?? EMPTY_CHAIN;
    const position = this.sql.nextPosition.get(log)?.next ?? 0;
    const { chain, seq, previous, atMs, commitment, hash } = placeEntry(draft, head, { log, position }, crypto);
    this.sql.saveEntry.run(chain, seq, previous, atMs, commitment, log, position, hash);
    if (draft.lapse !== undefined) {
      const { how, throughSeq } = draft.lapse;
      this.sql[how].run(chain, Math.min(throughSeq ?? head.seq, head.seq));
    }
    this.sql.savePayload.run(chain, seq, draft.salt, draft.payload);
  }
}

function prepareAccess(db: DatabaseSyncInstance) {
  return {
    ...prepareShared(db),
    document: rowsOf<{ version: number; json: string }>(db, 'select version, json from access_documents where key = ?'),
    due: rowsOf<{ key: string }>(db, 'select key from access_documents where due_ms <= ? order by due_ms, key limit ?'),
    nextVersion: rowsOf<{ last: number }>(
      db,
      'insert into access_version values (1, 1) on conflict do update set last = last + 1 returning last',
    ),
    save: rowsOf(
      db,
      `insert into access_documents (key, version, json, due_ms) values (?, ?, ?, ?) on conflict do update set
       version = excluded.version, json = excluded.json, due_ms = excluded.due_ms`,
    ),
    remove: rowsOf(db, 'delete from access_documents where key = ?'),
    chainHead: rowsOf<ChainHead>(db, 'select seq, hash from audit_entries where chain = ? order by seq desc limit 1'),
    nextPosition: rowsOf<{ next: number }>(
      db,
      'select position + 1 as next from audit_entries where log = ? order by position desc limit 1',
    ),
    saveEntry: rowsOf(
      db,
      `insert into audit_entries (chain, seq, previous, at_ms, commitment, log, position, hash)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    savePayload: rowsOf(db, 'insert or replace into audit_payloads (chain, seq, salt, payload) values (?, ?, ?, ?)'),
    blocked: rowsOf(db, 'update audit_payloads set blocked = 1 where chain = ? and seq <= ?'),
    erased: rowsOf(db, 'delete from audit_payloads where chain = ? and seq <= ?'),
  };
}
