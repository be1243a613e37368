import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AuditReader } from '../core/audit/audit-store.ts';
import type { AuditCopy, CopiedRow } from '../core/audit/copied-row.ts';
import { StoreError } from '../core/store.ts';
import { SqliteAuditStore } from './sqlite-audit-store.ts';
import { onDisk, onOpening } from './sqlite-error.ts';

/** The audit log in a file that is only read: a copy, or the store of a gateway that runs. One state of it is seen. */
export class AuditFile implements AuditCopy {
  private readonly db: DatabaseSyncInstance;

  /** `path`: a store, or a data folder with one in it. Throws a StoreError when there is none. */
  constructor(path: string) {
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'gateway.db') : path;
    if (!existsSync(file)) throw new StoreError('readonly', `${file} does not exist`);
    this.db = onOpening(file, () => openToRead(file));
  }

  reader(): AuditReader {
    return new SqliteAuditStore(this.db);
  }

  /** What SQLite finds wrong with the file itself, for instance an index that hides rows; null for nothing. */
  damage(): string | null {
    const [row] = onDisk(() => this.db.prepare('pragma integrity_check(1)').all());
    const said = String(Object.values(row ?? {})[0]);
    return said === 'ok' ? null : said.replace(/\s+/g, ' ');
  }

  entries(): Iterable<CopiedRow> {
    return this.rows(
      `select e.*, p.salt, p.payload, p.blocked from audit_entries e
       left join audit_payloads p on p.chain = e.chain and p.seq = e.seq order by e.chain, e.seq`,
    );
  }

  places(): Iterable<CopiedRow> {
    return this.rows('select log, position, hash from audit_entries order by log, position');
  }

  strayPayloads(): Iterable<CopiedRow> {
    return this.rows(
      `select p.chain, p.seq from audit_payloads p left join audit_entries e on e.chain = p.chain and e.seq = p.seq
       where e.chain is null order by p.chain, p.seq`,
    );
  }

  checkpoints(): Iterable<CopiedRow> {
    return this.rows('select log, number, signed from audit_checkpoints order by log, number');
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  private *rows(sql: string): Generator<CopiedRow> {
    const statement = onDisk(() => this.db.prepare(sql));
    // An integer that no number can hold must not end the reading.
    statement.setReadBigInts(true);
    const rows = statement.iterate();
    for (;;) {
      const { value, done } = reading(() => rows.next());
      if (done === true) return;
      yield withNumbers(value);
    }
  }
}

function openToRead(file: string): DatabaseSyncInstance {
  const log = `${file}-wal`;
  // What is not yet in the file itself can only be read together with it; a plain copy is not even touched.
  const hasLog = existsSync(log) && statSync(log).size > 0;
  const url = pathToFileURL(file);
  if (!hasLog) url.searchParams.set('immutable', '1');
  const db = new DatabaseSync(url.href, { readOnly: true });
  db.exec('begin');
  db.prepare('select count(*) from audit_entries').get();
  return db;
}

/** A cursor gives its errors without their codes; in a file that is only read there is one thing they can mean. */
function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')) throw error;
    throw new StoreError('damaged', `the data base is damaged (${error.message})`);
  }
}

function withNumbers(row: unknown): CopiedRow {
  const copied: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row as CopiedRow)) {
    const fits = typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
    copied[name] = fits ? Number(value) : value;
  }
  return copied;
}
