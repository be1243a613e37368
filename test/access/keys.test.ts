import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/bytes.ts';
import { Grant } from '../../protocol/near-messages.ts';
import { Owner } from '../../simulator/peers/owner.ts';
import { unread } from '../../simulator/peers/unread.ts';
import type { Pedestrian } from './street.ts';
import { Street } from './street.ts';

const DAY_S = 86_400;

/** What the owner's phone gives to the holder. */
interface Key {
  readonly grant: Uint8Array;
  /** Only if the gateway has registered it. */
  readonly registration?: Uint8Array;
}

interface Shared {
  readonly street: Street;
  readonly friend: Pedestrian<Owner>;
  readonly key: Key;
}

/** A friend with a key for a day, shared beside the car. */
async function shared(): Promise<Shared> {
  const street = await Street.live();
  const friend = street.walker((person) => new Owner(person), 'friend');
  await street.register(friend, 'user');
  const key = await share(street, friend);
  assert.equal([...street.owner.finals.values()].at(-1)?.[0].verdict, 'executed');
  return { street, friend, key };
}

async function share(street: Street, friend: Pedestrian<Owner>): Promise<Key> {
  const { owner } = street;
  const fromS = Math.floor(street.utcMs / 1000);
  const holder = friend.person.phone.party.publicKey;
  owner.beside(true);
  const before = owner.finals.size;
  const offer = { holder, actions: ['unlock', 'lock', 'start'] as const, fromS, toS: fromS + DAY_S };
  const { grant, effects } = owner.person.share(street.station.name, offer, street.utcMs);
  owner.do(effects);
  await street.until(() => owner.finals.size > before);
  owner.beside(false);
  const id = unread(Grant, grant)?.id ?? new Uint8Array();
  return { grant, registration: owner.person.registrations.get(toHex(id)) };
}

function use(street: Street, who: Pedestrian<Owner>, key: Key): void {
  who.beside(true);
  who.do(who.person.phone.plan({ kind: 'use', action: 'unlock', ...key }, street.utcMs));
}

const isUnlocked = (street: Street) => () => !street.body.state.doorsLocked;

test('B38, B41: a shared key opens in an underground garage, without any network; the log hears of it later', async () => {
  const { street, friend, key } = await shared();
  await street.pass(2000);
  street.underground = true;
  friend.online(false);
  use(street, friend, key);
  await street.until(isUnlocked(street));
  friend.online(true);
  const wasLogged = async (): Promise<boolean> =>
    (await street.log()).some(
      (entry) => entry.kind === 'outcome' && entry.who === friend.id && entry.result !== undefined,
    );
  for (let n = 0; n < 100 && !(await wasLogged()); n++) await street.pass(1000);
  assert.ok(await wasLogged());
});

test('B43: a revoked key stops with the next contact, also if a phone has to carry the news', async () => {
  const { street, friend, key } = await shared();
  const { keys = [] } = await street.owner.final({ kind: 'keys' });
  assert.equal((await street.owner.final({ kind: 'revoke', subject: keys[0].grant })).verdict, 'executed');
  await street.pass(35_000);
  use(street, friend, key);
  assert.equal(await street.comesAbout(isUnlocked(street), 10_000), false);
  assert.equal((await friend.final({ kind: 'unlock' })).reason, 'key-revoked');
});

test('B43: a revoked key and one that was not stay dead when the same owner unpairs and pairs again', async () => {
  const { street, friend, key } = await shared();
  const { owner } = street;
  const other = await share(street, friend);
  const [first] = (await owner.final({ kind: 'keys' })).keys ?? [];
  assert.equal((await owner.final({ kind: 'revoke', subject: first.grant })).verdict, 'executed');
  assert.equal((await owner.final({ kind: 'unpair' })).verdict, 'executed');
  await street.pass(5000);
  street.station.panel({ what: 'switch', name: 'online', on: true });
  await street.pass(5000);
  street.station.panel({ what: 'pair' });
  const code = street.station.shown.at(-1);
  assert.ok(code?.what === 'pairing-code');
  const before = owner.finals.size;
  owner.beside(true);
  owner.do(owner.person.pair(code.bytes, street.utcMs) ?? []);
  await street.until(() => owner.finals.size > before);
  assert.equal([...owner.finals.values()].at(-1)?.[0].verdict, 'executed');
  owner.beside(false);
  await street.pass(35_000);
  for (const old of [key, other]) {
    use(street, friend, old);
    assert.equal(await street.comesAbout(isUnlocked(street), 10_000), false);
    friend.beside(false);
  }
  use(street, friend, await share(street, friend));
  await street.until(isUnlocked(street));
});

test('B38, B43: a grant whose registration was refused opens nothing, signed by the owner as it is', async () => {
  const street = await Street.live();
  const stranger = street.walker((person) => new Owner(person), 'stranger');
  const key = await share(street, stranger);
  assert.equal([...street.owner.finals.values()].at(-1)?.[0].verdict, 'refused');
  assert.equal(key.registration, undefined);
  await street.pass(35_000);
  use(street, stranger, key);
  assert.equal(await street.comesAbout(isUnlocked(street), 10_000), false);
});

test('B37: after the unpairing the key is worth nothing, and somebody else can pair', async () => {
  const { street, friend, key } = await shared();
  assert.equal((await street.owner.final({ kind: 'unpair' })).verdict, 'executed');
  await street.pass(5000);
  use(street, friend, key);
  assert.equal(await street.comesAbout(isUnlocked(street), 10_000), false);
  friend.beside(false);
  const before = friend.finals.size;
  street.station.panel({ what: 'switch', name: 'online', on: true });
  await street.pass(5000);
  street.station.panel({ what: 'pair' });
  const code = street.station.shown.at(-1);
  assert.ok(code?.what === 'pairing-code');
  friend.beside(true);
  friend.do(friend.person.pair(code.bytes, street.utcMs) ?? []);
  await street.until(() => friend.finals.size > before);
  assert.equal([...friend.finals.values()].at(-1)?.[0].verdict, 'executed');
  assert.equal((await street.owner.final({ kind: 'unlock' })).reason, 'account');
});

test('B92-B94: track-on brings positions to the call centre every few seconds until track-off', async () => {
  const street = await Street.live();
  assert.equal((await street.owner.final({ kind: 'track-on' })).verdict, 'executed');
  const positions = () => street.events.filter(({ event }) => event.type === 'theft.position').length;
  await street.until(() => positions() >= 3, 60_000);
  assert.equal((await street.owner.final({ kind: 'track-off' })).verdict, 'executed');
  await street.pass(5000);
  const until = positions();
  await street.pass(60_000);
  assert.equal(positions(), until);
});

test('A8: the car is handed over and back with states that the box has signed', async () => {
  const street = await Street.live();
  const friend = street.walker((person) => new Owner(person), 'friend');
  await street.register(friend, 'user');
  assert.equal((await street.owner.final({ kind: 'hand-over', person: friend.id })).verdict, 'executed');
  street.body.change({ odometerKm: 12_400 });
  await street.pass(1000);
  assert.equal((await friend.final({ kind: 'hand-back' })).verdict, 'executed');
  const types = street.events.map(({ event }) => event.type).filter((type) => type.startsWith('handover.'));
  assert.deepEqual(types, ['handover.started', 'handover.ended']);
});
