import assert from 'node:assert/strict';
import test from 'node:test';
import type { DeliveryState, Reply, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Grant } from '../../protocol/near-messages.ts';
import { nobleCrypto as crypto } from '../../protocol/noble.ts';
import { Courier } from '../../simulator/peers/courier.ts';
import { Owner } from '../../simulator/peers/owner.ts';
import type { PhoneEffect, PhoneInput } from '../../simulator/peers/phone.ts';
import { BelievingBox, phoneOptions, replyTo, requestIn, testParty } from './counterparts.ts';

const UTC_MS = 1_793_178_000_000;
const box = new BelievingBox();
const delivery = new Uint8Array(16).fill(5);

interface Person {
  readonly phone: { readonly party: ReturnType<typeof testParty>; readonly id: string };
  handle(input: PhoneInput, nowMs: number): readonly PhoneEffect[];
}

/** Answers each request with `answer`, lets the box talk, and gives the requests that were asked. */
function converse(
  person: Person,
  effects: readonly PhoneEffect[],
  answer: (request: Request) => Omit<Reply, 'cti'>,
  nowMs = UTC_MS,
): Request[] {
  const all = [...effects];
  const asked: Request[] = [];
  for (let i = 0; i < all.length; i++) {
    const effect = all[i];
    if (effect.kind === 'say') {
      for (const bytes of box.hear(effect.bytes)) all.push(...person.handle({ kind: 'said', bytes }, nowMs));
    }
    const request = requestIn(effect, person.phone.party);
    if (request === null) continue;
    asked.push(request);
    const bytes = replyTo(person.phone.id, { cti: request.cti, ...answer(request) });
    all.push(...person.handle({ kind: 'downlink', channel: 'reply', bytes }, nowMs));
  }
  return asked;
}

function newOwner(): Owner {
  const owner = new Owner(phoneOptions(0x33));
  owner.handle({ kind: 'link', up: true }, UTC_MS);
  owner.handle({ kind: 'beside', box: box.id }, UTC_MS);
  return owner;
}

test("B34: pairing takes the ticket, the box's word that the phone is beside it, and its clock", () => {
  const owner = newOwner();
  const ticket = box.ticket();
  const asked = converse(owner, owner.pair(ticket, UTC_MS) ?? [], () => ({ verdict: 'executed' }));
  assert.equal(asked.length, 1);
  const [request] = asked;
  assert.deepEqual([request.kind, request.aud, request.ticket], ['pair', box.id, ticket]);
  assert.ok(request.presence && request.clock);
  assert.equal(owner.pair(new Uint8Array([1, 2]), UTC_MS), null, 'no ticket');
});

test('B38, B39: a shared key is a grant signed by the owner, asked for beside the car', () => {
  const owner = newOwner();
  const holder = testParty(0x44);
  const offer = { holder: holder.publicKey, actions: ['unlock', 'lock'], fromS: 10, toS: 20 } as const;
  const { grant, effects } = owner.share(box.id, offer, UTC_MS);
  const registration = Uint8Array.of(1, 2, 3);
  const [request] = converse(owner, effects, () => ({ verdict: 'executed', registration }));
  assert.deepEqual([...owner.registrations.values()], [registration], 'it goes to the holder with the grant');
  assert.deepEqual([request.kind, request.grant], ['share', grant]);
  assert.ok(request.presence && request.clock);
  const scope = { type: 'bb-grant', direction: 'sr', device: box.id } as const;
  const opened = unseal(Grant, grant, scope, owner.phone.party.publicKey, crypto);
  assert.ok(opened.ok);
  assert.deepEqual({ ...opened.value, id: null }, { id: null, ...offer });
});

test('away from the car no key is shared: nothing is asked', () => {
  const owner = new Owner(phoneOptions(0x33));
  owner.handle({ kind: 'link', up: true }, UTC_MS);
  const offer = { holder: testParty(0x44).publicKey, actions: ['unlock'], fromS: 10, toS: 20 } as const;
  assert.deepEqual(owner.share(box.id, offer, UTC_MS).effects, []);
});

test('the owner keeps the TAN that is shown once', () => {
  const owner = newOwner();
  const asked = owner.phone.ask({ box: box.id, kind: 'order', carrier: 'DHL', fromS: 1, toS: 2 }, UTC_MS);
  converse(owner, asked?.effects ?? [], () => ({ verdict: 'executed', delivery, tan: '7K3MZ9QX' }));
  assert.equal(owner.tans.get(toHex(delivery)), '7K3MZ9QX');
});

function newCourier(): Courier {
  const courier = new Courier(phoneOptions(0x55));
  courier.handle({ kind: 'link', up: true }, UTC_MS);
  return courier;
}

const stop = { delivery, box: box.id, tan: '7K3MZ9QX' };
const good = (): Omit<Reply, 'cti'> => ({ verdict: 'executed' });

test('A12, A13, A18: load, locate, redeem, and free again only when the delivery says so', () => {
  const courier = newCourier();
  const state = (): string | undefined => courier.stateOf(delivery)?.state;
  assert.deepEqual(courier.redeem(delivery, UTC_MS), [], 'not on the tour');
  assert.equal(converse(courier, courier.load([stop], UTC_MS), good)[0].kind, 'load');
  assert.equal(state(), 'bound');
  const body = { latE6: 50_868_100, lonE6: 9_706_200 };
  converse(courier, courier.locate(delivery, UTC_MS), () => ({ verdict: 'executed', body }));
  assert.deepEqual(courier.stateOf(delivery)?.place, body);
  const [request] = converse(courier, courier.redeem(delivery, UTC_MS), good);
  assert.deepEqual([request.kind, request.tan, request.delivery], ['redeem', stop.tan, delivery]);
  assert.deepEqual([state(), courier.free], ['opened', false]);
  assert.deepEqual(courier.redeem(delivery, UTC_MS), [], 'not twice');
  const states: DeliveryState[] = ['open', 'open', 'done'];
  for (let nowMs = courier.nextTimeout(); states.length > 0; nowMs = courier.nextTimeout()) {
    assert.equal(courier.free, false);
    converse(courier, courier.onTimeout(nowMs), () => ({ verdict: 'executed', state: states.shift() }), nowMs);
  }
  assert.deepEqual([state(), courier.free], ['over', true]);
});

test('A14: a refused TAN leaves the stop on the tour, with the reason', () => {
  const courier = newCourier();
  converse(courier, courier.load([stop], UTC_MS), good);
  converse(courier, courier.redeem(delivery, UTC_MS), () => ({ verdict: 'refused', reason: 'wrong-tan' }));
  const work = courier.stateOf(delivery);
  assert.deepEqual([work?.state, work?.refusal, courier.free], ['bound', 'wrong-tan', true]);
});

test('A18: an opening that was interrupted, or whose lid did not move, keeps the courier', () => {
  for (const verdict of ['interrupted', 'no-motion'] as const) {
    const courier = newCourier();
    converse(courier, courier.load([stop], UTC_MS), good);
    converse(courier, courier.redeem(delivery, UTC_MS), () => ({ verdict }));
    assert.deepEqual([courier.stateOf(delivery)?.state, courier.free], ['opened', false], verdict);
  }
});
