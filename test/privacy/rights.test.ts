import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  dueOf,
  hasConsent,
  isStopped,
  NEW_RECORD,
  type PrivacyRecord,
} from '../../gateway/core/privacy/privacy-record.ts';
import { type Change, changeRecord, hiddenFrom } from '../../gateway/core/privacy/rights.ts';
import { toHex } from '../../protocol/bytes.ts';
import {
  ADA,
  ADA_BOOT,
  ADA_BOX,
  BEN,
  inFile,
  inMemory,
  inYears,
  NOW_MS,
  PHONE,
  PrivacyRig,
  VERIFIED,
} from './privacy-rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-privacy-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const OPEN = [
  ['memory', () => inMemory()],
  ['SQLite', () => inFile(join(folder, `${++files}.db`))],
] as const;
const DAY_MS = 86_400_000;

function changed(record: PrivacyRecord, ...changes: readonly Change[]): PrivacyRecord {
  return changes.reduce((before, change, at) => {
    const next = changeRecord(before, change, VERIFIED, NOW_MS + at);
    assert.ok(next.ok, next.ok ? '' : next.reason);
    return next.value;
  }, record);
}

function refusal(record: PrivacyRecord, change: Change, verified = VERIFIED): string {
  const next = changeRecord(record, change, verified, NOW_MS);
  assert.ok(!next.ok);
  return next.reason;
}

const give = (statement: string): Change => ({ right: 'consent', purpose: 'telematics', statement, given: true });
const withdraw = (statement: string): Change => ({ right: 'consent', purpose: 'telematics', statement, given: false });

test('B112, C65: consents are versioned, nothing is taken out, and a withdrawal holds from then on', () => {
  assert.equal(isStopped(NEW_RECORD), false);
  const given = changed(NEW_RECORD, give('1'));
  assert.deepEqual([hasConsent(given, 'telematics'), isStopped(given)], [true, false]);
  const withdrawn = changed(given, withdraw('1'));
  assert.deepEqual([hasConsent(withdrawn, 'telematics'), isStopped(withdrawn)], [false, true]);
  const again = changed(withdrawn, give('2'));
  assert.equal(isStopped(again), false);
  assert.deepEqual(
    again.consents.map(({ statement, given: is }) => [statement, is]),
    [
      ['1', true],
      ['1', false],
      ['2', true],
    ],
  );
  assert.equal(refusal(NEW_RECORD, withdraw('1')), 'no-consent');
  assert.equal(refusal(withdrawn, withdraw('1')), 'no-consent');
  // A25: what rests on consent alone is not followed without it.
  assert.equal(hasConsent(again, 'marketing'), false);
});

test('B109, B12, B113: grounds, dates and identity are checked, and a block cannot be talked away', () => {
  assert.equal(refusal(NEW_RECORD, { right: 'restrict', ground: 'because' }), 'words');
  assert.equal(refusal(NEW_RECORD, { right: 'unrestrict' }), 'not-restricted');
  const restricted = changed(NEW_RECORD, { right: 'restrict', ground: 'legal-claim' });
  assert.equal(refusal(restricted, { right: 'restrict', ground: 'accuracy' }), 'restricted-already');
  assert.equal(refusal(NEW_RECORD, { right: 'block', why: 'case', untilMs: NOW_MS }), 'block-past');
  const blocked = changed(NEW_RECORD, { right: 'block', why: 'case', untilMs: NOW_MS + 1 });
  for (const change of [give('1'), { right: 'unrestrict' }, { right: 'restrict', ground: 'accuracy' }] as Change[]) {
    assert.equal(refusal(blocked, change), 'blocked');
  }
  assert.equal(refusal(NEW_RECORD, { right: 'export' }, ''), 'identity');
});

test('B12, C58: who is told nothing, and when', () => {
  const ended = changed(NEW_RECORD, { right: 'contract-end', endMs: NOW_MS });
  assert.equal(hiddenFrom(ended, 'customer', NOW_MS - 1), null);
  assert.notEqual(hiddenFrom(ended, 'customer', NOW_MS), null);
  assert.equal(hiddenFrom(ended, 'insurer', NOW_MS), null);
  const restricted = changed(NEW_RECORD, { right: 'restrict', ground: 'accuracy' });
  assert.deepEqual(
    (['customer', 'insurer', 'provider'] as const).map((who) => hiddenFrom(restricted, who, NOW_MS) === null),
    [true, false, false],
  );
  const blocked = changed(NEW_RECORD, { right: 'block', why: 'case', untilMs: NOW_MS + 1 });
  for (const who of ['customer', 'insurer', 'provider'] as const)
    assert.notEqual(hiddenFrom(blocked, who, NOW_MS), null);
});

test('C59: anonymised within 7 years of the end of the contract, leap years or not; a restriction waits', () => {
  for (const [end, seven] of [
    ['2026-09-30', '2033-09-30'],
    ['2024-02-29', '2031-02-28'],
    ['2025-01-01', '2032-01-01'],
  ]) {
    const record = { ...NEW_RECORD, contractEndMs: Date.parse(end) };
    const due = dueOf(record);
    assert.equal(due?.what, 'anonymise');
    assert.ok((due?.atMs ?? 0) <= Date.parse(seven) && (due?.atMs ?? 0) > Date.parse(seven) - 3 * DAY_MS);
    assert.equal(dueOf({ ...record, restricted: { ground: 'legal-claim', sinceMs: 1 } }), null);
  }
});

for (const [name, open] of OPEN) {
  test(`B109: ${name}: restriction stops scores and events, keeps every frame, and its end catches up`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    assert.ok((await rig.desk.change(ADA.id, { right: 'restrict', ground: 'accuracy' }, VERIFIED)).ok);
    rig.brokerAway = false;
    await rig.shell.flush();
    rig.published.length = 0;
    for (const device of [ADA, BEN]) rig.drive(device, 2);
    await rig.shell.flush();
    assert.deepEqual(rig.types().sort(), ['trip.closed', 'trip.scored', 'trip.started']);
    const { trips } = await rig.stores.privacy.holdings({ subject: ADA.id, pseudonyms: [] });
    assert.deepEqual(trips.map(({ state }) => state).sort(), ['ended', 'scored', 'scored']);
    assert.equal((await rig.stores.privacy.frames(ADA.id)).filter(({ trip }) => trip !== null).length, 9);
    const view = await rig.desk.view(ADA.id, 'insurer-fahrstil', 'insurer');
    assert.ok(!view.ok && view.reason.includes('B109'));
    assert.deepEqual(await rig.desk.erase(ADA.id, VERIFIED), { ok: false, reason: 'kept' });
    rig.published.length = 0;
    assert.ok((await rig.desk.change(ADA.id, { right: 'unrestrict' }, VERIFIED)).ok);
    rig.nowMs += 61_000;
    await rig.shell.tick();
    assert.ok(rig.types().filter((type) => type === 'trip.scored').length >= 2);
    await rig.close();
  });

  test(`B112: ${name}: a withdrawal has future effect: what was scored stays, what comes is not`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    for (const change of [give('1'), withdraw('1')]) assert.ok((await rig.desk.change(ADA.id, change, VERIFIED)).ok);
    rig.drive(ADA, 2);
    await rig.shell.flush();
    const states = async () =>
      (await rig.stores.privacy.holdings({ subject: ADA.id, pseudonyms: [] })).trips.map(({ state }) => state).sort();
    assert.deepEqual(await states(), ['ended', 'scored', 'scored']);
    await rig.close();
  });

  test(`C59, C61: ${name}: after 7 years statistics are left that nobody can join with a person again`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    for (const device of [ADA, BEN]) {
      assert.ok((await rig.desk.change(device.id, { right: 'contract-end', endMs: NOW_MS }, VERIFIED)).ok);
    }
    rig.nowMs = inYears(7) - 1;
    assert.equal((await rig.desk.retention()).anonymised, 0);
    rig.nowMs = inYears(7);
    const done = await rig.desk.retention();
    assert.deepEqual([done.anonymised, done.deleted, done.scoured], [2, 0, true]);
    const rows = await rig.stores.privacy.statistics();
    assert.equal(
      rows.reduce((sum, { trips }) => sum + trips, 0),
      4,
    );
    for (const row of rows) {
      assert.deepEqual(Object.keys(row).sort(), [
        'accelerations',
        'brakings',
        'cornerings',
        'hour',
        'km',
        'score',
        'trips',
      ]);
      assert.match(row.hour, /^\d{4}-\d\d-\d\dT\d\d$/);
      assert.ok(Number.isInteger(row.km));
    }
    // Both drove alike, so their trips are one row: not even their number tells them apart.
    const text = JSON.stringify(rows);
    for (const mark of [ADA.id, BEN.id, toHex(ADA_BOOT), '5 km cell']) assert.ok(!text.includes(mark));
    assert.deepEqual((await rig.stores.privacy.holdings({ subject: ADA.id, pseudonyms: [] })).trips, []);
    assert.equal((await rig.desk.retention()).anonymised, 0);
    await rig.close();
  });

  test(`B12: ${name}: what is blocked is unreadable, stays, and is deleted on its day`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    const untilMs = NOW_MS + 10 * DAY_MS;
    assert.ok((await rig.desk.change(ADA.id, { right: 'block', why: 'claim 4711', untilMs }, VERIFIED)).ok);
    assert.ok((await rig.desk.change(PHONE.id, { right: 'block', why: 'claim 4711', untilMs }, VERIFIED)).ok);
    const [first] = await rig.stores.access.audit.entries(ADA_BOX.id, 1, 1);
    assert.equal(first.secret?.blocked, true);
    const exported = await rig.desk.exportData(ADA.id, VERIFIED);
    assert.ok(exported.ok);
    assert.equal(exported.value.data, null);
    assert.deepEqual(await rig.desk.erase(ADA.id, VERIFIED), { ok: false, reason: 'kept' });
    rig.nowMs = untilMs - 1;
    assert.equal((await rig.desk.retention()).deleted, 0);
    rig.nowMs = untilMs;
    assert.equal((await rig.desk.retention()).deleted, 2);
    assert.deepEqual(await rig.stores.privacy.statistics(), []);
    assert.equal((await rig.stores.access.audit.entries(ADA_BOX.id, 1, 1))[0].secret, null);
    await rig.close();
  });

  test(`A26, B10: ${name}: the log loses its payloads after 3 years, and the quarantine its rows after 30 days`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    rig.nowMs = NOW_MS + 31 * DAY_MS;
    const month = await rig.desk.retention();
    assert.deepEqual([month.openings, month.notBelieved], [0, 1]);
    rig.nowMs = inYears(3) + 1;
    assert.equal((await rig.desk.retention()).openings, 3);
    assert.equal((await rig.desk.retention()).openings, 0);
    await rig.close();
  });

  test(`B105, B110: ${name}: an export holds all of the person, with purposes and recipients, and nothing of others`, async () => {
    const rig = new PrivacyRig(open());
    await rig.fill();
    const exported = await rig.desk.exportData(ADA.id, VERIFIED);
    assert.ok(exported.ok);
    const document = JSON.parse(JSON.stringify(exported.value));
    assert.ok(
      document.processing.every((entry: Record<string, unknown>) => entry.purpose && entry.basis && entry.recipients),
    );
    const { data } = document;
    assert.deepEqual([data.trips.length, data.trips[0].track.latE6[0]], [2, 51_180_000]);
    assert.equal(data.trips[0].track.latE6.length, data.trips[0].track.utcMs.length);
    const signed = new Set(data.frames.map((frame: { signed: string }) => frame.signed));
    const frames = rig.said.filter((bytes) => signed.has(toHex(bytes)));
    assert.ok(frames.length >= 6);
    assert.ok(!JSON.stringify(document).includes(BEN.id));
    const phone = await rig.desk.exportData(PHONE.id, VERIFIED);
    assert.ok(phone.ok);
    const text = JSON.stringify(phone.value);
    assert.ok(text.includes(`binding/`) === false && text.includes(`quota/${PHONE.id}`) && text.includes(ADA_BOX.id));
    assert.ok(!text.includes('c0ffee'), 'the code of a TAN is a secret');
    await rig.close();
  });
}

test('C61: the bytes of the file hold no person after the anonymisation', async () => {
  const file = join(folder, `${++files}.db`);
  const rig = new PrivacyRig(inFile(file));
  await rig.fill();
  assert.ok((await rig.desk.change(ADA.id, { right: 'contract-end', endMs: NOW_MS }, VERIFIED)).ok);
  rig.nowMs = inYears(7);
  assert.ok((await rig.desk.retention()).scoured);
  await rig.close();
  const bytes = readFileSync(file);
  for (const mark of [ADA.id, toHex(ADA_BOOT), VERIFIED]) assert.ok(!bytes.includes(mark), mark);
  for (const said of rig.said) assert.ok(!bytes.includes(Buffer.from(said.subarray(-32))));
  assert.ok(bytes.includes(BEN.id));
});
