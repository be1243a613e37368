import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { StoreError } from '../core/store.ts';
import { onDisk } from './sqlite-error.ts';
import { SQLITE_PRIVACY_SCHEMA } from './sqlite-privacy-schema.ts';
import { ADDED_COLUMNS, SQLITE_SCHEMA } from './sqlite-schema.ts';

const BUSY_TIMEOUT_MS = 5000;

export interface SqliteOptions {
  /** For tests of a full disk: pages of 4 KiB that the file may have. */
  readonly pagesMax?: number;
}

/** The file with all tables in it. Several connections and processes may have it open. */
export function openDatabase(file: string, { pagesMax }: SqliteOptions): DatabaseSyncInstance {
  const db = new DatabaseSync(file);
  db.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma journal_mode = wal; pragma synchronous = full;`);
  if (pagesMax !== undefined) db.exec(`pragma max_page_count = ${pagesMax}`);
  db.exec('begin immediate');
  db.exec(SQLITE_SCHEMA);
  for (const { table, column, is } of ADDED_COLUMNS) {
    const has = db.prepare('select 1 from pragma_table_info(?) where name = ?').get(table, column);
    if (has === undefined) db.exec(`alter table ${table} add column ${column} ${is}`);
  }
  db.exec(SQLITE_PRIVACY_SCHEMA);
  // Opening a read-only file succeeds; the first write does not.
  db.exec("insert into counters values ('opened', 1) on conflict do update set value = value + 1; commit");
  return db;
}

/** Closes it with everything in the one file, as far as others and the disk allow; the rest stays in its log. */
export function closeDatabase(db: DatabaseSyncInstance): void {
  if (!db.isOpen) return;
  try {
    onDisk(() => db.exec('pragma wal_checkpoint(truncate)'));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  } finally {
    db.close();
  }
}

/** One transaction with the write lock from its first read on; nothing is kept when `work` throws or gives false. */
export function transact(db: DatabaseSyncInstance, work: () => boolean): boolean {
  return onDisk(() => {
    db.exec('begin immediate');
    try {
      const keep = work();
      db.exec(keep ? 'commit' : 'rollback');
      return keep;
    } catch (error) {
      // A full disk may have rolled back by itself.
      if (db.isTransaction) db.exec('rollback');
      throw error;
    }
  });
}

/** Runs reads that see one state of the file. */
export function snapshot(db: DatabaseSyncInstance, work: () => void): void {
  onDisk(() => {
    db.exec('begin');
    try {
      work();
    } finally {
      // An error of the disk may have ended it.
      if (db.isTransaction) db.exec('commit');
    }
  });
}
