/** A log that was computed anew, cut off, or signed twice: what hashes alone do not show. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type AuditDraft, placeEntry } from '../../gateway/core/audit/entry.ts';
import { verifyCopy } from '../../gateway/core/audit/verify-copy.ts';
import { AuditFile } from '../../gateway/edge/audit-copy.ts';
import { Checkpoint } from '../../protocol/audit-messages.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { checkpoints, flawsAfter, folder, original, type Row, recompute, verify, writeEntry } from './audit-copies.ts';
import { attempt, BOXES, GATEWAY_LOG, GATEWAY_PUBLIC, GATEWAY_SECRET, makeLog, outcome } from './audit-rig.ts';
import { crypto, filled } from './frame-maker.ts';

before(() => makeLog(original));
after(() => rmSync(folder, { recursive: true }));

const [a, b] = BOXES;

test('a log that was computed anew around a change contradicts its checkpoints, and they cannot be made', () => {
  for (const position of [0, 4, 13, 23]) {
    const lines = flawsAfter((db) => recompute(db, position, attempt(BOXES[position % 3].id, 77)));
    assert.ok(
      lines.some((line) => /^checkpoint \d of log .*: the first \d+ entries are not those that it signs$/.test(line)),
      lines.join(),
    );
  }
  // Behind the last checkpoint a recomputed log is as good as the real one, but for what others have signed.
  const forged = (draft: AuditDraft) => flawsAfter((db) => recompute(db, 26, draft));
  assert.deepEqual(forged(outcome(a, 12)), []);
  const otherBox = outcome({ ...a, secretKey: b.secretKey }, 12);
  assert.deepEqual(forged(otherBox), [`chain ${a.id} seq 10: the box did not sign this result (signature)`]);
});

test('a log cut off at its end: within what checkpoints sign it is found; a rollback needs a published one', () => {
  const cut = (size: number, numbers: number) => (db: DatabaseSyncInstance) => {
    db.exec(
      `delete from audit_payloads where (chain, seq) in (select chain, seq from audit_entries where position >= ${size})`,
    );
    db.exec(`delete from audit_entries where position >= ${size}`);
    db.exec(`delete from audit_checkpoints where number > ${numbers}`);
  };
  const published = checkpoints();
  assert.match(flawsAfter(cut(20, 3)).join(), /checkpoint 3 of log .*: it signs 24 entries, and 20 are there/);
  // Three entries that nobody had signed for are gone without a trace: that is what the interval of checkpoints costs.
  assert.deepEqual(flawsAfter(cut(24, 3), published), []);
  assert.match(flawsAfter(cut(0, 0), published.slice(2)).join(), /checkpoint 3 of log .*: it was published/);
});

test('an older copy of the whole store is a good copy of an older store, unless a later checkpoint was published', async () => {
  const older = join(folder, 'older.db');
  await makeLog(older, 1);
  const [first, second] = checkpoints();
  assert.deepEqual(verify(older, [first]).flaws, []);
  assert.deepEqual(verify(older, [second]).flaws, [
    { where: `checkpoint 2 of log ${GATEWAY_LOG}`, text: 'it was published and is not in the store' },
  ]);
});

test('behind the last checkpoint a single forged entry still breaks its chain', () => {
  const at = (db: DatabaseSyncInstance, position: number) =>
    db.prepare('select chain, seq, previous, at_ms, hash from audit_entries where position = ?').get(position) as Row;
  const forge = (db: DatabaseSyncInstance, position: number, draft: AuditDraft, place: number) => {
    const { chain, seq, previous } = at(db, position);
    const head = { seq: Number(seq) - 1, hash: previous as Uint8Array };
    const entry = placeEntry({ ...draft, chain: String(chain) }, head, { log: GATEWAY_LOG, position: place }, crypto);
    writeEntry(db, entry, draft);
    return entry;
  };
  // Entry 9 of this chain is at position 24, entry 10 at 26, and no checkpoint covers them.
  const replaced = flawsAfter((db) => void forge(db, 24, attempt(a.id, 50), 24));
  assert.deepEqual(replaced, [`chain ${a.id} seq 10: it does not follow the entry before it`]);
  const exchanged = flawsAfter((db) => {
    const last = at(db, 26);
    const entry = forge(db, 24, attempt(a.id, 51), 26);
    const draft = attempt(a.id, 52);
    writeEntry(db, placeEntry(draft, entry, { log: GATEWAY_LOG, position: 24 }, crypto), draft);
    assert.equal(last.seq, entry.seq + 1);
  });
  assert.deepEqual(exchanged, [`chain ${a.id} seq 10: its place in the log is before an earlier entry`]);
  const noise = flawsAfter((db) => void forge(db, 26, { ...attempt(a.id, 53), payload: filled(40, 7) }, 26));
  assert.deepEqual(noise, [`chain ${a.id} seq 10: its payload cannot be read`]);
  const doubled = flawsAfter((db) => {
    db.exec(`create table twice as select * from audit_entries; drop table audit_entries;
      alter table twice rename to audit_entries;
      insert into audit_entries select * from audit_entries where position = 2`);
  });
  assert.ok(doubled.includes(`chain ${a.id} seq 4: an entry stands here twice`), doubled.join());
});

test('a gateway that signs two stories is found out by its own signatures', () => {
  const published = checkpoints();
  const [second, third] = published.slice(1).map((signed) => openedCheckpoint(signed));
  const forged = (change: Partial<Checkpoint>) =>
    seal(Checkpoint, { ...third, ...change }, CHECKPOINT_SCOPE, GATEWAY_SECRET, crypto);
  const put = (signed: Uint8Array) =>
    flawsAfter((db) => db.prepare('update audit_checkpoints set signed = ? where number = 3').run(signed));
  const where = `checkpoint 3 of log ${GATEWAY_LOG}`;
  assert.deepEqual(put(forged({ previous: filled(32, 1) })), [`${where}: it does not follow the one before it`]);
  assert.deepEqual(put(forged({ size: second.size, root: second.root })), [
    `${where}: it does not follow the one before it`,
  ]);
  assert.deepEqual(
    flawsAfter(() => undefined, [forged({ atMs: 5 })]),
    [`${where}: another one was published`],
  );
});

test('checkpoints that are taken out, exchanged or made by another key are found', () => {
  const [first, second, third] = checkpoints();
  const set = (signed: Uint8Array, number: number) => (db: DatabaseSyncInstance) =>
    db.prepare('update audit_checkpoints set signed = ? where number = ?').run(signed, number);
  assert.match(
    flawsAfter((db) => db.exec('delete from audit_checkpoints where number = 2')).join(),
    /checkpoint 2 .*: it is missing/,
  );
  assert.match(flawsAfter(set(first, 2)).join(), /checkpoint 2 .*: another one stands in its place/);
  assert.match(
    flawsAfter(
      set(
        second.map((byte, at) => (at === 60 ? byte ^ 1 : byte)),
        2,
      ),
    ).join(),
    /checkpoint 2 .*: its signature/,
  );
  const copy = new AuditFile(original);
  const stranger = verifyCopy(copy, { keys: [b.publicKey], published: [third] }, crypto);
  copy.close();
  assert.deepEqual(
    stranger.flaws.map(({ text }) => text),
    ['none of the given keys has signed it', 'none of the given keys signs it'],
  );
});

const CHECKPOINT_SCOPE = { type: 'bb-checkpoint', direction: 'up', device: 'checkpoint' } as const;

function openedCheckpoint(signed: Uint8Array): Checkpoint {
  const opened = unseal(Checkpoint, signed, CHECKPOINT_SCOPE, GATEWAY_PUBLIC, crypto);
  assert.ok(opened.ok);
  return opened.value;
}
