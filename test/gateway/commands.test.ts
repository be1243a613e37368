import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../protocol/bytes.ts';
import { downlinkFilter, uplinkTopic } from '../../protocol/topics.ts';
import { driveFrames, filled, makeDevice, sealFrame } from './frame-maker.ts';
import { deviceLogin, WireClient } from './wire-client.ts';

const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bordbox-commands-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bordbox(...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BORDBOX, ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

interface Ready {
  readonly type: string;
  readonly port: number;
  readonly publicKey: string;
  readonly tenant: string;
  readonly password: string;
}

class GatewayProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<Ready>;
  readonly ended: Promise<Ended>;

  constructor(...words: readonly string[]) {
    this.child = fork(BORDBOX, ['gateway', ...words], {
      cwd: folder,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    children.push(this.child);
    let stdout = '';
    let stderr = '';
    this.child.stdout?.on('data', (text) => {
      stdout += text;
    });
    this.child.stderr?.on('data', (text) => {
      stderr += text;
    });
    this.ready = new Promise((resolve) => this.child.once('message', (message) => resolve(message as Ready)));
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve({ code, stdout, stderr })));
  }
}

const device = makeDevice(1);

test('Trust: a device is known after its manifest is imported, into a gateway that runs, and not before', async () => {
  writeFileSync(join(folder, 'device.key'), toHex(device.secretKey));
  const signed = bordbox(
    'enrol',
    '--sign',
    '--manufacturer-key',
    'maker.key',
    '--out',
    'one.manifest',
    'device.key',
    '--json',
  );
  assert.equal(signed.code, 0, signed.stderr);
  const { manufacturer, devices } = JSON.parse(signed.stdout);
  assert.deepEqual(devices, [device.id]);
  const gateway = new GatewayProcess('--data', 'data', '--port', '0', '--json');
  const { port } = await gateway.ready;
  await assert.rejects(WireClient.connect(port, deviceLogin(device)), /Not authorized/);
  const unpinned = bordbox('enrol', 'one.manifest', '--data', 'data');
  assert.deepEqual([unpinned.code, unpinned.stderr.split('\n').length], [1, 2], unpinned.stderr);
  assert.match(unpinned.stderr, /--pin HEX/);
  assert.equal(bordbox('enrol', '--pin', manufacturer, '--data', 'data').code, 0);
  const imported = bordbox('enrol', 'one.manifest', '--data', 'data', '--json');
  assert.deepEqual(JSON.parse(imported.stdout), { enrolled: 1, devices: 1, pinned: null, revoked: null });
  assert.match(bordbox('enrol', 'one.manifest', '--data', 'data').stderr, /higher number/);
  const client = await WireClient.connect(port, deviceLogin(device));
  await client.client.subscribeAsync(downlinkFilter(device.id), { qos: 1 });
  const frames = driveFrames({ boot: filled(16, 1), frames: 3 }).map((frame) => sealFrame(device, frame));
  await client.publish(uplinkTopic(device.id, 'frame'), frames[0]);
  await client.publish(uplinkTopic(device.id, 'frame'), frames[1]);
  await client.hear(() => true);

  // Power is cut; what was receipted is still there, and counters go on.
  gateway.child.kill('SIGKILL');
  await gateway.ended;
  await client.close();
  const again = new GatewayProcess('--data', 'data', '--port', '0', '--json');
  const second = await again.ready;
  const back = await WireClient.connect(second.port, deviceLogin(device));
  const tenant = await WireClient.connect(second.port, { username: second.tenant, password: second.password });
  await tenant.client.subscribeAsync(`bb/1/out/${second.tenant}/#`, { qos: 1 });
  for (const frame of frames) await back.publish(uplinkTopic(device.id, 'frame'), frame);
  await tenant.hear(({ topic }) => (topic.endsWith('trip.scored') ? true : null));
  await back.close();
  await tenant.close();
  again.child.kill('SIGTERM');
  const { code, stdout, stderr } = await again.ended;
  assert.equal(code, 0, stderr);
  const stats = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(stats.frames.stored, 3);
  assert.ok(stats.frames.duplicate >= 1);
  assert.deepEqual(stats.trips, { open: 0, closed: 0, scored: 1 });
  assert.match(stderr, /mosquitto_sub .*-t 'bb\/1\/out\/insurer\/#'/);
});

test('a busy port, a used folder and a folder that cannot be made are one line and exit code 3', async () => {
  const first = new GatewayProcess('--data', 'first', '--port', '0');
  const { port } = await first.ready;
  writeFileSync(join(folder, 'a-file'), '');
  const cases = [
    ['--data', 'other', '--port', String(port)],
    ['--data', 'first', '--port', '0'],
    ['--data', 'a-file', '--port', '0'],
  ];
  for (const words of cases) {
    const { code, stderr, stdout } = bordbox('gateway', ...words);
    assert.deepEqual([code, stdout], [3, ''], stderr);
    assert.match(stderr, /^bordbox: gateway: [^\n]+\n$/);
  }
  first.child.kill('SIGINT');
  assert.equal((await first.ended).code, 0);
});

test('wrong words are one line and exit code 2; help has an example', () => {
  writeFileSync(join(folder, 'bad.map'), '{}');
  for (const words of [
    ['gateway', '--map', 'none.json', '--data', 'x'],
    ['gateway', '--map', 'bad.map', '--data', 'x'],
    ['gateway', '--tenant', 'A/B', '--data', 'x'],
    ['gateway', '--port', '70000'],
    ['gateway', '--port', '0', '--host', '0.0.0.0', '--data', 'y'],
    ['enrol', '--data', 'x'],
    ['enrol', 'none.manifest', '--data', 'x'],
    ['enrol', '--pin', '00', '--data', 'x'],
    ['enrol', '--sign', 'device.key'],
  ]) {
    const { code, stderr } = bordbox(...words);
    assert.deepEqual([code, stderr.trimEnd().split('\n').length], [2, 1], `${words.join(' ')}: ${stderr}`);
  }
  for (const command of ['gateway', 'enrol']) assert.match(bordbox(command, '--help').stdout, /Examples:/);
});
