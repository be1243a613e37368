import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
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
}

async function startGateway(words: readonly string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(BORDBOX, ['gateway', '--json', ...words], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    execArgv: [],
  });
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

test('npx bordbox works in a checkout', () => {
  const run = spawnSync('npx', ['--no-install', 'bordbox', '--help'], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  assert.equal(run.status, 0, run.stderr);
  for (const command of ['demo', 'gateway', 'device', 'fleet', 'replay', 'enrol'])
    assert.match(run.stdout, new RegExp(`^  ${command}`, 'm'));
});
