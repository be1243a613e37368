import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordHash } from '../../firmware/board/password-hash.ts';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { toHex, utf8 } from '../../protocol/bytes.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();

function rigOf(): BoxRig {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  return rig;
}

function enter(rig: BoxRig, password: string): string {
  rig.station.panel({ what: 'valet', password });
  const shown = rig.station.shown.at(-1);
  if (shown?.what === 'valet') return shown.on ? 'on' : 'off';
  return shown?.what === 'wrong-password' ? `wrong ${shown.waitMs}` : 'nothing';
}

test('B98: on with a password, off with the same one', () => {
  const rig = rigOf();
  assert.equal(enter(rig, '12'), 'wrong 0', 'too short');
  assert.equal(enter(rig, 'secret'), 'on');
  assert.equal(enter(rig, 'Secret'), 'wrong 0');
  assert.equal(enter(rig, 'secret'), 'off');
  rig.run(3_000);
  assert.deepEqual(
    rig.office.reports
      .map(({ what }) => what)
      .filter((what) => what.startsWith('valet'))
      .sort(),
    ['valet-off', 'valet-on'],
  );
});

test('B98: five wrong attempts wait a minute, and pulling the fuse does not help', () => {
  const rig = rigOf();
  enter(rig, 'secret');
  for (let i = 0; i < BOX_PRODUCTION.valetTries - 1; i++) assert.equal(enter(rig, `guess ${i}`), 'wrong 0');
  assert.equal(enter(rig, 'guess 5'), `wrong ${BOX_PRODUCTION.valetWaitMs}`);
  assert.match(enter(rig, 'secret'), /^wrong/, 'the right one waits as well');
  rig.station.cutPower();
  rig.run(10_000);
  assert.match(enter(rig, 'secret'), /^wrong [1-9]/);
  rig.run(BOX_PRODUCTION.valetWaitMs);
  assert.equal(enter(rig, 'secret'), 'off');
});

test('B98: only basic driving: no shared key, no pairing, no switch; the owner ends it from afar', () => {
  const rig = rigOf();
  const owner = new NearPhone(rig, crypto, 'owner');
  const friend = new NearPhone(rig, crypto, 'friend');
  rig.downlink('binding', rig.office.bind(owner.publicKey));
  rig.run(35_000);
  const nowS = Math.floor(rig.office.utcMs / 1000);
  const grant = owner.grant(friend.publicKey, ['unlock'], nowS - 60, nowS + 3600);
  enter(rig, 'secret');
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'refused valet');
  rig.station.panel({ what: 'switch', name: 'online', on: false });
  assert.deepEqual(rig.station.shown.at(-1), { what: 'switch-locked' });
  rig.station.panel({ what: 'pair' });
  assert.deepEqual(rig.station.shown.at(-1), { what: 'switch-locked' });
  const id = rig.office.wish({ action: 'valet-off' });
  rig.run(3_000);
  assert.equal(rig.office.resultOf(id)?.outcome, 'executed');
  assert.deepEqual(rig.station.shown.at(-1), { what: 'valet', on: false });
});

test('B99: the password is neither in flash nor in anything that leaves the car', () => {
  const rig = rigOf();
  const said: Uint8Array[] = [];
  const { uplink } = rig.office;
  rig.office.uplink = (channel, bytes) => {
    said.push(bytes);
    return uplink.call(rig.office, channel, bytes);
  };
  const password = 'correct horse';
  enter(rig, password);
  enter(rig, 'battery staple');
  enter(rig, password);
  rig.run(60_000);
  const needles = [password, 'battery staple'].map((text) => toHex(utf8(text)));
  const hay = [rig.flash.image(), ...said].map(toHex);
  for (const needle of needles) assert.ok(hay.every((text) => !text.includes(needle)));
});

test('B98: the hash is scrypt with its salt (RFC 7914)', () => {
  const salt = new Uint8Array(16).fill(1);
  assert.equal(passwordHash('secret', salt).length, 32);
  assert.notDeepEqual(passwordHash('secret', salt), passwordHash('secret', new Uint8Array(16)));
  assert.deepEqual(passwordHash('secret', salt), passwordHash('secret', salt));
});
