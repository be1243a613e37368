import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Courier } from '../../simulator/peers/courier.ts';
import { FIX, Street } from './street.ts';

test('A12-A18: a delivery from the order to the closed and locked trunk, with the real box', async () => {
  const street = await Street.live();
  const { courier, body } = street;
  const { delivery, tan } = await street.order();
  const located = await courier.final({ kind: 'locate-once', delivery });
  assert.deepEqual(located.body, { latE6: FIX.latE7 / 10, lonE6: FIX.lonE7 / 10 });
  assert.equal((await courier.final({ kind: 'locate-once', delivery })).reason, 'located-already');
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).verdict, 'executed');
  assert.deepEqual([body.unlatches, body.state.lidOpen, body.state.doorsLocked], [1, true, true]);
  await street.pass(20_000);
  assert.equal((await courier.final({ kind: 'delivery', delivery })).state, 'open');
  body.closeLid();
  await street.until(() => courier.news.some(({ state }) => state === 'done'));
  assert.ok(body.state.trunkLocked);
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).reason, 'delivery-ended');
  assert.equal(body.unlatches, 1);
  const opening = (await street.log()).find((entry) => entry.kind === 'outcome' && entry.what === 'trunk');
  assert.ok(opening?.kind === 'outcome' && opening.who === courier.id);
  assert.ok(opening.result !== undefined && opening.key !== undefined, 'A16: with the signature of the box');
  const types = street.events.map(({ event }) => event.type).filter((type) => type.startsWith('delivery.'));
  const told = ['ordered', 'loaded', 'located', 'opened', 'secured'].map((what) => `delivery.${what}`);
  assert.deepEqual(types, told);
});

test('A18: a lid that does not latch keeps the opening open: owner after 5 minutes, hotline after 10, no second unlatch', async () => {
  const street = await Street.live();
  const { courier, owner, body } = street;
  const { delivery, tan } = await street.order();
  body.faults.lidDoesNotLatch = true;
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).verdict, 'executed');
  body.closeLid();
  await street.pass(240_000);
  await street.pass(90_000);
  assert.ok(street.events.some(({ event }) => event.type === 'delivery.left-open'));
  assert.ok(owner.news.some(({ state }) => state === 'open'));
  await street.pass(300_000);
  const alerts = street.events.filter(({ event }) => event.type === 'delivery.left-open');
  assert.deepEqual(
    alerts.map(({ event }) => event.data.courierMayBeFreed),
    [false, true],
  );
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).reason, 'tan-used');
  body.faults.lidDoesNotLatch = false;
  body.openLid();
  body.closeLid();
  await street.until(() => courier.news.some(({ state }) => state === 'done'));
  assert.equal(body.unlatches, 1);
});

test("underground: lease and result travel with the courier's phone, and the TAN still opens once", async () => {
  const street = await Street.live();
  const { courier, body } = street;
  const { delivery, tan } = await street.order();
  street.underground = true;
  await street.pass(90_000);
  courier.beside(true);
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).verdict, 'executed');
  await street.pass(10_000);
  body.closeLid();
  await street.until(() => courier.news.some(({ state }) => state === 'done'), 120_000);
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).reason, 'delivery-ended');
  assert.equal(body.unlatches, 1);
});

test('A17: another courier beside the car gets nothing, with or without the TAN', async () => {
  const street = await Street.live();
  const { delivery, tan } = await street.order();
  const other = street.walker((person) => new Courier(person), 'colleague');
  await street.register(other, 'courier');
  other.beside(true);
  for (const kind of ['redeem', 'locate-once', 'load'] as const) {
    assert.equal((await other.final({ kind, delivery, tan })).reason, 'wrong-courier');
  }
  assert.equal((await other.final({ kind: 'trunk' })).reason, 'scope');
  assert.equal(street.body.unlatches, 0);
});

test('a box out of reach: the request waits, expires, and the TAN is as it was', async () => {
  const street = await Street.live();
  const { courier, body } = street;
  const { delivery, tan } = await street.order();
  street.underground = true;
  await street.pass(90_000);
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan, lifeS: 60 })).verdict, 'expired');
  street.underground = false;
  await street.pass(60_000);
  assert.equal((await courier.final({ kind: 'redeem', delivery, tan })).verdict, 'executed');
  assert.equal(body.unlatches, 1);
});

test('the gateway dies between any two steps of a delivery: it goes on from the store', async () => {
  for (let cutMs = 0; cutMs <= 600; cutMs += 50) {
    const street = await Street.live();
    const { courier, body } = street;
    const { delivery, tan } = await street.order();
    const request = courier.ask({ kind: 'redeem', delivery, tan });
    await street.pass(cutMs);
    street.restartGateway();
    await street.until(() => courier.finals.has(request), 200_000);
    assert.equal(courier.finalOf(request).verdict, 'executed');
    assert.equal(body.unlatches, 1);
    body.closeLid();
    await street.until(() => courier.news.some(({ state }) => state === 'done'), 120_000);
  }
});

test('the box loses power before any of its steps during a delivery: one opening at most, one verdict, all in the log', async () => {
  const seen = new Set<string>();
  for (let cut = 0; cut < 40; cut++) {
    const street = await Street.live();
    const { courier, body, station } = street;
    const { delivery, tan } = await street.order();
    const from = station.effects;
    station.cutAtEffect = from + cut;
    const request = courier.ask({ kind: 'redeem', delivery, tan });
    await street.until(() => courier.finals.has(request), 300_000);
    const { verdict } = courier.finalOf(request);
    seen.add(verdict);
    const opened = body.unlatches;
    assert.ok(opened <= 1, `cut ${cut}: ${opened} openings`);
    if (opened === 1) assert.ok(verdict === 'executed' || verdict === 'interrupted', `cut ${cut}: ${verdict}`);
    const outcome = (await street.log()).find((entry) => entry.kind === 'outcome' && entry.what === 'trunk');
    assert.ok(outcome?.kind === 'outcome' && outcome.outcome === verdict);
    const again = courier.ask({ kind: 'redeem', delivery, tan });
    await street.until(() => courier.finals.has(again), 300_000);
    assert.ok(body.unlatches <= 1, `cut ${cut}: twice`);
  }
  assert.ok(seen.has('executed') && seen.has('interrupted'), [...seen].join());
});
