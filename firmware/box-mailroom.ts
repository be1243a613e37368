/**
 * What others say to the box, over the network or by a phone in range. It is the same whichever way it came: only the
 * signature counts. What is not believed is counted by its reason, and moves nothing.
 */

import { Settled } from '../protocol/access-messages.ts';
import { decodeMessage } from '../protocol/envelope.ts';
import { ShortRange, type ShortRangeKind } from '../protocol/near-messages.ts';
import type { ShortRangeInput } from './box-hal.ts';
import type { Kernel } from './box-kernel.ts';
import type { Keys } from './box-keys.ts';
import type { Leases } from './box-leases.ts';
import type { Ledger } from './box-ledger.ts';
import type { Nonces } from './box-nonces.ts';
import type { Ownership } from './box-ownership.ts';
import type { Pairing } from './box-pairing.ts';
import type { Reports } from './box-reports.ts';
import type { Session } from './box-session.ts';
import type { Trust, TrustReason } from './box-trust.ts';
import type { Downlink } from './hal.ts';

export type MailReason = TrustReason | 'channel' | 'presence';
/** From the gateway. */
type Letter = 'time' | 'lease' | 'settled' | 'inquiry' | 'issuers' | 'binding';

export interface Readers {
  readonly trust: Trust;
  readonly ledger: Ledger;
  readonly leases: Leases;
  readonly keys: Keys;
  readonly pairing: Pairing;
  readonly nonces: Nonces;
  readonly reports: Reports;
  readonly ownership: Ownership;
  readonly session: Session;
}

export class Mailroom {
  /** What was not believed, by reason. */
  readonly refused = new Map<MailReason, number>();
  private readonly kernel: Kernel;
  private readonly readers: Readers;
  /** Clocks since then say that flash was lost. */
  private lostAtMs = -1;

  constructor(kernel: Kernel, readers: Readers) {
    this.kernel = kernel;
    this.readers = readers;
  }

  downlink({ channel, bytes }: Downlink, now: number): void {
    if (channel === 'receipt' || channel === 'config' || channel === 'reply') this.count('channel');
    else this.count(this.open(channel, bytes, null, now));
  }

  shortRange({ peer, bytes }: ShortRangeInput, now: number): void {
    const { outbox } = this.kernel;
    const message = decodeMessage(ShortRange, bytes);
    if (!message.ok) {
      this.count(message.reason);
      return;
    }
    outbox.meet(peer);
    this.count(this.hear(message.value.kind, message.value.body, peer, now));
  }

  /** Records of leases are not whole: from now on the clocks say so. */
  lost(now: number): void {
    if (this.kernel.standing.change({ intact: false })) this.lostAtMs = now;
  }

  private hear(kind: ShortRangeKind, body: Uint8Array, peer: string, now: number): MailReason | null {
    const { nonces, session, pairing, keys } = this.readers;
    switch (kind) {
      case 'hello':
        this.kernel.outbox.hand(peer, 'clock', session.clock(nonces.issue(peer, now), now));
        return null;
      case 'presence-ask':
        return pairing.ask(body, peer, now);
      case 'key-use':
        return keys.use(body, peer, now);
      case 'clock':
      case 'presence':
      case 'result':
      case 'report':
        return 'channel';
      default:
        return this.open(kind, body, peer, now);
    }
  }

  private open(letter: Letter, bytes: Uint8Array, peer: string | null, now: number): MailReason | null {
    const { trust, leases, ownership } = this.readers;
    const { intact } = this.kernel.standing.now;
    switch (letter) {
      case 'lease':
        return leases.take(bytes, peer, intact, now);
      case 'inquiry':
        this.readers.session.askForClock();
        return leases.inquire(bytes, peer, intact, now);
      case 'time':
        return this.takeTime(bytes, peer, now);
      case 'settled':
        return this.takeSettled(bytes, now);
      case 'issuers':
        return reasonOf(trust.takeIssuers(bytes));
      case 'binding': {
        const reason = reasonOf(trust.takeBinding(bytes));
        if (reason === null) ownership.settle(now);
        return reason;
      }
    }
  }

  private takeTime(bytes: Uint8Array, peer: string | null, now: number): MailReason | null {
    const { standing, outbox, limits } = this.kernel;
    const { trust } = this.readers;
    // Each result begets a clock and each clock an answer: a second one within seconds is not worth a verification.
    if (peer === null && standing.now.intact && trust.heardLately(now)) return null;
    const taken = trust.takeTime(bytes, now);
    if (!taken.ok) return taken.reason;
    if (peer !== null) outbox.trust(peer);
    // The gateway has had a clock that said so: it knows of the loss.
    if (!standing.now.intact && taken.value > this.lostAtMs) standing.change({ intact: true });
    const floorS = Math.floor(trust.time.passedMs(now) / 1000);
    if ((floorS - standing.now.floorS) * 1000 >= limits.floorStepMs) standing.change({ floorS });
    return null;
  }

  private takeSettled(bytes: Uint8Array, now: number): MailReason | null {
    const { trust, ledger, reports } = this.readers;
    const settled = trust.open(Settled, 'bb-settled', bytes);
    if (!settled.ok) return settled.reason;
    for (const id of settled.value.value.ids) {
      ledger.settle(id, now);
      reports.settled(id);
    }
    return null;
  }

  private count(reason: MailReason | null): void {
    if (reason !== null) this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }
}

function reasonOf(
  result: { readonly ok: true } | { readonly ok: false; readonly reason: TrustReason },
): TrustReason | null {
  return result.ok ? null : result.reason;
}
