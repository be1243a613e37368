import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Ended } from './bordbox.ts';
import { command } from './in-process.ts';

const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));

/** They go when all processes are gone that write into them. */
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Ready {
  readonly port: number;
  readonly near: number;
  readonly id: string;
}

/** A command that runs until the test is over. */
async function running(t: TestContext, ...words: readonly string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(BORDBOX, [...words], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const ready = once(child, 'message').then(([message]) => message as Ready);
  const ended = once(child, 'exit').then(([code]) => assert.fail(`${words[0]} ended with ${code}: ${said}`));
  // Later it may end, when the test wants that.
  ended.catch(() => undefined);
  return { child, ready: await Promise.race([ready, ended]) };
}

async function good(...words: readonly string[]): Promise<Ended> {
  const ended = await command(...words);
  assert.equal(ended.code, 0, `bordbox ${words.join(' ')}: ${ended.stdout}${ended.stderr}`);
  return ended;
}

interface House {
  readonly at: (name: string) => string;
  readonly near: string;
  readonly gateway: ChildProcess;
  /** Of the gateway's broker. */
  readonly port: number;
  readonly gatewayKey: string;
}

/** Gateway, box and two phones that know each other, made with the commands of the README. */
async function furnish(t: TestContext, { boxBroker }: { boxBroker?: string } = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-access-'));
  folders.push(folder);
  const at = (name: string): string => join(folder, name);
  const gw = at('gw');
  const root = (await good('issuer', 'root', at('root.key'))).stdout.trim();
  const gatewayKey = (await good('issuer', 'key', '--data', gw)).stdout.trim();
  await good('issuer', 'sign', gatewayKey, '--root', at('root.key'), '--number', '1', '--out', at('1.cose'));
  await good('issuer', 'install', at('1.cose'), '--data', gw);
  const made = await good(
    'box',
    '--data',
    at('box'),
    '--identity',
    '--root',
    root,
    '--issuers',
    at('1.cose'),
    '--json',
  );
  const signing = ['--sign', '--kind', 'box', '--manufacturer-key', at('maker.key'), '--out', at('box.manifest')];
  const signed = await good('enrol', ...signing, '--json', at('box/device.key'));
  await good('enrol', '--pin', String(signed.json().manufacturer), '--data', gw);
  await good('enrol', at('box.manifest'), '--data', gw);
  const gateway = await running(t, 'gateway', '--data', gw, '--port', '0');
  const broker = `mqtt://127.0.0.1:${gateway.ready.port}`;
  const box = await running(t, 'box', '--data', at('box'), '--broker', boxBroker ?? broker);
  const near = `127.0.0.1:${box.ready.near}`;
  assert.equal(box.ready.id, made.json().id);
  await good('phone', 'new', at('owner.phone'), '--gateway-key', gatewayKey, '--broker', broker, '--beside', near);
  await good(
    'phone',
    'new',
    at('courier.phone'),
    '--gateway-key',
    gatewayKey,
    '--broker',
    broker,
    '--box',
    box.ready.id,
  );
  await good('account', 'add', at('owner.phone'), '--data', gw);
  await good('account', 'add', at('courier.phone'), '--carrier', 'DHL', '--data', gw);
  await good('panel', 'online', 'on', '--beside', near);
  const shown = (await good('panel', 'show-code', '--beside', near, '--json')).json().shown as { ticket: string }[];
  await good('pair', '--phone', at('owner.phone'), '--ticket', shown[0].ticket);
  return { at, near, gateway: gateway.child, port: gateway.ready.port, gatewayKey };
}

interface Verdict {
  readonly verdict: string;
  readonly reason?: string;
  readonly state?: string;
  readonly delivery: string;
  readonly tan: string;
  readonly request: string;
}

async function asks(...words: readonly string[]): Promise<{ code: number | null } & Verdict> {
  const ended = await command(...words, '--json');
  assert.ok(ended.stdout.trim() !== '', ended.stderr);
  return { code: ended.code, ...(ended.json() as unknown as Verdict) };
}

test('A3, A13, A14, A18: pair, unlock, and a delivery that opens the trunk once, as processes', async (t) => {
  const { at, near, gatewayKey } = await furnish(t);
  const [owner, courier] = [
    ['--phone', at('owner.phone')],
    ['--phone', at('courier.phone')],
  ];
  const unlocked = await asks('unlock', ...owner);
  assert.deepEqual([unlocked.code, unlocked.verdict], [0, 'executed']);
  const looked = (await good('car', 'look', '--beside', near, '--json')).json().body as { doorsLocked: boolean };
  assert.equal(looked.doorsLocked, false);
  // One outcome per request, repeated identically whenever it is asked for.
  const outcome = await asks('outcome', unlocked.request, ...owner);
  assert.equal(outcome.verdict, 'executed');

  const { delivery, tan } = await asks('deliver', 'order', '--carrier', 'DHL', '--until', '+2h', ...owner);
  const early = await asks('tan', tan, '--delivery', delivery, ...courier);
  assert.equal((await asks('outcome', early.request, ...courier)).verdict, early.verdict);
  assert.deepEqual([early.code, early.reason], [1, 'wrong-courier'], 'not on the tour yet');
  assert.equal((await asks('deliver', 'load', delivery, ...courier)).verdict, 'executed');
  assert.equal((await asks('tan', 'AAAAAAAA', '--delivery', delivery, ...courier)).reason, 'wrong-tan');
  assert.equal((await asks('tan', tan, '--delivery', delivery, ...courier)).verdict, 'executed');
  const twice = await asks('tan', tan, '--delivery', delivery, ...courier);
  assert.deepEqual([twice.code, twice.verdict], [1, 'refused']);
  const shut = (await good('car', 'close-lid', '--beside', near, '--json')).json().body as { doorsLocked: boolean };
  assert.equal(shut.doorsLocked, false, 'the doors are as the owner left them');
  for (let tries = 0; (await asks('deliver', 'state', delivery, ...owner)).state !== 'done'; tries++) {
    assert.ok(tries < 20, 'the delivery is not done');
  }
  const key = ['--key', gatewayKey];
  const verified = await good('audit', 'verify', at('gw'), ...key, '--json');
  assert.equal(verified.json().ok, true);
});

test('B37, B38, B39, B42: a key is shared beside the car, works without a network, and stops when it is revoked', async (t) => {
  const { at, near } = await furnish(t);
  const [owner, friend] = [
    ['--phone', at('owner.phone')],
    ['--phone', at('friend.phone')],
  ];
  const box = String((await good('phone', 'show', at('owner.phone'), '--json')).json().box);
  const { publicKey } = (await good('phone', 'new', at('friend.phone'), '--beside', near, '--json')).json();
  await good('account', 'add', String(publicKey), '--data', at('gw'));
  const shared = await good('key', 'share', '--to', String(publicKey), '--until', '+2h', ...owner, '--json');
  const { grant } = (await good('key', 'take', String(shared.json().grant), '--box', box, ...friend, '--json')).json();
  // A phone that knows no gateway: the box alone judges the key.
  const offline = ['--broker', 'mqtt://127.0.0.1:9'];
  const use = async (action: string): Promise<string> => {
    const { stdout } = await command('key', 'use', action, ...friend, ...offline, '--json');
    const { verdict, reason } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Verdict;
    return reason ?? verdict;
  };
  assert.equal(await use('unlock'), 'executed');
  assert.equal(await use('trunk'), 'scope');
  const { keys } = (await good('key', 'list', ...owner, '--json')).json() as { keys: { grant: string }[] };
  assert.deepEqual(
    keys.map((key) => key.grant),
    [grant],
  );
  await good('key', 'revoke', String(grant), ...owner);
  assert.equal(await use('unlock'), 'key-revoked');
  assert.equal((await asks('unpair', ...owner)).verdict, 'executed');
  const gone = await asks('status', ...owner);
  assert.deepEqual([gone.verdict, gone.reason], ['refused', 'account']);
  assert.equal(await use('unlock'), 'key-unknown', 'the box has erased whose key it was');
});

test('Underground: a box without any network opens for a TAN over the phone of the courier, once', async (t) => {
  // Nobody listens there.
  const { at, near } = await furnish(t, { boxBroker: 'mqtt://127.0.0.1:9' });
  const [owner, courier] = [
    ['--phone', at('owner.phone')],
    ['--phone', at('courier.phone'), '--beside', near],
  ];
  const { delivery, tan } = await asks('deliver', 'order', '--carrier', 'DHL', '--until', '+2h', ...owner);
  assert.equal((await asks('deliver', 'load', delivery, ...courier)).verdict, 'executed');
  assert.equal((await asks('tan', tan, '--delivery', delivery, ...courier)).verdict, 'executed');
  await good('car', 'close-lid', '--beside', near);
  assert.equal((await asks('tan', tan, '--delivery', delivery, ...courier)).verdict, 'refused');
  for (let tries = 0; ; tries++) {
    await good('carry', '--for', '2', ...courier);
    if ((await asks('deliver', 'state', delivery, ...courier)).state === 'done') break;
    assert.ok(tries < 5, 'the phone did not carry the report');
  }
});

test('Trust: issuer keys rotate under the pinned root, and nobody visits the car', async (t) => {
  const { at, port, gateway, gatewayKey } = await furnish(t);
  const owner = ['--phone', at('owner.phone')];
  const next = (await good('issuer', 'key', at('next.key'))).stdout.trim();
  const set = ['--root', at('root.key'), '--number', '2', '--out', at('2.cose')];
  await good('issuer', 'sign', gatewayKey, next, ...set);
  await good('issuer', 'install', at('2.cose'), '--data', at('gw'));
  const restarted = async (old: ChildProcess, ...words: readonly string[]): Promise<ChildProcess> => {
    old.kill('SIGTERM');
    await once(old, 'exit');
    return (await running(t, 'gateway', '--data', at('gw'), '--port', String(port), ...words)).child;
  };
  // It still signs with the old key; the new set reaches the box with its first clock.
  const between = await restarted(gateway);
  assert.equal((await asks('unlock', ...owner)).verdict, 'executed');
  await restarted(between, '--issuer-key', at('next.key'));
  await good('phone', 'set', at('owner.phone'), '--gateway-key', next);
  assert.equal((await asks('lock', ...owner)).verdict, 'executed');
  const shown = await command('issuer', 'show', at('2.cose'), '--root', next, '--json');
  assert.deepEqual([shown.code, shown.json().signatureGood], [1, false], 'another root has not signed it');
});
