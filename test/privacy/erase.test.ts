import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BINDING } from '../../gateway/core/access/binding-record.ts';
import { readRecord } from '../../gateway/core/access/record-kind.ts';
import { ChainVerifier } from '../../gateway/core/audit/verify-chain.ts';
import { pseudonymsOf } from '../../gateway/core/privacy/silence.ts';
import { AuditFile } from '../../gateway/edge/audit-copy.ts';
import { toHex, utf8 } from '../../protocol/bytes.ts';
import { crypto } from '../gateway/frame-maker.ts';
import {
  ADA,
  ADA_BOOT,
  ADA_BOX,
  BEN,
  BEN_BOX,
  inFile,
  inMemory,
  PHONE,
  PrivacyRig,
  TAN_MAC,
  TENANT,
  VERIFIED,
} from './privacy-rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-privacy-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

const WINDOW = 12;

/** What of Ada's sensor could be found again: names in every spelling, and every stretch of what it has sent. */
function marksOfAda({ said, saidByBen }: PrivacyRig): Map<string, Uint8Array> {
  const others = Buffer.concat(saidByBen);
  const marks = new Map<string, Uint8Array>([
    ['device id', utf8(ADA.id)],
    ['key', ADA.publicKey],
    ['key in digits', utf8(toHex(ADA.publicKey))],
    ['serial', utf8('"S1"')],
    ['boot', ADA_BOOT],
    ['boot in digits', utf8(toHex(ADA_BOOT))],
    ['cell', utf8('51.1')],
  ]);
  for (const [at, name] of pseudonymsOf(ADA.id, [TENANT], crypto).entries()) marks.set(`pseudonym ${at}`, utf8(name));
  for (const [message, bytes] of said.entries()) {
    marks.set(`hash of message ${message}`, crypto.sha256(bytes));
    // Columns are packed: any stretch of them would be a position.
    for (let from = 0; from + WINDOW <= bytes.length; from += WINDOW) {
      const part = bytes.subarray(from, from + WINDOW);
      // What both have said is no mark of hers: heads, units, columns of zeros.
      if (!others.includes(Buffer.from(part))) marks.set(`message ${message} from ${from}`, part);
    }
  }
  return marks;
}

function found(haystack: Buffer, marks: ReadonlyMap<string, Uint8Array>): string[] {
  return [...marks].filter(([, bytes]) => haystack.includes(Buffer.from(bytes))).map(([name]) => name);
}

/** Every byte of the store: the file, its log, whatever lies beside it. */
function bytesOf(name: string): Buffer {
  const parts = readdirSync(folder).filter((file) => file.startsWith(name));
  return Buffer.concat(parts.map((file) => readFileSync(join(folder, file))));
}

/** Everything an object reaches, as text: bytes in digits and as characters. */
function textOf(root: unknown): Buffer {
  const seen = new Set<unknown>();
  const parts: Uint8Array[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') parts.push(utf8(value));
    else if (value instanceof Uint8Array) parts.push(value, utf8(toHex(value)));
    if (typeof value !== 'object' || value === null || seen.has(value) || value instanceof Uint8Array) return;
    seen.add(value);
    if (value instanceof Map) for (const pair of value) pair.forEach(walk);
    else if (value instanceof Set) for (const item of value) walk(item);
    else for (const key of Reflect.ownKeys(value)) walk(Reflect.get(value, key));
  };
  walk(root);
  return Buffer.concat(parts);
}

test('B11, B107: after an erasure no byte of the person is left in the file or its log, while the gateway runs', async () => {
  const name = `${++files}.db`;
  const rig = new PrivacyRig(inFile(join(folder, name)));
  await rig.fill();
  const marks = marksOfAda(rig);
  const before = found(bytesOf(name), marks);
  assert.ok(before.length > 0.7 * marks.size, `the search finds what is there: ${before.length} of ${marks.size}`);
  for (const must of ['device id', 'key', 'boot', 'boot in digits', 'cell', 'pseudonym 0'])
    assert.ok(before.includes(must), must);
  const erased = await rig.desk.erase(ADA.id, VERIFIED);
  assert.ok(erased.ok && erased.value.scoured);
  const { removed } = erased.value;
  assert.deepEqual(removed, { enrolment: 1, frames: 7, trips: 2, boots: 1, events: removed.events, quarantine: 1 });
  assert.ok(removed.events >= 2);
  assert.deepEqual(found(bytesOf(name), marks), []);
  // The other person has lost nothing.
  const trips = await rig.desk.view(BEN.id, 'customer-trip', 'insurer');
  assert.equal(trips.ok && trips.value.length, 2);
  assert.ok(bytesOf(name).includes(BEN.id));
  await rig.close();
  assert.deepEqual(found(bytesOf(name), marks), []);
});

test('B11: the same in memory', async () => {
  const rig = new PrivacyRig(inMemory());
  await rig.fill();
  const { store, access, privacy } = rig.stores;
  const marks = marksOfAda(rig);
  const everything = () => textOf([store, access, privacy]);
  assert.ok(found(everything(), marks).length > 0.5 * marks.size);
  assert.ok((await rig.desk.erase(ADA.id, VERIFIED)).ok);
  assert.deepEqual(found(everything(), marks), []);
  assert.ok(everything().includes(BEN.id));
});

test('B37, B115: a phone that is erased owns nothing, opens nothing, and its TAN and openings are gone', async () => {
  const name = `${++files}.db`;
  const rig = new PrivacyRig(inFile(join(folder, name)));
  await rig.fill();
  const mac = Buffer.from(TAN_MAC);
  assert.ok(bytesOf(name).includes(mac));
  const erased = await rig.desk.erase(PHONE.id, VERIFIED);
  assert.ok(erased.ok);
  assert.deepEqual([erased.value.chains, erased.value.named], [[ADA_BOX.id], 1]);
  assert.ok(!bytesOf(name).includes(mac));
  const documents = new Map((await rig.stores.privacy.documents()).map(({ key, json }) => [key, json ?? '']));
  const bindingOf = (box: string) => readRecord(BINDING, `binding/${box}`, documents.get(`binding/${box}`) ?? '');
  assert.deepEqual([...documents.keys()].sort(), [`binding/${ADA_BOX.id}`, `binding/${BEN_BOX.id}`].sort());
  assert.deepEqual([bindingOf(ADA_BOX.id).owner, bindingOf(ADA_BOX.id).number], [null, 5]);
  const shared = bindingOf(BEN_BOX.id);
  assert.deepEqual([shared.grants, shared.revoked, shared.number], [[], ['77'.repeat(16)], 8]);
  for (const json of documents.values()) assert.ok(!json.includes(PHONE.id));
  await rig.close();
  const copy = new AuditFile(join(folder, name));
  for (const chain of [ADA_BOX.id, BEN_BOX.id]) {
    const verifier = new ChainVerifier(chain, crypto);
    for (const row of copy.entries()) if (row.chain === chain) verifier.take(row);
    assert.equal(verifier.finish(), null);
    assert.equal(verifier.counts.erased, chain === ADA_BOX.id ? 2 : 0);
  }
  copy.close();
});

test('B113: without a verified identity nothing happens; a person that nobody knows is no success', async () => {
  const rig = new PrivacyRig(inMemory());
  await rig.fill();
  for (const verified of ['', '  ', 'x'.repeat(81)]) {
    assert.deepEqual(await rig.desk.erase(ADA.id, verified), { ok: false, reason: 'identity' });
  }
  assert.deepEqual(await rig.desk.erase('nobody', VERIFIED), { ok: false, reason: 'unknown' });
  assert.ok((await rig.desk.view(ADA.id, 'customer-trip', 'insurer')).ok);
});

for (const [name, open] of [
  ['memory', () => inMemory()],
  ['SQLite', () => inFile(join(folder, `${++files}.db`))],
] as const) {
  test(`C60: ${name}: what the gateway had in its hands at the erasure does not bring the device back`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    const { store, privacy } = rig.stores;
    const [row] = (await privacy.holdings({ subject: ADA.id, pseudonyms: [] })).trips;
    const { boots } = await privacy.holdings({ subject: ADA.id, pseudonyms: [] });
    rig.drive(ADA, 2);
    assert.ok((await rig.desk.erase(ADA.id, VERIFIED)).ok);
    const nothing = { frames: [], boots: [], trips: [], states: [], quarantine: [], counts: new Map(), events: [] };
    assert.equal(await store.commit({ ...nothing, trips: [row] }), false);
    if (name === 'memory') assert.equal(await store.commit({ ...nothing, boots }), false);
    await rig.shell.flush();
    const left = await privacy.holdings({ subject: ADA.id, pseudonyms: [] });
    assert.deepEqual([left.trips, left.boots], [[], []]);
    // Enrolled again it is a new device.
    await store.enrol({ manufacturer: ADA.publicKey, number: 5, devices: [ADA.record] });
    rig.drive(ADA, 3);
    await rig.shell.flush();
    const again = await privacy.holdings({ subject: ADA.id, pseudonyms: [] });
    assert.deepEqual([again.trips.length, again.boots.length], [1, 1]);
    await rig.close();
  });
}
