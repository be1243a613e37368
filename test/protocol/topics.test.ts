import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  backendFilter,
  backendTopic,
  downlinkFilter,
  downlinkTopic,
  parseUplinkTopic,
  UPLINK_CHANNELS,
  UPLINK_FILTER,
  uplinkTopic,
} from '../../protocol/topics.ts';
import { testDevice } from './golden.ts';

const { id } = testDevice;

test('topics are spelled as docs/SPEC.md has them', () => {
  assert.equal(uplinkTopic(id, 'frame'), `bb/1/d/${id}/up/frame`);
  assert.equal(downlinkTopic(id, 'receipt'), `bb/1/d/${id}/dn/receipt`);
  assert.equal(downlinkFilter(id), `bb/1/d/${id}/dn/+`);
  assert.equal(UPLINK_FILTER, 'bb/1/d/+/up/+');
  assert.equal(backendTopic('acme', 'tariff', 'trip.scored'), 'bb/1/out/acme/tariff/trip.scored');
  assert.equal(backendFilter('acme'), 'bb/1/out/acme/#');
});

test('an uplink topic names its device and channel', () => {
  for (const channel of UPLINK_CHANNELS) {
    assert.deepEqual(parseUplinkTopic(uplinkTopic(id, channel)), { device: id, channel });
  }
});

test('nothing else is an uplink topic', () => {
  const good = uplinkTopic(id, 'frame');
  const wrong = [
    '',
    '/',
    `/${good}`,
    `${good}/`,
    `${good}\n`,
    good.toUpperCase(),
    good.replace('bb/1', 'bb/2'),
    good.replace('/up/', '/dn/'),
    good.replace('frame', 'receipt'),
    good.replace('frame', '+'),
    good.replace('frame', '#'),
    good.replace('frame', '__proto__'),
    good.replace(id, '+'),
    good.replace(id, ''),
    good.replace(id, `${id}0`),
    downlinkTopic(id, 'receipt'),
    'bb/1/d/'.repeat(50_000),
  ];
  for (let length = 0; length < good.length; length++) wrong.push(good.slice(0, length));
  for (const topic of wrong) assert.equal(parseUplinkTopic(topic), null, topic.slice(0, 80));
});

test('a topic with any character changed is another device, or none', () => {
  const good = uplinkTopic(id, 'state');
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }), (at, text) => {
      const changed = good.slice(0, at) + text + good.slice(at + 1);
      const parsed = parseUplinkTopic(changed);
      if (parsed !== null) assert.equal(uplinkTopic(parsed.device, parsed.channel), changed);
    }),
    { numRuns: 5000 },
  );
});
