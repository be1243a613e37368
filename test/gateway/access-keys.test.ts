import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/bytes.ts';
import type { Car, Phone } from './access-parties.ts';
import { AccessRig } from './access-rig.ts';
import { filled } from './frame-maker.ts';

const DAY_S = 86_400;

async function paired(): Promise<{ rig: AccessRig; owner: Phone; friend: Phone; car: Car }> {
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  return { rig, owner, friend: await rig.phone(2), car: await rig.carOf(owner) };
}

async function share(owner: Phone, friend: Phone, car: Car, grant: Parameters<Phone['grant']>[2] = {}) {
  return owner.ask(car, { kind: 'share', grant: owner.grant(car, friend, grant), presence: car.presence(owner) });
}

test('B34: who scans the code in the car, beside the car, becomes its owner; box and phone get the binding', async () => {
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  const car = await rig.car(1);
  await rig.say(car.clock());
  assert.equal((await owner.ask(car, car.pairing(owner))).verdict, 'executed');
  assert.deepEqual(rig.bindings(car), [{ number: 1, owner: owner.publicKey, pairing: 1, revoked: [] }]);
  const carried = rig.sent.filter(({ to, channel }) => to === owner.id && channel === 'binding');
  assert.equal(carried.length, 1);
  // It goes out with each clock until the box holds it.
  rig.nowMs += 1000;
  await rig.say(car.clock());
  assert.equal(rig.bindings(car).length, 2);
  rig.nowMs += 1000;
  await rig.say(car.clock({ binding: 1 }));
  assert.equal(rig.bindings(car).length, 2);
});

test('B34: a second owner needs an unpairing first', async () => {
  const { rig, owner, friend, car } = await paired();
  assert.equal((await friend.ask(car, car.pairing(friend))).reason, 'box-owned');
  assert.equal((await friend.ask(car, { kind: 'unpair' })).reason, 'account');
  assert.equal((await owner.ask(car, { kind: 'unpair' })).verdict, 'executed');
  assert.deepEqual(rig.bindings(car).at(-1), { number: 2, revoked: [] });
  // A code from before the unpairing is worth nothing; the box has to hold the new binding.
  assert.equal((await friend.ask(car, car.pairing(friend))).reason, 'ticket');
  car.binding = 2;
  rig.nowMs += 1000;
  assert.equal((await friend.ask(car, car.pairing(friend))).verdict, 'executed');
  assert.equal((await owner.ask(car, { kind: 'unlock' })).reason, 'account');
});

test('B34: the code is good for 5 minutes and once, for the phone that was there, and only if the box signed it', async () => {
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  const thief = await rig.phone(2);
  const car = await rig.car(1);
  const other = await rig.car(2);
  const clock = () => car.clock().bytes;
  await rig.say(car.clock());
  const { nonce, sealed: ticket } = car.ticket();
  const presence = car.presence(owner, { nonce });
  const pair = { kind: 'pair', ticket, presence } as const;
  assert.equal((await owner.ask(car, pair)).reason, 'box-away');
  assert.equal((await thief.ask(car, { ...pair, clock: clock() })).reason, 'presence');
  const elsewhere = car.presence(owner);
  assert.equal((await owner.ask(car, { ...pair, presence: elsewhere, clock: clock() })).reason, 'presence');
  const forged = other.ticket({ box: car.id, nonce });
  assert.equal((await owner.ask(car, { ...pair, ticket: forged.sealed, clock: clock() })).reason, 'ticket');
  const oldBoot = car.ticket({ boot: filled(16, 3) });
  assert.equal((await owner.ask(car, { ...pair, ticket: oldBoot.sealed, clock: clock() })).reason, 'ticket');
  rig.nowMs += 300_001;
  assert.equal((await owner.ask(car, { ...pair, clock: clock() })).reason, 'ticket');
  const good = { ...car.pairing(owner) };
  assert.equal((await owner.ask(car, good)).verdict, 'executed');
  await owner.ask(car, { kind: 'unpair' });
  car.binding = 2;
  assert.equal((await owner.ask(car, { ...good, clock: car.clock({ atMs: car.atMs + 1 }).bytes })).reason, 'ticket');
  assert.equal((await owner.ask(car, { kind: 'pair' })).reason, 'arguments');
});

test('B37: unpairing ends what was collected: keys, deliveries, the hand-over; the log of before is blocked', async () => {
  const { rig, owner, friend, car } = await paired();
  await share(owner, friend, car);
  const fromS = Math.floor(rig.nowMs / 1000);
  const order = await owner.ask(car, { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 3600 });
  assert.equal((await owner.ask(car, { kind: 'unpair' })).verdict, 'executed');
  const delivery = await owner.ask(car, { kind: 'delivery', delivery: order.delivery });
  assert.equal(delivery.state, 'cancelled');
  const entries = await rig.accessStore.audit.entries(car.id, 1, 100);
  const blocked = entries.map(({ secret }) => secret?.blocked);
  // The pairing, the share and the order; then the entry that says so, the unpairing, and what came after it.
  assert.deepEqual(blocked, [true, true, true, false, false, false]);
  assert.equal((await friend.ask(car, { kind: 'unlock' })).reason, 'account');
});

test('B38, B42: a key is shared with somebody registered, and its holder may do what it says while it lasts', async () => {
  const { rig, owner, friend, car } = await paired();
  const nowS = Math.floor(rig.nowMs / 1000);
  const shared = await share(owner, friend, car, {
    fromS: nowS + 60,
    toS: nowS + 200,
    actions: ['unlock', 'start', 'disarm'],
  });
  assert.equal(shared.verdict, 'executed');
  assert.equal((await friend.ask(car, { kind: 'unlock' })).reason, 'key-early');
  rig.nowMs += 60_000;
  await rig.say(car.clock());
  assert.equal((await friend.ask(car, { kind: 'unlock' })).verdict, 'pending');
  assert.equal((await friend.ask(car, { kind: 'lock' })).reason, 'scope');
  // Starting takes the key itself, beside the car; what else a key could name is for the owner.
  assert.equal((await friend.ask(car, { kind: 'start' })).reason, 'scope');
  assert.equal((await friend.ask(car, { kind: 'disarm' })).reason, 'scope');
  rig.nowMs += 140_000;
  assert.equal((await friend.ask(car, { kind: 'unlock' })).reason, 'key-late');
});

test('B39: sharing takes a phone that was beside the car within the last 60 s', async () => {
  const { rig, owner, friend, car } = await paired();
  const presence = car.presence(owner);
  const grant = () => owner.grant(car, friend);
  assert.equal(
    (await owner.ask(car, { kind: 'share', grant: grant(), presence: car.presence(friend) })).reason,
    'presence',
  );
  rig.nowMs += 60_001;
  assert.equal((await owner.ask(car, { kind: 'share', grant: grant(), presence })).reason, 'presence');
  const fresh = car.presence(owner);
  assert.equal((await owner.ask(car, { kind: 'share', grant: grant(), presence: fresh })).verdict, 'executed');
  assert.equal((await owner.ask(car, { kind: 'share', grant: grant(), presence: fresh })).reason, 'presence');
  assert.equal((await owner.ask(car, { kind: 'share', grant: grant() })).reason, 'arguments');
});

test("B42, A23: no key for a stranger, a courier, a weak key, or under somebody else's signature", async () => {
  const { rig, owner, friend, car } = await paired();
  const { Phone: AnyPhone } = await import('./access-parties.ts');
  assert.equal((await share(owner, new AnyPhone(9, rig), car)).reason, 'key-unknown');
  assert.equal((await share(owner, await rig.phone(8, 'courier'), car)).reason, 'key-unknown');
  const lowOrder = Uint8Array.of(1, ...filled(31, 0));
  assert.equal((await share(owner, friend, car, { holder: lowOrder })).reason, 'arguments');
  const own = friend.grant(car, friend);
  const presence = car.presence(owner);
  assert.equal((await owner.ask(car, { kind: 'share', grant: own, presence })).reason, 'arguments');
  const theirs = { kind: 'share', grant: own, presence: car.presence(friend) } as const;
  assert.equal((await friend.ask(car, theirs)).reason, 'account');
  const nowS = Math.floor(rig.nowMs / 1000);
  assert.equal((await share(owner, friend, car, { fromS: nowS, toS: nowS })).reason, 'arguments');
  assert.equal((await share(owner, friend, car, { actions: [] })).reason, 'arguments');
  assert.equal((await share(owner, friend, car, { toS: nowS + 367 * DAY_S })).reason, 'arguments');
  assert.equal((await share(owner, friend, car, { fromS: nowS - 100, toS: nowS - 1 })).reason, 'key-late');
  assert.equal((await owner.ask(car, { kind: 'keys' })).keys?.length, 0);
});

test('B43: at most 8 keys live at once; revoked and ended ones make room', async () => {
  const { rig, owner, car } = await paired();
  const nowS = Math.floor(rig.nowMs / 1000);
  for (let n = 10; n < 18; n++) {
    const toS = nowS + (n === 17 ? 100 : DAY_S);
    assert.equal((await share(owner, await rig.phone(n), car, { toS })).verdict, 'executed');
  }
  const ninth = await rig.phone(18);
  assert.equal((await share(owner, ninth, car)).reason, 'keys-full');
  const { keys = [] } = await owner.ask(car, { kind: 'keys' });
  assert.equal(keys.length, 8);
  assert.equal((await owner.ask(car, { kind: 'revoke', subject: keys[0].grant })).verdict, 'executed');
  assert.equal((await share(owner, ninth, car)).verdict, 'executed');
  rig.nowMs += 100_000;
  await rig.say(car.clock());
  assert.equal((await share(owner, ninth, car)).verdict, 'executed');
  assert.equal((await share(owner, ninth, car)).reason, 'keys-full');
});

test('B43: a revoked key ends at the gateway at once, and at the box with the next contact', async () => {
  const { rig, owner, friend, car } = await paired();
  const id = filled(16, 5);
  await share(owner, friend, car, { id });
  assert.equal((await friend.ask(car, { kind: 'revoke', subject: id })).reason, 'account');
  rig.nowMs += 61_000;
  const { cti } = await friend.askAll(car, { kind: 'unlock' });
  assert.equal((await owner.ask(car, { kind: 'revoke', subject: id })).keys?.[0].revoked, true);
  assert.equal((await friend.ask(car, { kind: 'unlock' })).reason, 'key-revoked');
  assert.deepEqual(rig.bindings(car).at(-1), { number: 2, owner: owner.publicKey, pairing: 1, revoked: [id] });
  await rig.say(car.clock());
  assert.equal(rig.times(car).at(-1)?.binding, 2);
  // What waited for the clock has lost its right meanwhile.
  assert.deepEqual(friend.replyTo(cti), { cti, verdict: 'refused', reason: 'key-revoked' });
  assert.equal((await owner.ask(car, { kind: 'revoke', subject: filled(16, 6) })).reason, 'key-unknown');
  const { keys } = await friend.ask(car, { kind: 'keys' });
  assert.deepEqual(
    keys?.map(({ grant, revoked }) => [toHex(grant), revoked]),
    [[toHex(id), true]],
  );
});

test('B87: a key is not shared while digital keys are switched off', async () => {
  const { rig, owner, friend, car } = await paired();
  rig.nowMs += 1000;
  await rig.say(car.clock({ profile: false }));
  assert.equal((await share(owner, friend, car)).reason, 'services-off');
});

test('B41, A16: the use of a key beside the car comes into the log once, whoever carries the news', async () => {
  const { rig, owner, friend, car } = await paired();
  await share(owner, friend, car, { id: filled(16, 5) });
  const nonce = filled(16, 8);
  const key = { cti: nonce, holder: friend.id, action: 'unlock' } as const;
  const used = car.result(key, 'executed', { cause: 'key', grant: filled(16, 5), body: { doorsLocked: false } });
  await rig.say(friend.ferry(car, used), used);
  await rig.say(used);
  const outcomes = (await rig.audit(car.id)).filter(({ kind }) => kind === 'outcome');
  assert.equal(outcomes.length, 1);
  const [outcome] = outcomes;
  assert.ok(outcome.kind === 'outcome');
  assert.deepEqual([outcome.who, outcome.what, outcome.result], [friend.id, 'unlock', used.bytes]);
  assert.equal((await rig.events('access.opened')).length, 1);
  assert.ok(rig.settled(car).length > 0);
});

test('A8: a hand-over is a record with the signed states at its start and its end', async () => {
  const { rig, owner, friend, car } = await paired();
  assert.equal((await owner.ask(car, { kind: 'hand-over', person: owner.id })).reason, 'arguments');
  assert.equal((await friend.ask(car, { kind: 'hand-over', person: friend.id })).reason, 'account');
  const over = await owner.askAll(car, { kind: 'hand-over', person: friend.id });
  const [first] = rig.leases(car);
  assert.equal(first.action, 'status');
  const start = car.result(first, 'executed', { body: { odometerKm: 100 } });
  await rig.say(start);
  assert.equal(owner.replyTo(over.cti).verdict, 'executed');
  const startedMs = rig.nowMs;
  assert.equal((await owner.ask(car, { kind: 'hand-over', person: friend.id })).reason, 'in-use');
  const stranger = await rig.phone(3);
  assert.equal((await stranger.ask(car, { kind: 'hand-back' })).reason, 'account');
  const attempt = (await rig.audit(car.id)).at(-1);
  assert.ok(attempt?.kind === 'attempt' && attempt.verdict === 'refused');
  rig.nowMs += 50_000;
  const back = await friend.askAll(car, { kind: 'hand-back' });
  const end = car.result(rig.leases(car).at(-1) ?? first, 'executed', { body: { odometerKm: 142 } });
  await rig.say(end);
  assert.equal(friend.replyTo(back.cti).verdict, 'executed');
  const [started] = await rig.events('handover.started');
  const [ended] = await rig.events('handover.ended');
  assert.deepEqual([started.data.fromMs, started.data.toMs], [startedMs, null]);
  assert.deepEqual([ended.data.fromMs, ended.data.toMs], [startedMs, startedMs + 50_000]);
  assert.deepEqual([started.data.handOver, started.data.person], [ended.data.handOver, ended.data.person]);
  assert.match(started.topic, /\/cover\/handover\.started$/);
  assert.equal((await friend.ask(car, { kind: 'hand-back' })).reason, 'arguments');
});

test('A8: without the state of the car there is no hand-over', async () => {
  const { rig, owner, friend, car } = await paired();
  await owner.ask(car, { kind: 'hand-over', person: friend.id });
  await rig.say(car.result(rig.leases(car)[0], 'refused', { reason: 'services-off' }));
  assert.deepEqual(await rig.events('handover.started'), []);
  assert.equal((await friend.ask(car, { kind: 'hand-back' })).reason, 'arguments');
});

test("B92-B94, A24: positions go to the call centre from the owner's report of a theft to its end, and never else", async () => {
  const { rig, owner, car } = await paired();
  const body = { latE6: 48_700_001, lonE6: 9_200_001, speedDmS: 100 };
  await rig.say(car.report('tracked', { body }));
  assert.deepEqual(await rig.events('theft.position'), []);
  const { cti } = await owner.askAll(car, { kind: 'track-on' });
  await rig.say(car.result(rig.leases(car)[0], 'executed'));
  await rig.say(car.clock({ atMs: car.atMs + 1, online: false }));
  const tracked = car.report('tracked', { body });
  await rig.say(tracked, tracked);
  const [position, ...more] = await rig.events('theft.position');
  assert.deepEqual(more, []);
  assert.deepEqual(position.data, {
    'Vehicle.CurrentLocation.Latitude': 48.700001,
    'Vehicle.CurrentLocation.Longitude': 9.200001,
    'Vehicle.Speed': 36,
  });
  assert.match(position.topic, /\/theft\/theft\.position$/);
  assert.deepEqual(owner.replyTo(cti).body, body);
  assert.ok(!JSON.stringify(await rig.audit(car.id)).includes('48700001'));
  await rig.say(car.report('alarm', { body: { doorsOpen: 1, latE6: 48_700_001 } }));
  assert.deepEqual(
    (await rig.events('theft.alarm')).map(({ data }) => data),
    [{}],
  );
  await owner.ask(car, { kind: 'track-off' });
  await rig.say(car.result(rig.leases(car).at(-1) ?? rig.leases(car)[0], 'executed'));
  await rig.say(car.report('tracked', { body }));
  await rig.say(car.report('alarm', { body: { doorsOpen: 1 } }));
  assert.equal((await rig.events('theft.position')).length, 1);
  assert.equal((await rig.events('theft.alarm')).length, 1);
  assert.equal((await rig.events('theft.ended')).length, 1);
});
