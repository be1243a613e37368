import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TRIP_SILENCE_MS } from '../../gateway/core/trips.ts';
import { encodeCbor } from '../../protocol/cbor.ts';
import type { Frame } from '../../protocol/messages.ts';
import {
  driveFrames,
  filled,
  makeDevice,
  sealFrame,
  sealNotice,
  sealRaw,
  sealState,
  stateOf,
  UTC_MS,
} from './frame-maker.ts';
import { ShellRig } from './shell-rig.ts';

const device = makeDevice(1);
const boot = filled(16, 1);

async function rigWith(frames: readonly Frame[]): Promise<ShellRig> {
  const rig = new ShellRig();
  await rig.enrol(device);
  for (const frame of frames) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
  await rig.shell.flush();
  return rig;
}

test('E30: a whole drive is stored, receipted, closed and scored at once', async () => {
  const rig = await rigWith(driveFrames({ boot, frames: 5 }));
  assert.deepEqual(rig.lastReceipt(device), { boot, through: 4, missing: [], refused: [] });
  assert.deepEqual(
    rig.published.map(({ event }) => event.type),
    ['trip.started', 'trip.closed', 'trip.scored'],
  );
  const [closed] = rig.events('trip.closed');
  assert.equal(closed.data['Vehicle.TripMeterReading'], 2.085);
  assert.deepEqual(closed.data.occurrences, { 'harsh-braking': 5 });
  assert.equal(closed.data.whole, true);
  const start = closed.data.start as { time: string; place: string };
  assert.equal(start.time, new Date(UTC_MS + 10_000 - 4000).toISOString());
  const end = closed.data.end as { time: string };
  assert.equal(end.time, new Date(UTC_MS + 10_000 + 150_000 - 2000).toISOString());
  const [scored] = rig.events('trip.scored');
  assert.ok(Number(scored.data.score) >= 1 && Number(scored.data.score) <= 7);
});

test('any order and any repetition of frames give the same trips and the same scored result', async () => {
  const frames = [...driveFrames({ boot, frames: 4 }), ...driveFrames({ boot, number: 1, frames: 3, firstSeq: 4 })].map(
    (frame) => sealFrame(device, frame),
  );
  const outcome = async (order: readonly number[], flushes: ReadonlySet<number>): Promise<unknown> => {
    const rig = new ShellRig();
    await rig.enrol(device);
    for (const [at, n] of order.entries()) {
      rig.shell.receive(device.id, 'frame', frames[n]);
      if (flushes.has(at)) await rig.shell.flush();
    }
    await rig.shell.flush();
    const scored = rig.events('trip.scored').map(({ data }) => data);
    const closed = rig.events('trip.closed').map(({ data }) => data);
    const byTrip = (a: { tripId?: unknown }, b: { tripId?: unknown }): number =>
      String(a.tripId) < String(b.tripId) ? -1 : 1;
    return { scored: scored.sort(byTrip), closed: closed.sort(byTrip), receipt: rig.lastReceipt(device) };
  };
  const expected = await outcome([0, 1, 2, 3, 4, 5, 6], new Set());
  const all = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 });
  const again = fc.array(fc.nat(6), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(all, again, fc.array(fc.nat(14)), async (order, repeated, flushes) => {
      assert.deepEqual(await outcome([...order, ...repeated], new Set(flushes)), expected);
    }),
    { numRuns: 60 },
  );
});

test('E47: a trip that is silent for 30 minutes is closed, and a late frame closes and scores it anew', async () => {
  const frames = driveFrames({ boot, frames: 4 });
  const rig = await rigWith([frames[0], frames[1]]);
  rig.nowMs += TRIP_SILENCE_MS - 1;
  await rig.shell.tick();
  assert.equal(rig.events('trip.closed').length, 0);
  rig.nowMs += 1;
  await rig.shell.tick();
  assert.equal(rig.events('trip.closed')[0].data.whole, false);
  for (const frame of frames) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
  await rig.shell.flush();
  const [first, second] = rig.events('trip.scored');
  assert.deepEqual([first.data.revision, second.data.revision], [1, 2]);
  assert.equal(first.data.tripId, second.data.tripId);
  assert.notEqual(first.id, second.id);
  assert.equal(rig.events('trip.closed')[1].data.whole, true);
  assert.equal(rig.events('trip.started').length, 1);
});

test('E47: a gap of 300 s and more within a trip is marked', async () => {
  const [first, second] = driveFrames({ boot, frames: 2 });
  const rig = await rigWith([first, { ...second, startMs: second.startMs + 300_000 }]);
  assert.deepEqual(rig.events('trip.closed')[0].data.gaps, [{ afterS: 29, lastedS: 301 }]);
});

test('a trip that lost its supply ends at its last sample', async () => {
  const [first, second] = driveFrames({ boot, frames: 2, ends: false });
  const next = filled(16, 2);
  const after: Frame = {
    boot: next,
    seq: 0,
    startMs: 100,
    trip: { number: 0, boot, part: 2, ending: 'power-lost' },
    occurrences: [],
  };
  const rig = await rigWith([first, second, after]);
  const end = rig.events('trip.closed')[0].data.end as { time: string };
  assert.equal(end.time, new Date(UTC_MS + 70_000).toISOString());
  assert.deepEqual(rig.lastReceipt(device), { boot: next, through: 0, missing: [], refused: [] });
});

test('a gap frame stands for ranges of earlier boots, and a frame that comes nevertheless is stored', async () => {
  const frames = driveFrames({ boot, frames: 5, ends: false });
  const next = filled(16, 2);
  const { summary } = frames[3];
  const gap: Frame = {
    boot: next,
    seq: 0,
    startMs: 5,
    trip: { number: 0, boot, part: 3 },
    occurrences: [],
    summary,
    dropped: [{ boot, from: 2, count: 2 }],
  };
  const rig = await rigWith([frames[0], frames[1], gap]);
  const covered = rig.receipts.filter(({ receipt }) => receipt.boot[0] === boot[0]).at(-1);
  assert.deepEqual(covered?.receipt, { boot, through: 3, missing: [], refused: [] });
  assert.equal((await rig.store.stats()).counts.get('dropped'), 2);
  rig.shell.receive(device.id, 'frame', sealFrame(device, frames[2]));
  await rig.shell.flush();
  const { counts } = await rig.store.stats();
  assert.deepEqual([counts.get('stored'), counts.get('dropped'), counts.get('fork')], [4, 1, undefined]);
});

test('same identity with another hash is a fork: quarantined, refused, alarmed once, and changes nothing', async () => {
  const frames = driveFrames({ boot, frames: 3 });
  const rig = await rigWith(frames);
  const before = await rig.store.framesOfTrip(`${device.id}/${'01'.repeat(16)}/0`);
  const forged = sealFrame(device, { ...frames[1], startMs: 1 });
  for (let i = 0; i < 3; i++) rig.shell.receive(device.id, 'frame', forged);
  await rig.shell.flush();
  assert.deepEqual(rig.lastReceipt(device), { boot, through: 2, missing: [], refused: [1] });
  assert.equal(rig.events('device.alarm').length, 1);
  assert.deepEqual(await rig.store.framesOfTrip(`${device.id}/${'01'.repeat(16)}/0`), before);
  const { counts } = await rig.store.stats();
  assert.deepEqual([counts.get('stored'), counts.get('fork'), counts.get('quarantine/fork')], [3, 3, 3]);
});

test('a good signature over a body that nobody understands is stored raw and receipted', async () => {
  const rig = new ShellRig();
  await rig.enrol(device);
  const future = encodeCbor(
    new Map<number, unknown>([
      [1, boot],
      [2, 0],
      [99, 'new'],
    ]) as never,
  );
  rig.shell.receive(device.id, 'frame', sealRaw(device, future));
  rig.shell.receive(device.id, 'frame', sealRaw(device, encodeCbor('who knows')));
  await rig.shell.flush();
  assert.deepEqual(rig.lastReceipt(device), { boot, through: 0, missing: [], refused: [] });
  const { counts } = await rig.store.stats();
  assert.deepEqual([counts.get('raw'), counts.get('quarantine/schema')], [1, 1]);
});

test('what cannot be believed is counted by reason and gets no receipt', async () => {
  const stranger = makeDevice(2);
  const revoked = makeDevice(3);
  const [frame] = driveFrames({ boot, frames: 1 });
  const rig = new ShellRig(undefined, { rate: { perSecond: 0, burst: 4 } });
  await rig.enrol(device, revoked);
  await rig.store.revoke(revoked.id);
  const good = sealFrame(device, frame);
  const forged = Uint8Array.from(good);
  forged[forged.length - 1] ^= 1;
  rig.shell.receive(stranger.id, 'frame', sealFrame(stranger, frame));
  rig.shell.receive(revoked.id, 'frame', sealFrame(revoked, frame));
  rig.shell.receive(device.id, 'frame', forged);
  rig.shell.receive(device.id, 'event', good);
  rig.shell.receive(device.id, 'frame', Uint8Array.of(1, 2, 3));
  rig.shell.receive(device.id, 'frame', new Uint8Array(5000));
  rig.shell.receive(device.id, 'frame', sealFrame(stranger, frame));
  rig.shell.receive(device.id, 'frame', good);
  await rig.shell.flush();
  const { counts } = await rig.store.stats();
  const quarantined = Object.fromEntries([...counts].filter(([name]) => name.startsWith('quarantine/')));
  assert.deepEqual(quarantined, {
    'quarantine/unknown-device': 1,
    'quarantine/revoked': 1,
    'quarantine/signature': 2,
    'quarantine/type': 1,
    'quarantine/framing': 1,
    'quarantine/oversize': 1,
    'quarantine/rate': 1,
  });
  assert.equal(rig.receipts.length, 0);
  assert.equal((await rig.store.quarantine(100)).length, 8);
  assert.equal((await rig.store.quarantine(1))[0].head.length, 64);
});

test('C24, C50: the backend plane names no device, no position and no boot', async () => {
  const rig = await rigWith(driveFrames({ boot, frames: 3 }));
  rig.shell.receive(device.id, 'state', sealState(device, stateOf(boot, true, 10)));
  await rig.shell.flush();
  for (const { topic, json } of rig.published) {
    assert.match(topic, /^bb\/1\/out\/insurer\/(tariff|operation)\/[a-z.]+$/);
    for (const secret of [device.id, '51.18', '51180', '14.42', '14420', '01'.repeat(16), 'S1"']) {
      assert.ok(!json.includes(secret), `${secret} in ${json}`);
    }
  }
});

test('a notice announces a trip once, and its frames do not announce it again', async () => {
  const rig = new ShellRig();
  await rig.enrol(device);
  const what = { kind: 'trip-start', atMs: 10_000, durationMs: 0, peak: 0, speedDmS: 30 } as const;
  for (const number of [0, 1]) {
    rig.shell.receive(
      device.id,
      'event',
      sealNotice(device, { boot, number, what, utcMs: UTC_MS, trip: { number: 0, part: 0 } }),
    );
  }
  await rig.shell.flush();
  for (const frame of driveFrames({ boot, frames: 2 })) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
  await rig.shell.flush();
  assert.equal(rig.events('trip.started').length, 1);
  assert.equal(rig.events('trip.scored').length, 1);
});

test('a state is published once, and an older one of the same boot is stale', async () => {
  const rig = new ShellRig();
  await rig.enrol(device);
  const birth = sealState(device, stateOf(boot, true, 50));
  for (const bytes of [
    birth,
    birth,
    sealState(device, stateOf(boot, true, 1)),
    sealState(device, stateOf(boot, false, 50)),
  ]) {
    rig.shell.receive(device.id, 'state', bytes);
  }
  await rig.shell.flush();
  assert.deepEqual(
    rig.events('device.state').map(({ data }) => data.online),
    [true, false],
  );
  assert.equal((await rig.store.stats()).counts.get('quarantine/stale'), 1);
});

test('a last will is published each time the session dies, unless another boot has spoken since', async () => {
  const rig = new ShellRig();
  await rig.enrol(device);
  const will = sealState(device, stateOf(boot, false, 0));
  const say = async (bytes: Uint8Array): Promise<void> => {
    rig.nowMs += 60_000;
    rig.shell.receive(device.id, 'state', bytes);
    await rig.shell.flush();
  };
  await say(sealState(device, stateOf(boot, true, 50)));
  await say(will);
  await say(sealState(device, stateOf(boot, true, 90_000)));
  await say(will);
  await say(sealState(device, stateOf(filled(16, 77), true, 10)));
  await say(will);
  const states = rig.events('device.state');
  assert.deepEqual(
    states.map(({ data }) => data.online),
    [true, false, true, false, true],
  );
  assert.equal(new Set(states.map(({ id }) => id)).size, 5, 'each has an id of its own');
});

test('E47: trips that were only announced do not keep silent ones from closing', async () => {
  const rig = await rigWith(driveFrames({ boot, frames: 3 }).slice(0, 2));
  const what = { kind: 'trip-start', atMs: 10_000, durationMs: 0, peak: 0, speedDmS: 30 } as const;
  for (let number = 0; number < 150; number++) {
    const notice = { boot: filled(16, 50), number, what, utcMs: UTC_MS, trip: { number, part: 0 } };
    rig.shell.receive(device.id, 'event', sealNotice(device, notice));
  }
  await rig.shell.flush();
  rig.nowMs += 31 * 60_000;
  await rig.shell.tick();
  assert.equal(rig.events('trip.closed').length, 1);
  assert.equal((await rig.store.stats()).trips.announced, 150);
});

test('numbers of a tenant have no gaps, and a broker that is away only delays them', async () => {
  const rig = new ShellRig();
  await rig.enrol(device);
  rig.brokerAway = true;
  for (const frame of driveFrames({ boot, frames: 2 })) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
  await rig.shell.flush();
  assert.equal((await rig.store.stats()).outbox, 3);
  rig.brokerAway = false;
  await rig.shell.tick();
  assert.deepEqual(
    rig.published.map(({ event }) => Number(event.sequence)),
    [1, 2, 3],
  );
  assert.equal((await rig.store.stats()).outbox, 0);
});

test('a full queue drops and counts, and the sender is not left waiting', async () => {
  const rig = new ShellRig(undefined, { queueMax: 1 });
  await rig.enrol(device);
  let settled = 0;
  for (const frame of driveFrames({ boot, frames: 3 })) {
    rig.shell.receive(device.id, 'frame', sealFrame(device, frame), () => settled++);
  }
  assert.equal(settled, 2);
  await rig.shell.flush();
  assert.equal(settled, 3);
  assert.equal((await rig.store.stats()).counts.get('quarantine/queue-full'), 2);
});
