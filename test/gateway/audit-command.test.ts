import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { toHex } from '../../protocol/bytes.ts';
import { bordbox, type Ended } from '../acceptance/bordbox.ts';
import {
  act,
  append,
  attempt,
  BOXES,
  checkpointsOf,
  GATEWAY_PUBLIC,
  GATEWAY_SECRET,
  makeLog,
  openLog,
  PHONE,
} from './audit-rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-audit-'));
const database = join(folder, 'gateway.db');
const KEY = ['--key', toHex(GATEWAY_PUBLIC)];
const [a, b] = BOXES;
before(async () => {
  await makeLog(database);
  writeFileSync(join(folder, 'gateway.key'), `${toHex(GATEWAY_SECRET)}\n`);
});
after(() => rmSync(folder, { recursive: true }));

const audit = (...words: readonly string[]): Promise<Ended> => bordbox('audit', ...words);
const onData = (...words: readonly string[]): Promise<Ended> => audit(...words, '--data', folder);

function changed(name: string, sql: string): string {
  const copy = join(folder, name);
  copyFileSync(database, copy);
  const db = new DatabaseSync(copy);
  db.exec(sql);
  db.close();
  return copy;
}

function published(number: number): string {
  const db = new DatabaseSync(database, { readOnly: true });
  const row = db.prepare('select signed from audit_checkpoints where number = ?').get(number) as { signed: Uint8Array };
  db.close();
  return toHex(row.signed);
}

test('audit list names the boxes, and the entries of one of them', async () => {
  const [boxes, entries, json] = await Promise.all([
    onData('list'),
    onData('list', a.id.slice(0, 6)),
    onData('list', b.id, '--json'),
  ]);
  assert.deepEqual([boxes.code, entries.code, json.code], [0, 0, 0], boxes.stderr + entries.stderr + json.stderr);
  assert.match(boxes.stdout, new RegExp(`^${a.id} +10 entries, the last 2026-`, 'm'));
  assert.match(entries.stdout, new RegExp(`^ +1  2026-\\S+  attempt     ${PHONE.id}  unlock: pending$`, 'm'));
  assert.match(entries.stdout, /^ +3 .* report +secured$/m);
  const shown = json.json() as unknown as { seq: number; payload: unknown }[];
  assert.deepEqual(
    shown.slice(0, 3).map(({ payload }) => payload),
    ['erased', 'erased', 'blocked'],
  );
});

test('audit show decodes an entry and what was signed in it', async () => {
  const [human, json] = await Promise.all([onData('show', a.id, '2'), onData('show', a.id, '2', '--json')]);
  assert.equal(human.code, 0, human.stderr);
  assert.match(human.stdout, /^signed\n {2}id +0101/m);
  const { payload, signed, contradiction } = json.json() as Record<string, Record<string, unknown>>;
  assert.deepEqual(
    [payload.kind, payload.outcome, signed.action, contradiction],
    ['outcome', 'executed', 'unlock', null],
  );
  const missing = await onData('show', a.id, '99');
  assert.deepEqual([missing.code, missing.stderr.split('\n').length], [2, 2]);
});

test('B12: a blocked payload is shown for the legal purpose only, and the log keeps who read it', async () => {
  const blocked = await onData('show', b.id, '3', '--json');
  assert.equal(blocked.json().payload, 'blocked');
  const legal = await onData('show', b.id, '3', '--legal', 'case 4711', '--json');
  assert.equal(legal.code, 0, legal.stderr);
  assert.equal((legal.json().payload as { kind: string }).kind, 'attempt');
  const list = await onData('list', b.id);
  assert.match(list.stdout, /act +operator +read 3: case 4711$/m);
});

test('audit prove writes what audit verify --proof believes without any store, and nothing that was changed', async () => {
  const proof = join(folder, 'p.json');
  const made = await onData('prove', a.id, '2', '--out', proof, '--since', published(1));
  assert.equal(made.code, 0, made.stderr);
  const good = await audit('verify', '--proof', proof, ...KEY, '--checkpoint', published(1), '--json');
  assert.deepEqual(
    [good.code, good.json().ok, good.json().seq, good.json().payload],
    [0, true, 2, 'outcome'],
    good.stderr,
  );
  const document = JSON.parse(readFileSync(proof, 'utf8'));
  writeFileSync(proof, JSON.stringify({ ...document, entry: { ...document.entry, atMs: 5 } }));
  const bad = await audit('verify', '--proof', proof, ...KEY);
  assert.equal(bad.code, 1, bad.stdout + bad.stderr);
  assert.match(bad.stderr, /^bordbox: audit: the proof does not hold: [^\n]+\n$/);
  writeFileSync(proof, '{}');
  assert.equal((await audit('verify', '--proof', proof, ...KEY)).code, 2);
  const uncovered = await onData('prove', a.id, '9');
  assert.deepEqual([uncovered.code, /no checkpoint covers/.test(uncovered.stderr)], [1, true]);
});

test('A16: audit verify believes an honest copy and names the first flaw of each chain of another', async () => {
  const honest = await audit('verify', folder, ...KEY, '--checkpoint', published(3), '--json');
  assert.deepEqual([honest.code, honest.json().ok], [0, true], honest.stderr + honest.stdout);
  const cut = changed(
    'cut.db',
    `update audit_entries set at_ms = 1 where chain = '${a.id}' and seq in (2, 4);
     delete from audit_entries where chain = '${b.id}' and seq = 5;`,
  );
  const found = await audit('verify', cut, ...KEY);
  assert.equal(found.code, 1);
  const lines = found.stdout.trim().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('chain')).sort(),
    [`chain ${a.id} seq 2: the entry was changed`, `chain ${b.id} seq 5: the entry is missing`].sort(),
  );
  const event = join(folder, 'events.txt');
  writeFileSync(event, `bb/1/out/insurer/audit/audit.checkpoint {"data":{"number":3,"signed":"${published(3)}"}}\n`);
  const older = changed('older.db', 'delete from audit_checkpoints where number = 3');
  assert.equal((await audit('verify', older, ...KEY)).code, 0);
  const rolledBack = await audit('verify', older, ...KEY, '--checkpoint', event);
  assert.deepEqual([rolledBack.code, /checkpoint 3 of log .*: it was published/.test(rolledBack.stdout)], [1, true]);
});

test('audit verify finds a file that was damaged beneath its tables', async () => {
  const damaged = join(folder, 'damaged.db');
  const bytes = Uint8Array.from(readFileSync(database));
  // The index says that an entry is elsewhere than its row says.
  const db = new DatabaseSync(database, { readOnly: true });
  const { page } = db.prepare("select rootpage as page from sqlite_master where name = 'audit_by_position'").get() as {
    page: number;
  };
  db.close();
  for (let at = page * 4096 - 600; at < page * 4096 - 560; at++) bytes[at] ^= 0xff;
  writeFileSync(damaged, bytes);
  const found = await audit('verify', damaged, ...KEY);
  assert.equal(found.code, 1, found.stderr);
  assert.match(found.stdout, /^file: /m);
});

test('audit reads beside a gateway that has the store open', async () => {
  const open = openLog(database);
  await append(open, attempt(a.id, 60), act(a.id, 61));
  await checkpointsOf(open.audit).make();
  const beside = await audit('verify', folder, ...KEY, '--json');
  assert.deepEqual([beside.code, beside.json().checkpoints, beside.json().uncovered], [0, 4, 0], beside.stderr);
  await open.close();
});

test('wrong words are one line and exit code 2; help has examples', async () => {
  const wrong: [string[], RegExp][] = [
    [['verify', folder], /--key/],
    [['verify', folder, '--key', 'abc'], /64 hexadecimal digits/],
    [['verify', ...KEY], /either a copy of the store or a proof/],
    [['verify', join(folder, 'nowhere'), ...KEY], /does not exist/],
    [['verify', join(folder, 'gateway.key'), ...KEY], /damaged|something else/],
    [['list', 'zzz', '--data', folder], /has no entries here/],
    [['show', a.id, 'x', '--data', folder], /number of an entry/],
    [['verify', folder, ...KEY, '--checkpoint', join(folder, 'gateway.key', 'x')], /hexadecimal digits, or a file/],
  ];
  const ended = await Promise.all(wrong.map(([words]) => audit(...words)));
  for (const [at, { code, stderr }] of ended.entries()) {
    assert.equal(code, 2, `${wrong[at][0].join(' ')}: ${stderr}`);
    assert.match(stderr, wrong[at][1]);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
  const help = await audit('--help');
  assert.match(help.stdout, /Examples:\n {2}bordbox audit list/);
});
