import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SENSOR_STIMULI, sensorInputs } from '../../firmware/board/serial-inputs.ts';
import { runRigDevice } from '../../firmware/board/serial-rig-device.ts';
import { FIRMWARE_VERSION, Sensor } from '../../firmware/sensor.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { SerialLine } from '../../gateway/edge/serial-line.ts';
import { SerialTarget } from '../../scripts/rig/serial-target.ts';
import { RigError, SimTarget } from '../../scripts/rig/target.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Ptys, withoutSocat } from '../gateway/serial-pty.ts';
import { LIBRARY, runOn, scenarioIn } from './rig-library.ts';

const skip = withoutSocat;
const timeout = 60_000;
const crypto = nodeCrypto();
const LINE = { baud: 115_200, paced: false } as const;

/** Our firmware at the end `a`, until `stop`. */
function standIn(ptys: Ptys, stop: AbortSignal): Promise<void> {
  const self = { role: 'device', build: 'rig', firmware: FIRMWARE_VERSION } as const;
  return runRigDevice({
    crypto,
    flash: new NorFlash(),
    kind: 'sensor',
    firmware: FIRMWARE_VERSION,
    stimuli: SENSOR_STIMULI,
    inputs: sensorInputs,
    makeDevice: (hal, identity) => new Sensor(hal, identity, crypto),
    open: (onEvent, onProgress) =>
      SerialLine.open({ self, port: { path: ptys.a }, ...LINE, onEvent, onProgress, log: () => undefined }),
    stop,
    log: () => undefined,
  });
}

async function withPtys(work: (ptys: Ptys, stop: AbortController) => Promise<void>): Promise<void> {
  const ptys = new Ptys();
  const stop = new AbortController();
  await ptys.plug();
  try {
    await work(ptys, stop);
  } finally {
    stop.abort();
    await ptys.remove();
  }
}

const SOME = ['led-engine-start', 'power-cut-while-driving', 'damaged-downlinks', 'blocker-ends-a-trip', 'garage'];

test('scenarios over a line: the same verdicts, and logs that are equal but for time stamps', { skip, timeout }, () =>
  withPtys(async (ptys, stop) => {
    const device = standIn(ptys, stop.signal);
    const serial = await SerialTarget.open({ port: { path: ptys.b }, ...LINE });
    const sim = new SimTarget(crypto);
    for (const name of SOME) {
      const file = join(LIBRARY, `${name}.yaml`);
      const scenario = scenarioIn(file);
      const here = await runOn(sim, scenario, file);
      const there = await runOn(serial, scenario, file);
      assert.deepEqual([there.trouble, there.verdicts], [here.trouble, here.verdicts], name);
      assert.ok(
        here.verdicts.every(({ ok }) => ok),
        name,
      );
      assert.deepEqual(there.lines, here.lines, name);
    }
    await serial.close();
    stop.abort();
    await device;
  }),
);

test('a cable that is pulled in the middle of a run ends it as a failure of the rig', { skip, timeout }, () =>
  withPtys(async (ptys, stop) => {
    const device = standIn(ptys, stop.signal);
    const target = await SerialTarget.open({ port: { path: ptys.b }, ...LINE, patienceMs: 1500 });
    const file = join(LIBRARY, 'simple-trip.yaml');
    const scenario = scenarioIn(file);
    let heard = 0;
    const pulled = {
      name: 'pulled',
      send: target.send.bind(target),
      next: async () => {
        if (++heard === 30) await ptys.unplug();
        return target.next();
      },
      close: () => target.close(),
    };
    await assert.rejects(runOn(pulled, scenario, file), (error) => {
      assert.ok(error instanceof RigError, String(error));
      assert.match(error.message, /the line is down: look at the cable and the power/);
      return true;
    });
    await target.close();
    stop.abort();
    await device;
  }),
);

test('a port where nobody answers, or something else does, says so in one line', { skip, timeout }, () =>
  withPtys(async (ptys) => {
    const open = () => SerialTarget.open({ port: { path: ptys.b }, ...LINE, helloMs: 700 });
    await assert.rejects(open(), {
      message: /nobody answers: is the device powered, a rig build, and at the right --baud/,
    });
    const other = openSync(ptys.a, 'r+');
    const chatter = setInterval(() => writeSync(other, 'login: \r\n\0'), 50);
    await assert.rejects(open(), {
      message: /what answers is no device of this line: \d+ bytes came, such as "login:/,
    });
    clearInterval(chatter);
    closeSync(other);
  }),
);

test('a product build and a busy port say so in one line', { skip, timeout }, () =>
  withPtys(async (ptys) => {
    const self = { role: 'device', build: 'product', firmware: 'sensor 0' } as const;
    const onEvent = (): void => undefined;
    const product = await SerialLine.open({ self, port: { path: ptys.a }, ...LINE, onEvent, log: onEvent });
    const port = { path: ptys.b };
    await assert.rejects(SerialTarget.open({ port, ...LINE }), { message: /the device is a product build/ });
    await product.close();
    const first = await SerialLine.open({ self, port, ...LINE, onEvent, log: onEvent });
    await assert.rejects(SerialTarget.open({ port, ...LINE }), { message: /another program/ });
    await first.close();
  }),
);
