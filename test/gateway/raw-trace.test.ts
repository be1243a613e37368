import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTrace, packTrace } from '../../protocol/raw-trace.ts';
import { driveFrames, filled, makeDevice, sealFrame } from './frame-maker.ts';
import { ShellRig } from './shell-rig.ts';

const device = makeDevice(1);
const boot = filled(16, 1);

function frames(axes: (good: readonly Uint8Array[]) => readonly Uint8Array[]) {
  const raw = { ...newTrace(), fromMs: -400, count: 50 };
  for (const [axis, cg] of raw.axesCg.entries()) for (let i = 0; i < 50; i++) cg[i] = axis * 30 - (i % 7);
  const trace = packTrace(raw);
  return driveFrames({ boot, frames: 3 }).map((frame) => ({
    ...frame,
    occurrences: frame.occurrences.map((occurrence) => ({
      ...occurrence,
      trace: { ...trace, axes: axes(trace.axes) },
    })),
  }));
}

async function rigWith(drive: ReturnType<typeof frames>): Promise<ShellRig> {
  const rig = new ShellRig();
  await rig.enrol(device);
  for (const frame of drive) rig.shell.receive(device.id, 'frame', sealFrame(device, frame));
  await rig.shell.flush();
  return rig;
}

test('raw samples around an event change no score and reach no tenant', async () => {
  const rig = await rigWith(frames((axes) => axes));
  const bare = new ShellRig();
  await bare.enrol(device);
  for (const frame of driveFrames({ boot, frames: 3 })) {
    bare.shell.receive(device.id, 'frame', sealFrame(device, frame));
  }
  await bare.shell.flush();
  const data = (of: ShellRig) => of.published.map(({ event }) => [event.type, event.data]);
  assert.equal(rig.events('trip.scored').length, 1);
  assert.deepEqual(data(rig), data(bare));
});

test('raw samples that cannot be read make a frame that is kept as it is and judged by nobody', async () => {
  for (const axes of [
    (good: readonly Uint8Array[]) => good.slice(1),
    ([forward, left]: readonly Uint8Array[]) => [forward, left, left.subarray(0, 2)],
  ]) {
    const rig = await rigWith(frames(axes));
    assert.deepEqual(rig.lastReceipt(device), { boot, through: 2, missing: [], refused: [] });
    const { counts } = await rig.store.stats();
    assert.deepEqual([counts.get('stored'), counts.get('raw')], [3, 3]);
    assert.deepEqual(rig.published, []);
  }
});
