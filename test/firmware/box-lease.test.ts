import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_TINY } from '../../firmware/box-limits.ts';
import { ACTIONS, type Action, Lease } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { CborMap } from '../../protocol/cbor.ts';
import { testKey } from '../../scripts/test-keys.ts';
import { crypto, rigOf, send, unmoved, verdictOf } from './box-lease-rig.ts';

test('A3, B54: a lease unlocks, locks and opens the trunk, and the signed result says so', () => {
  const rig = rigOf();
  assert.equal(send(rig, { action: 'unlock' }), 'executed');
  assert.equal(rig.body.state.doorsLocked, false);
  assert.equal(send(rig, { action: 'lock' }), 'executed');
  assert.equal(rig.body.state.doorsLocked, true);
  assert.equal(send(rig, { action: 'trunk' }), 'executed');
  assert.equal(rig.body.unlatches, 1);
  assert.equal(rig.body.state.doorsLocked, true, 'only the trunk is opened (A13)');
  assert.deepEqual(rig.checker.violations, []);
});

test('B55, B56, B57: lights, horn, climate, charging do what they say', () => {
  const rig = rigOf();
  rig.body.pluggedIn = true;
  for (const action of ['lights', 'horn', 'climate-off', 'charge-start', 'charge-stop'] as const) {
    assert.equal(send(rig, { action }), 'executed', action);
  }
  assert.equal(send(rig, { action: 'climate-on', celsius: 21 }), 'executed');
  assert.equal(rig.body.state.cabinC, 21);
  assert.deepEqual(rig.checker.violations, []);
});

test('B59: an actuator that does not move is no-motion, once and for all', () => {
  const rig = rigOf();
  rig.body.faults.jammed.add('doors unlock');
  const lease = rig.office.lease({ action: 'unlock' });
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(8_000);
  rig.body.faults.jammed.clear();
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(8_000);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'no-motion');
  assert.equal(rig.body.state.doorsLocked, true);
  assert.equal(rig.station.actuations.filter(({ command }) => command.what === 'unlock').length, 1);
});

test('A7: a slow actuator still counts, as long as it moves in time', () => {
  const rig = rigOf();
  rig.body.faults.slowMs = 4_000;
  const lease = rig.office.lease({ action: 'unlock' });
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(8_000);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'executed');
});

test('A7: a lease repeated in any way acts once and gets the same result', () => {
  const rig = rigOf();
  rig.office.settles = false;
  const lease = rig.office.lease({ action: 'lights' });
  const bytes = rig.office.sealLease(lease);
  for (let i = 0; i < 5; i++) rig.downlink('lease', bytes);
  rig.run(2_000);
  for (let i = 0; i < 5; i++) rig.downlink('lease', bytes);
  rig.run(2_000);
  assert.equal(rig.station.actuations.length, 1);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'executed');
});

test('A7: the end counts on the box alone: at it and after it nothing moves', () => {
  const rig = rigOf();
  for (const lateMs of [0, 1, 60_000]) {
    const lease = rig.office.lease({ action: 'unlock' });
    rig.run(lease.endMs - rig.station.boxNowMs + lateMs);
    rig.station.input({ kind: 'downlink', channel: 'lease', bytes: rig.office.sealLease(lease) });
    rig.run(2_000);
    assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'expired');
  }
  unmoved(rig);
  const lease = rig.office.lease({ action: 'unlock' });
  rig.run(lease.endMs - rig.station.boxNowMs - 1);
  rig.station.input({ kind: 'downlink', channel: 'lease', bytes: rig.office.sealLease(lease) });
  rig.run(2_000);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'executed', 'one millisecond before');
});

test('A7: a lease that waits for an actuator past its end expires, one that does not is carried out', () => {
  const rig = rigOf();
  rig.body.faults.jammed.add('doors unlock');
  const jammed = rig.office.lease({ action: 'unlock' });
  const brief = rig.office.lease({ action: 'trunk' }, { endMs: rig.station.boxNowMs + 3_000 });
  const patient = rig.office.lease({ action: 'lights' });
  for (const lease of [jammed, brief, patient]) {
    rig.checker.issued({ id: lease.cti, action: lease.action, boot: lease.boot, endMs: lease.endMs });
    rig.station.input({ kind: 'downlink', channel: 'lease', bytes: rig.office.sealLease(lease) });
  }
  rig.run(10_000);
  const verdicts = [jammed, brief, patient].map(({ cti }) => verdictOf(rig.office.resultOf(cti)));
  assert.deepEqual(verdicts, ['no-motion', 'expired', 'executed']);
  assert.equal(rig.body.unlatches, 0);
  assert.deepEqual(rig.checker.violations, []);
});

test('A7: what is refused has its reason and moves nothing', () => {
  const rig = rigOf();
  const { office } = rig;
  const boot = new Uint8Array(16).fill(9);
  assert.equal(send(rig, { action: 'unlock' }, { aud: office.lease({ action: 'lock' }).iss }), 'refused other-box');
  assert.equal(send(rig, { action: 'unlock' }, { boot }), 'refused other-boot');
  // It has said that it hears at once: no lease reckons with more than 90 s.
  for (const farMs of [120_000, 2 * 86_400_000]) {
    const endMs = rig.station.boxNowMs + farMs;
    assert.equal(send(rig, { action: 'unlock' }, { endMs }), 'refused arguments');
  }
  assert.equal(send(rig, { action: 'lock' }, { delivery: office.newId() }), 'refused scope');
  unmoved(rig);
  rig.body.change({ speedDmS: 150, engineOn: true });
  assert.equal(send(rig, { action: 'trunk' }), 'refused moving');
  assert.equal(send(rig, { action: 'charge-start' }), 'refused moving');
  rig.body.change({ speedDmS: 0 });
  assert.equal(send(rig, { action: 'charge-start' }), 'refused engine-on');
  unmoved(rig);
});

test('A4, A23: a lease that is not signed by an issuer in force is not believed', () => {
  const rig = rigOf();
  const { office, station } = rig;
  const lease = office.lease({ action: 'unlock' });
  const good = office.sealLease(lease);
  const forged = [
    office.seal({ toCbor: () => 7 } as never, 'bb-lease', lease),
    // A device key, and the signature of something else.
    office.seal(Lease, 'bb-lease', lease, testKey('sensor', crypto)),
    office.seal(Lease, 'bb-settled', lease),
    // Signed by an issuer in the name of another.
    office.sealLease({ ...lease, iss: rig.identity.id }),
    good.map((byte, i) => (i === 60 ? byte ^ 1 : byte)),
    good.slice(0, -1),
    new Uint8Array(5_000),
    new Uint8Array(0),
  ];
  for (const bytes of forged) station.input({ kind: 'downlink', channel: 'lease', bytes: Uint8Array.from(bytes) });
  rig.run(5_000);
  assert.deepEqual(office.results, []);
  const counts = [...rig.box().mailroom.refused.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(counts, forged.length);
  unmoved(rig);
});

test('A7: claims of the wrong type are not believed', () => {
  const rig = rigOf();
  const lease = rig.office.lease({ action: 'unlock' });
  const wrong = [
    { ...lease, endMs: 'soon' },
    { ...lease, cti: 5 },
    { ...lease, action: 99 },
    { ...lease, boot: new Uint8Array(15) },
  ];
  for (const value of wrong) {
    const loose = { ...Lease, toCbor: () => looseCbor(value as never) };
    const bytes = rig.office.seal(loose as never, 'bb-lease', value as never);
    rig.station.input({ kind: 'downlink', channel: 'lease', bytes });
  }
  rig.run(2_000);
  assert.deepEqual(rig.office.results, []);
  const { refused } = rig.box().mailroom;
  assert.equal((refused.get('wrong-type') ?? 0) + (refused.get('out-of-range') ?? 0), wrong.length);
  unmoved(rig);
});

test('A7: a lease of an earlier boot is void, and the box says so', () => {
  const rig = rigOf();
  const lease = rig.office.lease({ action: 'trunk' });
  rig.station.cutPower();
  rig.run(5_000);
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(2_000);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'refused other-boot');
  unmoved(rig);
});

test('A14: an id that was asked about and is unknown is burnt', () => {
  const rig = rigOf();
  const lease = rig.office.lease({ action: 'trunk' });
  rig.office.ask([lease.cti]);
  rig.run(1_000);
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(2_000);
  assert.deepEqual(rig.office.results.map(verdictOf), ['refused burnt']);
  unmoved(rig);
});

test('A7: a refusal stays one, also when nothing speaks against it any more', () => {
  const rig = rigOf();
  rig.body.change({ speedDmS: 150 });
  const lease = rig.office.lease({ action: 'unlock' });
  rig.checker.issued({ id: lease.cti, action: 'unlock', boot: lease.boot, endMs: lease.endMs });
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(1_000);
  rig.body.change({ speedDmS: 0 });
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(2_000);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'refused moving');
  unmoved(rig);
});

test('A7: a full table refuses, and what it refused stays refused', () => {
  const rig = rigOf({ limits: BOX_TINY });
  rig.office.settles = false;
  rig.office.persists = false;
  const all = Array.from({ length: BOX_TINY.leases + 2 }, () => {
    const lease = rig.office.lease({ action: 'lights' });
    rig.checker.issued({ id: lease.cti, action: 'lights', boot: lease.boot, endMs: lease.endMs });
    rig.downlink('lease', rig.office.sealLease(lease));
    rig.run(1_500);
    return lease;
  });
  const verdicts = all.map(({ cti }) => verdictOf(rig.office.resultOf(cti)));
  assert.deepEqual(verdicts, ['executed', 'executed', 'executed', 'refused table-full', 'refused table-full']);
  // The table is emptied, and the refused leases are still alive.
  rig.office.settles = true;
  rig.run(12_000);
  for (const lease of all.slice(-2)) rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(2_000);
  assert.equal(rig.station.actuations.length, BOX_TINY.leases);
  assert.deepEqual(rig.checker.violations, []);
  rig.run(60_000);
  assert.equal(send(rig, { action: 'lights' }), 'executed', 'there is room again');
});

test('A7: of many quick leases the ids are enough once the gateway has the results, and none acts twice', () => {
  const rig = rigOf({ limits: BOX_TINY });
  const all = Array.from({ length: BOX_TINY.leases + BOX_TINY.spent + 2 }, () => {
    const lease = rig.office.lease({ action: 'lights' });
    rig.checker.issued({ id: lease.cti, action: 'lights', boot: lease.boot, endMs: lease.endMs });
    rig.downlink('lease', rig.office.sealLease(lease));
    rig.run(800);
    return lease;
  });
  const verdicts = all.map(({ cti }) => verdictOf(rig.office.resultOf(cti)));
  const room = BOX_TINY.leases + BOX_TINY.spent;
  assert.deepEqual(verdicts, [...Array(room).fill('executed'), 'refused table-full', 'refused table-full']);
  for (const lease of all) rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(5_000);
  assert.equal(rig.station.actuations.length, room);
  assert.deepEqual(rig.checker.violations, []);
});

test('A7: results leave again until they are settled, also after a reset', () => {
  const rig = rigOf();
  rig.office.settles = false;
  const id = rig.office.wish({ action: 'lights' });
  rig.run(3_000);
  const first = rig.office.resultOf(id);
  rig.office.forgetResults();
  rig.station.cutPower();
  rig.run(6_000);
  assert.deepEqual(rig.office.resultOf(id), first);
  rig.office.settles = true;
  rig.office.forgetResults();
  rig.station.cutPower();
  rig.run(6_000);
  assert.deepEqual(rig.office.resultOf(id), first);
  rig.office.forgetResults();
  rig.station.cutPower();
  rig.run(6_000);
  assert.deepEqual(rig.office.results, [], 'settled: nothing is said any more');
});

test('B58: each service tells its own items and no others', () => {
  const fix = {
    latE7: 525_200_000,
    lonE7: 134_050_000,
    speedCmS: 0,
    headingCdeg: 9_000,
    altitudeM: 34,
    accuracyCm: 250,
    utcMs: 1_772_433_000_000,
  };
  const rig = rigOf({ gnss: () => fix });
  const told = (action: Action, change: Partial<Lease> = {}): string[] => {
    const lease = rig.office.lease({ action }, change);
    rig.downlink('lease', rig.office.sealLease(lease));
    rig.run(3_000);
    return Object.keys(rig.office.resultOf(lease.cti)?.body ?? {}).sort();
  };
  assert.ok(!told('status').includes('latE6'), 'no position in a status (A24)');
  assert.ok(told('status').includes('odometerKm'));
  assert.deepEqual(told('lock'), ['doorsLocked', 'doorsOpen', 'trunkLocked', 'trunkOpen', 'valet']);
  assert.ok(told('locate').includes('latE6'));
  assert.ok(told('climate-off').includes('cabinC'));
  const delivery = rig.office.newId();
  assert.ok(told('locate', { delivery }).includes('latE6'));
  assert.deepEqual(told('trunk', { delivery }), ['doorsLocked', 'doorsOpen', 'trunkLocked', 'trunkOpen'], 'A12: once');
  assert.deepEqual(Object.keys(rig.office.reports.at(-1)?.body ?? {}).length, 4, 'nor do its reports');
});

test('A12: without any fix, locating is no answer', () => {
  const rig = rigOf();
  assert.equal(send(rig, { action: 'locate' }), 'no-motion');
});

test('A7: every action comes to an end', () => {
  for (const action of Object.keys(ACTIONS) as Action[]) {
    const rig = rigOf();
    const id = rig.office.wish({ action });
    rig.run(20_000);
    assert.notEqual(rig.office.resultOf(id), undefined, action);
    rig.checker.settle();
    assert.deepEqual(rig.checker.violations, [], action);
    assert.equal(rig.office.open, 0, toHex(id));
  }
});

/** Whatever stands in the fields. */
function looseCbor(value: Record<string, never>): CborMap {
  const map: CborMap = new Map();
  for (const [name, { key }] of Object.entries(Lease.fields)) {
    if (value[name] !== undefined) map.set(key, name === 'action' && typeof value[name] === 'string' ? 2 : value[name]);
  }
  return map;
}
