/** The owner: pairs, shares keys, orders deliveries. A phone, and what its app puts together for it. */

import type { Action, Reply, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { seal } from '../../protocol/envelope.ts';
import { Grant, PairingTicket } from '../../protocol/near-messages.ts';
import { type Ask, Phone, type PhoneEffect, type PhoneInput, type PhoneOptions } from './phone.ts';
import { unread } from './unread.ts';

export interface KeyOffer {
  /** Public key of the phone that gets it. */
  readonly holder: Uint8Array;
  readonly actions: readonly Action[];
  readonly fromS: number;
  readonly toS: number;
}

/** What waits for the box's word that this phone is beside it. */
type WithPresence = (presence: Uint8Array, clock: Uint8Array) => Ask;

export class Owner {
  readonly phone: Phone;
  /** TAN of each delivery that was ordered, by its id in hexadecimal; it is shown once. */
  readonly tans = new Map<string, string>();
  /** What the holder of a key gets with it: the registration of each grant, by its id in hexadecimal. */
  readonly registrations = new Map<string, Uint8Array>();
  private readonly options: PhoneOptions;
  private waiting: WithPresence | null = null;

  constructor(options: PhoneOptions) {
    this.options = options;
    this.phone = new Phone(options);
  }

  /** B34: `ticket` is what the QR code shows. Null when it is no ticket. */
  pair(ticket: Uint8Array, nowMs: number): readonly PhoneEffect[] | null {
    const seen = unread(PairingTicket, ticket);
    if (seen === null) return null;
    this.waiting = (presence, clock) => ({ kind: 'pair', box: seen.box, ticket, presence, clock });
    return this.digest(this.phone.plan({ kind: 'presence', nonce: seen.nonce }, nowMs), nowMs);
  }

  /** B38, B39: a key for somebody else, made beside the car. The signed grant is theirs to keep, and its registration. */
  share(box: string, offer: KeyOffer, nowMs: number): { grant: Uint8Array; effects: readonly PhoneEffect[] } {
    const id = new Uint8Array(16);
    this.options.random(id);
    const { party, crypto } = this.options;
    const scope = { type: 'bb-grant', direction: 'sr', device: box } as const;
    const grant = seal(Grant, { id, ...offer }, scope, party.secretKey, crypto);
    this.waiting = (presence, clock) => ({ kind: 'share', box, grant, presence, clock });
    return { grant, effects: this.digest(this.phone.plan({ kind: 'presence', nonce: null }, nowMs), nowMs) };
  }

  handle(input: PhoneInput, nowMs: number): readonly PhoneEffect[] {
    return this.digest(this.phone.handle(input, nowMs), nowMs);
  }

  onTimeout(nowMs: number): readonly PhoneEffect[] {
    return this.digest(this.phone.onTimeout(nowMs), nowMs);
  }

  nextTimeout(): number {
    return this.phone.nextTimeout();
  }

  private digest(effects: readonly PhoneEffect[], nowMs: number): readonly PhoneEffect[] {
    const more: PhoneEffect[] = [...effects];
    for (const effect of effects) {
      if (effect.kind === 'reply') this.note(effect.request, effect.reply);
      if (effect.kind !== 'heard' || effect.heard.kind !== 'presence' || this.waiting === null) continue;
      const { bytes, clock } = effect.heard;
      const asked = this.phone.ask(this.waiting(bytes, clock), nowMs);
      this.waiting = null;
      if (asked !== null) more.push(...asked.effects);
    }
    return more;
  }

  private note({ kind, grant }: Request, { delivery, tan, registration }: Reply): void {
    const shared = grant === undefined ? null : unread(Grant, grant);
    if (shared !== null && registration !== undefined) this.registrations.set(toHex(shared.id), registration);
    if (kind === 'order' && delivery !== undefined && tan !== undefined) this.tans.set(toHex(delivery), tan);
  }
}
