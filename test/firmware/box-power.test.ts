import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { DAY_MS } from '../../protocol/messages.ts';
import { boxRig } from '../../scripts/races/box-rig.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();
const { idleMs, deepAfterMs, listenMs, power } = BOX_PRODUCTION;

test('decisions.md, Sleep: awake, then eDRX, then deep sleep; each says what it is and when it hears', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  assert.equal(rig.station.power, 'awake');
  rig.run(idleMs + 1_000);
  assert.equal(rig.station.power, 'edrx');
  rig.run(1_000);
  assert.equal(rig.office.clock?.power, 'edrx');
  assert.equal(rig.office.clock?.wakeMs, power.edrx.wakeMs);
  const { clocks } = rig.office;
  rig.run(3_600_000);
  assert.equal(rig.office.clocks, clocks, 'asleep it says nothing');
  rig.run(deepAfterMs - 3_600_000 + 10_000);
  assert.equal(rig.station.power, 'deep-sleep');
  assert.equal(rig.office.clock?.power, 'deep-sleep');
  assert.equal(rig.station.radio.linkUp, false);
});

test('decisions.md, Sleep: a question wakes it from eDRX within its wake latency, and the lease arrives alive', () => {
  const rig = boxRig({ crypto });
  rig.run(idleMs + 100_000);
  assert.equal(rig.station.power, 'edrx');
  const id = rig.office.wish({ action: 'unlock' });
  rig.run(power.edrx.wakeMs + 3_000);
  assert.equal(rig.office.resultOf(id)?.outcome, 'executed');
  assert.equal(rig.station.power, 'awake');
  assert.deepEqual(rig.checker.violations, []);
});

test('decisions.md, Sleep: in deep sleep it wakes by itself once an hour, and somebody at the car wakes it at once', () => {
  const rig = boxRig({ crypto });
  rig.run(idleMs + deepAfterMs + 60_000);
  assert.equal(rig.station.power, 'deep-sleep');
  const id = rig.office.wish({ action: 'lights' });
  rig.run(power['deep-sleep'].wakeMs + 10_000);
  assert.equal(rig.office.resultOf(id)?.outcome, 'executed');
  rig.run(deepAfterMs + idleMs + listenMs);
  assert.equal(rig.station.power, 'deep-sleep');
  const owner = new NearPhone(rig, crypto, 'owner');
  owner.hello();
  assert.equal(rig.station.power, 'awake');
});

test('numbers.md 4: a weak battery sends it to sleep sooner, and an empty one keeps it there', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  rig.body.change({ batteryMv: 11_900 });
  rig.run(listenMs + 1_000);
  assert.equal(rig.station.power, 'edrx', 'below the limit of being awake');
  rig.body.change({ batteryMv: 11_700 });
  rig.run(1_000);
  assert.equal(rig.station.power, 'deep-sleep', 'below that of eDRX');
  rig.body.change({ batteryMv: 11_300 });
  const { clocks } = rig.office;
  rig.run(3 * DAY_MS);
  assert.equal(rig.office.clocks, clocks, 'below the last limit it does not wake by itself');
  rig.body.change({ batteryMv: 12_400 });
  rig.run(power['deep-sleep'].wakeMs * 2);
  assert.ok(rig.office.clocks > clocks);
});

test('numbers.md 4: what a parked month takes from the battery', () => {
  const rig = boxRig({ crypto });
  rig.run(30 * DAY_MS);
  const { consumedMah } = rig.station;
  // Three days of eDRX and 27 of deep sleep; a battery of 60 Ah may lose a twentieth.
  assert.ok(consumedMah > 700 && consumedMah < 3_000, `${consumedMah} mAh`);
});

test('decisions.md, Sleep: it stays awake while something is going on', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  rig.body.turnKey(true);
  rig.body.pressStart();
  rig.run(3 * idleMs);
  assert.equal(rig.station.power, 'awake');
  rig.body.stopEngine();
  rig.run(idleMs + 5_000);
  assert.equal(rig.station.power, 'edrx');
});
