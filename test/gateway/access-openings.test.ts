import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { DAY_S, MINUTE_MS, Tour } from './access-tour.ts';

test('A18: until the trunk is closed and locked the courier can do nothing else, and nobody else opens it', async () => {
  const tour = await Tour.loaded();
  const { rig, car, courier, owner } = tour;
  const { delivery: first } = tour;
  const { lease } = await tour.open();
  await tour.order();
  assert.equal((await courier.ask(car, { kind: 'load', delivery: tour.delivery })).reason, 'in-use');
  const other = await rig.phone(5, 'courier');
  await other.ask(car, { kind: 'load', delivery: tour.delivery });
  assert.equal((await tour.redeem(tour.tan, other)).reply.reason, 'in-use');
  // A lid that does not latch keeps it open, however long that takes.
  await tour.pass(4 * MINUTE_MS);
  assert.deepEqual(await rig.events('delivery.left-open'), []);
  await tour.pass(MINUTE_MS);
  assert.equal(owner.replyTo((await lastOrder(tour, first)).cti).state, 'open');
  assert.equal(await rig.operate({ kind: 'free-courier', delivery: toHex(first), by: 'hotline 7' }), 'too-early');
  await tour.pass(5 * MINUTE_MS);
  assert.deepEqual(
    (await rig.events('delivery.left-open')).map(({ data }) => [data.minutes, data.courierMayBeFreed]),
    [
      [5, false],
      [10, true],
    ],
  );
  assert.equal(await rig.operate({ kind: 'free-courier', delivery: toHex(first), by: 'hotline 7' }), 'done');
  const act = (await rig.audit(car.id)).find(({ kind }) => kind === 'act');
  assert.deepEqual(act, { kind: 'act', who: 'hotline 7', what: 'unconfirmed', box: car.id, delivery: first });
  // He is free, and the opening is still open.
  assert.equal((await tour.redeem(tour.tan, other)).reply.reason, 'in-use');
  await rig.say(car.report('secured', { opening: lease.cti }));
  assert.equal((await tour.redeem(tour.tan, other)).reply.verdict, 'pending');
});

async function lastOrder(tour: Tour, delivery: Uint8Array): Promise<Reply> {
  const replies = tour.rig.replies(tour.owner).filter((reply) => reply.delivery !== undefined);
  const found = replies.findLast((reply) => toHex(reply.delivery ?? new Uint8Array()) === toHex(delivery));
  assert.ok(found !== undefined);
  return found;
}

test('A18: a report that comes before the result, twice, or late, ends the opening it belongs to and no other', async () => {
  const tour = await Tour.loaded();
  const { rig, car } = tour;
  const asked = await tour.redeem();
  const [lease] = rig.leases(car);
  const secured = car.report('secured', { opening: lease.cti });
  await rig.say(secured, secured);
  assert.equal(await tour.state(), 'opening');
  await rig.say(car.result(lease, 'executed'));
  assert.equal(tour.courier.replyTo(asked.cti).state, 'done');
  // A14: what was opened and closed is done; a new TAN is for an opening that failed.
  const anew = await tour.owner.ask(car, { kind: 'order', delivery: tour.delivery });
  assert.equal(anew.reason, 'delivery-ended');
  const reports = (await rig.audit(car.id)).filter(({ kind }) => kind === 'report');
  assert.equal(reports.length, 1);
});

test('A18: after a failed opening a new TAN opens, and a late report of the first opening does not end the second', async () => {
  const tour = await Tour.loaded();
  const { rig, car } = tour;
  const { lease } = await tour.open('interrupted');
  await rig.say(car.report('secured', { opening: lease.cti }));
  assert.equal(await tour.state(), 'failed');
  const anew = await tour.owner.ask(car, { kind: 'order', delivery: tour.delivery });
  tour.tan = anew.tan ?? '';
  await tour.open();
  await rig.say(car.report('secured', { opening: lease.cti }));
  assert.equal(await tour.state(), 'open');
});

test('A18: an opening that was interrupted and has opened the lid after all is open', async () => {
  const tour = await Tour.loaded();
  const { lease } = await tour.open('interrupted');
  assert.equal(await tour.state(), 'failed');
  await tour.rig.say(tour.car.report('trunk-opened', { opening: lease.cti }));
  assert.equal(await tour.state(), 'open');
  await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
  assert.equal(await tour.state(), 'done');
});

test('A18: a lid that springs after it was called secured holds the courier again until it is closed and locked', async () => {
  const tour = await Tour.loaded();
  const { lease } = await tour.open('no-motion');
  await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
  assert.equal(await tour.state(), 'failed');
  await tour.rig.say(tour.car.report('trunk-opened', { opening: lease.cti }));
  assert.equal(await tour.state(), 'open');
  const { delivery: other } = await tour.owner.ask(tour.car, {
    kind: 'order',
    carrier: 'DHL',
    fromS: tour.fromS,
    toS: tour.toS,
  });
  assert.equal((await tour.courier.ask(tour.car, { kind: 'load', delivery: other })).reason, 'in-use');
  await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
  assert.equal(await tour.state(), 'done');
  assert.equal((await tour.courier.ask(tour.car, { kind: 'load', delivery: other })).verdict, 'executed');
});

test('B37: a delivery that was cancelled while a request for it waited locates and opens nothing', async () => {
  const tour = await Tour.loaded();
  const { rig, car, owner, courier, delivery } = tour;
  rig.nowMs += MINUTE_MS + 1;
  const { cti } = await courier.askAll(car, { kind: 'locate-once', delivery });
  assert.equal((await owner.ask(car, { kind: 'unpair' })).verdict, 'executed');
  await rig.say(car.clock());
  assert.equal(courier.replyTo(cti).reason, 'delivery-ended');
  assert.deepEqual(rig.leases(car), []);
});

test('B37: a box that stays silent in the middle of an opening can be unpaired after 10 minutes', async () => {
  const tour = await Tour.loaded();
  const { rig, car, owner } = tour;
  const { cti } = await tour.redeem();
  const [lease] = rig.leases(car);
  assert.equal((await owner.ask(car, { kind: 'unpair' })).reason, 'in-use');
  await rig.wait(10 * MINUTE_MS);
  assert.equal((await owner.ask(car, { kind: 'unpair' })).verdict, 'executed');
  await rig.say(car.result(lease, 'executed'));
  assert.deepEqual([tour.courier.replyTo(cti).verdict, await tour.state()], ['executed', 'cancelled']);
  const other = await rig.phone(9);
  car.binding = 2;
  await rig.say(car.clock());
  assert.equal((await other.ask(car, car.pairing(other))).verdict, 'executed');
});

test('the owner cancels what is not being opened; others order, cancel and ask nothing', async () => {
  const tour = await Tour.loaded();
  const { rig, car, owner, courier, delivery } = tour;
  const stranger = await rig.phone(6);
  const order = { kind: 'order', carrier: 'DHL', fromS: tour.fromS, toS: tour.toS } as const;
  assert.equal((await stranger.ask(car, order)).reason, 'account');
  assert.equal((await courier.ask(car, order)).reason, 'scope');
  assert.equal((await stranger.ask(car, { kind: 'cancel-order', delivery })).reason, 'delivery-unknown');
  assert.equal((await stranger.ask(car, { kind: 'delivery', delivery })).reason, 'wrong-courier');
  await tour.redeem();
  assert.equal((await owner.ask(car, { kind: 'cancel-order', delivery })).reason, 'tan-reserved');
  assert.equal((await owner.ask(car, { kind: 'order', delivery })).reason, 'tan-reserved');
  await rig.say(car.result(rig.leases(car)[0], 'refused', { reason: 'moving' }));
  assert.equal((await owner.ask(car, { kind: 'cancel-order', delivery })).state, 'cancelled');
  assert.equal((await tour.redeem()).reply.reason, 'delivery-ended');
});

test('B87: with online services off a delivery neither is ordered nor opens, and nothing is learned about its TAN', async () => {
  const tour = await Tour.loaded();
  tour.rig.nowMs += 1000;
  await tour.rig.say(tour.car.clock({ online: false }));
  const { fromS, toS } = tour;
  const order = await tour.owner.ask(tour.car, { kind: 'order', carrier: 'DHL', fromS, toS });
  assert.equal(order.reason, 'services-off');
  assert.equal((await tour.redeem()).reply.reason, 'services-off');
  assert.equal((await tour.redeem('WRONG000')).reply.reason, 'services-off');
});

test('A24, C9: no event about deliveries or openings holds a position, a device id or a phone', async () => {
  const tour = await Tour.loaded();
  const { rig, car, courier, owner, delivery } = tour;
  await courier.ask(car, { kind: 'locate-once', delivery });
  await rig.say(car.result(rig.leases(car)[0], 'executed', { body: { latE6: 48_700_001, lonE6: 9_200_001 } }));
  const { lease } = await tour.open();
  await rig.say(car.report('secured', { opening: lease.cti }));
  const text = JSON.stringify(await rig.events());
  for (const secret of [car.id, owner.id, courier.id, toHex(delivery), '48700001', '48.700001', tour.tan]) {
    assert.ok(!text.includes(secret), secret);
  }
  const [located, openedOne] = (await rig.audit(car.id)).filter((entry) => entry.kind === 'outcome');
  assert.ok(located.kind === 'outcome' && openedOne.kind === 'outcome');
  assert.deepEqual([located.what, located.result, openedOne.what], ['locate', undefined, 'trunk']);
  assert.ok(openedOne.result !== undefined);
});

test('A14: the key of a day is erased when the last TAN of that day has ended, and nothing opens with it any more', async () => {
  const tour = await Tour.loaded();
  const { rig } = tour;
  const endS = tour.toS + DAY_S;
  const day = Math.floor(endS / DAY_S);
  assert.ok(rig.tanKeys.ofDay(day) !== null);
  await rig.wait((day + 1) * DAY_S * 1000 - rig.nowMs);
  assert.equal(rig.tanKeys.ofDay(day), null);
});
