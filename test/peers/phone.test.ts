import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Reply, Verdict } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Ferry } from '../../protocol/near-messages.ts';
import { nobleCrypto as crypto } from '../../protocol/noble.ts';
import { Phone, type PhoneEffect } from '../../simulator/peers/phone.ts';
import { BelievingBox, phoneOptions, replyTo, requestIn, testParty } from './counterparts.ts';

const UTC_MS = 1_793_178_000_000;
const NAME = 0x33;
const box = new BelievingBox();

function newPhone(): Phone {
  const phone = new Phone(phoneOptions(NAME));
  phone.handle({ kind: 'link', up: true }, UTC_MS);
  return phone;
}

function publishes(effects: readonly PhoneEffect[], channel: 'request' | 'ferry'): Uint8Array[] {
  return effects.flatMap((effect) => (effect.kind === 'publish' && effect.channel === channel ? [effect.bytes] : []));
}

/** Lets a phone and a box talk until both are silent. */
function talk(phone: Phone, effects: readonly PhoneEffect[], nowMs: number): PhoneEffect[] {
  const all = [...effects];
  for (let i = 0; i < all.length; i++) {
    const effect = all[i];
    if (effect.kind !== 'say') continue;
    for (const bytes of box.hear(effect.bytes)) all.push(...phone.handle({ kind: 'said', bytes }, nowMs));
  }
  return all;
}

test('a request is signed, has a window, and its bytes stay the same until the final reply', () => {
  const phone = newPhone();
  const asked = phone.ask({ box: box.id, kind: 'unlock' }, UTC_MS);
  assert.ok(asked);
  const [first] = publishes(asked.effects, 'request');
  const request = requestIn(asked.effects[0], phone.party);
  assert.deepEqual([request?.iss, request?.aud, request?.kind], [phone.id, box.id, 'unlock']);
  assert.deepEqual([request?.iat, request?.exp], [UTC_MS / 1000, UTC_MS / 1000 + 120]);
  const sent: Uint8Array[] = [];
  for (let nowMs = UTC_MS; nowMs < UTC_MS + 120_000; nowMs = phone.nextTimeout()) {
    sent.push(...publishes(phone.onTimeout(nowMs), 'request'));
  }
  assert.ok(sent.length >= 4, `${sent.length} repetitions in two minutes`);
  for (const bytes of sent) assert.deepEqual(bytes, first);
  assert.ok(request);
  const reply = replyTo(phone.id, { cti: request.cti, verdict: 'executed' });
  const effects = phone.handle({ kind: 'downlink', channel: 'reply', bytes: reply }, UTC_MS + 120_000);
  assert.equal(effects.filter(({ kind }) => kind === 'reply').length, 1);
  assert.equal(phone.waiting.length, 0);
  assert.equal(phone.nextTimeout(), Number.POSITIVE_INFINITY);
});

test('pending is news: the phone goes on asking, and a second final reply is only news', () => {
  const phone = newPhone();
  const asked = phone.ask({ box: box.id, kind: 'lock' }, UTC_MS);
  const request = asked && requestIn(asked.effects[0], phone.party);
  assert.ok(request);
  const hear = (verdict: Verdict): PhoneEffect['kind'][] =>
    phone
      .handle({ kind: 'downlink', channel: 'reply', bytes: replyTo(phone.id, { cti: request.cti, verdict }) }, UTC_MS)
      .map(({ kind }) => kind);
  assert.deepEqual(hear('pending'), ['reply']);
  assert.equal(phone.waiting.length, 1);
  assert.deepEqual(hear('no-motion'), ['reply']);
  assert.deepEqual(hear('no-motion'), ['news']);
});

test('A23: a reply by another key, for another phone or with a changed bit is no reply', () => {
  const phone = newPhone();
  const asked = phone.ask({ box: box.id, kind: 'unlock' }, UTC_MS);
  const request = asked && requestIn(asked.effects[0], phone.party);
  assert.ok(request);
  const reply: Reply = { cti: request.cti, verdict: 'executed' };
  const flipped = replyTo(phone.id, reply);
  flipped[40] ^= 1;
  for (const bytes of [replyTo(phone.id, reply, testParty(0x99)), replyTo(box.id, reply), flipped, new Uint8Array(9)]) {
    assert.deepEqual(phone.handle({ kind: 'downlink', channel: 'reply', bytes }, UTC_MS), []);
  }
  assert.equal(phone.waiting.length, 1);
});

test('B38: the use of a key is hello, clock, key-use, result; the clock and the result are ferried', () => {
  const phone = newPhone();
  phone.handle({ kind: 'beside', box: box.id }, UTC_MS);
  const effects = talk(phone, phone.plan({ kind: 'use', action: 'unlock', grant: null }, UTC_MS), UTC_MS);
  assert.equal(box.uses.length, 1);
  const heard = effects.flatMap((effect) => (effect.kind === 'heard' ? [effect.heard] : []));
  assert.deepEqual(
    heard.map(({ kind }) => kind),
    ['clock', 'result'],
  );
  assert.ok(heard[1].kind === 'result' && heard[1].ofKey && heard[1].result.outcome === 'executed');
  const scope = { type: 'bb-ferry', direction: 'up', device: phone.id } as const;
  const ferried = publishes(effects, 'ferry').map((bytes) =>
    unseal(Ferry, bytes, scope, phone.party.publicKey, crypto),
  );
  assert.deepEqual(
    ferried.map((ferry) => ferry.ok && [ferry.value.box, ferry.value.kind]),
    [
      [box.id, 'clock'],
      [box.id, 'result'],
    ],
  );
});

test('a box that does not answer is asked a few times, and then the plan is given up', () => {
  const phone = newPhone();
  phone.handle({ kind: 'beside', box: box.id }, UTC_MS);
  let effects = phone.plan({ kind: 'use', action: 'lock', grant: null }, UTC_MS);
  let said = 0;
  let silent = false;
  for (let tries = 0; tries < 20 && !silent; tries++) {
    said += effects.filter(({ kind }) => kind === 'say').length;
    silent = effects.some((effect) => effect.kind === 'heard' && effect.heard.kind === 'silence');
    if (phone.nextTimeout() !== Number.POSITIVE_INFINITY) effects = phone.onTimeout(phone.nextTimeout());
  }
  assert.ok(silent);
  assert.equal(said, 6);
});

test('Underground: a lease of a reply waits in the pocket until the box is in range, and what the box says until the link is up', () => {
  const phone = new Phone(phoneOptions(NAME));
  const asked = phone.ask({ box: box.id, kind: 'unlock' }, UTC_MS);
  assert.deepEqual(asked?.effects, [], 'nothing is published without a link');
  const [request] = publishes(phone.handle({ kind: 'link', up: true }, UTC_MS), 'request');
  assert.ok(request);
  const cti = phone.waiting[0].request.cti;
  const [lease, time] = [new Uint8Array([1]), new Uint8Array([2])];
  const reply = replyTo(phone.id, { cti, verdict: 'pending', lease, time });
  phone.handle({ kind: 'downlink', channel: 'reply', bytes: reply }, UTC_MS);
  phone.handle({ kind: 'downlink', channel: 'settled', bytes: new Uint8Array([3]) }, UTC_MS);
  phone.handle({ kind: 'link', up: false }, UTC_MS);
  const there = talk(phone, phone.handle({ kind: 'beside', box: box.id }, UTC_MS + 9000), UTC_MS + 9000);
  assert.deepEqual(box.handedOver.splice(0), ['time', 'lease', 'settled']);
  assert.deepEqual(publishes(there, 'ferry'), []);
  const up = phone.handle({ kind: 'link', up: true }, UTC_MS + 20_000);
  assert.equal(publishes(up, 'ferry').length, 1, 'the clock that the box said to the hello');
});

test('nothing that a stranger says on either side makes a phone throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, near) => {
      const phone = newPhone();
      phone.handle({ kind: 'beside', box: box.id }, UTC_MS);
      phone.plan({ kind: 'presence', nonce: null }, UTC_MS);
      if (near) phone.handle({ kind: 'said', bytes }, UTC_MS);
      else phone.handle({ kind: 'downlink', channel: 'reply', bytes }, UTC_MS);
    }),
    { numRuns: 300 },
  );
});

test('whatever the network loses, repeats and delays, each request gets one final reply, and its bytes never change', () => {
  const fate = fc.record({ lost: fc.boolean(), again: fc.boolean(), delayMs: fc.nat(20_000), pending: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fate, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (fates, requests) => {
      const phone = newPhone();
      const coming: { atMs: number; bytes: Uint8Array }[] = [];
      const bytesOf = new Map<string, string>();
      const finals = new Map<string, number>();
      let turn = 0;
      const take = (effects: readonly PhoneEffect[], nowMs: number): void => {
        for (const effect of effects) {
          if (effect.kind === 'reply' && effect.reply.verdict !== 'pending') {
            const key = toHex(effect.request.cti);
            finals.set(key, (finals.get(key) ?? 0) + 1);
          }
          const request = requestIn(effect, phone.party);
          if (request === null || effect.kind !== 'publish') continue;
          const key = toHex(request.cti);
          assert.equal(bytesOf.get(key) ?? toHex(effect.bytes), toHex(effect.bytes));
          bytesOf.set(key, toHex(effect.bytes));
          const { lost, again, delayMs, pending } = fates[turn++] ?? {
            lost: false,
            again: false,
            delayMs: 0,
            pending: false,
          };
          if (lost) continue;
          const verdict = pending ? 'pending' : 'executed';
          const bytes = replyTo(phone.id, { cti: request.cti, verdict });
          for (let i = 0; i < (again ? 2 : 1); i++) coming.push({ atMs: nowMs + delayMs * (i + 1), bytes });
        }
      };
      for (let i = 0; i < requests; i++)
        take(phone.ask({ box: box.id, kind: 'lights' }, UTC_MS)?.effects ?? [], UTC_MS);
      for (let steps = 0; steps < 400 && phone.waiting.length > 0; steps++) {
        coming.sort((a, b) => a.atMs - b.atMs);
        const nowMs = Math.min(phone.nextTimeout(), coming[0]?.atMs ?? Number.POSITIVE_INFINITY);
        if (coming[0]?.atMs === nowMs) {
          const [{ bytes }] = coming.splice(0, 1);
          take(phone.handle({ kind: 'downlink', channel: 'reply', bytes }, nowMs), nowMs);
        } else take(phone.onTimeout(nowMs), nowMs);
      }
      assert.equal(phone.waiting.length, 0);
      assert.deepEqual([...finals.values()], new Array(requests).fill(1));
    }),
    { numRuns: 60 },
  );
});
