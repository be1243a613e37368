import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { driveFrames, filled, makeDevice, sealFrame } from './frame-maker.ts';
import { ShellRig } from './shell-rig.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory', async () => new MemoryStore());

test('a forgetful store lets scored trips go and still knows their frames as duplicates', async () => {
  const device = makeDevice(1);
  const rig = new ShellRig(new MemoryStore({ forgetful: true }));
  await rig.enrol(device);
  const frames = driveFrames({ boot: filled(16, 1), frames: 3 }).map((frame) => sealFrame(device, frame));
  for (const bytes of [...frames, ...frames]) rig.shell.receive(device.id, 'frame', bytes);
  await rig.shell.flush();
  for (const bytes of frames) rig.shell.receive(device.id, 'frame', bytes);
  await rig.shell.flush();
  const { counts, trips } = await rig.store.stats();
  assert.deepEqual([counts.get('stored'), counts.get('duplicate'), trips.scored], [3, 6, 1]);
  assert.equal(rig.events('trip.scored').length, 1);
  assert.deepEqual(await rig.store.framesOfTrip(`${device.id}/${'01'.repeat(16)}/0`), []);
});
