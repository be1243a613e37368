import { type Action, BoxClock, BoxReport, BoxResult } from '../../protocol/access-messages.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { AccessMessageType } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage, encodeMessage, seal, unseal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { Grant, KeyUse, Presence, PresenceAsk, ShortRange, type ShortRangeKind } from '../../protocol/near-messages.ts';
import type { BoxRig } from '../../scripts/races/box-rig.ts';
import { testKey } from '../../scripts/test-keys.ts';
import type { PhoneEnd } from '../../simulator/short-range.ts';

/** What the gateway has given for each grant. */
const registrations = new WeakMap<Uint8Array, Uint8Array>();

/** A phone beside the box, that keeps what it hears. */
export class NearPhone {
  readonly key: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly id: string;
  readonly end: PhoneEnd;
  readonly clocks: BoxClock[] = [];
  readonly presences: Presence[] = [];
  readonly results: BoxResult[] = [];
  readonly reports: BoxReport[] = [];
  /** As they came, to be ferried. */
  readonly heard: { readonly kind: ShortRangeKind; readonly body: Uint8Array }[] = [];
  private readonly rig: BoxRig;
  private readonly crypto: Crypto;

  constructor(rig: BoxRig, crypto: Crypto, label: string) {
    this.rig = rig;
    this.crypto = crypto;
    this.key = testKey(label, crypto);
    this.publicKey = crypto.publicKey(this.key);
    this.id = deviceIdOf(this.publicKey, crypto);
    this.end = rig.air.join(label, (bytes) => this.take(bytes));
  }

  /** Says it, and lets half a second pass. */
  say(kind: ShortRangeKind, body: Uint8Array = new Uint8Array(0)): void {
    this.end.send(encodeMessage(ShortRange, { kind, body }));
    this.rig.run(500);
  }

  /** A fresh nonce of the box. */
  hello(): Uint8Array {
    const before = this.clocks.length;
    this.say('hello');
    const clock = this.clocks[before];
    if (clock === undefined) throw new Error('the box did not answer a hello');
    return clock.nonce;
  }

  use(action: Action, grant?: Uint8Array, nonce: Uint8Array = this.hello()): Uint8Array {
    this.say('key-use', this.keyUse(action, nonce, grant));
    this.rig.run(500);
    return nonce;
  }

  keyUse(action: Action, nonce: Uint8Array, grant?: Uint8Array): Uint8Array {
    const registration = grant === undefined ? undefined : registrations.get(grant);
    return this.seal(KeyUse, 'bb-key-use', { nonce, action, holder: this.publicKey, grant, registration });
  }

  presenceAsk(nonce: Uint8Array): Uint8Array {
    return this.seal(PresenceAsk, 'bb-presence-ask', { nonce, phone: this.publicKey });
  }

  /** As an owner; registered at the office at once. */
  grant(
    holder: Uint8Array,
    actions: readonly Action[],
    fromS: number,
    toS: number,
    id = this.rig.office.newId(),
  ): Uint8Array {
    const grant = this.seal(Grant, 'bb-grant', { id, holder, actions, fromS, toS });
    registrations.set(grant, this.rig.office.register(id));
    return grant;
  }

  /** The same grant with other words of the gateway, or without any. */
  withRegistration(grant: Uint8Array, registration: Uint8Array | undefined): Uint8Array {
    const copy = grant.slice();
    if (registration !== undefined) registrations.set(copy, registration);
    return copy;
  }

  seal<T>(codec: Codec<T>, type: AccessMessageType, value: T): Uint8Array {
    const scope = { type, direction: 'sr', device: this.rig.identity.id } as const;
    return seal(codec, value, scope, this.key, this.crypto);
  }

  /** What became of the use with this nonce. */
  verdict(nonce: Uint8Array): string {
    const result = this.results.find(({ id }) => id.every((byte, i) => byte === nonce[i]));
    return result === undefined ? 'silence' : [result.outcome, result.reason].filter(Boolean).join(' ');
  }

  private take(bytes: Uint8Array): void {
    const message = decodeMessage(ShortRange, bytes);
    if (!message.ok) throw new Error(`the box says nonsense: ${message.reason}`);
    const { kind, body } = message.value;
    this.heard.push({ kind, body });
    if (kind === 'clock') this.clocks.push(this.open(BoxClock, 'bb-clock', 'up', body));
    else if (kind === 'presence') this.presences.push(this.open(Presence, 'bb-presence', 'sr', body));
    else if (kind === 'result') this.results.push(this.open(BoxResult, 'bb-result', 'up', body));
    else if (kind === 'report') this.reports.push(this.open(BoxReport, 'bb-report', 'up', body));
  }

  private open<T>(codec: Codec<T>, type: AccessMessageType, direction: 'up' | 'sr', body: Uint8Array): T {
    const { id, publicKey } = this.rig.identity;
    const message = unseal(codec, body, { type, direction, device: id }, publicKey, this.crypto);
    if (!message.ok) throw new Error(`a ${type} that the box did not sign: ${message.reason}`);
    return message.value;
  }
}
