import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AuditStore, ChainSummary, StoredCheckpoint, StoredEntry } from '../core/audit/audit-store.ts';
import type { BackendEvent } from '../core/backend.ts';
import { transact } from './sqlite-file.ts';
import { enqueue, prepareShared, rowsOf } from './sqlite-statements.ts';

/** The audit log over a connection of the embedded store. */
export class SqliteAuditStore implements AuditStore {
  private readonly db: DatabaseSyncInstance;
  private readonly sql: ReturnType<typeof prepareAudit>;

  constructor(db: DatabaseSyncInstance) {
    this.db = db;
    this.sql = prepareAudit(db);
  }

  async chains(): Promise<readonly ChainSummary[]> {
    return this.sql.chains.all().map((row) => ({ ...row }));
  }

  async entries(chain: string, fromSeq: number, limit: number): Promise<readonly StoredEntry[]> {
    return this.sql.entries.all(chain, fromSeq, limit).map(storedEntry);
  }

  async entryAt(log: string, position: number): Promise<StoredEntry | undefined> {
    const row = this.sql.entryAt.get(log, position);
    return row === undefined ? undefined : storedEntry(row);
  }

  async leaves(log: string, fromPosition: number, limit: number): Promise<readonly Uint8Array[]> {
    return this.sql.leaves.all(log, fromPosition, limit).map(({ hash }) => hash);
  }

  async checkpoints(log: string, fromNumber: number, limit: number): Promise<readonly StoredCheckpoint[]> {
    return this.sql.checkpoints.all(log, fromNumber, limit).map((row) => ({ ...row }));
  }

  async lastCheckpoint(log: string): Promise<StoredCheckpoint | undefined> {
    const row = this.sql.lastCheckpoint.get(log);
    return row === undefined ? undefined : { ...row };
  }

  async keepCheckpoint({ log, number, signed }: StoredCheckpoint, events: readonly BackendEvent[]): Promise<boolean> {
    return transact(this.db, () => {
      if (this.sql.saveCheckpoint.run(log, number, signed).changes === 0) return false;
      enqueue(this.sql, events);
      return true;
    });
  }
}

interface EntryRow {
  readonly chain: string;
  readonly seq: number;
  readonly previous: Uint8Array;
  readonly at_ms: number;
  readonly commitment: Uint8Array;
  readonly log: string;
  readonly position: number;
  readonly hash: Uint8Array;
  readonly salt: Uint8Array | null;
  readonly payload: Uint8Array | null;
  readonly blocked: number | null;
}

function storedEntry({ at_ms: atMs, salt, payload, blocked, ...entry }: EntryRow): StoredEntry {
  const erased = salt === null || payload === null;
  return { ...entry, atMs, secret: erased ? null : { salt, payload, blocked: blocked === 1 } };
}

const ENTRY = `
  select e.chain, e.seq, e.previous, e.at_ms, e.commitment, e.log, e.position, e.hash, p.salt, p.payload, p.blocked
  from audit_entries e left join audit_payloads p on p.chain = e.chain and p.seq = e.seq`;

function prepareAudit(db: DatabaseSyncInstance) {
  return {
    ...prepareShared(db),
    chains: rowsOf<ChainSummary>(
      db,
      'select chain, count(*) as entries, max(at_ms) as lastMs from audit_entries group by chain order by chain',
    ),
    entries: rowsOf<EntryRow>(db, `${ENTRY} where e.chain = ? and e.seq >= ? order by e.seq limit ?`),
    entryAt: rowsOf<EntryRow>(db, `${ENTRY} where e.log = ? and e.position = ?`),
    leaves: rowsOf<{ hash: Uint8Array }>(
      db,
      'select hash from audit_entries where log = ? and position >= ? order by position limit ?',
    ),
    checkpoints: rowsOf<StoredCheckpoint>(
      db,
      'select log, number, signed from audit_checkpoints where log = ? and number >= ? order by number limit ?',
    ),
    lastCheckpoint: rowsOf<StoredCheckpoint>(
      db,
      'select log, number, signed from audit_checkpoints where log = ? order by number desc limit 1',
    ),
    saveCheckpoint: rowsOf(db, 'insert or ignore into audit_checkpoints (log, number, signed) values (?, ?, ?)'),
  };
}
