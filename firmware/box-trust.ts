/**
 * Whom the box believes: the pinned root, the issuers of the newest set, the binding, and fresh words of the gateway.
 * A message is fresh when it names something that only this boot has said; anything else may be a recording.
 */

import {
  Binding,
  type IssuerSet,
  IssuerSet as IssuerSetMessage,
  type Lease,
  Lease as LeaseMessage,
  NetworkTime,
} from '../protocol/access-messages.ts';
import { sameBytes } from '../protocol/bytes.ts';
import type { Codec } from '../protocol/codec.ts';
import type { AccessMessageType, Scope } from '../protocol/cose.ts';
import { decodeMessage, encodeMessage, type OpenReason, unseal } from '../protocol/envelope.ts';
import { deviceIdOf } from '../protocol/identity.ts';
import { KeyRegistration } from '../protocol/near-messages.ts';
import { accept, type Result, refuse } from '../protocol/result.ts';
import type { Kernel } from './box-kernel.ts';
import { type TimeReason, TrustedTime } from './box-time.ts';
import { SINGLE } from './box-vault.ts';

/** Why a message was not believed. `issuer`: signed, but not by the one that it names. */
export type TrustReason = OpenReason | TimeReason | 'issuer' | 'old-number' | 'other-boot' | 'flash';

const LATELY_MS = 5_000;
const NO_BINDING: Binding = { number: 0, revoked: [] };

interface Opened<T> {
  readonly value: T;
  readonly key: Uint8Array;
}

export class Trust {
  readonly time: TrustedTime;
  issuers: IssuerSet;
  binding: Binding = NO_BINDING;
  private readonly kernel: Kernel;
  /** When the gateway was last heard for certain; null: not in this boot. */
  private contactAtMs: number | null = null;
  /** The gateway has a newer binding than ours. */
  private bindingInForce = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.issuers = kernel.identity.issuers;
    this.time = new TrustedTime(kernel.limits);
  }

  /** What flash holds of issuers and binding. */
  restore(type: number, payload: Uint8Array): void {
    if (type === SINGLE.issuers) {
      const set = decodeMessage(IssuerSetMessage, payload);
      if (set.ok && set.value.number > this.issuers.number) this.issuers = set.value;
    } else if (type === SINGLE.binding) {
      const binding = decodeMessage(Binding, payload);
      if (binding.ok) this.binding = binding.value;
    }
  }

  /** A message to this box by one of the issuers. */
  open<T>(codec: Codec<T>, type: AccessMessageType, bytes: Uint8Array): Result<Opened<T>, OpenReason> {
    const scope: Scope = { type, direction: 'dn', device: this.kernel.identity.id };
    let reason: OpenReason = 'signature';
    for (const key of this.issuers.keys) {
      const message = unseal(codec, bytes, scope, key, this.kernel.crypto);
      if (message.ok) return accept({ value: message.value, key });
      reason = message.reason;
      if (reason !== 'signature') break;
    }
    return refuse(reason);
  }

  /** Whether it may act is for the leases to say. */
  lease(bytes: Uint8Array): Result<Lease, TrustReason> {
    const opened = this.open(LeaseMessage, 'bb-lease', bytes);
    if (!opened.ok) return opened;
    const { value, key } = opened.value;
    return value.iss === deviceIdOf(key, this.kernel.crypto) ? accept(value) : refuse('issuer');
  }

  /** `atMs` of the clock that it answers. */
  takeTime(bytes: Uint8Array, now: number): Result<number, TrustReason> {
    const opened = this.open(NetworkTime, 'bb-time', bytes);
    if (!opened.ok) return opened;
    const { boot, atMs, utcMs, binding } = opened.value.value;
    if (!sameBytes(boot, this.kernel.boot)) return refuse('other-boot');
    const reason = this.time.answer(atMs, utcMs, now);
    if (reason !== null) return refuse(reason);
    this.contactAtMs = now;
    this.bindingInForce = Math.max(this.bindingInForce, binding ?? 0);
    return accept(atMs);
  }

  takeIssuers(bytes: Uint8Array): Result<IssuerSet, TrustReason> {
    const scope: Scope = { type: 'bb-issuers', direction: 'dn', device: 'issuers' };
    const set = unseal(IssuerSetMessage, bytes, scope, this.kernel.identity.rootKey, this.kernel.crypto);
    if (!set.ok) return set;
    // A set without a key would be the end of this box.
    if (set.value.keys.length === 0 || set.value.number <= this.issuers.number) return refuse('old-number');
    if (!this.kernel.vault.put(SINGLE.issuers, encodeMessage(IssuerSetMessage, set.value))) return refuse('flash');
    this.issuers = set.value;
    return set;
  }

  takeBinding(bytes: Uint8Array): Result<Binding, TrustReason> {
    const opened = this.open(Binding, 'bb-binding', bytes);
    if (!opened.ok) return opened;
    const binding = opened.value.value;
    if (binding.number <= this.binding.number) return refuse('old-number');
    if (!this.kernel.vault.put(SINGLE.binding, encodeMessage(Binding, binding))) return refuse('flash');
    this.binding = binding;
    return accept(binding);
  }

  /** The gateway can end this grant, and it is of this pairing: those of an earlier one have ended with it. */
  isRegistered(grant: Uint8Array, registration: Uint8Array | undefined): boolean {
    if (registration === undefined) return false;
    const opened = this.open(KeyRegistration, 'bb-registered', registration);
    if (!opened.ok) return false;
    const { value } = opened.value;
    return sameBytes(value.grant, grant) && value.pairing === this.binding.pairing;
  }

  heardLately(now: number): boolean {
    return this.contactAtMs !== null && now - this.contactAtMs < LATELY_MS;
  }

  /** Whether revocations would have reached the box (B43). */
  hasContact(now: number): boolean {
    const { contactAtMs } = this;
    if (contactAtMs === null || now - contactAtMs > this.kernel.limits.contactMs) return false;
    return this.binding.number >= this.bindingInForce;
  }
}
