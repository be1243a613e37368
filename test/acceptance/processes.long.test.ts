import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { claimFolder } from '../../gateway/edge/data-folder.ts';
import { bordbox } from './bordbox.ts';

const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));
const MOSQUITTO = '/usr/sbin/mosquitto';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Ready {
  readonly port: number;
  readonly publicKey: string;
  readonly tenant: string;
  readonly password: string;
}

async function startGateway(words: readonly string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(BORDBOX, ['gateway', '--json', ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  // A pipe that nobody reads would fill up.
  child.stderr?.resume();
  const [ready] = (await once(child, 'message')) as [Ready];
  return { child, ready };
}

async function lastStats(
  child: ChildProcess,
): Promise<{ frames: { stored: number; duplicate: number }; trips: { scored: number } }> {
  let output = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.kill('SIGTERM');
  await once(child, 'close');
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** A device folder and a gateway folder that know each other, made with the commands of the README. */
async function introduce(folder: string): Promise<{ dongle: string; gw: string }> {
  const [dongle, gw, manifest] = ['dongle', 'gw', 'batch.manifest'].map((name) => join(folder, name));
  await bordbox('device', '--data', dongle, '--identity');
  const signed = await bordbox(
    ...['enrol', '--sign', '--manufacturer-key', join(folder, 'maker.key'), '--out', manifest, '--json'],
    join(dongle, 'device.key'),
  );
  const pinned = await bordbox('enrol', '--pin', String(signed.json().manufacturer), '--data', gw);
  const enrolled = await bordbox('enrol', manifest, '--data', gw);
  assert.deepEqual(
    [signed.code, pinned.code, enrolled.code],
    [0, 0, 0],
    signed.stderr + pinned.stderr + enrolled.stderr,
  );
  return { dongle, gw };
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-processes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const DRIVE = ['--minutes', '2', '--pace', '100', '--drain', '20', '--json'];

test('device and gateway as two processes: the trip is stored and scored', async (t) => {
  const { dongle, gw } = await introduce(scratch(t));
  const { child, ready } = await startGateway(['--data', gw, '--port', '0']);
  const broker = `mqtt://127.0.0.1:${ready.port}`;
  const device = await bordbox(
    'device',
    '--data',
    dongle,
    '--broker',
    broker,
    '--gateway-key',
    ready.publicKey,
    ...DRIVE,
  );
  assert.equal(device.code, 0, device.stderr);
  const { frames, trips } = await lastStats(child);
  assert.equal(frames.stored, device.json().framesJournaled);
  assert.equal(device.json().waiting, 0);
  assert.equal(trips.scored, 1);
});

test('the same with Mosquitto in the middle', async (t) => {
  if (!existsSync(MOSQUITTO)) return t.skip(`${MOSQUITTO} is not here`);
  const folder = scratch(t);
  const port = await freePort();
  writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const mosquitto = spawn(MOSQUITTO, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  t.after(() => mosquitto.kill());
  const { dongle, gw } = await introduce(folder);
  const broker = `mqtt://127.0.0.1:${port}`;
  const { child, ready } = await startGateway(['--data', gw, '--broker', broker]);
  const device = await bordbox(
    'device',
    '--data',
    dongle,
    '--broker',
    broker,
    '--gateway-key',
    ready.publicKey,
    ...DRIVE,
  );
  assert.equal(device.code, 0, device.stderr);
  const { frames, trips } = await lastStats(child);
  assert.equal(frames.stored, device.json().framesJournaled);
  assert.equal(trips.scored, 1);
});

test('a device whose gateway is away keeps its frames in flash and delivers them at the next start', async (t) => {
  const { dongle, gw } = await introduce(scratch(t));
  const first = await startGateway(['--data', gw, '--port', '0']);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const words = [
    'device',
    '--data',
    dongle,
    '--broker',
    `mqtt://127.0.0.1:${first.ready.port}`,
    '--gateway-key',
    first.ready.publicKey,
  ];
  const alone = await bordbox(...words, '--minutes', '2', '--pace', '150', '--drain', '0', '--json');
  assert.equal(alone.code, 1, 'frames wait, and the exit code says so');
  const waiting = Number(alone.json().waiting);
  assert.ok(waiting > 0);
  const { child } = await startGateway(['--data', gw, '--port', String(first.ready.port)]);
  const back = await bordbox(...words, ...DRIVE);
  assert.equal(back.code, 0, back.stderr);
  const { frames } = await lastStats(child);
  assert.equal(frames.stored, waiting + Number(back.json().framesJournaled));
});

test('a gateway with the map of a simulated town judges speed and roads of a device that drives there', async (t) => {
  const folder = scratch(t);
  const { dongle, gw } = await introduce(folder);
  const map = join(folder, 'town.map');
  assert.equal((await bordbox('map', '--town-seed', '3', '--out', map)).code, 0);
  const { child, ready } = await startGateway(['--data', gw, '--port', '0', '--map', map]);
  const scored: string[] = [];
  const backend = mqtt.connect(`mqtt://127.0.0.1:${ready.port}`, {
    protocolVersion: 4,
    username: ready.tenant,
    password: ready.password,
  });
  t.after(() => backend.end(true));
  backend.on('message', (topic, payload) => {
    if (topic.endsWith('trip.scored')) scored.push(payload.toString());
  });
  await backend.subscribeAsync(`bb/1/out/${ready.tenant}/#`, { qos: 1 });
  const broker = `mqtt://127.0.0.1:${ready.port}`;
  const words = ['--data', dongle, '--broker', broker, '--gateway-key', ready.publicKey, '--seed', '3'];
  const device = await bordbox('device', ...words, ...DRIVE, '--minutes', '4');
  assert.equal(device.code, 0, device.stderr);
  assert.match(device.stderr, /modem: .*: link up\n/);
  assert.match(device.stderr, /device: trip 1 began\n/);
  await lastStats(child);
  assert.equal(scored.length, 1);
  const { version, subscores } = JSON.parse(scored[0]).data;
  assert.match(version, /map Hasselbrunn of seed 3$/);
  assert.ok(subscores.road.value !== null && subscores.speed.value !== null, JSON.stringify(subscores));
});

test('two devices on one folder: the second is refused in a line', async (t) => {
  const { dongle } = await introduce(scratch(t));
  const release = claimFolder(dongle, 'device');
  t.after(release);
  const second = await bordbox('device', '--data', dongle, '--gateway-key', '75ba17c0'.repeat(8));
  assert.equal(second.code, 3);
  assert.match(second.stderr, /^bordbox: device: [^\n]+ another device uses it; [^\n]+--data\n$/);
});

test('a device that is not enrolled, and one with the key of another gateway, are told what to look at', async (t) => {
  const { dongle, gw } = await introduce(scratch(t));
  const { child, ready } = await startGateway(['--data', gw, '--port', '0']);
  let log = '';
  child.stderr?.on('data', (text) => {
    log += text;
  });
  const broker = `mqtt://127.0.0.1:${ready.port}`;
  const short = ['--minutes', '2', '--pace', '100', '--drain', '0', '--json'];
  const drive = (data: string, key: string) =>
    bordbox('device', '--data', data, '--broker', broker, '--gateway-key', key, ...short);
  const misled = await drive(dongle, '75ba17c0'.repeat(8));
  assert.match(misled.stderr, /device: receipts are refused: is --gateway-key the gateway's key\?\n/);
  assert.equal(misled.code, 1);
  const stranger = await drive(`${dongle}-2`, ready.publicKey);
  assert.match(stranger.stderr, /modem: .*Not authorized: is the device enrolled\?; trying again\n/);
  await lastStats(child);
  const refusals = log.split('\n').filter((line) => line.includes('refused (bad-proof): it is not enrolled here'));
  assert.equal(refusals.length, 1, log);
});

test('npx bordbox works in a checkout', () => {
  const run = spawnSync('npx', ['--no-install', 'bordbox', '--help'], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  assert.equal(run.status, 0, run.stderr);
  for (const command of ['demo', 'gateway', 'device', 'fleet', 'replay', 'enrol', 'map'])
    assert.match(run.stdout, new RegExp(`^  ${command}`, 'm'));
});
