/**
 * Digital keys over the short-range link (B38-B43). The owner's own key always works. A shared key is a grant that the
 * owner signed and the gateway registered: it works while the services are on, within its window by signed time, and as long as the box would
 * have heard of its end.
 */

import { type Action, type Refusal, SHARED_KEYS_MAX } from '../protocol/access-messages.ts';
import { sameBytes } from '../protocol/bytes.ts';
import { unseal } from '../protocol/envelope.ts';
import { deviceIdOf } from '../protocol/identity.ts';
import { Grant, KeyUse } from '../protocol/near-messages.ts';
import type { Kernel } from './box-kernel.ts';
import type { Ledger } from './box-ledger.ts';
import type { Nonces } from './box-nonces.ts';
import type { Order, Orders } from './box-orders.ts';
import { payloadOf } from './box-peek.ts';
import type { Trust, TrustReason } from './box-trust.ts';

/** What an owner can share. The rest is for the account (A6). */
const SHARED_ACTIONS: readonly Action[] = [
  'lock',
  'unlock',
  'trunk',
  'start',
  'lights',
  'horn',
  'climate-on',
  'climate-off',
  'charge-start',
  'charge-stop',
  'status',
];
/** GNSS may only refuse, and only while it is fresh and beyond doubt. */
const GNSS_FRESH_MS = 10_000;
const GNSS_SLACK_MS = 10_000;

export class Keys {
  private readonly kernel: Kernel;
  private readonly trust: Trust;
  private readonly nonces: Nonces;
  private readonly ledger: Ledger;
  private readonly orders: Orders;
  private readonly valet: { readonly on: boolean };

  constructor(
    kernel: Kernel,
    trust: Trust,
    nonces: Nonces,
    ledger: Ledger,
    orders: Orders,
    valet: { readonly on: boolean },
  ) {
    this.kernel = kernel;
    this.trust = trust;
    this.nonces = nonces;
    this.ledger = ledger;
    this.orders = orders;
    this.valet = valet;
  }

  /** Null when it was believed to be whose it says, whatever came of it. */
  use(bytes: Uint8Array, peer: string, now: number): TrustReason | null {
    const { kernel } = this;
    const seen = payloadOf(KeyUse, bytes);
    if (!seen.ok) return seen.reason;
    const scope = { type: 'bb-key-use', direction: 'sr', device: kernel.identity.id } as const;
    const use = unseal(KeyUse, bytes, scope, seen.value.holder, kernel.crypto);
    if (!use.ok) return use.reason;
    this.judge(use.value, peer, now);
    return null;
  }

  private judge(use: KeyUse, peer: string, now: number): void {
    const { kernel } = this;
    const known = this.ledger.read(use.nonce);
    if (known !== null) {
      const same = known.holder === deviceIdOf(use.holder, kernel.crypto) && known.action === use.action;
      if (same && known.result !== undefined) kernel.outbox.whisper(known.result, peer);
      return;
    }
    if (this.orders.isUnderWay(use.nonce)) return;
    const { owner } = this.trust.binding;
    const owns = owner !== undefined && use.grant === undefined && sameBytes(use.holder, owner);
    const grant = owns ? null : this.grantOf(use);
    // A stranger who overheard the nonce does not use it up.
    if (!owns && grant === null) this.turnAway(use, 'key-unknown', peer, now);
    else if (!this.nonces.use(use.nonce, now)) this.turnAway(use, 'presence', peer, now);
    else {
      // The owner's phone carries for the gateway; what others may hear is for the gateway to say.
      if (owns) this.kernel.outbox.trust(peer);
      this.act(use, grant, peer, now);
    }
  }

  private act(use: KeyUse, grant: Grant | null, peer: string, now: number): void {
    const order = this.orderOf(use, grant, peer, now);
    const reason = grant === null ? null : this.refusal(grant, use.action, now);
    if (reason === null) this.orders.submit(order, now);
    else if (order.kept && !this.ledger.crowded) this.orders.refuse(order, reason, now);
    else this.turnAway(use, reason, peer, now);
  }

  /** Null unless the owner signed it for this holder, and the gateway has registered it. */
  private grantOf(use: KeyUse): Grant | null {
    const { owner } = this.trust.binding;
    if (owner === undefined || use.grant === undefined) return null;
    const scope = { type: 'bb-grant', direction: 'sr', device: this.kernel.identity.id } as const;
    const grant = unseal(Grant, use.grant, scope, owner, this.kernel.crypto);
    if (!grant.ok || !sameBytes(grant.value.holder, use.holder)) return null;
    return this.trust.isRegistered(grant.value.id, use.registration) ? grant.value : null;
  }

  private refusal(grant: Grant, action: Action, now: number): Refusal | null {
    if (!this.kernel.isOn('digital-key')) return 'services-off';
    if (this.trust.binding.revoked.some((id) => sameBytes(id, grant.id))) return 'key-revoked';
    if (!grant.actions.includes(action) || !SHARED_ACTIONS.includes(action)) return 'scope';
    if (this.valet.on) return 'valet';
    return this.untimely(grant, now) ?? (this.meet(grant, now) ? null : 'keys-full');
  }

  private untimely({ fromS, toS }: Grant, now: number): Refusal | null {
    const bounds = this.trust.time.bounds(now);
    // After a boot nothing has been heard: that is no contact as well, but the time is what the holder can bring.
    if (bounds === null) return 'no-time';
    if (!this.trust.hasContact(now)) return 'no-contact';
    const { gnss } = this.kernel.status;
    const fresh = gnss !== null && now - gnss.atMs <= GNSS_FRESH_MS;
    const gnssMs = fresh ? gnss.utcMs + now - gnss.atMs : null;
    if (bounds.earliestMs < fromS * 1000) return 'key-early';
    if (bounds.latestMs >= toS * 1000) return 'key-late';
    if (gnssMs !== null && gnssMs + GNSS_SLACK_MS < fromS * 1000) return 'key-early';
    return gnssMs !== null && gnssMs - GNSS_SLACK_MS >= toS * 1000 ? 'key-late' : null;
  }

  /** Eight living shared keys at most (B43); what has ended or was revoked makes room. */
  private meet(grant: Grant, now: number): boolean {
    const { standing } = this.kernel;
    const { met } = standing.now;
    if (met.some((key) => sameBytes(key.grant, grant.id))) return true;
    const passedS = this.trust.time.passedMs(now) / 1000;
    const { revoked } = this.trust.binding;
    const living = met.filter((key) => key.toS > passedS && !revoked.some((id) => sameBytes(id, key.grant)));
    if (living.length >= SHARED_KEYS_MAX) return false;
    return standing.change({ met: [...living, { grant: grant.id, toS: grant.toS }] });
  }

  /** Of strangers, and while the services are off, nothing is written down. */
  private turnAway(use: KeyUse, reason: Refusal, peer: string, now: number): void {
    const { boot, crypto, outbox } = this.kernel;
    const { nonce: id, holder, action } = use;
    const result = { id, cause: 'key', holder: deviceIdOf(holder, crypto), action, boot, atMs: now } as const;
    outbox.whisper({ ...result, outcome: 'refused', reason }, peer);
  }

  private orderOf(use: KeyUse, grant: Grant | null, peer: string, now: number): Order {
    const { crypto, limits } = this.kernel;
    const holder = deviceIdOf(use.holder, crypto);
    const endMs = now + limits.nonceMs;
    const kept = this.kernel.isOn('digital-key');
    return { id: use.nonce, cause: 'key', holder, action: use.action, endMs, grant: grant?.id, asker: peer, kept };
  }
}
