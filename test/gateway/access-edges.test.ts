import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BOX } from '../../gateway/core/access/box-record.ts';
import { readRecord } from '../../gateway/core/access/record-kind.ts';
import { readTan, tanMac, tanOf } from '../../gateway/core/access/tan.ts';
import { eventsOf } from '../../gateway/core/backend.ts';
import { StoreError } from '../../gateway/core/store.ts';
import { issuersFromFile } from '../../gateway/edge/issuer-set.ts';
import { KeyFileError } from '../../gateway/edge/key-file.ts';
import { TanKeyFiles } from '../../gateway/edge/tan-keys.ts';
import { IssuerSet } from '../../protocol/access-messages.ts';
import { concat, toHex, utf8 } from '../../protocol/bytes.ts';
import { seal } from '../../protocol/envelope.ts';
import { AccessRig } from './access-rig.ts';
import { crypto, filled } from './frame-maker.ts';

const DAY_MS = 86_400_000;

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-access-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('A14: keys of TANs are files of their day, the same for every gateway, and gone when the day is over', (t) => {
  const folder = join(folderFor(t), 'tan-keys');
  const keys = new TanKeyFiles(folder);
  const day = Math.floor(Date.UTC(2026, 10, 20) / DAY_MS);
  const key = keys.ofDay(day);
  assert.ok(key?.length === 32);
  assert.deepEqual(readdirSync(folder), ['2026-11-20.key']);
  assert.equal(statSync(join(folder, '2026-11-20.key')).mode & 0o777, 0o600);
  const other = new TanKeyFiles(folder);
  assert.deepEqual(other.ofDay(day), key);
  const copy = Uint8Array.from(key);
  keys.erase(day * DAY_MS + DAY_MS - 1);
  assert.deepEqual(keys.ofDay(day), copy);
  keys.ofDay(day + 1);
  keys.erase((day + 1) * DAY_MS);
  assert.equal(keys.ofDay(day), null);
  assert.deepEqual(readdirSync(folder), ['2026-11-21.key']);
  // It is not left in memory either, and not made anew.
  assert.deepEqual(key, filled(32, 0));
  other.erase((day + 1) * DAY_MS);
  assert.equal(other.ofDay(day), null);
  assert.ok(!existsSync(join(folder, '2026-11-20.key')));
});

test('A14: the HMAC of a TAN is that of delivery id and TAN; another delivery or day gives another', () => {
  const delivery = '00'.repeat(16);
  const tan = tanOf(filled(32, 1), delivery, 1, crypto);
  assert.match(tan, /^[0-9A-HJKMNP-TV-Z]{8}$/);
  const expected = crypto.hmacSha256(filled(32, 1), concat(new Uint8Array(16), utf8(tan)));
  assert.equal(tanMac(filled(32, 1), delivery, tan, crypto), toHex(expected));
  const others = new Set([
    tan,
    tanOf(filled(32, 2), delivery, 1, crypto),
    tanOf(filled(32, 1), '01'.repeat(16), 1, crypto),
    tanOf(filled(32, 1), delivery, 2, crypto),
  ]);
  assert.equal(others.size, 4);
  assert.equal(readTan('oIl 1-0aB'), '011 10AB'.replace(' ', ''));
});

test('TANs use all of their alphabet, evenly enough that none is guessed first', () => {
  const seen = new Map<string, number>();
  for (let n = 0; n < 400; n++) {
    for (const char of tanOf(filled(32, 1), '00'.repeat(16), n, crypto)) seen.set(char, (seen.get(char) ?? 0) + 1);
  }
  // 3200 characters of 32: 100 each, standard deviation 9.8.
  assert.equal(seen.size, 32);
  for (const [char, count] of seen) assert.ok(count > 50 && count < 150, `${char}: ${count}`);
});

test('A24: an event of any purpose but theft that holds a position is a mistake that does not leave', () => {
  const tenants = [{ name: 'insurer', pseudonymKey: filled(32, 3) }];
  const happening = { device: 'd', identity: '1', trip: null, atMs: 0 };
  for (const item of ['latE6', 'lon', 'position', 'Vehicle.CurrentLocation.Latitude']) {
    const data = { [item]: 1 };
    assert.throws(() => eventsOf({ ...happening, type: 'delivery.located', data }, tenants, crypto), /position/);
    assert.throws(() => eventsOf({ ...happening, type: 'access.opened', data }, tenants, crypto), /position/);
    assert.equal(eventsOf({ ...happening, type: 'theft.position', data }, tenants, crypto).length, 1);
  }
});

test('C51: each tenant has its own pseudonyms for people and deliveries', () => {
  const tenants = [3, 4].map((n) => ({ name: `tenant-${n}`, pseudonymKey: filled(32, n) }));
  const names = { person: 'person/x' };
  const events = eventsOf(
    { type: 'access.opened', device: 'd', identity: '1', trip: null, atMs: 0, data: {}, names },
    tenants,
    crypto,
  );
  const [one, other] = events.map(({ data }) => String(data.person));
  assert.match(one, /^[0-9a-f]{32}$/);
  assert.notEqual(one, other);
});

test('a set of issuer keys that does not name this gateway, or is none, is refused when it starts', (t) => {
  const file = join(folderFor(t), 'issuers.cose');
  const own = crypto.publicKey(filled(32, 9));
  assert.equal(issuersFromFile(file, own), null);
  const scope = { type: 'bb-issuers', direction: 'dn', device: 'issuers' } as const;
  const set = (keys: readonly Uint8Array[]) => seal(IssuerSet, { number: 4, keys }, scope, filled(32, 8), crypto);
  writeFileSync(file, set([own]));
  assert.equal(issuersFromFile(file, own)?.number, 4);
  writeFileSync(file, set([crypto.publicKey(filled(32, 7))]));
  assert.throws(() => issuersFromFile(file, own), KeyFileError);
  writeFileSync(file, 'hello');
  assert.throws(() => issuersFromFile(file, own), /bordbox issuer sign/);
});

test('a record that this gateway did not write stops it, and says which', async () => {
  for (const json of ['{', '[]', '{"boot":1}']) {
    assert.throws(
      () => readRecord(BOX, 'box/x', json),
      (error) => error instanceof StoreError && error.kind === 'damaged' && error.message.includes('box/x'),
    );
  }
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  const car = await rig.carOf(owner);
  const key = `box/${car.id}`;
  const version = (await rig.accessStore.load([key])).get(key)?.version ?? 0;
  const nothing = { audit: [], events: [], counts: new Map() };
  await rig.accessStore.commit({
    ...nothing,
    documents: [{ key, expected: version, json: '{}', dueMs: null }],
  });
  const said = owner.request(owner.claims(car, { kind: 'unlock' }));
  rig.shell.receive(said.device, said.channel, said.bytes);
  assert.equal(await rig.shell.flush(), false);
  assert.match(rig.logged[0], /nobody gets access now: the record box\//);
});
