/**
 * Pairing and presence (B34, B39). What the display shows after a local action is good for one phone and five minutes;
 * a proof of presence says that a phone was beside the box at a moment that the box names.
 */

import { ID_BYTES } from '../protocol/access-fields.ts';
import { sameBytes } from '../protocol/bytes.ts';
import type { Scope } from '../protocol/cose.ts';
import { seal, unseal } from '../protocol/envelope.ts';
import { deviceIdOf } from '../protocol/identity.ts';
import { PairingTicket, Presence, PresenceAsk } from '../protocol/near-messages.ts';
import type { Kernel } from './box-kernel.ts';
import type { Nonces } from './box-nonces.ts';
import { payloadOf } from './box-peek.ts';
import type { Trust, TrustReason } from './box-trust.ts';

interface Ticket {
  readonly nonce: Uint8Array;
  readonly endMs: number;
}

/** A nonce that was used, and what the phone got for it. An answer that was lost is given again, byte for byte. */
interface Answered {
  readonly nonce: Uint8Array;
  readonly phone: string;
  readonly bytes: Uint8Array;
}

export class Pairing {
  private readonly kernel: Kernel;
  private readonly trust: Trust;
  private readonly nonces: Nonces;
  private ticket: Ticket | null = null;
  private answered: Answered[] = [];

  constructor(kernel: Kernel, trust: Trust, nonces: Nonces) {
    this.kernel = kernel;
    this.trust = trust;
    this.nonces = nonces;
  }

  /** The local action at the display. */
  begin(now: number): void {
    const { boot, limits, identity, crypto, wires } = this.kernel;
    // A second owner needs an unpairing first.
    if (this.trust.binding.owner !== undefined) {
      wires.show({ what: 'paired-already' });
      return;
    }
    const nonce = this.kernel.draw(ID_BYTES);
    const endMs = now + limits.ticketMs;
    this.ticket = { nonce, endMs };
    const ticket: PairingTicket = { box: identity.id, nonce, boot, endMs };
    const bytes = seal(PairingTicket, ticket, this.scope('bb-ticket'), identity.secretKey, crypto);
    wires.show({ what: 'pairing-code', bytes, endMs });
  }

  /** Null when it was answered. */
  ask(bytes: Uint8Array, peer: string, now: number): TrustReason | 'presence' | null {
    const { identity, crypto, outbox } = this.kernel;
    const seen = payloadOf(PresenceAsk, bytes);
    if (!seen.ok) return seen.reason;
    const ask = unseal(PresenceAsk, bytes, this.scope('bb-presence-ask'), seen.value.phone, crypto);
    if (!ask.ok) return ask.reason;
    const { nonce } = ask.value;
    const phone = deviceIdOf(ask.value.phone, crypto);
    const before = this.answered.find((answer) => answer.phone === phone && sameBytes(answer.nonce, nonce));
    if (before !== undefined) {
      outbox.hand(peer, 'presence', before.bytes);
      return null;
    }
    if (!this.takeTicket(nonce, now) && !this.nonces.use(nonce, now)) return 'presence';
    const presence: Presence = { nonce, phone, boot: this.kernel.boot, atMs: now };
    const proof = seal(Presence, presence, this.scope('bb-presence'), identity.secretKey, crypto);
    this.answered = [...this.answered, { nonce, phone, bytes: proof }].slice(-2 * this.kernel.limits.peers);
    outbox.hand(peer, 'presence', proof);
    return null;
  }

  /** It belongs to the first phone that uses it. */
  private takeTicket(nonce: Uint8Array, now: number): boolean {
    const { ticket } = this;
    if (ticket === null || now >= ticket.endMs || !sameBytes(nonce, ticket.nonce)) return false;
    this.ticket = null;
    return true;
  }

  private scope(type: Scope['type']): Scope {
    return { type, direction: 'sr', device: this.kernel.identity.id };
  }
}
