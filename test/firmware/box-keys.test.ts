import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import type { GnssFix } from '../../firmware/hal.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { type Action, SHARED_KEYS_MAX } from '../../protocol/access-messages.ts';
import { DAY_MS } from '../../protocol/messages.ts';
import { type BoxRig, type BoxRigOptions, boxRig } from '../../scripts/races/box-rig.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();
const HOUR_S = 3600;
const YEAR_MS = 365 * DAY_MS;

interface Owned {
  readonly rig: BoxRig;
  readonly owner: NearPhone;
  readonly friend: NearPhone;
  /** UTC as the office has it, in seconds. */
  readonly nowS: () => number;
  readonly share: (actions?: readonly Action[], fromS?: number, toS?: number, id?: Uint8Array) => Uint8Array;
}

/** A box with an owner, a friend's phone beside it, online and with contact. */
function owned(options: Partial<BoxRigOptions> = {}): Owned {
  const rig = boxRig({ crypto, ...options });
  rig.run(5_000);
  const owner = new NearPhone(rig, crypto, 'owner');
  const friend = new NearPhone(rig, crypto, 'friend');
  rig.downlink('binding', rig.office.bind(owner.publicKey));
  rig.run(35_000);
  const nowS = (): number => Math.floor(rig.office.utcMs / 1000);
  const share: Owned['share'] = (actions = ['unlock', 'lock', 'start'], fromS, toS, id) =>
    owner.grant(friend.publicKey, actions, fromS ?? nowS() - HOUR_S, toS ?? nowS() + HOUR_S, id);
  return { rig, owner, friend, nowS, share };
}

test("B38: the owner's own key opens, closes and permits a start", () => {
  const { rig, owner } = owned();
  assert.equal(owner.verdict(owner.use('unlock')), 'executed');
  assert.equal(rig.body.state.doorsLocked, false);
  assert.equal(owner.verdict(owner.use('lock')), 'executed');
  assert.equal(rig.body.state.doorsLocked, true);
  assert.equal(owner.verdict(owner.use('start')), 'executed');
  rig.run(1_000);
  rig.body.pressStart();
  rig.run(1_000);
  assert.equal(rig.body.state.engineOn, true);
});

test('B38, B42: a shared key works within its window and its actions, and nothing else does', () => {
  const { rig, owner, friend, nowS, share } = owned();
  const stranger = new NearPhone(rig, crypto, 'stranger');
  assert.equal(friend.verdict(friend.use('unlock', share())), 'executed');
  assert.equal(friend.verdict(friend.use('lock', share())), 'executed');
  const cases: [string, NearPhone, Action, Uint8Array | undefined][] = [
    ['key-unknown', friend, 'unlock', undefined],
    ['key-unknown', stranger, 'unlock', share()],
    ['key-unknown', friend, 'unlock', friend.grant(friend.publicKey, ['unlock'], 0, nowS() + HOUR_S)],
    ['scope', friend, 'trunk', share()],
    ['scope', friend, 'immobilise', share(['immobilise', 'unlock'])],
    ['scope', friend, 'online-off', share(['online-off', 'unlock'])],
    ['key-early', friend, 'unlock', share(undefined, nowS() + 60)],
    ['key-late', friend, 'unlock', share(undefined, undefined, nowS() - 60)],
  ];
  const before = rig.station.actuations.length;
  for (const [reason, phone, action, grant] of cases) {
    assert.equal(phone.verdict(phone.use(action, grant)), `refused ${reason}`);
  }
  assert.equal(rig.station.actuations.length, before, 'nothing moved');
  assert.equal(owner.verdict(owner.use('unlock')), 'executed');
});

test('B39: a nonce is good for one use, for 60 s, and for nobody else', () => {
  const { rig, owner } = owned();
  const nonce = owner.hello();
  const use = owner.keyUse('unlock', nonce);
  owner.say('key-use', use);
  rig.run(1_000);
  owner.say('key-use', use);
  owner.say('key-use', owner.keyUse('trunk', nonce));
  rig.run(1_000);
  assert.equal(rig.station.actuations.length, 1, 'the same use again gets its result, another one nothing');
  const late = owner.hello();
  rig.run(BOX_PRODUCTION.nonceMs);
  assert.equal(owner.verdict(owner.use('trunk', undefined, late)), 'refused presence');
  assert.equal(owner.verdict(owner.use('trunk', undefined, new Uint8Array(16))), 'refused presence');
  const lost = owner.hello();
  rig.station.cutPower();
  rig.run(2_000);
  assert.equal(owner.verdict(owner.use('trunk', undefined, lost)), 'refused presence', 'of an earlier boot');
  assert.equal(rig.body.unlatches, 0);
});

test('B39: a stranger who overhears a nonce does not use it up', () => {
  const { rig, owner } = owned();
  const stranger = new NearPhone(rig, crypto, 'stranger');
  const nonce = owner.hello();
  assert.equal(stranger.verdict(stranger.use('unlock', undefined, nonce)), 'refused key-unknown');
  assert.equal(owner.verdict(owner.use('unlock', undefined, nonce)), 'executed');
});

test('B39: a phone that talks all the time takes nobody else a nonce', () => {
  const { rig, owner } = owned();
  const stranger = new NearPhone(rig, crypto, 'stranger');
  const nonce = owner.hello();
  for (let i = 0; i < 40; i++) stranger.say('hello');
  assert.equal(owner.verdict(owner.use('unlock', undefined, nonce)), 'executed');
});

test('B38, B43: a grant that the gateway has not registered opens nothing', () => {
  const { rig, owner, friend, share } = owned();
  const id = rig.office.newId();
  const grant = share(undefined, undefined, undefined, id);
  const cases: [string, Uint8Array | undefined][] = [
    ['none', undefined],
    ['of another grant', rig.office.register(rig.office.newId())],
    ['of another pairing', rig.office.register(id, (rig.office.pairing ?? 0) + 1)],
    ['signed by the owner', rig.office.register(id, rig.office.pairing, owner.key)],
    ['no message', new Uint8Array(40)],
  ];
  for (const [name, registration] of cases) {
    const nonce = friend.use('unlock', owner.withRegistration(grant, registration));
    assert.equal(friend.verdict(nonce), 'refused key-unknown', name);
  }
  assert.equal(rig.body.state.doorsLocked, true);
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'executed');
});

test('B43: keys of an earlier pairing stay dead when the same owner pairs again', () => {
  for (const hearsOfTheUnpairing of [true, false]) {
    const { rig, owner, friend, share } = owned();
    const [revoked, id] = [rig.office.newId(), rig.office.newId()];
    const [ended, living] = [
      share(undefined, undefined, undefined, revoked),
      share(undefined, undefined, undefined, id),
    ];
    rig.downlink('binding', rig.office.bind(owner.publicKey, [revoked]));
    rig.run(2_000);
    assert.equal(friend.verdict(friend.use('unlock', living)), 'executed');
    const unpaired = rig.office.bind(undefined);
    if (hearsOfTheUnpairing) rig.downlink('binding', unpaired);
    rig.run(2_000);
    rig.downlink('binding', rig.office.bind(owner.publicKey));
    rig.run(35_000);
    for (const grant of [ended, living]) {
      assert.equal(friend.verdict(friend.use('lock', grant)), 'refused key-unknown');
    }
    assert.ok(
      rig.office.reports.some(({ what }) => what === 'erased'),
      'B37: a new pairing begins with nothing',
    );
    assert.equal(friend.verdict(friend.use('lock', share())), 'executed', 'a new one works');
  }
});

test('B43: a revoked key is refused as soon as the binding is there, and waits while it is on its way', () => {
  const { rig, owner, friend, share } = owned();
  const id = rig.office.newId();
  const grant = share(undefined, undefined, undefined, id);
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'executed');
  // The friend carries messages, and keeps the binding for himself.
  const binding = rig.office.bind(owner.publicKey, [id]);
  friend.hello();
  const clock = friend.clocks.at(-1);
  assert.ok(clock !== undefined);
  friend.say('time', rig.office.time(clock, rig.office.utcMs));
  assert.equal(friend.verdict(friend.use('lock', grant)), 'refused no-contact');
  rig.downlink('binding', binding);
  rig.run(1_000);
  assert.equal(friend.verdict(friend.use('lock', grant)), 'refused key-revoked');
  assert.equal(rig.body.state.doorsLocked, false);
});

test('B43: without contact for 24 h a shared key pauses, and a phone can bring the contact', () => {
  const { rig, owner, friend, nowS, share } = owned();
  const grant = share(undefined, undefined, nowS() + 4 * 24 * HOUR_S);
  rig.office.tellsTime = false;
  rig.run(BOX_PRODUCTION.contactMs - 70_000);
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'executed');
  rig.run(140_000);
  assert.equal(friend.verdict(friend.use('lock', grant)), 'refused no-contact');
  assert.equal(owner.verdict(owner.use('lock')), 'executed', 'the owner needs no contact');
  friend.hello();
  const clock = friend.clocks.at(-1);
  assert.ok(clock !== undefined);
  friend.say('time', rig.office.time(clock, rig.office.utcMs));
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'executed');
});

test('B43: after a reset the time is unknown, and unknown refuses', () => {
  const { rig, friend, share } = owned();
  const grant = share();
  rig.office.tellsTime = false;
  rig.station.cutPower();
  rig.run(5_000);
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'refused no-time');
  rig.office.tellsTime = true;
  rig.run(35_000);
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'executed');
});

test('decisions.md, Trust: a network time set back a year is refused, also after a reset', () => {
  const { rig, friend, nowS, share } = owned();
  const ended = share(undefined, nowS() - 400 * 24 * HOUR_S, nowS() - 60);
  rig.office.utcErrorMs = -YEAR_MS;
  rig.run(60_000);
  assert.equal(friend.verdict(friend.use('unlock', ended)), 'refused key-late');
  assert.ok((rig.box().mailroom.refused.get('time-back') ?? 0) > 0);
  rig.station.cutPower();
  rig.run(60_000);
  assert.equal(friend.verdict(friend.use('unlock', ended)), 'refused no-time', 'the floor is in flash');
  assert.ok((rig.box().mailroom.refused.get('time-back') ?? 0) > 0);
  assert.equal(rig.body.state.doorsLocked, true);
});

test('decisions.md, Trust: an answer to a clock of more than a minute ago says nothing', () => {
  const { rig, friend } = owned();
  friend.hello();
  const clock = friend.clocks.at(-1);
  assert.ok(clock !== undefined);
  rig.run(BOX_PRODUCTION.timeAgeMs);
  friend.say('time', rig.office.time(clock, rig.office.utcMs));
  friend.say('time', rig.office.time({ ...clock, atMs: clock.atMs + DAY_MS }, rig.office.utcMs));
  friend.say('time', rig.office.time({ ...clock, boot: new Uint8Array(16) }, rig.office.utcMs));
  assert.equal(rig.box().mailroom.refused.get('time-stale'), 2);
  assert.equal(rig.box().mailroom.refused.get('other-boot'), 1);
});

test('decisions.md, Trust: GNSS may only refuse', () => {
  let errorMs = 0;
  let office: BoxRig['office'] | null = null;
  const fix = (): GnssFix => ({
    latE7: 525_200_000,
    lonE7: 134_050_000,
    speedCmS: 0,
    headingCdeg: 0,
    altitudeM: 34,
    accuracyCm: 250,
    utcMs: (office?.utcMs ?? 1_772_433_000_000) + errorMs,
  });
  const { rig: world, friend, nowS, share } = owned({ gnss: fix });
  office = world.office;
  const living = share();
  const ended = share(undefined, nowS() - 400 * 24 * HOUR_S, nowS() - 60);
  assert.equal(friend.verdict(friend.use('unlock', living)), 'executed');
  errorMs = -YEAR_MS;
  world.run(2_000);
  assert.equal(friend.verdict(friend.use('lock', ended)), 'refused key-late', 'it opens nothing');
  assert.equal(friend.verdict(friend.use('lock', living)), 'refused key-early', 'it may close');
  errorMs = YEAR_MS;
  world.run(2_000);
  assert.equal(friend.verdict(friend.use('lock', living)), 'refused key-late');
  errorMs = 0;
  world.run(35_000);
  assert.equal(friend.verdict(friend.use('lock', living)), 'executed', 'and it leaves nothing behind');
});

test('B43: the box meets eight shared keys; what has ended makes room', () => {
  const { rig, friend, nowS, share } = owned();
  const grants = Array.from({ length: SHARED_KEYS_MAX + 1 }, (_, i) =>
    share(['status'], undefined, nowS() + HOUR_S + i),
  );
  const verdicts = grants.map((grant) => friend.verdict(friend.use('status', grant)));
  assert.deepEqual(verdicts.slice(0, -1), Array(SHARED_KEYS_MAX).fill('executed'));
  assert.equal(verdicts.at(-1), 'refused keys-full');
  rig.station.cutPower();
  rig.run(35_000);
  assert.equal(friend.verdict(friend.use('status', grants[8])), 'refused keys-full', 'they outlive a reset');
  rig.run(HOUR_S * 1000);
  const late = share(['status']);
  assert.equal(friend.verdict(friend.use('status', late)), 'executed');
});

test("B64, B87: with the services off shared keys rest, and the owner's own key works; nothing of it is kept", () => {
  for (const name of ['online', 'profile'] as const) {
    const { rig, owner, friend, share } = owned();
    const grant = share();
    rig.station.panel({ what: 'switch', name, on: false });
    rig.run(60_000);
    const results = rig.office.results.length;
    assert.equal(friend.verdict(friend.use('unlock', grant)), 'refused services-off');
    assert.equal(owner.verdict(owner.use('unlock')), 'executed');
    assert.equal(rig.body.state.doorsLocked, false);
    rig.run(60_000);
    rig.station.panel({ what: 'switch', name, on: true });
    rig.run(60_000);
    assert.equal(rig.office.results.length, results, 'nobody hears of it afterwards');
  }
});

test('B37: after an unpairing no key works, not even that of the former owner', () => {
  const { rig, owner, friend, share } = owned();
  const grant = share();
  rig.downlink('binding', rig.office.bind(undefined));
  rig.run(2_000);
  assert.equal(owner.verdict(owner.use('unlock')), 'refused key-unknown');
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'refused key-unknown');
});

test('A16: nobody pushes the proof of an opening out of the box by lighting the lights', () => {
  const { rig, owner, friend, nowS, share } = owned();
  const grant = share(['trunk', 'lights', 'unlock'], undefined, nowS() + 6 * HOUR_S);
  rig.office.settles = false;
  const opened = friend.use('trunk', grant);
  assert.equal(friend.verdict(opened), 'executed');
  rig.run(2_000);
  rig.body.closeLid();
  const own = owner.use('unlock');
  for (let i = 0; i < BOX_PRODUCTION.leases + 10; i++) {
    rig.run(BOX_PRODUCTION.nonceMs);
    assert.equal(friend.verdict(friend.use('lights', grant)), 'executed', `lights ${i}`);
  }
  rig.office.forgetResults();
  rig.office.settles = true;
  rig.run(BOX_PRODUCTION.resendLastMs);
  for (const id of [opened, own]) assert.equal(rig.office.resultOf(id)?.outcome, 'executed');
});

test('A16: openings by shared keys are refused when half the table holds them, and the owner gets in', () => {
  const { rig, owner, friend, nowS, share } = owned();
  const grant = share(['unlock', 'lights'], undefined, nowS() + 12 * HOUR_S);
  rig.office.settles = false;
  const use = (): string => {
    rig.run(BOX_PRODUCTION.nonceMs);
    return friend.verdict(friend.use('unlock', grant));
  };
  for (let i = 0; i < BOX_PRODUCTION.leases / 2; i++) assert.equal(use(), 'executed', `unlock ${i}`);
  assert.equal(use(), 'refused table-full');
  for (let i = 0; i < BOX_PRODUCTION.leases; i++) {
    rig.run(BOX_PRODUCTION.nonceMs);
    assert.equal(owner.verdict(owner.use('unlock')), 'executed', `the owner's ${i}`);
  }
  rig.run(BOX_PRODUCTION.nonceMs);
  assert.equal(owner.verdict(owner.use('lights')), 'refused table-full', 'not even his own for that');
  rig.office.settles = true;
  rig.run(BOX_PRODUCTION.resendLastMs + 60_000);
  assert.equal(use(), 'executed', 'what the gateway has makes room');
});

test('A16: what was refused opened nothing, and takes nobody the room for an opening', () => {
  const { rig, friend, nowS, share } = owned();
  const grant = share(['unlock'], undefined, nowS() + 12 * HOUR_S);
  rig.office.settles = false;
  for (let i = 0; i < BOX_PRODUCTION.leases; i++) {
    assert.equal(friend.verdict(friend.use('trunk', grant)), 'refused scope');
  }
  rig.run(BOX_PRODUCTION.nonceMs);
  assert.equal(friend.verdict(friend.use('unlock', grant)), 'executed');
});

test('A16: uses of keys without a network are kept and carried, and do not lock the owner out', () => {
  const { rig, owner } = owned();
  rig.station.radio.powerOff();
  for (let i = 0; i < BOX_PRODUCTION.leases + 10; i++) {
    assert.equal(owner.verdict(owner.use(i % 2 === 0 ? 'unlock' : 'lock')), 'executed', `use ${i}`);
    rig.run(BOX_PRODUCTION.nonceMs);
  }
});
