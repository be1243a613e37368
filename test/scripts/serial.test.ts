import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { secretFromFile } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { isDeviceId } from '../../protocol/identity.ts';
import { encodeOneOf } from '../../protocol/serial-message.ts';
import { int16Bytes, STIMULI, type Stimulus } from '../../protocol/serial-stimulus.ts';
import { runProgram } from '../../scripts/program.ts';
import { enrolTestDevices } from '../../scripts/test-keys.ts';
import { bordbox } from '../acceptance/bordbox.ts';
import { RigHost } from '../gateway/serial-host.ts';
import { Ptys, withoutSocat } from '../gateway/serial-pty.ts';

const skip = withoutSocat;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const crypto = nodeCrypto();

/** A command that goes on running; its lines as they come. */
class Running {
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  private wake: () => void = () => undefined;

  constructor(...words: readonly string[]) {
    const script = join(ROOT, 'scripts/bordbox.mjs');
    const child = spawn(process.execPath, [script, ...words], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.lines.push(line);
        this.wake();
      });
    }
  }

  async says(pattern: RegExp): Promise<string> {
    for (let at = 0; ; at++) {
      while (at >= this.lines.length) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
      if (pattern.test(this.lines[at])) return this.lines[at];
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

async function withPtys(work: (ptys: Ptys, folder: string) => Promise<void>): Promise<void> {
  const ptys = new Ptys();
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-serial-'));
  await ptys.plug();
  try {
    await work(ptys, folder);
  } finally {
    await ptys.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('bench serial: at least 85 % of the line carries messages of 200 bytes, at both speeds', async () => {
  const child = spawn('npm', ['run', '--silent', 'bench', '--', 'serial', '--json', '--seconds', '3'], { cwd: ROOT });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const { lines, ok } = JSON.parse(text.trim().split('\n').at(-1) ?? '');
  assert.equal(code, 0);
  assert.equal(ok, true);
  assert.deepEqual([...new Set(lines.map(({ baud }: { baud: number }) => baud))], [115_200, 921_600]);
  for (const { baud, share, messagesPerSecond } of lines) {
    assert.ok(share >= 0.85 && share < 0.94, `${baud}: ${share}`);
    assert.ok(
      Math.abs(share - (messagesPerSecond * 200 * 10) / baud) < 0.001,
      'Math.abs(share - (messagesPerSecond * 200 * 10) / baud) < 0.001',
    );
  }
});

test('a device and a gateway as two commands, with a cable instead of a broker', { skip, timeout: 120_000 }, () =>
  withPtys(async (ptys, folder) => {
    const data = join(folder, 'gateway');
    const dongle = join(folder, 'dongle');
    mkdirSync(dongle);
    const secretKey = secretFromFile(join(dongle, 'device.key'));
    const store = new SqliteStore(dataFolder(data).database);
    await enrolTestDevices(store, [crypto.publicKey(secretKey)], crypto);
    await store.close();
    const gateway = new Running('gateway', '--data', data, '--port', '0', '--serial', ptys.b, '--ready-json', '--json');
    const { publicKey } = JSON.parse(await gateway.says(/"type":"ready"/));
    const line = ['--serial', ptys.a, '--gateway-key', publicKey];
    const device = await bordbox('device', '--data', dongle, ...line, '--pace', '60', '--minutes', '2', '--json');
    assert.equal(device.code, 0, device.stderr);
    const { framesJournaled, waiting, receipts } = device.json() as Record<string, number>;
    assert.ok(framesJournaled > 0 && waiting === 0 && receipts > 0, device.stdout);
    await gateway.stop();
    const last = JSON.parse(gateway.lines.findLast((text) => text.startsWith('{"frames"')) ?? '{}');
    assert.equal(last.frames.stored, framesJournaled);
    assert.deepEqual(last.quarantined, {});
  }),
);

test('a rig build on a port: listed, and driven through nine hours of parking', { skip, timeout: 120_000 }, () =>
  withPtys(async (ptys, folder) => {
    const device = new Running('device', '--serial', ptys.a, '--rig', '--no-pacing');
    await device.says(/a rig build of sensor .* waits on/);
    const listed = await bordbox('rig', 'list', ptys.b, join(folder, 'none'), '--wait', '20');
    assert.equal(listed.code, 0);
    assert.match(listed.stdout, /: sensor \S+, rig build, line version 1\n/);
    assert.match(listed.stdout, /none: .*is not there; plug it in/);
    const host = await RigHost.open({ port: { path: ptys.b }, baud: 115_200, paced: false });
    await host.hear((event) => event.kind === 'up');
    await host.command({ kind: 'time', mode: 'manual', nowMs: 0 });
    const gatewayKey = new Uint8Array(32);
    const who = { seed: Uint8Array.of(1), gatewayKey, manifestNumber: 1, erase: true };
    const identity = await host.command({ kind: 'identity', ...who });
    assert.ok(
      identity.kind === 'identity' && isDeviceId(identity.device),
      'identity.kind === identity && isDeviceId(identity.device)',
    );
    await host.command({ kind: 'power-on', reason: 'power-on', knowsOffTime: true });
    const seconds = 9 * 3600;
    const axes = int16Bytes(Int16Array.from({ length: 150 }, (_, i) => (i % 3 === 2 ? 1000 : 0)));
    const mV = int16Bytes(new Uint16Array(10).fill(12_600));
    const parked: Stimulus = { kind: 'second', atMs: 1000, axes, mV, repeat: seconds };
    host.put('stimulus', encodeOneOf(STIMULI, parked));
    const advance = { toMs: seconds * 1000, stimuli: 1, downlinks: 0, stopAtOutput: false };
    const state = await host.command({ kind: 'advance', ...advance });
    assert.ok(state.kind === 'state', 'state.kind === state');
    assert.deepEqual([state.nowMs, state.stopped, state.refused], [seconds * 1000, 'reached', 0]);
    assert.deepEqual(
      host.reports.flatMap((report) =>
        report.kind === 'seen' ? [`${report.atMs} ${report.what} ${report.value}`] : [],
      ),
      ['0 booted 1', '0 led 1', '1000 led 0'],
    );
    await host.close();
    await device.stop();
  }),
);

test('wrong words and ports are one line that says what to do', async () => {
  const cases: readonly [readonly string[], number, RegExp][] = [
    [['rig', 'list', 'vid=xyz'], 2, /vid=xyz is no port; give a path such as/],
    [['rig', 'lits'], 2, /unknown command 'lits'/],
    [['device', '--rig'], 2, /device: --rig needs --serial PORT/],
    [['device', '--serial', '/dev/not-there', '--rig'], 3, /device: \/dev\/not-there is not there; plug it in/],
    [['device', '--serial', 'vid=,', '--rig'], 2, /is no port/],
    [['device', '--serial', '/dev/ttyX', '--baud', '12', '--rig'], 2, /give a number from 300/],
    [['gateway', '--serial', '/dev/not-there', '--port', '0', '--data'], 3, /gateway: --serial: \/dev\/not-there/],
  ];
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-serial-'));
  try {
    for (const [words, code, advice] of cases) {
      let told = '';
      const err = (text: string): void => {
        told += text;
      };
      const given = words.at(-1) === '--data' ? [...words, folder] : words;
      assert.equal(await runProgram(given, { out: err, err }), code, `${words.join(' ')}: ${told}`);
      assert.match(told, advice);
      assert.equal(told.trim().split('\n').length, 1, told);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
