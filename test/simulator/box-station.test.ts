import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { toHex } from '../../protocol/bytes.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';

const crypto = nodeCrypto();

test('the same seed gives the same bytes, on the wire and in flash', () => {
  const life = (): string[] => {
    const said: string[] = [];
    const rig = boxRig({ crypto, seed: 7 });
    const { uplink } = rig.office;
    rig.office.uplink = (channel, bytes) => {
      said.push(`${channel} ${toHex(bytes)}`);
      return uplink.call(rig.office, channel, bytes);
    };
    rig.run(10_000);
    rig.office.wish({ action: 'unlock' });
    rig.run(30_000);
    rig.station.cutPower();
    rig.run(30_000);
    return [...said, toHex(rig.flash.image())];
  };
  assert.deepEqual(life(), life());
});

test('a cut in the flash, before an effect, or at any moment is a reset that keeps the flash', () => {
  const cuts: ((rig: BoxRig) => void)[] = [
    (rig) => rig.station.cutPower(500),
    (rig) => {
      rig.flash.cutAt = { operation: rig.flash.operations, damage: 'clean' };
      rig.office.wish({ action: 'lights' });
    },
    (rig) => {
      rig.station.cutAtEffect = rig.station.effects;
      rig.office.wish({ action: 'lights' });
    },
  ];
  for (const cut of cuts) {
    const rig = boxRig({ crypto });
    rig.run(10_000);
    const boot = toHex(rig.boot());
    cut(rig);
    rig.run(300);
    assert.equal(rig.station.running, false);
    rig.run(10_000);
    assert.equal(rig.station.boots, 2);
    assert.notEqual(toHex(rig.boot()), boot);
    assert.equal(rig.office.clock?.online, true, 'the switch was in flash');
  }
});

test('off is off: no input arrives and nothing is consumed', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  rig.station.powerOff();
  const { consumedMah } = rig.station;
  rig.body.openDoors(1, true);
  rig.run(3_600_000);
  assert.equal(rig.station.consumedMah, consumedMah);
  assert.equal(rig.station.running, false);
  rig.station.powerOn();
  rig.run(10_000);
  assert.equal(rig.station.running, true);
});

test('awake it takes what awake takes, asleep less', () => {
  const rig = boxRig({ crypto });
  rig.run(BOX_PRODUCTION.idleMs);
  const awake = rig.station.consumedMah;
  assert.ok(Math.abs(awake - (90 * BOX_PRODUCTION.idleMs) / 3_600_000) < 0.5, `${awake}`);
  rig.run(3_600_000);
  assert.ok(rig.station.consumedMah - awake < 5, 'an hour of eDRX');
});

test('in eDRX a downlink waits for the paging occasion', () => {
  const rig = boxRig({ crypto });
  rig.run(BOX_PRODUCTION.idleMs + 60_000);
  assert.equal(rig.station.power, 'edrx');
  const before = rig.office.clocks;
  rig.office.ask([]);
  rig.run(150);
  assert.equal(rig.office.clocks, before);
  rig.run(BOX_PRODUCTION.power.edrx.wakeMs + 200);
  assert.ok(rig.office.clocks > before);
});
