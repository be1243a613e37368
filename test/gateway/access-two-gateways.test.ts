import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessDocument, AccessStore, AccessWrites } from '../../gateway/core/access/access-store.ts';
import { StoreError } from '../../gateway/core/store.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Car, Phone } from './access-parties.ts';
import { AccessRig } from './access-rig.ts';
import { filled } from './frame-maker.ts';

async function paired(): Promise<{ rig: AccessRig; owner: Phone; car: Car }> {
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  return { rig, owner, car: await rig.carOf(owner) };
}

/** A store that fails, or lets something happen, at one point. */
class Meddled implements AccessStore {
  onCommit: (writes: AccessWrites) => Promise<void> = async () => undefined;
  private readonly store: AccessStore;

  constructor(store: AccessStore) {
    this.store = store;
  }

  load(keys: readonly string[]): Promise<ReadonlyMap<string, AccessDocument>> {
    return this.store.load(keys);
  }
  due(nowMs: number, limit: number): Promise<readonly string[]> {
    return this.store.due(nowMs, limit);
  }
  async commit(writes: AccessWrites): Promise<boolean> {
    await this.onCommit(writes);
    return this.store.commit(writes);
  }
}

test('A14: redemptions of one TAN at one instant through two gateways: one lease', async () => {
  const { rig, owner, car } = await paired();
  const courier = await rig.phone(2, 'courier');
  const fromS = Math.floor(rig.nowMs / 1000);
  const { delivery, tan } = await owner.ask(car, { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 3600 });
  await courier.ask(car, { kind: 'load', delivery });
  const gateways = [rig.shell, rig.newShell()];
  const claims = Array.from({ length: 40 }, () => courier.claims(car, { kind: 'redeem', delivery, tan }));
  for (const [n, claim] of claims.entries()) {
    gateways[n % 2].receive(courier.id, 'request', courier.request(claim).bytes);
  }
  await Promise.all(gateways.map((gateway) => gateway.flush()));
  const replies = claims.map(({ cti }) => courier.replyTo(cti));
  assert.equal(replies.filter(({ verdict }) => verdict === 'pending').length, 1);
  assert.equal(replies.filter(({ reason }) => reason === 'tan-reserved').length, 39);
  assert.equal(rig.leases(car).length, 1);
  const { counts } = await rig.store.stats();
  assert.ok((counts.get('access/conflicts') ?? 0) > 0, 'the two never met');
});

test('the same request through two gateways is one request', async () => {
  const { rig, owner, car } = await paired();
  const request = owner.claims(car, { kind: 'unlock' });
  const { bytes } = owner.request(request);
  const gateways = [rig.shell, rig.newShell()];
  for (const gateway of gateways) gateway.receive(owner.id, 'request', bytes);
  await Promise.all(gateways.map((gateway) => gateway.flush()));
  assert.equal(new Set(rig.leases(car).map(({ cti }) => toHex(cti))).size, 1);
  const attempts = (await rig.audit(car.id)).filter((entry) => entry.kind === 'attempt' && entry.what === 'unlock');
  assert.equal(attempts.length, 1);
});

test('A7: a lease that one gateway has issued leaves through the gateway that hears the box', async () => {
  const { rig, owner, car } = await paired();
  const heardHere: string[] = [];
  const other = rig.newShell({ sendDownlink: (to, channel) => heardHere.push(`${to} ${channel}`) });
  other.receive(car.id, 'clock', car.clock({ atMs: car.atMs + 1 }).bytes);
  await other.flush();
  await other.tick();
  heardHere.length = 0;
  const { cti } = await owner.askAll(car, { kind: 'unlock' });
  rig.nowMs += 600;
  await other.tick();
  assert.deepEqual(heardHere, [`${car.id} lease`]);
  // Its end has passed without a word: the box is asked.
  rig.nowMs += 30_000;
  await other.tick();
  assert.deepEqual(heardHere.slice(1), [`${car.id} inquiry`]);
  other.receive(car.id, 'result', car.result(rig.leases(car)[0], 'executed').bytes);
  await other.flush();
  assert.ok(heardHere.includes(`${owner.id} reply`));
  assert.equal((await owner.ask(car, { kind: 'outcome', subject: cti })).verdict, 'executed');
  assert.equal(owner.replyTo(cti).verdict, 'executed');
  // A gateway that never heard the box says nothing to it.
  const before = rig.sent.length;
  rig.nowMs += 10_000;
  await rig.newShell().tick();
  assert.equal(rig.sent.length, before);
});

test('a box that does not answer is asked less and less often', async () => {
  const { rig, owner, car } = await paired();
  await owner.ask(car, { kind: 'unlock' });
  for (let second = 0; second < 3600; second++) await rig.wait(1000);
  const asked = rig.inquiries(car).length;
  assert.ok(asked >= 5 && asked <= 15, String(asked));
  await rig.say(car.clock());
  assert.equal(rig.inquiries(car).length, asked + 1);
});

test('A16: no lease leaves before its entry is durable; while the store fails nothing leaves, and then all of it once', async () => {
  const { rig, owner, car } = await paired();
  const store = new Meddled(rig.accessStore);
  const shell = rig.newShell({ store });
  const settled: string[] = [];
  const before = rig.sent.length;
  store.onCommit = async ({ audit }) => {
    assert.equal(audit.length, 1);
    assert.equal(rig.sent.length, before);
    throw new StoreError('full', 'the disk is full');
  };
  const { bytes } = owner.request(owner.claims(car, { kind: 'unlock' }));
  shell.receive(owner.id, 'request', bytes, () => settled.push('request'));
  assert.equal(await shell.flush(), false);
  assert.equal(await shell.flush(), false);
  assert.deepEqual([rig.sent.length, settled.length, shell.waiting, shell.storeErrorCount], [before, 0, 1, 2]);
  assert.equal(rig.logged.length, 1);
  store.onCommit = async () => undefined;
  assert.equal(await shell.flush(), true);
  assert.deepEqual([settled, shell.waiting], [['request'], 0]);
  assert.equal(rig.leases(car).length, 1);
});

test('what another gateway changes between facts and commit is seen: a key revoked at that instant opens nothing', async () => {
  const { rig, owner, car } = await paired();
  const friend = await rig.phone(2);
  const id = filled(16, 4);
  await owner.ask(car, { kind: 'share', grant: owner.grant(car, friend, { id }), presence: car.presence(owner) });
  const store = new Meddled(rig.accessStore);
  const slow = rig.newShell({ store });
  store.onCommit = async () => {
    store.onCommit = async () => undefined;
    await owner.ask(car, { kind: 'revoke', subject: id });
  };
  const request = friend.claims(car, { kind: 'unlock' });
  slow.receive(friend.id, 'request', friend.request(request).bytes);
  await slow.flush();
  assert.equal(friend.replyTo(request.cti).reason, 'key-revoked');
  assert.deepEqual(rig.leases(car), []);
});

test('what is due is done once by whichever gateway comes first', async () => {
  const { rig, owner, car } = await paired();
  rig.nowMs += 61_000;
  const { cti } = await owner.askAll(car, { kind: 'unlock' });
  rig.nowMs += 121_000;
  await Promise.all([rig.shell.tick(), rig.newShell().tick()]);
  assert.deepEqual(owner.replyTo(cti), { cti, verdict: 'expired' });
  assert.equal((await rig.audit(car.id)).filter(({ kind }) => kind === 'outcome').length, 1);
  // Nothing is due over and over again.
  assert.deepEqual(await rig.accessStore.due(rig.nowMs, 100), []);
});

test('a queue that is full drops and counts, and says so to an outside broker', async () => {
  const rig = new AccessRig({ limits: { queueMax: 1 } });
  const owner = await rig.phone(1);
  let settled = 0;
  for (let n = 0; n < 3; n++) rig.shell.receive(owner.id, 'request', filled(3, n), () => settled++);
  assert.deepEqual([settled, rig.suspects.map(({ reason }) => reason)], [2, ['queue-full', 'queue-full']]);
  await rig.shell.close();
  assert.equal(settled, 3);
});
