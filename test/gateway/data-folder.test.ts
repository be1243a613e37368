import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NO_WRITES, StoreError } from '../../gateway/core/store.ts';
import { claimFolder, joinFolder, OutboxTurn } from '../../gateway/edge/data-folder.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { OutboxPump } from '../../gateway/edge/outbox-pump.ts';

const root = mkdtempSync(join(tmpdir(), 'bordbox-folder-'));
after(() => rmSync(root, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(root, 'data-'));

/** Another process that does this in the folder, and then waits to be killed. */
async function elsewhere(folder: string, call: string): Promise<ChildProcess> {
  const module = new URL('../../gateway/edge/data-folder.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(module)}).then((m) => { ${call}; console.log('there'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', code, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof StoreError && error.kind === 'busy', String(error));
    return error.message;
  }
  return assert.fail('nobody refused');
}

test('a second gateway on a folder is refused unless it joins, until the first is gone, however it went', async () => {
  const folder = newFolder();
  const first = await elsewhere(folder, "globalThis.held = m.claimFolder(process.argv[1], 'gateway')");
  assert.match(
    refused(() => claimFolder(folder, 'gateway')),
    /another gateway uses it; .*--join.*--data/,
  );
  const seat = joinFolder(folder);
  assert.equal(seat.number, 2);
  claimFolder(folder, 'device')();
  await kill(first);
  // The one that has joined is still there.
  assert.match(
    refused(() => claimFolder(folder, 'gateway')),
    /another gateway uses it/,
  );
  const third = joinFolder(folder);
  assert.equal(third.number, 1);
  third.release();
  seat.release();
  claimFolder(folder, 'gateway')();
});

test('seats are given to eight gateways, each its own, and no more', async () => {
  const folder = newFolder();
  const seats = Array.from({ length: 8 }, () => joinFolder(folder));
  assert.deepEqual(
    seats.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.match(
    refused(() => joinFolder(folder)),
    /8 gateways/,
  );
  seats[4].release();
  assert.equal(joinFolder(folder).number, 5);
});

test('one gateway at a time has the turn to publish, and another one when it dies', async () => {
  const folder = newFolder();
  const other = await elsewhere(folder, 'globalThis.turn = new m.OutboxTurn(process.argv[1]); turn.isMine()');
  const turn = new OutboxTurn(folder);
  assert.equal(turn.isMine(), false);
  const store = new MemoryStore();
  const event = { tenant: 'a', topic: 't', id: 'e', type: 'device.state', subject: 's', atMs: 0, data: {} } as const;
  await store.commit({ ...NO_WRITES, events: [event] });
  const published: string[] = [];
  const publish = async (topic: string) => void published.push(topic);
  const pump = new OutboxPump(
    store,
    publish,
    (error) => assert.fail(String(error)),
    () => turn.isMine(),
  );
  await pump.pump();
  assert.deepEqual(published, []);
  await kill(other);
  await pump.pump();
  assert.deepEqual(published, ['t']);
  assert.equal(turn.isMine(), true);
  turn.release();
});
