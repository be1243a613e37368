import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { checkpointHash, openCheckpoint } from '../../gateway/core/audit/checkpoint.ts';
import { GrowingTree } from '../../gateway/core/audit/merkle.ts';
import { CheckpointMaker } from '../../gateway/edge/audit-checkpoints.ts';
import { MemoryAccessStore } from '../../gateway/edge/memory-access-store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import type { Checkpoint } from '../../protocol/audit-messages.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import {
  act,
  append,
  attempt,
  BOXES,
  checkpointsOf,
  GATEWAY_LOG,
  GATEWAY_PUBLIC,
  GATEWAY_SECRET,
  makeLog,
  openLog,
} from './audit-rig.ts';
import { crypto } from './frame-maker.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-checkpoints-'));
after(() => rmSync(folder, { recursive: true }));
const [a] = BOXES;

function opened(signed: Uint8Array | undefined): Checkpoint {
  const checkpoint = openCheckpoint(signed ?? new Uint8Array(), GATEWAY_PUBLIC, crypto);
  assert.ok(checkpoint.ok);
  return checkpoint.value;
}

test('A16: a checkpoint signs the tree of the log, follows the one before it, and is published', async () => {
  const store = new MemoryStore();
  const access = new MemoryAccessStore(store, { crypto, log: GATEWAY_LOG });
  const { audit } = access;
  const checkpoints = checkpointsOf(audit);
  await checkpoints.make();
  assert.equal(await audit.lastCheckpoint(GATEWAY_LOG), undefined, 'an empty log has nothing to sign');
  for (const n of [1, 2]) {
    await append(access, attempt(a.id, n), act(a.id, n));
    await checkpoints.make();
    await checkpoints.make();
  }
  const kept = await audit.checkpoints(GATEWAY_LOG, 1, 9);
  assert.equal(kept.length, 2, 'none without new entries');
  const [first, second] = kept.map(({ signed }) => opened(signed));
  assert.deepEqual([first.number, first.size, second.number, second.size], [1, 2, 2, 4]);
  assert.deepEqual(second.previous, checkpointHash(kept[0].signed, crypto));
  const tree = new GrowingTree(crypto);
  for (const leaf of await audit.leaves(GATEWAY_LOG, 0, 9)) tree.add(leaf);
  assert.deepEqual(second.root, tree.root());
  const rows = await store.outbox(9);
  assert.deepEqual(
    rows.map(({ topic }) => topic),
    Array(2).fill('bb/1/out/insurer/audit/audit.checkpoint'),
  );
  const { type, data } = JSON.parse(rows[1].json);
  assert.deepEqual(
    [type, data],
    [
      'audit.checkpoint',
      { log: GATEWAY_LOG, number: 2, size: 4, root: toHex(second.root), signed: toHex(kept[1].signed) },
    ],
  );
  assert.deepEqual(fromHex(data.signed), kept[1].signed);
});

test('checkpoints are made when their time has come, and of logs longer than one reading', async () => {
  const access = new MemoryAccessStore(new MemoryStore(), { crypto, log: GATEWAY_LOG });
  let nowMs = 0;
  const ports = { audit: access.audit, crypto, secretKey: GATEWAY_SECRET, tenants: [], onEvents: () => undefined };
  const checkpoints = new CheckpointMaker({ ...ports, now: () => nowMs, log: () => undefined }, 1000);
  const sizes: number[] = [];
  for (nowMs = 0; nowMs <= 2500; nowMs += 250) {
    await append(access, ...Array.from({ length: 300 }, (_, n) => act(a.id, n)));
    await checkpoints.tick();
    const last = await access.audit.lastCheckpoint(GATEWAY_LOG);
    sizes.push(opened(last?.signed).size);
  }
  assert.deepEqual(sizes, [300, 300, 300, 300, 1500, 1500, 1500, 1500, 2700, 2700, 2700]);
});

test('two gateways with one key take turns, and neither signs what the other has signed', async () => {
  const file = join(folder, 'two.db');
  const gateways = [openLog(file), openLog(file)];
  const makers = gateways.map(({ audit }) => checkpointsOf(audit));
  for (let n = 0; n < 12; n++) {
    await append(gateways[n % 2], act(a.id, n));
    await Promise.all(makers.map((maker) => maker.make()));
  }
  const kept = await gateways[0].audit.checkpoints(GATEWAY_LOG, 1, 99);
  assert.deepEqual(
    kept.map(({ signed }) => opened(signed).size),
    Array.from({ length: 12 }, (_, n) => n + 1),
  );
  for (const gateway of gateways) await gateway.close();
});

test('a log that was changed behind a checkpoint gets no further signature, and the gateway says so once', async () => {
  const changes = {
    'update audit_entries set hash = zeroblob(32) where position = 3': /first 24 entries are not those of checkpoint 3/,
    'delete from audit_entries where position > 20': /entries are missing from 21 on/,
    "update audit_checkpoints set signed = x'00' where number = 3": /not signed by this gateway/,
  };
  for (const [at, [sql, says]] of Object.entries(changes).entries()) {
    const file = join(folder, `changed-${at}.db`);
    await makeLog(file);
    const thief = new DatabaseSync(file);
    thief.exec(sql);
    thief.close();
    const access = openLog(file);
    const logged: string[] = [];
    const checkpoints = checkpointsOf(access.audit, logged);
    await checkpoints.make();
    await checkpoints.make();
    assert.equal((await access.audit.checkpoints(GATEWAY_LOG, 1, 9)).length, 3, sql);
    assert.equal(logged.length, 1);
    assert.match(logged[0], says);
    await access.close();
  }
});

test('checkpoints that vanish while a gateway runs are noticed by it', async () => {
  const file = join(folder, 'vanish.db');
  await makeLog(file);
  const access = openLog(file);
  const logged: string[] = [];
  const checkpoints = checkpointsOf(access.audit, logged);
  await checkpoints.make();
  const thief = new DatabaseSync(file);
  thief.exec('delete from audit_checkpoints where number > 2; delete from audit_entries where position >= 18');
  thief.close();
  await append(access, act(a.id, 99));
  await checkpoints.make();
  assert.match(logged.join(), /checkpoints are missing/);
  await access.close();
});
