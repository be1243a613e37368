import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { BoxReport } from '../../protocol/access-messages.ts';
import { unseal } from '../../protocol/envelope.ts';
import { DeviceState } from '../../protocol/messages.ts';
import { boxRig } from '../../scripts/races/box-rig.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();

test('B87: a new box has its services off: no session, no presence, no heartbeat', () => {
  const rig = boxRig({ crypto, online: false });
  rig.run(3_600_000);
  assert.equal(rig.station.radio.linkUp, false);
  assert.equal(rig.office.clocks, 0);
  assert.equal(rig.station.radio.uplinks.sent, 0);
});

test('B64, B87: each switch ends the session, and the gateway hears the last word', () => {
  for (const name of ['online', 'profile'] as const) {
    const rig = boxRig({ crypto });
    rig.run(10_000);
    assert.equal(rig.station.radio.linkUp, true);
    rig.station.panel({ what: 'switch', name, on: false });
    rig.run(BOX_PRODUCTION.lingerMs + 5_000);
    assert.equal(rig.station.radio.linkUp, false);
    assert.equal(rig.office.clock?.[name], false);
    const { clocks } = rig.office;
    rig.run(3_600_000);
    assert.equal(rig.office.clocks, clocks, 'and nothing more');
    rig.station.cutPower();
    rig.run(60_000);
    assert.equal(rig.office.clocks, clocks, 'the switch outlives a reset');
    rig.station.panel({ what: 'switch', name, on: true });
    rig.run(10_000);
    assert.ok(rig.office.clocks > clocks);
  }
});

test('B64: switched off from afar, the result leaves before the session ends', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  const id = rig.office.wish({ action: 'profile-off' });
  rig.run(20_000);
  assert.equal(rig.office.resultOf(id)?.outcome, 'executed');
  assert.equal(rig.station.radio.linkUp, false);
});

test('B51, B87: with the services off a lease that a phone brings is refused, and what was open stays known', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  const phone = new NearPhone(rig, crypto, 'courier');
  rig.station.panel({ what: 'switch', name: 'online', on: false });
  rig.run(20_000);
  phone.hello();
  const clock = phone.heard.at(-1);
  assert.ok(clock !== undefined && rig.office.uplink('clock', clock.body));
  const lease = rig.office.lease({ action: 'unlock' });
  phone.say('lease', rig.office.sealLease(lease));
  assert.equal(phone.verdict(lease.cti), 'refused services-off');
  assert.deepEqual(rig.station.actuations, []);
});

test('B51, B87: a session for a stolen car carries nothing of services that are off', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  rig.office.settles = false;
  const trunk = rig.office.wish({ action: 'trunk' });
  rig.run(3_000);
  rig.body.closeLid();
  rig.run(5_000);
  rig.station.panel({ what: 'switch', name: 'online', on: false });
  rig.run(60_000);
  const phone = new NearPhone(rig, crypto, 'owner');
  phone.hello();
  const [clock] = phone.heard;
  assert.ok(rig.office.uplink('clock', clock.body));
  phone.say('lease', rig.office.sealLease(rig.office.lease({ action: 'track-on' })));
  const said: string[] = [];
  const { uplink } = rig.office;
  const scope = { type: 'bb-report', direction: 'up', device: rig.identity.id } as const;
  rig.office.uplink = (channel, bytes) => {
    const report = unseal(BoxReport, bytes, scope, rig.identity.publicKey, crypto);
    if (channel === 'report' && report.ok) said.push(report.value.what);
    return uplink.call(rig.office, channel, bytes);
  };
  rig.office.forgetResults();
  rig.run(60_000);
  assert.ok(said.length > 3);
  assert.deepEqual([...new Set(said)], ['tracked']);
  assert.deepEqual(rig.office.resultOf(trunk)?.body, undefined, 'the result, without what the car was like');
  assert.equal(rig.office.resultOf(trunk)?.outcome, 'executed');
});

test('B50: the state that is retained says offline when the session has ended', () => {
  const rig = boxRig({ crypto });
  const states: DeviceState[] = [];
  const { uplink } = rig.office;
  rig.office.uplink = (channel, bytes) => {
    const scope = { type: 'bb-state', direction: 'up', device: rig.identity.id } as const;
    const state = unseal(DeviceState, bytes, scope, rig.identity.publicKey, crypto);
    if (channel === 'state' && state.ok) states.push(state.value);
    return uplink.call(rig.office, channel, bytes);
  };
  rig.run(10_000);
  rig.station.panel({ what: 'switch', name: 'online', on: false });
  rig.run(60_000);
  assert.deepEqual(
    states.map(({ online }) => online),
    [true, false],
  );
});
