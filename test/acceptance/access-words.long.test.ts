import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { command } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-access-words-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const BOX = '9knrnv78nkjqyyrsdf9y9a6je8';
const ID = '00112233445566778899aabbccddeeff';
const KEY = '75ba17c08dfd7a5a9d4f0a9a2fa2ee6d6c6f1d8e5c1a1c0c9b1b7a6f5e4d3c2b';

const made = await command(
  'phone',
  'new',
  at('a.phone'),
  '--gateway-key',
  KEY,
  '--broker',
  'mqtt://127.0.0.1:9',
  '--json',
);
const phone = ['--phone', at('a.phone'), '--box', BOX];
writeFileSync(at('text.phone'), 'not a phone');
const whole = JSON.parse(readFileSync(at('a.phone'), 'utf8')) as object;
writeFileSync(at('odd.phone'), JSON.stringify({ ...whole, secretKey: 'ff' }));
await command('issuer', 'root', at('root.key'));
await command(
  'issuer',
  'sign',
  String(made.json().publicKey),
  '--root',
  at('root.key'),
  '--number',
  '1',
  '--out',
  at('1.cose'),
);

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [['unlock'], /--phone/],
  [['unlock', '--phone', at('no.phone')], /is not there; make a phone/],
  [['unlock', '--phone', at('text.phone')], /is no phone file/],
  [['unlock', '--phone', at('odd.phone')], /secretKey: 64 hexadecimal/],
  [['unlock', '--phone', at('a.phone')], /which box/],
  [['unlock', '--phone', at('a.phone'), '--box', 'b'], /no device id/],
  [['unlock', ...phone, '--broker', 'http://x'], /is not spoken here/],
  [['unlock', ...phone, '--broker', 'mqtt://example.org'], /B9/],
  [['unlock', ...phone, '--beside', 'x'], /no HOST:PORT/],
  [['unlock', ...phone, '--wait', '0'], /from 1 to 600/],
  [['unlock', ...phone, '--tls-ca', at('1.cose')], /TLS files cannot be used/],
  [['find', ...phone], /--lights or --horn/],
  [['climate', 'on', '--celsius', '99', ...phone], /from 10 to 32/],
  [['charge', 'fast', ...phone], /none of start, stop/],
  [['tan', 'A'.repeat(10_000), '--delivery', ID, ...phone], /8 letters and digits; this one has 10000/],
  [['tan', 'ÄÖÜ', '--delivery', ID, ...phone], /8 letters and digits/],
  [['deliver', 'load', 'xyz', ...phone], /no id of 32/],
  [['deliver', 'order', '--carrier', 'DHL', '--until', 'soon', ...phone], /give a time such as/],
  [['deliver', 'order', '--carrier', 'DHL', '--until', '9999-01-01T00:00Z', ...phone], /give a time such as/],
  [['key', 'share', '--to', 'ff', '--until', '+1h', ...phone], /64 digits of a public key/],
  [['key', 'share', '--to', KEY, '--until', '+1h', '--actions', 'fly', ...phone], /--actions: fly/],
  [['key', 'share', '--to', KEY, '--until', '+1h', ...phone], /beside the car only/],
  [['key', 'take', 'abc', ...phone], /this is no key/],
  [['key', 'dance'], /unknown command 'dance'/],
  [['pair', '--ticket', 'hello', ...phone], /not what the QR code says/],
  [['handover', 'begin', '--to', 'me', ...phone], /no device id/],
  [['outcome', 'that', ...phone], /no id of 32/],
  [['phone', 'new', at('a.phone')], /never written over/],
  [['phone', 'set', at('a.phone'), '--gateway-key', 'ff'], /64 hexadecimal digits/],
  [['panel', 'dance', '--beside', '9'], /show-code, online/],
  [['car', 'fly', '--beside', '9'], /none of open-lid/],
  [['issuer', 'sign', 'zz', '--root', at('root.key'), '--number', '2', '--out', at('2.cose')], /no public key/],
  [['issuer', 'sign', KEY, '--root', at('none'), '--number', '2', '--out', at('2.cose')], /is not there; make it/],
  [['issuer', 'show', at('a.phone')], /no set of issuer keys/],
  [['account', 'list', '--data', at('nowhere')], /no data folder/],
  [['box', '--data', at('box'), '--identity'], /a new box needs --root/],
];

for (const [words, says] of WRONG) {
  const shown = words.map((word) => word.replace(`${folder}/`, '')).join(' ');
  test(`wrong words are one line and exit code 2: bordbox ${shown.slice(0, 70)}`, async () => {
    const { code, stdout, stderr } = await command(...words);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, /^bordbox: [^\n]+\n$/);
    assert.match(stderr, says);
  });
}

test('a phone whose gateway is away says so, in one line and with exit code 3', async () => {
  const { code, stderr } = await command('unlock', ...phone, '--wait', '5');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^bordbox: mqtt:\/\/127.0.0.1:9: [^\n]+; is the gateway running\?\n$/);
});

test('a box that is not there says so, in one line and with exit code 3', async () => {
  for (const words of [
    ['car', 'look'],
    ['panel', 'online', 'on'],
  ]) {
    const { code, stderr } = await command(...words, '--beside', '127.0.0.1:9');
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^bordbox: no box is beside 127.0.0.1:9 [^\n]+\n$/);
  }
});

test('A23: the register takes no weak key, and one phone has one role', async () => {
  const data = ['--data', at('gw')];
  for (const weak of ['00'.repeat(32), `01${'00'.repeat(31)}`, `ee${'ff'.repeat(30)}7f`]) {
    const refused = await command('account', 'add', weak, ...data);
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.stderr, /^bordbox: account: [0-9a-f]{64} is [^\n]+\n$/);
  }
  assert.equal((await command('account', 'add', at('a.phone'), ...data)).code, 0);
  assert.equal((await command('account', 'add', at('a.phone'), ...data)).code, 0, 'the same again changes nothing');
  const other = await command('account', 'add', at('a.phone'), '--carrier', 'DHL', ...data);
  assert.deepEqual([other.code, /another role/.test(other.stderr)], [1, true], other.stderr);
  const { id } = made.json();
  assert.equal((await command('account', 'revoke', String(id), ...data)).code, 0);
  const { parties } = (await command('account', 'list', ...data, '--json')).json() as {
    parties: { id: string; revoked: boolean }[];
  };
  assert.deepEqual(
    parties.map((party) => [party.id, party.revoked]),
    [[id, true]],
  );
  assert.equal((await command('account', 'restore', String(id), ...data)).code, 0);
  assert.equal((await command('account', 'revoke', BOX, ...data)).code, 1, 'nobody of that name');
});

test('Trust: a set of issuer keys is installed only where it helps', async () => {
  const data = ['--data', at('gw2')];
  const foreign = await command('issuer', 'install', at('1.cose'), ...data);
  assert.deepEqual([foreign.code, /does not name this gateway/.test(foreign.stderr)], [1, true], foreign.stderr);
  const own = (await command('issuer', 'key', ...data)).stdout.trim();
  const sign = (n: string) =>
    command('issuer', 'sign', own, '--root', at('root.key'), '--number', n, '--out', at(`own-${n}.cose`));
  await sign('3');
  await sign('2');
  assert.equal((await command('issuer', 'install', at('own-3.cose'), ...data)).code, 0);
  const lower = await command('issuer', 'install', at('own-2.cose'), ...data);
  assert.deepEqual([lower.code, /not higher/.test(lower.stderr)], [1, true], lower.stderr);
  const root = (await command('issuer', 'root', at('root.key'), '--json')).json().root;
  const shown = await command('issuer', 'show', at('own-3.cose'), '--root', String(root), '--json');
  assert.deepEqual(shown.json(), { number: 3, keys: [own], signatureGood: true });
});

test('Trust: a box keeps the root and the issuers of its factory', async () => {
  const root = String((await command('issuer', 'root', at('root.key'), '--json')).json().root);
  const box = ['box', '--data', at('box2'), '--identity', '--json'];
  const first = await command(...box, '--root', root, '--issuers', at('1.cose'));
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual((await command(...box)).json(), first.json());
  const other = await command(...box, '--root', KEY);
  assert.deepEqual([other.code, /keeps the one of its factory/.test(other.stderr)], [2, true], other.stderr);
  const unsigned = await command('box', '--data', at('box3'), '--identity', '--root', KEY, '--issuers', at('1.cose'));
  assert.deepEqual([unsigned.code, /not signed by its root/.test(unsigned.stderr)], [2, true], unsigned.stderr);
});
