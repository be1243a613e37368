/** The least of a gateway and of a box that a phone can speak with, for tests of the phone alone. */

import { BoxClock, BoxResult, type Outcome, Reply, Request } from '../../protocol/access-messages.ts';
import { sameBytes } from '../../protocol/bytes.ts';
import { decodeMessage, encodeMessage, seal, unseal } from '../../protocol/envelope.ts';
import {
  KeyUse,
  PairingTicket,
  Presence,
  PresenceAsk,
  ShortRange,
  type ShortRangeKind,
} from '../../protocol/near-messages.ts';
import { nobleCrypto as crypto } from '../../protocol/noble.ts';
import { type Party, partyOf } from '../../simulator/peers/party.ts';
import type { PhoneEffect, PhoneOptions } from '../../simulator/peers/phone.ts';
import { Rng } from '../../simulator/rng.ts';

export function testParty(name: number): Party {
  return partyOf(new Uint8Array(32).fill(name), crypto);
}

export const issuer = testParty(0x11);
export const boot = new Uint8Array(16).fill(0xbb);

export function phoneOptions(name: number): PhoneOptions {
  const random = Rng.seeded(name).fork('phone');
  return { party: testParty(name), crypto, issuers: [issuer.publicKey], random: (into) => random.fillBytes(into) };
}

export function replyTo(phone: string, reply: Reply, by: Party = issuer): Uint8Array {
  return seal(Reply, reply, { type: 'bb-reply', direction: 'dn', device: phone }, by.secretKey, crypto);
}

/** The request that a phone published, its signature checked. */
export function requestIn(effect: PhoneEffect, party: Party): Request | null {
  if (effect.kind !== 'publish' || effect.channel !== 'request') return null;
  const scope = { type: 'bb-request', direction: 'up', device: party.id } as const;
  const request = unseal(Request, effect.bytes, scope, party.publicKey, crypto);
  if (!request.ok) throw new Error(`a phone signed badly: ${request.reason}`);
  return request.value;
}

/** Answers hello, presence-ask and key-use like a box that believes everybody it hears. */
export class BelievingBox {
  readonly party = testParty(0x22);
  readonly uses: KeyUse[] = [];
  /** What was handed over, as `kind`. */
  readonly handedOver: ShortRangeKind[] = [];
  outcome: Outcome = 'executed';
  private nonces = 0;
  private nonce = new Uint8Array(16);

  get id(): string {
    return this.party.id;
  }

  ticket(): Uint8Array {
    const ticket = { box: this.id, nonce: new Uint8Array(16).fill(0x77), boot, endMs: 300_000 };
    return seal(PairingTicket, ticket, this.scope('bb-ticket', 'sr'), this.party.secretKey, crypto);
  }

  hear(bytes: Uint8Array): Uint8Array[] {
    const message = decodeMessage(ShortRange, bytes);
    if (!message.ok) throw new Error(message.reason);
    const { kind, body } = message.value;
    if (kind === 'hello') return [this.clock()];
    if (kind === 'presence-ask') return [this.presence(body)];
    if (kind === 'key-use') return [this.used(body)];
    this.handedOver.push(kind);
    return [];
  }

  clock(): Uint8Array {
    this.nonce = new Uint8Array(16).fill(++this.nonces);
    const clock: BoxClock = {
      ...{ boot, atMs: 1000, nonce: this.nonce, power: 'awake', wakeMs: 0, issuers: 1, binding: 0 },
      ...{ intact: true, online: true, profile: true },
    };
    return said('clock', seal(BoxClock, clock, this.scope('bb-clock', 'up'), this.party.secretKey, crypto));
  }

  private presence(body: Uint8Array): Uint8Array {
    const asker = testParty(0x33);
    const ask = unseal(PresenceAsk, body, this.scope('bb-presence-ask', 'sr'), asker.publicKey, crypto);
    if (!ask.ok) throw new Error(ask.reason);
    const presence = { nonce: ask.value.nonce, phone: asker.id, boot, atMs: 1200 };
    return said('presence', seal(Presence, presence, this.scope('bb-presence', 'sr'), this.party.secretKey, crypto));
  }

  private used(body: Uint8Array): Uint8Array {
    const holder = testParty(0x33);
    const use = unseal(KeyUse, body, this.scope('bb-key-use', 'sr'), holder.publicKey, crypto);
    if (!use.ok) throw new Error(use.reason);
    if (!sameBytes(use.value.nonce, this.nonce)) throw new Error('an old nonce');
    this.uses.push(use.value);
    const { nonce, action } = use.value;
    const result = {
      id: nonce,
      cause: 'key',
      holder: holder.id,
      action,
      boot,
      atMs: 1300,
      outcome: this.outcome,
    } as const;
    return said('result', seal(BoxResult, result, this.scope('bb-result', 'up'), this.party.secretKey, crypto));
  }

  private scope<T extends string, D extends string>(type: T, direction: D) {
    return { type, direction, device: this.id } as const;
  }
}

export function said(kind: ShortRangeKind, body: Uint8Array): Uint8Array {
  return encodeMessage(ShortRange, { kind, body });
}
