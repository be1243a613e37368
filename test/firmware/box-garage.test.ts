import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { Settled } from '../../protocol/access-messages.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();

/** Online, but no network ever reaches it. */
function garage(): BoxRig {
  const rig = boxRig({ crypto, radio: { ...NO_RADIO } });
  rig.run(5_000);
  return rig;
}

const NO_RADIO = {
  latencyMsMin: 50,
  latencyMsMax: 120,
  loss: 0,
  duplication: 0,
  connectMsMin: 800,
  connectMsMax: 2500,
  keepAliveMs: 45_000,
  outages: [{ fromMs: 0, toMs: 1_000_000_000 }],
};

/** Carries what the phone has heard to the office. */
function ferry(rig: BoxRig, phone: NearPhone): void {
  for (const { kind, body } of phone.heard.splice(0)) {
    if (kind === 'clock' || kind === 'result' || kind === 'report') assert.ok(rig.office.uplink(kind, body));
  }
}

test('decisions.md, Underground: lease and result travel by phone, and the trunk opens once', () => {
  const rig = garage();
  const courier = new NearPhone(rig, crypto, 'courier');
  courier.hello();
  ferry(rig, courier);
  const lease = rig.office.lease({ action: 'trunk', delivery: rig.office.newId() });
  rig.checker.issued({ id: lease.cti, action: 'trunk', boot: lease.boot, endMs: lease.endMs });
  const bytes = rig.office.sealLease(lease);
  for (let i = 0; i < 3; i++) courier.say('lease', bytes);
  rig.run(2_000);
  assert.equal(courier.verdict(lease.cti), 'executed');
  assert.equal(rig.body.unlatches, 1);
  rig.body.closeLid();
  rig.run(3_000);
  assert.deepEqual(
    courier.reports.map(({ what }) => what),
    ['switches-changed', 'trunk-opened', 'trunk-closed', 'secured'],
  );
  ferry(rig, courier);
  assert.equal(rig.office.resultOf(lease.cti)?.outcome, 'executed');
  rig.station.cutPower();
  rig.run(5_000);
  courier.say('lease', bytes);
  rig.run(1_000);
  assert.equal(rig.body.unlatches, 1, 'nor after a reset');
  assert.deepEqual(rig.checker.violations, []);
});

test('A24: a stranger who says hello hears a clock and nothing of the car', () => {
  const rig = garage();
  const courier = new NearPhone(rig, crypto, 'courier');
  courier.hello();
  ferry(rig, courier);
  const lease = rig.office.lease({ action: 'trunk', delivery: rig.office.newId() });
  courier.say('lease', rig.office.sealLease(lease));
  rig.run(2_000);
  const stranger = new NearPhone(rig, crypto, 'stranger');
  stranger.hello();
  // A recording of another boot opens nothing either.
  stranger.say('time', rig.office.time({ ...courier.clocks[0], boot: new Uint8Array(16) }, rig.office.utcMs));
  rig.body.closeLid();
  rig.run(3_000);
  assert.deepEqual(
    stranger.heard.map(({ kind }) => kind),
    ['clock'],
  );
});

test('A7: what the phone settles is settled', () => {
  const rig = garage();
  const courier = new NearPhone(rig, crypto, 'courier');
  courier.hello();
  ferry(rig, courier);
  const lease = rig.office.lease({ action: 'lights' });
  courier.say('lease', rig.office.sealLease(lease));
  rig.run(2_000);
  const again = new NearPhone(rig, crypto, 'owner');
  again.hello();
  again.say('time', rig.office.time(again.clocks[0], rig.office.utcMs));
  assert.equal(again.verdict(lease.cti), 'executed', 'another carrier gets what is waiting');
  const ids = [lease.cti, ...again.reports.map(({ id }) => id)];
  again.say('settled', rig.office.seal(Settled, 'bb-settled', { ids }));
  const third = new NearPhone(rig, crypto, 'third');
  third.hello();
  third.say('time', rig.office.time(third.clocks[0], rig.office.utcMs));
  assert.deepEqual(third.results, []);
  assert.deepEqual(third.reports, []);
});

test('A7: bytes that are no message move nothing and are counted', () => {
  const rig = garage();
  const phone = new NearPhone(rig, crypto, 'phone');
  for (const length of [0, 1, 100, 3_000, 9_000]) phone.end.send(new Uint8Array(length).fill(0xa1));
  for (const kind of ['clock', 'presence', 'result', 'report'] as const) phone.say(kind);
  for (const kind of [
    'key-use',
    'presence-ask',
    'lease',
    'time',
    'issuers',
    'binding',
    'settled',
    'inquiry',
  ] as const) {
    phone.say(kind, new Uint8Array(40).fill(0x40));
  }
  rig.run(1_000);
  const refused = [...rig.box().mailroom.refused.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(refused, 17);
  assert.deepEqual(phone.heard, []);
  assert.deepEqual(rig.station.actuations, []);
});
