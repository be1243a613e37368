import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex, utf8 } from '../../protocol/bytes.ts';
import { DAY_S, MINUTE_MS, Tour } from './access-tour.ts';

test('A13-A18: ordered, loaded, redeemed, the trunk and nothing else opens, and closed and locked ends it', async () => {
  const tour = await Tour.loaded();
  assert.match(tour.tan, /^[0-9A-HJKMNP-TV-Z]{8}$/);
  const { lease, cti, reply } = await tour.open();
  assert.equal(lease.action, 'trunk');
  assert.deepEqual(lease.delivery, tour.delivery);
  assert.deepEqual([reply.verdict, reply.state], ['executed', 'open']);
  assert.equal(await tour.state(), 'open');
  await tour.rig.say(tour.car.report('trunk-closed', { opening: lease.cti }));
  assert.equal(await tour.state(), 'open');
  await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
  assert.equal(await tour.state(), 'done');
  // The courier is told that he is free.
  assert.deepEqual(tour.courier.replyTo(cti), { cti, verdict: 'executed', delivery: tour.delivery, state: 'done' });
  const types = (await tour.rig.events()).map(({ type }) => type).filter((type) => type.startsWith('delivery.'));
  assert.deepEqual(types, ['delivery.ordered', 'delivery.loaded', 'delivery.opened', 'delivery.secured']);
});

test('A14: a TAN opens once; used, of another delivery, or a wrong one it is refused', async () => {
  const tour = await Tour.loaded();
  const { delivery: first, tan: firstTan } = tour;
  await tour.order();
  await tour.courier.ask(tour.car, { kind: 'load', delivery: tour.delivery });
  assert.equal((await tour.redeem(firstTan)).reply.reason, 'wrong-tan');
  assert.equal((await tour.redeem('A')).reply.reason, 'wrong-tan');
  assert.equal((await tour.redeem('-'.repeat(64))).reply.reason, 'wrong-tan');
  assert.equal(tour.rig.leases(tour.car).length, 0);
  const { lease } = await tour.open();
  await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
  assert.equal((await tour.redeem()).reply.reason, 'delivery-ended');
  assert.equal(tour.rig.leases(tour.car).length, 1);
  assert.equal((await tour.redeem(firstTan, tour.courier, first)).reply.verdict, 'pending');
});

test('A15: what people make of a TAN is read as it was meant', async () => {
  const tour = await Tour.loaded();
  const typed = `${tour.tan.slice(0, 4)} - ${tour.tan.slice(4)}`
    .toLowerCase()
    .replaceAll('0', 'o')
    .replaceAll('1', 'l');
  assert.equal((await tour.redeem(typed)).reply.verdict, 'pending');
});

test('A14: the TAN is shown with the order and its repetition while that is valid; no store and no log has it', async () => {
  const tour = await Tour.ordered();
  const { fromS, toS, car, owner, rig } = tour;
  const { said, cti, reply } = await owner.askAll(car, { kind: 'order', carrier: 'DHL', fromS, toS });
  await rig.say(said);
  assert.deepEqual(owner.replyTo(cti), reply);
  const keys = ['request', 'delivery'];
  const record = await rig.accessStore.load([`delivery/${toHex(reply.delivery ?? new Uint8Array())}`]);
  for (const { json } of record.values()) assert.ok(json !== undefined && !json.includes(reply.tan ?? ''), keys[1]);
  const own = await rig.accessStore.load([`request/${owner.id}/${toHex(cti)}`]);
  for (const { json } of own.values()) assert.ok(json !== undefined && !json.includes(reply.tan ?? ''), keys[0]);
  await rig.wait(121_000);
  await rig.say(said);
  assert.equal(owner.replyTo(cti).tan, undefined);
  assert.equal(owner.replyTo(cti).verdict, 'executed');
});

test("A14, A17: as long as a TAN is alive no store holds it; when it is used up the log has the courier's signature", async () => {
  const tour = await Tour.loaded();
  const { rig, car, courier } = tour;
  const { said, cti } = await tour.redeem();
  await tour.redeem(tour.tan, await rig.phone(3, 'courier'));
  const isStored = async (): Promise<boolean> => {
    const [record] = (await rig.accessStore.load([`request/${courier.id}/${toHex(cti)}`])).values();
    const log = await rig.audit(car.id);
    const bytes = log.flatMap((entry) => Object.values(entry)).filter((value) => value instanceof Uint8Array);
    const texts = [record.json ?? '', ...bytes.map((value) => String.fromCharCode(...value))];
    return texts.some((text) => text.includes(tour.tan) || text.includes(toHex(utf8(tour.tan))));
  };
  assert.equal(await isStored(), false);
  await rig.say(car.result(rig.leases(car)[0], 'refused', { reason: 'moving' }));
  assert.equal(await isStored(), false);
  const again = await tour.redeem();
  await rig.say(car.result(rig.leases(car)[1], 'executed'));
  const [refused, opened] = (await rig.audit(car.id)).filter((entry) => entry.kind === 'outcome');
  assert.ok(refused.kind === 'outcome' && opened.kind === 'outcome');
  assert.deepEqual([refused.request, refused.phone], [undefined, undefined]);
  assert.deepEqual([opened.request, opened.phone], [again.said.bytes, courier.publicKey]);
  const attempts = (await rig.audit(car.id)).filter((entry) => entry.kind === 'attempt' && entry.what === 'redeem');
  assert.ok(attempts.every((entry) => entry.kind === 'attempt' && entry.request === undefined && entry.digest));
  assert.notDeepEqual(said.bytes, again.said.bytes);
});

test('A14: two redemptions at one instant open once', async () => {
  const tour = await Tour.loaded();
  const { rig, courier, car, delivery, tan } = tour;
  const claims = Array.from({ length: 20 }, () => courier.claims(car, { kind: 'redeem', delivery, tan }));
  await rig.say(...claims.map((claim) => courier.request(claim)));
  const verdicts = claims.map(({ cti }) => courier.replyTo(cti));
  assert.equal(verdicts.filter(({ verdict }) => verdict === 'pending').length, 1);
  assert.equal(verdicts.filter(({ reason }) => reason === 'tan-reserved').length, 19);
  assert.equal(rig.leases(car).length, 1);
});

test('TAN life: refused and expired by the box free it; executed, interrupted and no-motion use it up', async () => {
  for (const outcome of ['executed', 'interrupted', 'no-motion', 'refused', 'expired'] as const) {
    const tour = await Tour.loaded();
    const { reply, lease } = await tour.open(outcome);
    assert.equal(reply.verdict, outcome);
    await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
    const again = (await tour.redeem()).reply;
    if (outcome === 'refused' || outcome === 'expired') assert.equal(again.verdict, 'pending', outcome);
    else assert.equal(again.reason, outcome === 'executed' ? 'delivery-ended' : 'tan-used', outcome);
  }
});

test('TAN life: a box that says nothing keeps it reserved; lost flash uses it up; a box that knows nothing frees it', async () => {
  for (const end of ['silence', 'flash', 'burnt'] as const) {
    const tour = await Tour.loaded();
    const { rig, car } = tour;
    const { cti } = await tour.redeem();
    const [lease] = rig.leases(car);
    await rig.wait(MINUTE_MS);
    assert.equal((await tour.redeem()).reply.reason, 'tan-reserved');
    if (end === 'silence') continue;
    car.reboot(end !== 'flash');
    await rig.say(car.clock());
    if (end === 'burnt') await rig.say(car.result(lease, 'refused', { reason: 'burnt' }));
    assert.equal(tour.courier.replyTo(cti).verdict, end === 'flash' ? 'interrupted' : 'refused');
    const again = (await tour.redeem()).reply;
    assert.equal(again.verdict === 'pending' ? 'free' : again.reason, end === 'flash' ? 'tan-used' : 'free');
  }
});

test('TAN life: a redemption that never got a lease expires and frees it', async () => {
  const tour = await Tour.loaded();
  tour.rig.nowMs += MINUTE_MS + 1;
  const { cti } = await tour.redeem();
  await tour.rig.wait(2 * MINUTE_MS);
  assert.equal(tour.courier.replyTo(cti).verdict, 'expired');
  await tour.rig.say(tour.car.clock());
  assert.equal((await tour.redeem()).reply.verdict, 'pending');
  assert.equal(tour.rig.leases(tour.car).length, 1);
});

test('A14: after a failed opening the owner issues a new TAN; the old one is void', async () => {
  const tour = await Tour.loaded();
  const { lease } = await tour.open('no-motion');
  assert.equal(await tour.state(), 'failed');
  await tour.rig.say(tour.car.report('secured', { opening: lease.cti }));
  const anew = await tour.owner.ask(tour.car, { kind: 'order', delivery: tour.delivery });
  assert.deepEqual([anew.verdict, anew.state], ['executed', 'loaded']);
  assert.notEqual(anew.tan, tour.tan);
  assert.equal((await tour.redeem()).reply.reason, 'wrong-tan');
  tour.tan = anew.tan ?? '';
  assert.equal((await tour.open()).reply.state, 'open');
});

test('A17: another courier, a courier of another carrier, and whoever is no courier are refused before the TAN is looked at', async () => {
  const tour = await Tour.loaded();
  const colleague = await tour.rig.phone(3, 'courier');
  const rival = await tour.rig.phone(4, 'courier', 'UPS');
  for (const who of [colleague, rival, tour.owner]) {
    for (let n = 0; n < 6; n++) assert.equal((await tour.redeem('00000000', who)).reply.reason, 'wrong-courier');
    assert.equal((await tour.redeem(tour.tan, who)).reply.reason, 'wrong-courier');
    const locate = await who.ask(tour.car, { kind: 'locate-once', delivery: tour.delivery });
    assert.equal(locate.reason, 'wrong-courier');
    assert.equal((await who.ask(tour.car, { kind: 'load', delivery: tour.delivery })).reason, 'wrong-courier');
  }
  // Their attempts count against them and not against the delivery.
  assert.equal((await tour.redeem()).reply.verdict, 'pending');
});

test('A17: before the tour is loaded nobody redeems', async () => {
  const tour = await Tour.ordered();
  assert.equal((await tour.redeem()).reply.reason, 'wrong-courier');
});

test('A15: five wrong attempts pause the delivery for 15 minutes, ten end it', async () => {
  const tour = await Tour.loaded();
  for (let n = 0; n < 5; n++) assert.equal((await tour.redeem('WRONG000')).reply.reason, 'wrong-tan');
  assert.equal((await tour.redeem()).reply.reason, 'delivery-paused');
  await tour.pass(15 * MINUTE_MS);
  for (let n = 0; n < 5; n++) assert.equal((await tour.redeem('WRONG000')).reply.reason, 'wrong-tan');
  assert.equal((await tour.redeem()).reply.reason, 'delivery-ended');
  assert.equal(await tour.state(), 'ended');
  assert.equal(tour.rig.leases(tour.car).length, 0);
});

test('A15: whoever goes on guessing while the box is asked ends the delivery as well', async () => {
  const tour = await Tour.loaded();
  const { rig, car } = tour;
  await tour.redeem();
  for (let n = 0; n < 5; n++) assert.equal((await tour.redeem('WRONG000')).reply.reason, 'wrong-tan');
  await rig.wait(15 * MINUTE_MS);
  for (let n = 0; n < 5; n++) assert.equal((await tour.redeem('WRONG000')).reply.reason, 'wrong-tan');
  assert.equal((await tour.redeem()).reply.reason, 'delivery-ended');
  await rig.say(car.clock(), car.result(rig.leases(car)[0], 'refused', { reason: 'burnt' }));
  assert.equal(await tour.state(), 'ended');
});

test('A15: too early, too late: from the start of the window to its end plus one day', async () => {
  const tour = await Tour.loaded();
  const { rig, owner, car } = tour;
  tour.fromS = Math.floor(rig.nowMs / 1000) + 600;
  tour.toS = tour.fromS + 600;
  await tour.order();
  await tour.courier.ask(car, { kind: 'load', delivery: tour.delivery });
  assert.equal((await tour.redeem()).reply.reason, 'early');
  assert.equal((await tour.courier.ask(car, { kind: 'locate-once', delivery: tour.delivery })).reason, 'early');
  await tour.pass((tour.toS + DAY_S) * 1000 - rig.nowMs - 1);
  assert.equal((await tour.redeem('WRONG000')).reply.reason, 'wrong-tan');
  await tour.pass(1);
  assert.equal(await tour.state(), 'ended');
  assert.equal((await tour.redeem()).reply.reason, 'delivery-ended');
  const past = { kind: 'order', carrier: 'DHL', fromS: tour.fromS, toS: tour.toS } as const;
  assert.equal((await owner.ask(car, past)).reason, 'late');
});

test('A12: the courier locates once; the same request repeats the position for 10 minutes', async () => {
  const tour = await Tour.loaded();
  const { rig, car, courier, delivery } = tour;
  const { said, cti } = await courier.askAll(car, { kind: 'locate-once', delivery });
  const [lease] = rig.leases(car);
  assert.deepEqual([lease.action, lease.delivery], ['locate', delivery]);
  assert.equal((await courier.ask(car, { kind: 'locate-once', delivery })).reason, 'in-use');
  const body = { latE6: 48_700_000, lonE6: 9_200_000, speedDmS: 3, doorsLocked: true };
  await rig.say(car.result(lease, 'executed', { body }));
  const reply = courier.replyTo(cti);
  assert.deepEqual(reply.body, { latE6: 48_700_000, lonE6: 9_200_000 });
  await rig.wait(9 * MINUTE_MS);
  await rig.say(said);
  assert.deepEqual(courier.replyTo(cti), reply);
  assert.equal((await courier.ask(car, { kind: 'locate-once', delivery })).reason, 'located-already');
  await rig.wait(MINUTE_MS);
  await rig.say(said);
  assert.equal(courier.replyTo(cti).body, undefined);
  const stored = await rig.accessStore.load([`request/${courier.id}/${toHex(cti)}`]);
  for (const { json } of stored.values()) assert.ok(json?.includes('"body":null'));
});

test('A12: a locating that gave no position does not count', async () => {
  const tour = await Tour.loaded();
  const { rig, car, courier, delivery } = tour;
  await courier.ask(car, { kind: 'locate-once', delivery });
  await rig.say(car.result(rig.leases(car)[0], 'no-motion'));
  assert.equal((await courier.ask(car, { kind: 'locate-once', delivery })).verdict, 'pending');
});
