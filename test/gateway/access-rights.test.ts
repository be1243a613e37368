import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex, utf8 } from '../../protocol/bytes.ts';
import type { Car, Phone } from './access-parties.ts';
import { AccessRig } from './access-rig.ts';

async function paired(): Promise<{ rig: AccessRig; owner: Phone; friend: Phone; car: Car }> {
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  return { rig, owner, friend: await rig.phone(2), car: await rig.carOf(owner) };
}

async function share(owner: Phone, friend: Phone, car: Car, grant: Parameters<Phone['grant']>[2] = {}) {
  const reply = await owner.ask(car, {
    kind: 'share',
    grant: owner.grant(car, friend, grant),
    presence: car.presence(owner),
  });
  assert.equal(reply.verdict, 'executed');
  return reply;
}

test('A7: a clock of a boot that is over, carried late by a phone, takes the box away from nobody', async () => {
  const { rig, owner, car } = await paired();
  const late = car.clock();
  car.reboot();
  const unheard = car.clock();
  car.reboot();
  rig.nowMs += 1000;
  await rig.say(car.clock(), owner.ferry(car, late), owner.ferry(car, unheard));
  await owner.ask(car, { kind: 'immobilise' });
  assert.equal(toHex(rig.leases(car).at(-1)?.boot ?? new Uint8Array()), toHex(car.boot));
  // After a silence the phone may know better, and the network has the last word.
  rig.nowMs += 61_000;
  await rig.say(owner.ferry(car, unheard));
  rig.nowMs += 1000;
  await rig.say(car.clock());
  await owner.ask(car, { kind: 'lock' });
  assert.equal(toHex(rig.leases(car).at(-1)?.boot ?? new Uint8Array()), toHex(car.boot));
});

test('B43: a lease that is on its way when its key is revoked is asked back, and not sent again', async () => {
  const { rig, owner, friend, car } = await paired();
  const { keys = [] } = await share(owner, friend, car);
  await friend.ask(car, { kind: 'unlock' });
  const [lease] = rig.leases(car);
  const asked = rig.inquiries(car).length;
  assert.equal((await owner.ask(car, { kind: 'revoke', subject: keys[0].grant })).verdict, 'executed');
  const inquired = rig
    .inquiries(car)
    .slice(asked)
    .flatMap(({ ids }) => ids.map(toHex));
  assert.ok(inquired.includes(toHex(lease.cti)));
  rig.nowMs += 1000;
  const sent = rig.leases(car).length;
  await rig.say(car.clock());
  assert.equal(rig.leases(car).length, sent);
});

test('B42: a lease ends with the key behind it', async () => {
  const { rig, owner, friend, car } = await paired();
  const nowS = Math.floor(rig.nowMs / 1000);
  await share(owner, friend, car, { toS: nowS + 5 });
  await friend.ask(car, { kind: 'unlock' });
  const [{ endMs }] = rig.leases(car);
  assert.ok(endMs <= car.atMs + 5000, `${endMs - car.atMs} ms`);
});

test('B37, B43: keys belong to one pairing: the registration of an earlier one names another number', async () => {
  const { rig, owner, friend, car } = await paired();
  const first = await share(owner, friend, car);
  assert.ok(first.registration !== undefined);
  assert.equal((await owner.ask(car, { kind: 'unpair' })).verdict, 'executed');
  car.binding = 2;
  rig.nowMs += 1000;
  await rig.say(car.clock());
  assert.equal((await owner.ask(car, car.pairing(owner))).verdict, 'executed');
  assert.equal(rig.bindings(car).at(-1)?.pairing, 3);
  assert.deepEqual((await owner.ask(car, { kind: 'keys' })).keys, []);
});

test('A14: no attempt puts a TAN into the log, whatever kind it claims to be', async () => {
  const { rig, owner, car } = await paired();
  const fromS = Math.floor(rig.nowMs / 1000);
  const { tan, delivery } = await owner.ask(car, { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 3600 });
  const courier = await rig.phone(3, 'courier');
  await courier.ask(car, { kind: 'load', delivery, tan });
  const wanted = toHex(utf8(tan ?? 'none'));
  for (const entry of await rig.audit(car.id)) {
    if (entry.kind === 'attempt' && entry.request !== undefined) assert.ok(!toHex(entry.request).includes(wanted));
  }
  const [cti] = (await rig.audit(car.id)).filter((entry) => entry.kind === 'attempt' && entry.what === 'load');
  assert.ok(cti.kind === 'attempt' && cti.digest !== undefined);
});

test('A15: a TAN that is redeemed at the last moment opens no later than it lasts', async () => {
  const { rig, owner, car } = await paired();
  const courier = await rig.phone(3, 'courier');
  const fromS = Math.floor(rig.nowMs / 1000);
  const { tan, delivery } = await owner.ask(car, { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 60 });
  await courier.ask(car, { kind: 'load', delivery });
  rig.nowMs = (fromS + 60 + 86_400) * 1000 - 3000;
  await rig.say(car.clock());
  assert.equal((await courier.ask(car, { kind: 'redeem', delivery, tan })).verdict, 'pending');
  const { endMs } = rig.leases(car).at(-1) ?? { endMs: Number.NaN };
  assert.ok(endMs <= car.atMs + 3000, `${endMs - car.atMs} ms`);
});

test('A6: turning the mechanical key stands in the log', async () => {
  const { rig, car } = await paired();
  await rig.say(car.report('mechanical-key', { body: { windowsOpen: 0, alarm: 'off', doorsOpen: 0 } }));
  assert.ok((await rig.audit(car.id)).some((entry) => entry.kind === 'report' && entry.what === 'mechanical-key'));
});

test("B92: tracking that the owner's own key switches beside the car is known to the gateway", async () => {
  const { rig, owner, car } = await paired();
  const use = (action: 'track-on' | 'track-off') =>
    car.result({ cti: rig.random(16), holder: owner.id, action }, 'executed', { cause: 'key' });
  await rig.say(use('track-on'));
  assert.equal((await rig.events('theft.activated')).length, 1);
  await rig.say(use('track-off'));
  assert.equal((await rig.events('theft.ended')).length, 1);
});

test('A8: of two hand-overs at one instant one begins, and the other person is told so', async () => {
  const { rig, owner, friend, car } = await paired();
  const third = await rig.phone(4);
  const one = await owner.askAll(car, { kind: 'hand-over', person: friend.id });
  const two = await owner.askAll(car, { kind: 'hand-over', person: third.id });
  for (const lease of rig.leases(car)) await rig.say(car.result(lease, 'executed', { body: { doorsOpen: 0 } }));
  assert.equal(owner.replyTo(one.cti).verdict, 'executed');
  assert.deepEqual([owner.replyTo(two.cti).verdict, owner.replyTo(two.cti).reason], ['refused', 'in-use']);
});

test('A16: over its quota a phone gets an answer and no more entries, whatever it asks', async () => {
  const rig = new AccessRig({ limits: { quotaPerHour: 3 } });
  const owner = await rig.phone(1);
  const car = await rig.car(1);
  await rig.say(car.clock());
  await rig.operate({ kind: 'revoke-party', party: owner.id });
  for (let n = 0; n < 20; n++) await owner.ask(car, { kind: 'unlock' });
  assert.equal((await rig.audit(car.id)).length, 4);
  assert.equal((await owner.ask(car, { kind: 'unlock' })).reason, 'quota');
});

test('B37: after an unpairing the place of the car is told to nobody again', async () => {
  const { rig, owner, car } = await paired();
  const { said, cti } = await owner.askAll(car, { kind: 'lights' });
  const [lease] = rig.leases(car);
  await rig.say(car.result(lease, 'executed', { body: { latE6: 51_000_000, lonE6: 9_000_000 } }));
  assert.ok(owner.replyTo(cti).body?.latE6 !== undefined);
  assert.equal((await owner.ask(car, { kind: 'unpair' })).verdict, 'executed');
  await rig.say(said);
  assert.equal(owner.replyTo(cti).body, undefined);
});
