import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, type Action } from '../../protocol/access-messages.ts';
import type { Car, Phone } from './access-parties.ts';
import { AccessRig, type RigOptions } from './access-rig.ts';

async function paired(options: RigOptions = {}): Promise<{ rig: AccessRig; owner: Phone; car: Car }> {
  const rig = new AccessRig(options);
  const owner = await rig.phone(1);
  return { rig, owner, car: await rig.carOf(owner) };
}

test('B54, A16: the owner unlocks: request, lease, result, one verdict, an entry for the attempt and one for its end', async () => {
  const { rig, owner, car } = await paired();
  const { said, cti, reply } = await owner.askAll(car, { kind: 'unlock' });
  assert.equal(reply.verdict, 'pending');
  const [lease] = rig.leases(car);
  assert.equal(lease.action, 'unlock');
  assert.equal(lease.holder, owner.id);
  const result = car.result(lease, 'executed');
  await rig.say(result);
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'executed' });
  assert.deepEqual(rig.settled(car).at(-1), { ids: [lease.cti] });
  const [, attempt, outcome, ...more] = await rig.audit(car.id);
  assert.deepEqual(attempt, {
    kind: 'attempt',
    who: owner.id,
    key: owner.publicKey,
    box: car.id,
    verdict: 'pending',
    what: 'unlock',
    cti,
    lease: lease.cti,
    request: said.bytes,
  });
  assert.deepEqual(outcome, {
    kind: 'outcome',
    box: car.id,
    outcome: 'executed',
    what: 'unlock',
    cti,
    lease: lease.cti,
    who: owner.id,
    key: car.publicKey,
    result: result.bytes,
  });
  assert.deepEqual(more, []);
  const [event] = await rig.events('access.opened');
  assert.deepEqual([event.data.what, event.data.by], ['unlock', 'lease']);
});

test('A7: a lease ends 30 s after the box can have heard it, by its own clock, and never after the request', async () => {
  const { rig, owner, car } = await paired();
  car.wakeMs = 20_480;
  await rig.say(car.clock());
  const heardAt = car.atMs;
  rig.nowMs += 59_000;
  await owner.ask(car, { kind: 'unlock' });
  assert.equal(rig.leases(car)[0].endMs, heardAt + 59_000 + 20_480 + 30_000);
  const exp = Math.floor(rig.nowMs / 1000) + 10;
  await owner.ask(car, { kind: 'lock', exp });
  assert.equal(rig.leases(car)[1].endMs, heardAt + 59_000 + (exp * 1000 - rig.nowMs));
});

test('A7: for a box that was heard more than 60 s ago a request waits, the box is woken, and its clock brings the lease', async () => {
  const { rig, owner, car } = await paired();
  rig.nowMs += 60_001;
  const { cti, reply } = await owner.askAll(car, { kind: 'unlock' });
  assert.deepEqual(reply, { cti, verdict: 'pending' });
  assert.deepEqual(rig.leases(car), []);
  assert.deepEqual(rig.inquiries(car), [{ ids: [] }]);
  rig.nowMs += 5000;
  await rig.say(car.clock());
  const [lease] = rig.leases(car);
  assert.equal(lease.endMs, car.atMs + 30_000);
  const withLease = owner.replyTo(cti);
  assert.ok(withLease.lease !== undefined && withLease.time === undefined);
});

test('A7: a result that has lain in flash says nothing about the clock of now; a prompt one does', async () => {
  const { rig, owner, car } = await paired();
  const used = { cti: rig.random(16), holder: owner.id, action: 'lock' } as const;
  const late = car.result(used, 'executed', { cause: 'key', atMs: car.atMs + 5000 });
  rig.nowMs += 70_000;
  await rig.say(late);
  await owner.ask(car, { kind: 'unlock' });
  assert.deepEqual(rig.leases(car), []);
  await rig.say(car.result({ ...used, cti: rig.random(16) }, 'executed', { cause: 'key' }));
  await owner.ask(car, { kind: 'unlock' });
  assert.equal(rig.leases(car)[0].endMs, car.atMs + 30_000);
});

test('B59: a request that no lease was made for expires, once and for ever', async () => {
  const { rig, owner, car } = await paired();
  rig.nowMs += 70_000;
  const { said, cti } = await owner.askAll(car, { kind: 'unlock' });
  await rig.wait(119_000);
  assert.equal(owner.replyTo(cti).verdict, 'pending');
  await rig.wait(2000);
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'expired' });
  await rig.say(car.clock(), said);
  assert.deepEqual(rig.leases(car), []);
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'expired' });
  assert.deepEqual(
    (await rig.audit(car.id)).slice(1).map((entry) => entry.kind),
    ['attempt', 'outcome'],
  );
});

test('A7: leases that are alive go out again with each clock; what became of those that are not is asked', async () => {
  const { rig, owner, car } = await paired();
  const { cti } = await owner.askAll(car, { kind: 'unlock' });
  await rig.say(car.clock({ atMs: car.atMs + 1 }));
  assert.equal(rig.leases(car).length, 2);
  assert.deepEqual(rig.leases(car)[0], rig.leases(car)[1]);
  rig.nowMs += 31_000;
  await rig.say(car.clock());
  assert.equal(rig.leases(car).length, 2);
  assert.deepEqual(rig.inquiries(car), [{ ids: [rig.leases(car)[0].cti] }]);
  assert.equal(owner.replyTo(cti).verdict, 'pending');
  const late = car.result(rig.leases(car)[0], 'refused', { reason: 'burnt' });
  await rig.say(late);
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'refused', reason: 'burnt' });
});

test('a new boot voids leases: the box is asked; when its flash was lost they count as interrupted', async () => {
  for (const intact of [true, false]) {
    const { rig, owner, car } = await paired();
    const { cti } = await owner.askAll(car, { kind: 'unlock' });
    rig.nowMs += 1000;
    car.reboot(intact);
    await rig.say(car.clock());
    assert.equal(rig.leases(car).length, 1);
    assert.equal(rig.inquiries(car).length, intact ? 1 : 0);
    assert.equal(owner.replyTo(cti).verdict, intact ? 'pending' : 'interrupted');
  }
});

test('a clock of an earlier boot, or an older one of this boot, says nothing any more', async () => {
  const { rig, owner, car } = await paired();
  const old = car.clock();
  rig.nowMs += 5000;
  const older = car.clock();
  rig.nowMs += 5000;
  await rig.say(car.clock());
  await rig.say(older);
  rig.nowMs += 55_000;
  await owner.ask(car, { kind: 'unlock' });
  assert.equal(rig.leases(car)[0].endMs, car.atMs + 30_000);
  car.reboot();
  rig.nowMs += 5000;
  await rig.say(car.clock());
  const told = rig.times(car).length;
  await rig.say(old);
  assert.equal(rig.times(car).length, told);
});

test('the first result of a lease counts, and each is settled', async () => {
  const { rig, owner, car } = await paired();
  const { cti } = await owner.askAll(car, { kind: 'unlock' });
  const [lease] = rig.leases(car);
  await rig.say(car.result(lease, 'interrupted'), car.result(lease, 'executed'), car.result(lease, 'interrupted'));
  assert.equal(owner.replyTo(cti).verdict, 'interrupted');
  assert.equal(rig.settled(car).length, 1);
  await rig.say(car.result(lease, 'executed'));
  assert.equal(rig.settled(car).length, 2);
  assert.deepEqual(await rig.events('access.opened'), []);
  assert.equal((await rig.audit(car.id)).filter(({ kind }) => kind === 'outcome').length, 1);
});

test('`outcome` repeats the verdict of another request of the same phone, and of no other phone', async () => {
  const { rig, owner, car } = await paired();
  const { cti } = await owner.askAll(car, { kind: 'lock' });
  await rig.say(car.result(rig.leases(car)[0], 'no-motion'));
  const before = rig.replies(owner).length;
  const asked = await owner.askAll(car, { kind: 'outcome', subject: cti });
  assert.deepEqual(rig.replies(owner).slice(before), [
    { cti, verdict: 'no-motion' },
    { cti: asked.cti, verdict: 'executed' },
  ]);
  const stranger = await rig.phone(2);
  assert.equal((await stranger.ask(car, { kind: 'outcome', subject: cti })).reason, 'arguments');
});

test('A6, B38: nobody but the owner commands from afar, couriers command nothing, and nobody starts the engine', async () => {
  const { rig, owner, car } = await paired();
  const stranger = await rig.phone(2);
  const courier = await rig.phone(3, 'courier');
  for (const kind of Object.keys(ACTIONS) as Action[]) {
    const celsius = 21;
    assert.equal((await stranger.ask(car, { kind, celsius })).reason, kind === 'start' ? 'scope' : 'account', kind);
    assert.equal((await courier.ask(car, { kind, celsius })).reason, 'scope', kind);
    const reply = await owner.ask(car, { kind, celsius });
    assert.equal(reply.verdict, kind === 'start' ? 'refused' : 'pending', kind);
  }
  assert.deepEqual(new Set(rig.leases(car).map(({ holder }) => holder)), new Set([owner.id]));
});

test('B87, B64: with either switch off nothing works from afar but the tracking of a stolen car', async () => {
  for (const off of ['online', 'profile'] as const) {
    const { rig, owner, car } = await paired();
    rig.nowMs += 1000;
    await rig.say(car.clock({ [off]: false }));
    for (const kind of Object.keys(ACTIONS) as Action[]) {
      const reply = await owner.ask(car, { kind, celsius: 21 });
      if (kind === 'track-on' || kind === 'track-off') assert.equal(reply.verdict, 'pending', kind);
      else assert.equal(reply.reason, kind === 'start' ? 'scope' : 'services-off', kind);
    }
    // At once, although a lease would have to wait.
    rig.nowMs += 61_000;
    assert.equal((await owner.ask(car, { kind: 'unlock' })).reason, 'services-off');
  }
});

test('B87: a switch that is turned off while a request waits ends it', async () => {
  const { rig, owner, car } = await paired();
  rig.nowMs += 61_000;
  const { cti } = await owner.askAll(car, { kind: 'unlock' });
  await rig.say(car.clock({ online: false }));
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'refused', reason: 'services-off' });
  assert.deepEqual(rig.leases(car), []);
});

test('B56: a temperature is wanted; a box of which nothing was ever heard is away; a full table refuses', async () => {
  const { rig, owner, car } = await paired();
  assert.equal((await owner.ask(car, { kind: 'climate-on' })).reason, 'arguments');
  for (let n = 0; n < 32; n++) assert.equal((await owner.ask(car, { kind: 'lights' })).verdict, 'pending');
  assert.equal((await owner.ask(car, { kind: 'lights' })).reason, 'table-full');
  const silent = await rig.car(7);
  assert.equal((await owner.ask(silent, { kind: 'lock' })).reason, 'account');
});

test('B58, B51: the owner sees what the service of the request may send, and nothing beside it', async () => {
  const { rig, owner, car } = await paired();
  const { cti } = await owner.askAll(car, { kind: 'status' });
  const body = { odometerKm: 4711, doorsLocked: true, latE6: 48_000_000, lonE6: 9_000_000, cabinC: 19 };
  await rig.say(car.result(rig.leases(car)[0], 'executed', { body }));
  assert.deepEqual(owner.replyTo(cti).body, { odometerKm: 4711, doorsLocked: true });
  const outcome = (await rig.audit(car.id)).find(({ kind }) => kind === 'outcome');
  assert.ok(outcome?.kind === 'outcome' && outcome.result === undefined, 'a position is not for the log (A24)');
  // The verdict stays; what the box said is forgotten after 10 minutes.
  await rig.wait(600_000);
  await owner.ask(car, { kind: 'outcome', subject: cti });
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'executed' });
});

test('the time answers each clock, with the number of the binding in force; newer issuer keys go to boxes without them', async () => {
  const issuers = { number: 3, bytes: Uint8Array.of(1, 2, 3) };
  const { rig, car } = await paired({ issuers });
  rig.nowMs += 1000;
  await rig.say(car.clock());
  assert.deepEqual(rig.times(car).at(-1), { boot: car.boot, atMs: car.atMs, utcMs: rig.nowMs, binding: 1 });
  const sets = () => rig.sent.filter(({ to, channel }) => to === car.id && channel === 'issuers');
  assert.deepEqual(sets().at(-1)?.bytes, issuers.bytes);
  const before = sets().length;
  rig.nowMs += 1000;
  await rig.say(car.clock({ issuers: 3 }));
  assert.equal(sets().length, before);
});

test('underground: what a phone carries from the box is answered to the box and to the phone, with the same bytes', async () => {
  const { rig, owner, car } = await paired();
  rig.nowMs += 61_000;
  const { cti } = await owner.askAll(car, { kind: 'unlock', clock: car.clock().bytes });
  const sent = rig.sent.filter(({ channel }) => channel === 'lease');
  assert.deepEqual(
    sent.map(({ to }) => to),
    [car.id, owner.id],
  );
  assert.deepEqual(sent[0].bytes, sent[1].bytes);
  const { lease, time } = owner.replyTo(cti);
  assert.deepEqual(lease, sent[0].bytes);
  assert.deepEqual(time, rig.sent.findLast(({ to, channel }) => to === owner.id && channel === 'time')?.bytes);
  await rig.say(owner.ferry(car, car.result(rig.leases(car)[0], 'executed')));
  assert.equal(owner.replyTo(cti).verdict, 'executed');
  const settled = rig.sent.filter(({ channel }) => channel === 'settled').map(({ to }) => to);
  assert.deepEqual(settled, [car.id, owner.id]);
});
