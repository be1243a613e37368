import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { startGateway } from '../../gateway/main.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Configuration } from '../../protocol/messages.ts';
import { downlinkFilter, downlinkTopic, uplinkTopic } from '../../protocol/topics.ts';
import { crypto, filled, type MadeDevice, makeDevice, sealState, stateOf } from './frame-maker.ts';
import { enrolIn } from './shell-rig.ts';
import { deviceLogin, WireClient } from './wire-client.ts';

const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bordbox-configure-'));
after(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'data');
const device = makeDevice(1);
const box: MadeDevice = { ...makeDevice(2), record: { ...makeDevice(2).record, kind: 'box' } };

function configure(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BORDBOX, 'configure', ...words, '--data', data], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

/** The last line of its output, without the number. */
function printed(stdout: string): object {
  const { number: _, ...rest } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { number: number };
  return rest;
}

test('E34, C41: a second process configures a sensor, the gateway stopped or running; the device hears it', async () => {
  const store = new SqliteStore(dataFolder(data).database);
  await enrolIn(store, [device, box]);
  await store.close();

  const stopped = configure(device.id, '--new-vehicle', '--json');
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.deepEqual(printed(stopped.stdout), { device: device.id, vehicle: 1, blocker: false });
  assert.match(stopped.stderr, /vehicle 1, blocker off/);

  const gateway = await startGateway({ dataDir: data, port: 0 });
  const scope = { type: 'bb-config', direction: 'dn', device: device.id } as const;
  try {
    const client = await WireClient.connect(gateway.port ?? 0, deviceLogin(device));
    await client.client.subscribeAsync(downlinkFilter(device.id), { qos: 1 });
    const told = (wanted: (configuration: Configuration) => boolean): Promise<Configuration> =>
      client.hear(({ topic, payload }) => {
        if (topic !== downlinkTopic(device.id, 'config')) return null;
        const opened = unseal(Configuration, payload, scope, gateway.publicKey, crypto);
        return opened.ok && wanted(opened.value) ? opened.value : null;
      });
    await client.publish(uplinkTopic(device.id, 'state'), sealState(device, stateOf(filled(16, 1), true, 1)));
    const first = await told(() => true);
    assert.deepEqual([first.vehicle, first.blocker], [1, false]);

    const running = configure(device.id, '--blocker', 'on', '--json');
    assert.equal(running.code, 0, running.stderr);
    const second = await told(({ number }) => number > first.number);
    assert.deepEqual([second.vehicle, second.blocker], [1, true]);
    await client.close();
  } finally {
    await gateway.close();
  }
  assert.deepEqual(printed(configure(device.id, '--blocker', 'off', '--json').stdout), {
    device: device.id,
    vehicle: 1,
    blocker: false,
  });
});

test('configure: what cannot be done is one line that says what to do', () => {
  for (const [words, code, says] of [
    [[device.id], 2, /give --new-vehicle or --blocker on\|off/],
    [[device.id, '--blocker', 'maybe'], 2, /give on or off/],
    [['as3nn9tmcd3mr0m5vxevyayapw', '--new-vehicle'], 1, /is not enrolled in .*; see bordbox enrol/],
    [[box.id, '--new-vehicle'], 1, /is a box; only sensors/],
  ] as const) {
    const ended = configure(...words);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, says);
    assert.match(ended.stderr, /^bordbox: [^\n]+\n$/);
  }
});
