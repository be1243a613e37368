/** Copies of a store with an audit log, changed by a thief who can write everything, and verified. */

import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { type AuditDraft, EMPTY_CHAIN, placeEntry } from '../../gateway/core/audit/entry.ts';
import { type Verification, verifyCopy } from '../../gateway/core/audit/verify-copy.ts';
import { AuditFile } from '../../gateway/edge/audit-copy.ts';
import { GATEWAY_LOG, GATEWAY_PUBLIC } from './audit-rig.ts';
import { crypto } from './frame-maker.ts';

export const folder = mkdtempSync(join(tmpdir(), 'bordbox-tampering-'));
export const original = join(folder, 'original.db');
let copies = 0;

export type Row = Readonly<Record<string, unknown>>;

export function newCopy(): string {
  const file = join(folder, `copy-${++copies}.db`);
  copyFileSync(original, file);
  return file;
}

export function verify(file: string, published: readonly Uint8Array[] = []): Verification {
  const copy = new AuditFile(file);
  try {
    return verifyCopy(copy, { keys: [GATEWAY_PUBLIC], published }, crypto);
  } finally {
    copy.close();
  }
}

/** The lines that a copy gets after `change`. */
export function flawsAfter(
  change: (db: DatabaseSyncInstance) => void,
  published: readonly Uint8Array[] = [],
): string[] {
  const file = newCopy();
  const db = new DatabaseSync(file);
  try {
    // A thief in the store is not bound by its indexes, and no disk is waited for.
    db.exec('pragma synchronous = off; drop index audit_by_position');
    change(db);
  } finally {
    db.close();
  }
  return verify(file, published).flaws.map(({ where, text }) => `${where}: ${text}`);
}

/** As they were published. */
export function checkpoints(): Uint8Array[] {
  const db = new DatabaseSync(original, { readOnly: true });
  const rows = db.prepare('select signed from audit_checkpoints order by number').all() as { signed: Uint8Array }[];
  db.close();
  return rows.map(({ signed }) => signed);
}

export function writeEntry(
  db: DatabaseSyncInstance,
  entry: ReturnType<typeof placeEntry>,
  { salt, payload }: AuditDraft,
): void {
  const { chain, seq, previous, atMs, commitment, log, position, hash } = entry;
  db.prepare('insert or replace into audit_entries values (?, ?, ?, ?, ?, ?, ?, ?)').run(
    chain,
    seq,
    previous,
    atMs,
    commitment,
    log,
    position,
    hash,
  );
  db.prepare('insert or replace into audit_payloads values (?, ?, ?, ?, 0)').run(chain, seq, salt, payload);
}

/** What somebody who can write everything but sign nothing would do: another entry at `position`, and all hashes anew. */
export function recompute(db: DatabaseSyncInstance, position: number, draft: AuditDraft): void {
  const { chain, seq } = db.prepare('select chain, seq from audit_entries where position = ?').get(position) as {
    chain: string;
    seq: number;
  };
  const rows = db
    .prepare('select * from audit_entries where chain = ? and seq >= ? order by seq')
    .all(chain, seq) as Row[];
  const before = db.prepare('select seq, hash from audit_entries where chain = ? and seq = ?').get(chain, seq - 1);
  let head = (before as { seq: number; hash: Uint8Array } | undefined) ?? EMPTY_CHAIN;
  for (const row of rows) {
    const kept = db.prepare('select salt, payload from audit_payloads where chain = ? and seq = ?').get(chain, row.seq);
    const { salt, payload } = row.seq === seq ? draft : (kept as { salt: Uint8Array; payload: Uint8Array });
    const again: AuditDraft = { chain, atMs: Number(row.at_ms), salt, payload };
    const entry = placeEntry(again, head, { log: GATEWAY_LOG, position: Number(row.position) }, crypto);
    writeEntry(db, entry, again);
    head = entry;
  }
}
