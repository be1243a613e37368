/** Whatever is done to a copy of the store is found, with nothing but public keys; and nothing else is. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import fc from 'fast-check';
import { EMPTY_CHAIN, placeEntry } from '../../gateway/core/audit/entry.ts';
import { checkpoints, flawsAfter, folder, newCopy, original, type Row, verify, writeEntry } from './audit-copies.ts';
import { act, append, attempt, BOXES, checkpointsOf, GATEWAY_LOG, lapse, makeLog, openLog } from './audit-rig.ts';
import { crypto, filled } from './frame-maker.ts';

before(() => makeLog(original));
after(() => rmSync(folder, { recursive: true }));

const [a, b, c] = BOXES;

test('A16: an honest copy has no flaw, and its lapses are counted, not reported', () => {
  const { flaws, ...counts } = verify(original, checkpoints());
  assert.deepEqual(flaws, []);
  assert.deepEqual(counts, { chains: 4, entries: 27, blocked: 2, erased: 2, checkpoints: 3, uncovered: 3 });
});

const TABLES = { audit_entries: 27, audit_payloads: 25, audit_checkpoints: 3 } as const;

/** Another value for a cell: of its own type, or of one that does not belong there. */
function otherThan(value: unknown, draw: number): unknown {
  if (draw % 7 === 0) return value instanceof Uint8Array ? 'text' : filled(3, 1);
  if (draw % 7 === 1) return 2n ** 60n + BigInt(draw);
  if (typeof value === 'number') return draw % 2 === 0 ? value + 1 : Math.max(0, value - 1) + (value === 0 ? 1 : 0);
  if (typeof value === 'string')
    return draw % 2 === 0 ? `${value}x` : value.toUpperCase() === value ? '' : value.toUpperCase();
  const bytes = Uint8Array.from(value as Uint8Array);
  if (draw % 7 === 2) return bytes.subarray(1);
  bytes[draw % bytes.length] ^= 1 << (draw % 8);
  return bytes;
}

test('any cell of any of the three tables that is edited is found', () => {
  const cell = fc.constantFrom(...Object.keys(TABLES));
  const seen = new Set<string>();
  fc.assert(
    fc.property(cell, fc.nat(), fc.nat(), fc.nat(), (table, rowDraw, columnDraw, draw) => {
      let what = '';
      const flaws = flawsAfter((db) => {
        const rows = db.prepare(`select * from ${table}`).all() as Row[];
        const row = rows[rowDraw % rows.length];
        const columns = Object.keys(row);
        const column = columns[columnDraw % columns.length];
        const key = columns.filter(
          (name) => ['chain', 'seq', 'log', 'number'].includes(name) && row[name] !== undefined,
        );
        const primary = table === 'audit_checkpoints' ? ['log', 'number'] : key.filter((name) => name !== 'log');
        const value = otherThan(row[column], draw);
        const where = primary.map((name) => `${name} = ?`).join(' and ');
        const update = db.prepare(`update or replace ${table} set ${column} = ? where ${where}`);
        update.run(value, ...primary.map((name) => row[name]));
        what = `${table}.${column}: ${String(row[column])} -> ${String(value)}`;
        seen.add(`${table}.${column}`);
      });
      assert.ok(flaws.length > 0, what);
    }),
    { numRuns: 300 },
  );
  assert.equal(seen.size, 8 + 5 + 3, [...seen].join());
});

test('an entry that is taken out is found, wherever it stood, with its payload or without', () => {
  for (let position = 0; position < 26; position++) {
    for (const tables of [['audit_entries'], ['audit_payloads', 'audit_entries']]) {
      let inChain = '';
      const flaws = flawsAfter((db) => {
        const [{ chain, seq }] = db
          .prepare('select chain, seq from audit_entries where position = ?')
          .all(position) as Row[];
        for (const table of tables) db.prepare(`delete from ${table} where chain = ? and seq = ?`).run(chain, seq);
        const later = db.prepare('select 1 from audit_entries where chain = ? and seq > ?').get(chain, seq);
        if (later !== undefined) inChain = `chain ${chain} seq ${seq}: the entry is missing`;
      });
      if (inChain !== '') assert.ok(flaws.includes(inChain), flaws.join());
      assert.ok(
        flaws.some((line) => line === `log ${GATEWAY_LOG} position ${position}: the entry is missing`),
        flaws.join(),
      );
    }
  }
});

test('a payload that is gone without an entry that says why is found; so is one that came back', async () => {
  const gone = flawsAfter((db) => db.exec(`delete from audit_payloads where chain = '${a.id}' and seq = 2`));
  assert.deepEqual(gone, [`chain ${a.id} seq 2: its payload is gone, and no entry says why`]);
  const hidden = flawsAfter((db) =>
    db.exec(`update audit_payloads set blocked = 1 where chain = '${a.id}' and seq = 3`),
  );
  assert.deepEqual(hidden, [`chain ${a.id} seq 3: its payload is blocked, and no entry says why`]);
  const shown = flawsAfter((db) =>
    db.exec(`update audit_payloads set blocked = 0 where chain = '${b.id}' and seq = 3`),
  );
  assert.deepEqual(shown, [`chain ${b.id} seq 3: its payload was blocked and is readable again`]);
  const back = flawsAfter((db) => {
    const { salt, payload } = attempt(b.id, 2);
    db.prepare('insert into audit_payloads (chain, seq, salt, payload) values (?, 1, ?, ?)').run(b.id, salt, payload);
  });
  assert.match(back[0], new RegExp(`^chain ${b.id} seq 1: its payload was (changed|erased and is there again)$`));
});

test('B37: payloads that are erased with an entry that says so are no flaw, even all of them', async () => {
  const file = newCopy();
  const access = openLog(file);
  for (const box of BOXES) await append(access, lapse(box.id, 'erased', box === c ? 99 : undefined));
  await append(access, act(c.id, 9));
  await checkpointsOf(access.audit).make();
  await access.close();
  const { flaws, erased, entries } = verify(file, checkpoints());
  assert.deepEqual(flaws, []);
  assert.deepEqual([entries, erased], [31, 25]);
});

test('an entry that is put in is found', () => {
  const insert = (chain: string, seq: number, position: number) => (db: DatabaseSyncInstance) => {
    const draft = attempt(chain, 40);
    const last = db.prepare('select seq, hash from audit_entries where chain = ? and seq = ?').get(chain, seq - 1);
    const head = (last as { seq: number; hash: Uint8Array } | undefined) ?? EMPTY_CHAIN;
    const entry = placeEntry(draft, head, { log: GATEWAY_LOG, position }, crypto);
    db.prepare('update audit_entries set seq = -seq where chain = ? and seq >= ?').run(chain, seq);
    db.prepare('update audit_entries set seq = 1 - seq where chain = ? and seq < 0').run(chain);
    writeEntry(db, entry, draft);
  };
  // In the middle of a chain; at the end of one, in a place that is taken; in a chain of its own.
  assert.match(flawsAfter(insert(a.id, 2, 1))[0], new RegExp(`^chain ${a.id} seq 3: `));
  assert.match(flawsAfter(insert(c.id, 7, 20)).join(), /position|place in the log/);
  assert.match(flawsAfter(insert('newcomer', 1, 5)).join(), /position 6: the entry is missing/);
  // Whoever names another log has no key for it.
  const foreign = flawsAfter((db) => {
    const draft = attempt('newcomer', 41);
    writeEntry(db, placeEntry(draft, EMPTY_CHAIN, { log: 'mine', position: 0 }, crypto), draft);
  });
  assert.deepEqual(foreign, ['log mine: none of the given keys signs it']);
  const stray = flawsAfter((db) =>
    db.prepare("insert into audit_payloads values ('x', 1, ?, ?, 0)").run(filled(16, 1), filled(9, 1)),
  );
  assert.deepEqual(stray, ['chain x seq 1: a payload lies here that no entry commits to']);
});

test('two entries that change places are found, in a chain and in the log, behind the last checkpoint as well', () => {
  const swap = (column: string, where: [string, string]) => (db: DatabaseSyncInstance) => {
    const [one, two] = where.map(
      (clause) => (db.prepare(`select ${column} as v from audit_entries where ${clause}`).get() as Row).v,
    );
    const set = db.prepare(`update audit_entries set ${column} = ? where ${column} = ?`);
    set.run(-1, one);
    set.run(one, two);
    set.run(two, -1);
  };
  for (let position = 0; position < 26; position++) {
    const clauses: [string, string] = [`position = ${position}`, `position = ${position + 1}`];
    assert.notDeepEqual(flawsAfter(swap('position', clauses)), [], `positions ${position} and the next`);
  }
  const inChain = flawsAfter((db) => {
    db.exec(`update audit_entries set seq = -2 where chain = '${a.id}' and seq = 2`);
    db.exec(`update audit_entries set seq = 2 where chain = '${a.id}' and seq = 3`);
    db.exec(`update audit_entries set seq = 3 where chain = '${a.id}' and seq = -2`);
  });
  assert.match(inChain[0], new RegExp(`^chain ${a.id} seq 2: `));
  const payloads = flawsAfter((db) => {
    db.exec(`update audit_payloads set seq = -2 where chain = '${a.id}' and seq = 2`);
    db.exec(`update audit_payloads set seq = 2 where chain = '${a.id}' and seq = 3`);
    db.exec(`update audit_payloads set seq = 3 where chain = '${a.id}' and seq = -2`);
  });
  assert.deepEqual(payloads, [`chain ${a.id} seq 2: its payload was changed`]);
});
