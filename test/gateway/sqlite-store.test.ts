import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { NO_WRITES, StoreError } from '../../gateway/core/store.ts';
import { newTripRow } from '../../gateway/core/trips.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { driveFrames, filled, makeDevice, sealFrame } from './frame-maker.ts';
import { enrolIn, ShellRig } from './shell-rig.ts';
import { storeContract } from './store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-store-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.db`);

storeContract('SQLite', async () => new SqliteStore(newFile()));

const device = makeDevice(1);

test('SQLite: another process may enrol while the gateway has the file open, and all is there after reopening', async () => {
  const file = newFile();
  const gateway = new SqliteStore(file);
  const enroller = new SqliteStore(file);
  await enrolIn(enroller, [device]);
  await enroller.close();
  assert.equal((await gateway.devices([device.id])).size, 1);
  await gateway.commit({ ...NO_WRITES, counts: new Map([['stored', 2]]) });
  await gateway.close();
  const again = new SqliteStore(file);
  assert.equal((await again.stats()).counts.get('stored'), 2);
  await again.close();
});

test('SQLite: a file of an earlier version gets the columns it lacks', async () => {
  const file = newFile();
  await new SqliteStore(file).close();
  const earlier = new DatabaseSync(file);
  for (const table of ['boots', 'trips', 'states']) earlier.exec(`alter table ${table} drop column version`);
  earlier.exec(
    `insert into trips (key, state, received_ms, row) values ('t', 'open', 1, '{"key":"t","state":"open","receivedMs":1}')`,
  );
  earlier.close();
  const store = new SqliteStore(file);
  const [trip] = await store.tripsIn('open', 9, 9);
  assert.equal(trip.version, 1);
  assert.equal(await store.commit({ ...NO_WRITES, trips: [{ ...trip, state: 'ended' }] }), true);
  await store.close();
});

test('SQLite: a full disk is a StoreError, changes nothing, receipts nothing, and passes when there is room', async () => {
  const file = newFile();
  const store = new SqliteStore(file, { pagesMax: 42 });
  await enrolIn(store, [device]);
  const rig = new ShellRig(store, { batchMax: 50 });
  const frames = driveFrames({ boot: filled(16, 1), frames: 400, ends: false });
  for (const frame of frames) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
  assert.equal(await rig.shell.flush(), false);
  const stored = (await store.stats()).counts.get('stored') ?? 0;
  assert.ok(stored > 0 && stored < 400, `${stored} stored`);
  assert.equal(rig.lastReceipt(device)?.through, stored - 1);
  assert.match(rig.logged[0], /disk is full/);
  await store.close();
  const roomy = new SqliteStore(file);
  const after = new ShellRig(roomy, { batchMax: 50 });
  for (const frame of frames) after.shell.receive(device.id, 'frame', sealFrame(device, frame));
  assert.equal(await after.shell.flush(), true);
  assert.equal((await roomy.stats()).counts.get('stored'), 400);
  await roomy.close();
});

test('SQLite: a file that cannot be opened says so in one line', () => {
  assert.throws(
    () => new SqliteStore(join(folder, 'nowhere', 'x.db')),
    (error) => error instanceof StoreError && error.kind === 'readonly' && !error.message.includes('\n'),
  );
});

test('SQLite: noise, a file cut in half and the data base of another program are damaged stores, in one line', async () => {
  const [noise, cut, foreign] = [newFile(), newFile(), newFile()];
  writeFileSync(noise, filled(8192, 0xa5));
  await new SqliteStore(cut).close();
  const log = new DatabaseSync(cut);
  log.exec('pragma wal_checkpoint(truncate)');
  log.close();
  truncateSync(cut, statSync(cut).size >> 1);
  const other = new DatabaseSync(foreign);
  other.exec('create table devices (name text)');
  other.close();
  for (const file of [noise, cut, foreign]) {
    assert.throws(
      () => new SqliteStore(file),
      (error) => error instanceof StoreError && error.kind === 'damaged' && /^[^\n]+$/.test(error.message),
    );
  }
});

test('SQLite: a transaction that throws leaves nothing behind and the store usable', async () => {
  const store = new SqliteStore(newFile());
  await enrolIn(store, [device]);
  const boot = '01'.repeat(16);
  const orphan = {
    device: device.id,
    boot,
    seq: 0,
    hash: filled(32, 1),
    trip: null,
    receivedMs: 0,
    bytes: filled(9, 1),
  };
  const trips = [{ ...newTripRow('t', device.id, 1), state: 'open' as const }];
  await assert.rejects(store.commit({ ...NO_WRITES, trips, frames: [orphan] }), /row of its boot/);
  assert.equal((await store.stats()).trips.open, 0);
  await store.commit({ ...NO_WRITES, trips });
  assert.equal((await store.stats()).trips.open, 1);
  await store.close();
});
