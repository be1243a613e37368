import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../gateway/core/store.ts';
import { StoreError } from '../../gateway/core/store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { driveFrames, filled, makeDevice, sealFrame } from './frame-maker.ts';
import { type BackendMessage, enrolIn, ShellRig } from './shell-rig.ts';

const device = makeDevice(1);
const boot = filled(16, 1);
const frames = [...driveFrames({ boot, frames: 3 }), ...driveFrames({ boot, number: 1, frames: 2, firstSeq: 3 })];

class Crash extends Error {}

/** Lets `left` steps happen; the next one is a crash. */
class Fuse {
  left: number;

  constructor(left: number) {
    this.left = left;
  }

  burn(): void {
    if (this.left-- <= 0) throw new Crash();
  }
}

/** The store with a step before and after each call. */
function fused(store: Store, fuse: Fuse): Store {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...given: readonly unknown[]) => {
        fuse.burn();
        const result: unknown = await method.apply(target, given);
        fuse.burn();
        return result;
      };
    },
  });
}

/** One life of the gateway; true when it ended well. The device sends what no receipt covers. */
async function live(
  store: Store,
  fuse: Fuse,
  through: number,
  published: BackendMessage[],
): Promise<[boolean, number]> {
  const rig = new ShellRig(fused(store, fuse), { batchMax: 2 });
  rig.onLeave = () => fuse.burn();
  let ended = true;
  try {
    for (const frame of frames) {
      if (frame.seq > through) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
    }
    await rig.shell.flush();
    await rig.shell.tick();
  } catch (error) {
    // A pump that died with the process says nothing more.
    if (!(error instanceof Crash)) throw error;
    ended = false;
  }
  published.push(...rig.published);
  return [ended, Math.max(through, rig.lastReceipt(device)?.through ?? -1)];
}

test('a crash between any two steps loses nothing and publishes nothing twice under another id', async () => {
  const reference = new ShellRig();
  await reference.enrol(device);
  for (const frame of frames) reference.shell.receive(device.id, 'frame', sealFrame(device, frame));
  await reference.shell.flush();
  const expected = reference.published.map(({ event }) => event.id).sort();
  let crashes = 0;
  for (let steps = 0; ; steps++) {
    const store = new MemoryStore();
    await enrolIn(store, [device]);
    const published: BackendMessage[] = [];
    const [survived, receipted] = await live(store, new Fuse(steps), -1, published);
    const [ended, through] = await live(store, new Fuse(Number.MAX_SAFE_INTEGER), receipted, published);
    assert.ok(ended);
    assert.equal(through, frames.length - 1, `crash after ${steps} steps: receipts`);
    const jsonById = new Map(published.map(({ event, json }) => [event.id, json]));
    assert.deepEqual([...jsonById.keys()].sort(), expected, `crash after ${steps} steps: events`);
    for (const { event, json } of published) assert.equal(json, jsonById.get(event.id));
    const numbers = new Set(published.map(({ event }) => Number(event.sequence)));
    assert.deepEqual(
      [...numbers].sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6],
    );
    const stats = await store.stats();
    assert.deepEqual([stats.counts.get('stored'), stats.trips.scored, stats.outbox], [5, 2, 0]);
    if (survived) break;
    crashes++;
  }
  assert.ok(crashes > 40, `only ${crashes} places to crash were found`);
});

test('a store that fails keeps the batch, receipts nothing and says it once; then all goes on', async () => {
  const store = new MemoryStore();
  await enrolIn(store, [device]);
  let full = true;
  const failing = new Proxy<Store>(store, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (name === 'commit' && full) return () => Promise.reject(new StoreError('full', 'the disk is full'));
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
  const rig = new ShellRig(failing, { batchMax: 2 });
  let settled = 0;
  for (const frame of frames) rig.shell.receive(device.id, 'frame', sealFrame(device, frame), () => settled++);
  rig.shell.receive(device.id, 'frame', new Uint8Array(9));
  for (let i = 0; i < 3; i++) assert.equal(await rig.shell.flush(), false);
  assert.deepEqual([rig.receipts.length, settled, rig.shell.waiting, rig.shell.storeErrorCount], [0, 0, 6, 3]);
  assert.equal(rig.logged.length, 1);
  full = false;
  assert.equal(await rig.shell.flush(), true);
  assert.equal(settled, 5);
  const { counts } = await store.stats();
  assert.deepEqual([counts.get('stored'), counts.get('quarantine/framing')], [5, 1]);
});
