import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { sameBytes, toHex } from '../../protocol/bytes.ts';
import { unseal } from '../../protocol/envelope.ts';
import { PairingTicket } from '../../protocol/near-messages.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';
import { PowerCut } from '../../simulator/flash.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();

function ticketOf(rig: BoxRig): PairingTicket {
  rig.station.panel({ what: 'pair' });
  const shown = rig.station.shown.at(-1);
  assert.ok(shown?.what === 'pairing-code');
  const scope = { type: 'bb-ticket', direction: 'sr', device: rig.identity.id } as const;
  const ticket = unseal(PairingTicket, shown.bytes, scope, rig.identity.publicKey, crypto);
  assert.ok(ticket.ok);
  return ticket.value;
}

test('B34: a local action shows a ticket that the box signed, for one phone and five minutes', () => {
  const rig = boxRig({ crypto });
  rig.run(5_000);
  const phone = new NearPhone(rig, crypto, 'owner');
  const other = new NearPhone(rig, crypto, 'thief');
  const ticket = ticketOf(rig);
  assert.equal(ticket.box, rig.identity.id);
  assert.ok(sameBytes(ticket.boot, rig.boot()));
  const ask = phone.presenceAsk(ticket.nonce);
  phone.say('presence-ask', ask);
  assert.equal(phone.presences[0].phone, phone.id);
  const [{ atMs }] = phone.presences;
  rig.run(10_000);
  phone.say('presence-ask', ask);
  assert.equal(phone.presences[1].atMs, atMs, 'asked again, the same answer');
  other.say('presence-ask', other.presenceAsk(ticket.nonce));
  assert.deepEqual(other.presences, [], 'single use');
  const late = ticketOf(rig);
  rig.run(BOX_PRODUCTION.ticketMs);
  phone.say('presence-ask', phone.presenceAsk(late.nonce));
  assert.equal(phone.presences.length, 2, 'five minutes');
});

test('B34: a second owner needs an unpairing first', () => {
  const rig = boxRig({ crypto });
  rig.run(5_000);
  const phone = new NearPhone(rig, crypto, 'owner');
  rig.downlink('binding', rig.office.bind(phone.publicKey));
  rig.run(1_000);
  rig.station.panel({ what: 'pair' });
  assert.deepEqual(rig.station.shown.at(-1), { what: 'paired-already' });
});

test('B39: presence is for a phone that signs a nonce of the box, here and now', () => {
  const rig = boxRig({ crypto });
  rig.run(5_000);
  const phone = new NearPhone(rig, crypto, 'owner');
  const nonce = phone.hello();
  phone.say('presence-ask', phone.presenceAsk(nonce));
  assert.equal(phone.presences.length, 1);
  const other = new NearPhone(rig, crypto, 'other');
  other.say('presence-ask', other.presenceAsk(nonce));
  assert.deepEqual(other.presences, [], 'a nonce is used up by the first');
  phone.say('presence-ask', phone.presenceAsk(new Uint8Array(16)));
  const stale = phone.hello();
  rig.run(BOX_PRODUCTION.nonceMs);
  phone.say('presence-ask', phone.presenceAsk(stale));
  const forged = phone.presenceAsk(phone.hello());
  forged[forged.length - 1] ^= 1;
  phone.say('presence-ask', forged);
  assert.equal(phone.presences.length, 1);
  assert.equal(rig.box().mailroom.refused.get('presence'), 3);
  phone.end.moveTo(50);
  phone.say('hello');
  assert.equal(phone.clocks.length, 3, 'out of range nobody answers');
});

test('decisions.md, Trust: a binding holds by its number, whoever says otherwise', () => {
  const rig = boxRig({ crypto });
  rig.run(5_000);
  const [first, second] = ['owner', 'other'].map((label) => new NearPhone(rig, crypto, label));
  const old = rig.office.bind(first.publicKey);
  const current = rig.office.bind(second.publicKey);
  for (const bytes of [current, old]) rig.downlink('binding', bytes);
  rig.run(1_000);
  rig.downlink('binding', old);
  rig.run(1_000);
  assert.equal(first.verdict(first.use('unlock')), 'refused key-unknown');
  assert.equal(second.verdict(second.use('unlock')), 'executed');
  assert.ok((rig.box().mailroom.refused.get('old-number') ?? 0) >= 1);
  rig.station.cutPower();
  rig.run(5_000);
  assert.equal(second.verdict(second.use('lock')), 'executed', 'it is in flash');
});

interface Collected {
  readonly rig: BoxRig;
  readonly grant: Uint8Array;
}

/** A box that has collected something for its owner. */
function collected(): Collected {
  const rig = boxRig({ crypto });
  rig.run(5_000);
  const owner = new NearPhone(rig, crypto, 'owner');
  const friend = new NearPhone(rig, crypto, 'friend');
  rig.downlink('binding', rig.office.bind(owner.publicKey));
  rig.run(35_000);
  const nowS = Math.floor(rig.office.utcMs / 1000);
  const grant = rig.office.newId();
  friend.use('lock', owner.grant(friend.publicKey, ['lock'], nowS - 60, nowS + 3600, grant));
  rig.office.wish({ action: 'immobilise' });
  rig.station.panel({ what: 'valet', password: 'secret' });
  rig.run(5_000);
  return { rig, grant };
}

function inFlash({ rig, grant }: Collected): boolean {
  return toHex(rig.flash.image()).includes(toHex(grant));
}

test('B37: what the next owner is handed says nothing of where the car was, or who was there', () => {
  const fix = {
    latE7: 487_000_010,
    lonE7: 92_000_020,
    speedCmS: 0,
    headingCdeg: 0,
    altitudeM: 0,
    accuracyCm: 300,
    utcMs: 1_772_433_000_000,
  };
  const rig = boxRig({ crypto, gnss: () => fix });
  rig.run(5_000);
  const { office } = rig;
  const [owner, next] = ['owner', 'next owner'].map((label) => new NearPhone(rig, crypto, label));
  rig.downlink('binding', office.bind(owner.publicKey));
  rig.run(35_000);
  office.settles = false;
  const find = office.wish({ action: 'lights' });
  rig.run(5_000);
  assert.notEqual(office.resultOf(find)?.body?.latE6, undefined, 'the former owner is told');
  // One that is under way while the car changes hands.
  rig.body.faults.slowMs = 3_000;
  const moving = office.wish({ action: 'horn' });
  rig.run(1_000);
  rig.downlink('binding', office.bind(undefined));
  rig.run(5_000);
  office.forgetResults();
  rig.downlink('binding', office.bind(next.publicKey));
  rig.run(1_000);
  rig.station.cutPower();
  rig.run(30_000);
  next.use('lock');
  rig.run(3_000);
  for (const id of [find, moving]) {
    for (const results of [office.results, next.results]) {
      const result = results.find((one) => toHex(one.id) === toHex(id));
      assert.equal(result?.outcome, 'executed', 'the gateway still learns what became of it');
      assert.equal(result?.body, undefined);
      assert.equal(result?.holder, '');
    }
  }
});

test('B37: unpairing erases what was collected, in flash as well, and the box says so', () => {
  const story = collected();
  const { rig } = story;
  assert.equal(inFlash(story), true);
  rig.downlink('binding', rig.office.bind(undefined));
  rig.run(10_000);
  assert.equal(inFlash(story), false);
  assert.equal(rig.office.reports.at(-1)?.what, 'erased');
  rig.body.pressStart();
  rig.station.panel({ what: 'pair' });
  assert.equal(rig.station.shown.at(-1)?.what, 'pairing-code', 'nothing is armed, and it can be paired again');
});

test('B37: another owner finds nothing of the former one, also when the unpairing never arrived', () => {
  const story = collected();
  const { rig } = story;
  rig.office.bind(undefined);
  rig.downlink('binding', rig.office.bind(new NearPhone(rig, crypto, 'next').publicKey));
  rig.run(10_000);
  assert.equal(inFlash(story), false);
  assert.equal(rig.office.reports.at(-1)?.what, 'erased');
});

test('B37: a cut at any flash operation of the erasure is made up for', () => {
  const calm = collected();
  const start = calm.rig.flash.operations;
  calm.rig.downlink('binding', calm.rig.office.bind(undefined));
  calm.rig.run(1_000);
  const operations = calm.rig.flash.operations - start;
  assert.ok(operations > 60, 'every sector that was ever written is erased');
  for (let operation = 0; operation < operations; operation += 7) {
    const story = collected();
    const { rig } = story;
    rig.flash.cutAt = { operation: rig.flash.operations + operation, damage: operation % 2 === 0 ? 'torn' : 'rotten' };
    const binding = rig.office.bind(undefined);
    rig.downlink('binding', binding);
    rig.run(5_000);
    assert.equal(rig.flash.cutAt, null, PowerCut.name);
    rig.downlink('binding', binding);
    rig.run(10_000);
    assert.equal(inFlash(story), false, `operation ${operation}`);
    assert.equal(rig.office.reports.at(-1)?.what, 'erased', `operation ${operation}`);
  }
});
