/**
 * A phone's side of the short-range link: hello, proof of presence, use of a key. One plan at a time, because a nonce
 * is good for one use and a hello makes a new one. What is lost in the air is said again.
 */

import { type Action, BoxClock, BoxReport, BoxResult } from '../../protocol/access-messages.ts';
import { sameBytes } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage, encodeMessage, seal } from '../../protocol/envelope.ts';
import { KeyUse, Presence, PresenceAsk, ShortRange, type ShortRangeKind } from '../../protocol/near-messages.ts';
import type { Party } from './party.ts';
import { unread } from './unread.ts';

const RETRY_MS = 1_000;
const TRIES_MAX = 6;

/** What a phone wants from the box beside it. */
export type Plan =
  /** Its clock, to be ferried. */
  | { readonly kind: 'meet' }
  /** Its word that the phone is here; with the nonce of a pairing ticket, or that of the clock. */
  | { readonly kind: 'presence'; readonly nonce: Uint8Array | null }
  /** An action by a key: the owner's own, or a shared one. */
  | {
      readonly kind: 'use';
      readonly action: Action;
      readonly grant: Uint8Array | null;
      /** Of the grant: the gateway's word that it has registered it. */
      readonly registration?: Uint8Array;
    };

/** What came of a plan, or was heard. `bytes` is the signed message as the box said it. */
export type Heard =
  | { readonly kind: 'clock'; readonly clock: BoxClock; readonly bytes: Uint8Array }
  | { readonly kind: 'presence'; readonly presence: Presence; readonly bytes: Uint8Array; readonly clock: Uint8Array }
  | { readonly kind: 'result'; readonly result: BoxResult; readonly bytes: Uint8Array; readonly ofKey: boolean }
  | { readonly kind: 'report'; readonly report: BoxReport; readonly bytes: Uint8Array }
  /** The plan was given up: nobody answers. */
  | { readonly kind: 'silence'; readonly plan: Plan };

interface Going {
  readonly plan: Plan;
  readonly box: string;
  /** What was said last; said again when nothing comes back. */
  said: Uint8Array;
  clock: Uint8Array | null;
  nonce: Uint8Array | null;
  tries: number;
  dueMs: number;
}

/** Short-range messages to send, and what there is to tell. */
export interface NearStep {
  readonly say: readonly Uint8Array[];
  readonly heard: readonly Heard[];
}

const NOTHING: NearStep = { say: [], heard: [] };

export class NearLink {
  private readonly party: Party;
  private readonly crypto: Crypto;
  private going: Going | null = null;

  constructor(party: Party, crypto: Crypto) {
    this.party = party;
    this.crypto = crypto;
  }

  get busy(): boolean {
    return this.going !== null;
  }

  /** Begins with a hello. A plan that was going on is dropped. */
  begin(plan: Plan, box: string, nowMs: number): NearStep {
    const said = spoken('hello', new Uint8Array(0));
    this.going = { plan, box, said, clock: null, nonce: null, tries: 1, dueMs: nowMs + RETRY_MS };
    return { say: [said], heard: [] };
  }

  drop(): void {
    this.going = null;
  }

  hear(bytes: Uint8Array, nowMs: number): NearStep {
    const message = decodeMessage(ShortRange, bytes);
    if (!message.ok) return NOTHING;
    const { kind, body } = message.value;
    if (kind === 'clock') return this.hearClock(body, nowMs);
    if (kind === 'presence') return this.hearPresence(body);
    if (kind === 'result') return this.hearResult(body);
    if (kind !== 'report') return NOTHING;
    const report = unread(BoxReport, body);
    return report === null ? NOTHING : { say: [], heard: [{ kind, report, bytes: body }] };
  }

  nextTimeout(): number {
    return this.going?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  onTimeout(nowMs: number): NearStep {
    const { going } = this;
    if (going === null || nowMs < going.dueMs) return NOTHING;
    if (going.tries >= TRIES_MAX) {
      this.going = null;
      return { say: [], heard: [{ kind: 'silence', plan: going.plan }] };
    }
    going.tries++;
    going.dueMs = nowMs + RETRY_MS;
    return { say: [going.said], heard: [] };
  }

  private hearClock(bytes: Uint8Array, nowMs: number): NearStep {
    const clock = unread(BoxClock, bytes);
    if (clock === null) return NOTHING;
    const heard: Heard[] = [{ kind: 'clock', clock, bytes }];
    const { going } = this;
    // A clock that was not asked for makes no new step: the nonce of the first one is still good.
    if (going === null || going.clock !== null) return { say: [], heard };
    going.clock = bytes;
    if (going.plan.kind === 'meet') {
      this.going = null;
      return { say: [], heard };
    }
    going.nonce = (going.plan.kind === 'presence' ? going.plan.nonce : null) ?? clock.nonce;
    going.said = going.plan.kind === 'use' ? this.keyUse(going, going.plan) : this.presenceAsk(going);
    going.tries = 1;
    going.dueMs = nowMs + RETRY_MS;
    return { say: [going.said], heard };
  }

  private hearPresence(bytes: Uint8Array): NearStep {
    const presence = unread(Presence, bytes);
    const { going } = this;
    if (presence === null || going?.plan.kind !== 'presence' || going.nonce === null || going.clock === null) {
      return NOTHING;
    }
    if (!sameBytes(presence.nonce, going.nonce) || presence.phone !== this.party.id) return NOTHING;
    this.going = null;
    return { say: [], heard: [{ kind: 'presence', presence, bytes, clock: going.clock }] };
  }

  private hearResult(bytes: Uint8Array): NearStep {
    const result = unread(BoxResult, bytes);
    if (result === null) return NOTHING;
    const { going } = this;
    const ofKey = going?.plan.kind === 'use' && going.nonce !== null && sameBytes(result.id, going.nonce);
    if (ofKey) this.going = null;
    return { say: [], heard: [{ kind: 'result', result, bytes, ofKey }] };
  }

  private presenceAsk({ box, nonce }: Going): Uint8Array {
    const ask: PresenceAsk = { nonce: nonce as Uint8Array, phone: this.party.publicKey };
    const scope = { type: 'bb-presence-ask', direction: 'sr', device: box } as const;
    return spoken('presence-ask', seal(PresenceAsk, ask, scope, this.party.secretKey, this.crypto));
  }

  private keyUse({ box, nonce }: Going, { action, grant, registration }: Plan & { kind: 'use' }): Uint8Array {
    const holder = this.party.publicKey;
    const use = { nonce: nonce as Uint8Array, action, holder, grant: grant ?? undefined, registration };
    const scope = { type: 'bb-key-use', direction: 'sr', device: box } as const;
    return spoken('key-use', seal(KeyUse, use, scope, this.party.secretKey, this.crypto));
  }
}

/** A message as it goes over the air. */
export function spoken(kind: ShortRangeKind, body: Uint8Array): Uint8Array {
  return encodeMessage(ShortRange, { kind, body });
}
