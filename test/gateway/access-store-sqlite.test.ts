import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { entryHash } from '../../gateway/core/audit/entry.ts';
import { StoreError } from '../../gateway/core/store.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { accessStoreContract, draft, LOG, NOTHING, SETUP, write } from './access-store-contract.ts';
import { crypto } from './frame-maker.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-access-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.db`);

accessStoreContract('SQLite', async () => {
  const file = newFile();
  return { store: new SqliteStore(file), access: new SqliteAccessStore(file, SETUP) };
});

test('SQLite: what a commit has written is there after reopening', async () => {
  const file = newFile();
  const first = new SqliteAccessStore(file, SETUP);
  await first.commit({ ...NOTHING, documents: [write('a', 0, '1', 5)], audit: [draft('x', 1)] });
  await first.close();
  const again = new SqliteAccessStore(file, SETUP);
  assert.equal((await again.load(['a'])).get('a')?.json, '1');
  assert.deepEqual(await again.due(5, 9), ['a']);
  await again.commit({ ...NOTHING, audit: [draft('x', 2)] });
  const [one, two] = await again.audit.entries('x', 1, 9);
  assert.deepEqual([two.previous, two.position], [one.hash, 1]);
  await again.close();
});

test('SQLite: a full disk changes nothing and passes when there is room', async () => {
  const file = newFile();
  const small = new SqliteAccessStore(file, SETUP, { pagesMax: 60 });
  let written = 0;
  const big = 'x'.repeat(3000);
  const full = async () => {
    for (;;) {
      const key = `k${written}`;
      await small.commit({ ...NOTHING, documents: [write(key, 0, big)], audit: [draft('x', written)] });
      written++;
    }
  };
  await assert.rejects(full(), (error) => error instanceof StoreError && error.kind === 'full');
  assert.ok(written > 0);
  assert.equal((await small.audit.entries('x', 1, 999)).length, written);
  await small.close();
  const roomy = new SqliteAccessStore(file, SETUP);
  const writes = { ...NOTHING, documents: [write(`k${written}`, 0, big)], audit: [draft('x', written)] };
  assert.equal(await roomy.commit(writes), true);
  await roomy.close();
});

test('SQLite: two processes that write the same record and chain lose nothing and never overwrite', async () => {
  const file = newFile();
  await new SqliteAccessStore(file, SETUP).close();
  const rounds = 150;
  const script = fileURLToPath(new URL('access-store-writer.ts', import.meta.url));
  const children = ['a', 'b'].map((name) =>
    fork(script, [file, name, String(rounds)], { execArgv: ['--import', 'tsx'] }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  assert.deepEqual(codes, [0, 0]);
  const store = new SqliteAccessStore(file, SETUP);
  assert.deepEqual(JSON.parse((await store.load(['shared'])).get('shared')?.json ?? ''), { a: rounds, b: rounds });
  const entries = await store.audit.entries('x', 1, 9999);
  assert.equal(entries.length, 2 * rounds);
  for (const [at, entry] of entries.entries()) {
    assert.deepEqual(entry.hash, entryHash(entry, crypto));
    if (at > 0) assert.deepEqual(entry.previous, entries[at - 1].hash);
  }
  assert.equal((await store.audit.leaves(LOG, 0, 9999)).length, 2 * rounds);
  await store.close();
});
