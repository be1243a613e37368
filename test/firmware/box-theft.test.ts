import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Action } from '../../protocol/access-messages.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';
import { CALM_RADIO } from '../../simulator/radio.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();
const FIX = {
  latE7: 525_200_000,
  lonE7: 134_050_000,
  speedCmS: 1_200,
  headingCdeg: 9_000,
  altitudeM: 34,
  accuracyCm: 250,
  utcMs: 1_772_433_000_000,
};

function rigOf(): BoxRig {
  const rig = boxRig({ crypto, gnss: () => FIX });
  rig.run(10_000);
  return rig;
}

function order(rig: BoxRig, action: Action): string {
  const id = rig.office.wish({ action });
  rig.run(3_000);
  const result = rig.office.resultOf(id);
  return [result?.outcome, result?.reason].filter(Boolean).join(' ');
}

function told(rig: BoxRig): string[] {
  return rig.office.reports.map(({ what }) => what);
}

function starts(rig: BoxRig): boolean {
  rig.body.pressStart();
  rig.run(1_500);
  return rig.body.state.engineOn;
}

test('A5, B88: without a right the engine does not start', () => {
  const rig = rigOf();
  assert.equal(starts(rig), false);
  assert.ok(told(rig).includes('start-refused'));
  assert.equal(order(rig, 'start'), 'executed');
  assert.equal(starts(rig), true);
  rig.body.stopEngine();
  rig.run(BOX_PRODUCTION.startMs);
  assert.equal(starts(rig), false, 'the permission has ended');
  rig.body.turnKey(true);
  rig.run(1_000);
  assert.equal(starts(rig), true, 'the mechanical key always works');
  assert.deepEqual(rig.body.violations, []);
});

test('B92: an engine that is being started is not held, whatever ends or is armed meanwhile', () => {
  for (let pressMs = BOX_PRODUCTION.startMs - 1_000; pressMs <= BOX_PRODUCTION.startMs; pressMs += 100) {
    const rig = rigOf();
    rig.office.wish({ action: 'start' });
    rig.run(100);
    rig.run(pressMs);
    rig.body.pressStart();
    rig.run(3_000);
    assert.deepEqual(rig.body.violations, [], `pressed ${pressMs} ms after the permission`);
  }
  const rig = rigOf();
  assert.equal(order(rig, 'start'), 'executed');
  rig.office.wish({ action: 'immobilise' });
  rig.body.pressStart();
  rig.run(3_000);
  assert.deepEqual(rig.body.violations, []);
  assert.equal(rig.body.state.engineOn, true);
  rig.body.stopEngine();
  rig.run(1_000);
  assert.equal(starts(rig), false, 'it takes effect at the next standstill');
});

test('B89: a siren that was on before a reset is silent again after its time', () => {
  const rig = rigOf();
  assert.equal(order(rig, 'arm'), 'executed');
  rig.body.openDoors(1, true);
  rig.run(2_000);
  assert.equal(rig.body.state.sirenOn, true);
  rig.station.cutPower();
  rig.body.closeDoors();
  rig.run(BOX_PRODUCTION.sirenMs / 2);
  assert.equal(rig.body.state.sirenOn, true);
  rig.run(BOX_PRODUCTION.sirenMs);
  assert.equal(rig.body.state.sirenOn, false);
});

test('A6, B90: armed from afar, the car cannot be started, and its display says so', () => {
  const rig = rigOf();
  const owner = new NearPhone(rig, crypto, 'owner');
  rig.downlink('binding', rig.office.bind(owner.publicKey));
  rig.run(1_000);
  assert.equal(order(rig, 'immobilise'), 'executed');
  assert.deepEqual(rig.station.shown.at(-1), { what: 'cannot-start' });
  assert.equal(order(rig, 'start'), 'refused armed');
  assert.equal(owner.verdict(owner.use('start')), 'refused armed');
  assert.equal(starts(rig), false);
  rig.station.cutPower();
  rig.run(5_000);
  assert.equal(starts(rig), false, 'a reset does not release it');
  assert.equal(order(rig, 'release'), 'executed');
  assert.equal(order(rig, 'start'), 'executed');
  assert.equal(starts(rig), true);
  assert.deepEqual(
    told(rig).filter((what) => what === 'immobilised' || what === 'released'),
    ['immobilised', 'released'],
  );
});

test("A6: the owner's key over the short-range link and the mechanical key release it as well", () => {
  const byKey = rigOf();
  const owner = new NearPhone(byKey, crypto, 'owner');
  byKey.downlink('binding', byKey.office.bind(owner.publicKey));
  byKey.run(1_000);
  order(byKey, 'immobilise');
  assert.equal(owner.verdict(owner.use('release')), 'executed');
  assert.equal(owner.verdict(owner.use('start')), 'executed');
  assert.equal(starts(byKey), true);

  const byMetal = rigOf();
  order(byMetal, 'immobilise');
  byMetal.body.turnKey(true);
  byMetal.run(1_000);
  assert.equal(starts(byMetal), true);
  assert.ok(told(byMetal).includes('mechanical-key') && told(byMetal).includes('released'));
});

test('A6: a mechanical key that was turned before does not count; turning it does', () => {
  const rig = rigOf();
  rig.body.turnKey(true);
  rig.run(1_000);
  order(rig, 'immobilise');
  assert.equal(starts(rig), false);
  rig.body.turnKey(false);
  rig.run(1_000);
  rig.body.turnKey(true);
  rig.run(1_000);
  assert.equal(starts(rig), true);
});

test('B92: it takes effect at the next standstill with the engine off, and never stops a car', () => {
  const rig = rigOf();
  order(rig, 'start');
  assert.equal(starts(rig), true);
  rig.body.change({ speedDmS: 200 });
  assert.equal(order(rig, 'immobilise'), 'executed');
  rig.run(60_000);
  assert.equal(rig.body.state.immobilised, false);
  rig.body.change({ speedDmS: 0 });
  rig.run(60_000);
  assert.equal(rig.body.state.immobilised, false, 'it stands at a light');
  assert.ok(!told(rig).includes('immobilised'));
  rig.body.stopEngine();
  rig.run(1_000);
  assert.equal(rig.body.state.immobilised, true);
  assert.ok(told(rig).includes('immobilised'));
  assert.equal(starts(rig), false);
  assert.deepEqual(rig.body.violations, []);
});

test('B89, B91: a door that is opened while the alarm is armed sets it off, after its debounce, for 30 s', () => {
  const rig = rigOf();
  assert.equal(order(rig, 'arm'), 'executed');
  rig.body.openDoors(1, true);
  rig.run(BOX_PRODUCTION.alarmDebounceMs - 100);
  rig.body.closeDoors();
  rig.run(5_000);
  assert.equal(rig.body.state.sirenOn, false, 'too short');
  rig.body.openDoors(4, true);
  rig.run(1_000);
  assert.equal(rig.body.state.sirenOn, true);
  const alarm = rig.office.reports.find(({ what }) => what === 'alarm');
  assert.deepEqual(Object.keys(alarm?.body ?? {}).sort(), [
    'alarm',
    'doorsLocked',
    'doorsOpen',
    'trunkLocked',
    'trunkOpen',
    'windowsOpen',
  ]);
  assert.equal(alarm?.body?.doorsOpen, 4);
  rig.run(BOX_PRODUCTION.sirenMs);
  assert.equal(rig.body.state.sirenOn, false);
  rig.run(60_000);
  assert.equal(told(rig).filter((what) => what === 'alarm').length, 1, 'the same open door is one alarm');
  rig.body.closeDoors();
  rig.run(1_000);
  rig.body.openDoors(4, true);
  rig.run(1_000);
  assert.equal(rig.body.state.sirenOn, true);
  assert.equal(order(rig, 'disarm'), 'executed');
  assert.equal(rig.body.state.sirenOn, false);
});

test('B89: what is lawful sets nothing off', () => {
  const rig = rigOf();
  order(rig, 'arm');
  order(rig, 'trunk');
  rig.run(60_000);
  rig.body.closeLid();
  rig.run(3_000);
  rig.body.turnKey(true);
  rig.body.openDoors(1, true);
  rig.run(5_000);
  assert.ok(!told(rig).includes('alarm'));
  // Armed with a door ajar: that door is known.
  rig.body.turnKey(false);
  order(rig, 'arm');
  rig.run(5_000);
  assert.ok(!told(rig).includes('alarm'));
  rig.body.openDoors(2, true);
  rig.run(5_000);
  assert.ok(told(rig).includes('alarm'));
});

test('B89: locking arms, unlocking disarms, and a cut battery with an open door is an alarm', () => {
  const rig = rigOf();
  order(rig, 'unlock');
  order(rig, 'lock');
  rig.station.cutPower(10_000);
  rig.run(1_000);
  rig.body.openDoors(1, true);
  rig.run(15_000);
  assert.ok(told(rig).includes('alarm'));
  rig.body.closeDoors();
  assert.equal(order(rig, 'unlock'), 'executed');
  rig.body.openDoors(1);
  rig.run(5_000);
  assert.equal(rig.body.state.sirenOn, false);
});

test('B92, B94: a stolen car says where it is, again and again, over resets and with the services off', () => {
  const rig = rigOf();
  assert.equal(order(rig, 'track-on'), 'executed');
  rig.station.panel({ what: 'switch', name: 'online', on: false });
  assert.deepEqual(rig.station.shown.at(-1), { what: 'switch-locked' }, 'nobody in the car can switch it off');
  rig.run(60_000);
  const tracked = rig.office.reports.filter(({ what }) => what === 'tracked');
  assert.ok(tracked.length >= 60_000 / BOX_PRODUCTION.trackMs, `${tracked.length}`);
  assert.equal(tracked[0].body?.latE6, 52_520_000);
  rig.station.cutPower();
  rig.run(30_000);
  assert.ok(rig.office.reports.filter(({ what }) => what === 'tracked').length > tracked.length);
  assert.equal(order(rig, 'track-off'), 'executed');
  const last = rig.office.reports.length;
  rig.run(60_000);
  assert.equal(rig.office.reports.length, last);
});

test('B94: without a link the last positions wait, and older ones are given up', () => {
  const outage = { fromMs: 60_000, toMs: 660_000 };
  const rig = boxRig({ crypto, gnss: () => FIX, radio: { ...CALM_RADIO, outages: [outage] } });
  rig.run(10_000);
  order(rig, 'track-on');
  rig.run(700_000);
  const missed = rig.office.reports.filter(
    ({ what, atMs }) => what === 'tracked' && atMs > outage.fromMs && atMs < outage.toMs,
  );
  // The last one or two of them are from after the outage, before the link was back.
  assert.ok(missed.length <= BOX_PRODUCTION.positions && missed.length >= BOX_PRODUCTION.positions - 2);
  assert.ok(missed.every(({ atMs }) => atMs > outage.toMs - (BOX_PRODUCTION.positions + 2) * BOX_PRODUCTION.trackMs));
});

test('B87: while something is armed from afar no switch goes off, by whomever', () => {
  for (const action of ['immobilise', 'track-on', 'arm'] as const) {
    const rig = rigOf();
    order(rig, action);
    rig.station.panel({ what: 'switch', name: 'profile', on: false });
    assert.deepEqual(rig.station.shown.at(-1), { what: 'switch-locked' });
    assert.equal(order(rig, 'online-off'), 'refused armed');
    assert.equal(order(rig, 'profile-off'), 'refused armed');
    const undo = ({ immobilise: 'release', 'track-on': 'track-off', arm: 'disarm' } as const)[action];
    assert.equal(order(rig, undo), 'executed');
    assert.equal(order(rig, 'online-off'), 'executed');
  }
});
