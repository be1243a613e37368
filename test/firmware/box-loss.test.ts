import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/bytes.ts';
import { rigOf, unmoved, verdictOf } from './box-lease-rig.ts';

test('A14: with flash lost, an earlier boot may have opened: the box says interrupted until the gateway knows', () => {
  const rig = rigOf();
  const lease = rig.office.lease({ action: 'trunk' });
  const id = rig.office.newId();
  rig.station.powerOff();
  rig.flash.load(new Uint8Array(rig.flash.image().length).fill(0xff));
  rig.station.powerOn();
  rig.office.tellsTime = false;
  rig.station.panel({ what: 'switch', name: 'online', on: true });
  rig.run(5_000);
  assert.equal(rig.office.clock?.intact, false);
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.office.ask([id]);
  rig.run(2_000);
  assert.equal(verdictOf(rig.office.resultOf(lease.cti)), 'interrupted');
  assert.equal(verdictOf(rig.office.resultOf(id)), 'interrupted');
  // A reset in between does not make it forget that it has forgotten.
  rig.station.cutPower();
  rig.run(5_000);
  assert.equal(rig.office.clock?.intact, false);
  rig.office.tellsTime = true;
  rig.run(70_000);
  assert.equal(rig.office.clock?.intact, true);
  const later = rig.office.newId();
  rig.office.ask([later]);
  rig.run(2_000);
  assert.equal(verdictOf(rig.office.resultOf(later)), 'refused burnt');
  unmoved(rig);
});

test('A14: records that are missing in the middle of the flash are a loss as well', () => {
  const rig = rigOf();
  const lease = rig.office.lease({ action: 'lights' });
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(70_000);
  assert.equal(rig.office.clock?.intact, true);
  rig.office.wish({ action: 'lights' });
  rig.run(3_000);
  rig.station.powerOff();
  const image = rig.flash.image();
  const at = toHex(image).indexOf(toHex(lease.cti)) / 2;
  image.fill(0, at - 16, at + 40);
  rig.flash.load(image);
  rig.office.tellsTime = false;
  rig.station.powerOn();
  rig.run(5_000);
  assert.equal(rig.office.clock?.intact, false);
  rig.office.tellsTime = true;
  rig.run(70_000);
  assert.equal(rig.office.clock?.intact, true);
});

test('A14: an answer to a clock from before the loss does not mean that the gateway knows of it', () => {
  const rig = rigOf();
  rig.office.tellsTime = false;
  rig.run(40_000);
  const before = rig.office.clock;
  assert.ok(before?.intact);
  rig.run(3_000);
  rig.box().mailroom.lost(rig.station.boxNowMs);
  rig.downlink('time', rig.office.time(before, rig.office.utcMs));
  rig.run(40_000);
  assert.equal(rig.office.clock?.intact, false);
  rig.office.tellsTime = true;
  rig.run(70_000);
  assert.equal(rig.office.clock?.intact, true);
});
