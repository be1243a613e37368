/**
 * The gateway as a box sees it, and nothing behind it: an issuer that answers clocks, sends leases again until they
 * have a result, asks about those that have ended, and settles what it has. For scenarios about the box alone.
 */

import {
  type Action,
  Binding,
  BoxClock,
  BoxReport,
  BoxResult,
  Inquiry,
  IssuerSet,
  Lease,
  NetworkTime,
  Settled,
} from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { AccessMessageType } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { KeyRegistration } from '../../protocol/near-messages.ts';
import type { DownlinkChannel, UplinkChannel } from '../../protocol/topics.ts';
import type { AccessChecker } from '../../simulator/access-checkers.ts';

export interface OfficeOptions {
  readonly crypto: Crypto;
  readonly rootKey: Uint8Array;
  readonly issuerKey: Uint8Array;
  /** Of the box. */
  readonly box: string;
  readonly boxKey: Uint8Array;
  readonly checker: AccessChecker;
  /** World time. */
  readonly now: () => number;
  readonly send: (channel: DownlinkChannel, bytes: Uint8Array) => void;
  /** UTC at world time 0. */
  readonly startUtcMs?: number;
}

export interface Wish {
  readonly action: Action;
  readonly delivery?: Uint8Array;
  readonly celsius?: number;
}

interface Issued {
  readonly lease: Lease;
  readonly bytes: Uint8Array;
  result: BoxResult | null;
}

interface HeardClock {
  readonly clock: BoxClock;
  readonly atMs: number;
}

const LEASE_MS = 30_000;
const CLOCK_AGE_MS = 60_000;
const START_UTC_MS = 1_772_433_000_000;

export class Office {
  /** What has arrived, each once, in order. */
  readonly results: BoxResult[] = [];
  readonly reports: BoxReport[] = [];
  /** The box's last clock. */
  clock: BoxClock | null = null;
  clocks = 0;
  /** It answers clocks by the time. */
  tellsTime = true;
  /** It settles what it has. */
  settles = true;
  /** It sends leases again and asks about them. */
  persists = true;
  /** Added to what it says of UTC. */
  utcErrorMs = 0;
  bindingNumber = 0;
  /** Of the binding with which the present owner was paired. */
  pairing: number | undefined;
  private readonly options: OfficeOptions;
  private readonly issuer: string;
  private readonly leases = new Map<string, Issued>();
  private readonly reported = new Set<string>();
  private readonly resulted = new Set<string>();
  private heard: HeardClock | null = null;
  private wishes: { readonly wish: Wish; readonly id: Uint8Array }[] = [];
  private ids = 0;
  private owner: Uint8Array | undefined;

  constructor(options: OfficeOptions) {
    this.options = options;
    this.issuer = deviceIdOf(options.crypto.publicKey(options.issuerKey), options.crypto);
  }

  /** From the box, over whatever way. False when the box did not sign it. */
  uplink(channel: UplinkChannel, bytes: Uint8Array): boolean {
    if (channel === 'clock') return this.read(BoxClock, 'bb-clock', bytes, (clock) => this.onClock(clock));
    if (channel === 'result') return this.read(BoxResult, 'bb-result', bytes, (result) => this.onResult(result));
    if (channel === 'report') return this.read(BoxReport, 'bb-report', bytes, (report) => this.onReport(report));
    return true;
  }

  /** A lease as soon as the box's clock is fresh; its id. */
  wish(wish: Wish): Uint8Array {
    const id = this.newId();
    this.wishes.push({ wish, id });
    if (this.isFresh) this.grantWishes();
    else this.ask([]);
    return id;
  }

  /** A lease by the last clock; `change` makes it a bad one. */
  lease(wish: Wish, change: Partial<Lease> = {}): Lease {
    const { heard } = this;
    if (heard === null) throw new Error('office: the box has not said anything yet');
    const { boot, atMs, wakeMs } = heard.clock;
    const endMs = atMs + (this.options.now() - heard.atMs) + wakeMs + LEASE_MS;
    const { box } = this.options;
    return { iss: this.issuer, aud: box, cti: this.newId(), ...wish, boot, endMs, holder: box, ...change };
  }

  seal<T>(codec: Codec<T>, type: AccessMessageType, value: T, key = this.options.issuerKey): Uint8Array {
    return seal(codec, value, { type, direction: 'dn', device: this.options.box }, key, this.options.crypto);
  }

  sealLease(lease: Lease): Uint8Array {
    return this.seal(Lease, 'bb-lease', lease);
  }

  /** Signed by the root. */
  sealIssuers(set: IssuerSet): Uint8Array {
    const scope = { type: 'bb-issuers', direction: 'dn', device: 'issuers' } as const;
    return seal(IssuerSet, set, scope, this.options.rootKey, this.options.crypto);
  }

  bind(owner: Uint8Array | undefined, revoked: readonly Uint8Array[] = []): Uint8Array {
    this.bindingNumber++;
    const same = owner !== undefined && this.owner !== undefined && toHex(owner) === toHex(this.owner);
    if (!same) this.pairing = owner === undefined ? undefined : this.bindingNumber;
    this.owner = owner;
    return this.seal(Binding, 'bb-binding', { number: this.bindingNumber, owner, revoked, pairing: this.pairing });
  }

  /** Its word that a grant is registered under the present pairing. */
  register(grant: Uint8Array, pairing = this.pairing ?? 0, key = this.options.issuerKey): Uint8Array {
    return this.seal(KeyRegistration, 'bb-registered', { grant, pairing }, key);
  }

  time(clock: BoxClock, utcMs: number): Uint8Array {
    const { boot, atMs } = clock;
    return this.seal(NetworkTime, 'bb-time', { boot, atMs, utcMs, binding: this.bindingNumber });
  }

  ask(ids: readonly Uint8Array[]): void {
    this.options.send('inquiry', this.seal(Inquiry, 'bb-inquiry', { ids }));
  }

  get utcMs(): number {
    return (this.options.startUtcMs ?? START_UTC_MS) + this.options.now() + this.utcErrorMs;
  }

  resultOf(id: Uint8Array): BoxResult | undefined {
    return this.results.find((result) => toHex(result.id) === toHex(id));
  }

  /** What comes again is news. */
  forgetResults(): void {
    this.results.length = 0;
    this.resulted.clear();
  }

  /** Leases that have no result. */
  get open(): number {
    return [...this.leases.values()].filter(({ result }) => result === null).length + this.wishes.length;
  }

  newId(): Uint8Array {
    return this.options.crypto.sha256(new TextEncoder().encode(`office ${this.ids++}`)).slice(0, 16);
  }

  private onClock(clock: BoxClock): void {
    const { send } = this.options;
    this.clocks++;
    this.clock = clock;
    this.heard = { clock, atMs: this.options.now() };
    if (this.tellsTime) send('time', this.time(clock, this.utcMs));
    this.grantWishes();
    if (this.persists) this.persist(clock);
  }

  private persist({ boot, atMs }: BoxClock): void {
    const ended: Uint8Array[] = [];
    for (const { lease, bytes, result } of this.leases.values()) {
      if (result !== null) continue;
      if (toHex(lease.boot) === toHex(boot) && lease.endMs > atMs) this.options.send('lease', bytes);
      else ended.push(lease.cti);
    }
    if (ended.length > 0) this.ask(ended.slice(0, 32));
  }

  private onResult(result: BoxResult): void {
    const { checker, send } = this.options;
    checker.heard(result);
    const issued = this.leases.get(toHex(result.id));
    if (issued !== undefined) issued.result ??= result;
    const id = toHex(result.id);
    if (!this.resulted.has(id)) this.results.push(result);
    this.resulted.add(id);
    if (!this.settles) return;
    checker.settled(result.id);
    send('settled', this.seal(Settled, 'bb-settled', { ids: [result.id] }));
  }

  private onReport(report: BoxReport): void {
    const id = toHex(report.id);
    if (!this.reported.has(id)) this.reports.push(report);
    this.reported.add(id);
    if (this.settles) this.options.send('settled', this.seal(Settled, 'bb-settled', { ids: [report.id] }));
  }

  private get isFresh(): boolean {
    return this.heard !== null && this.options.now() - this.heard.atMs <= CLOCK_AGE_MS;
  }

  private grantWishes(): void {
    const { wishes } = this;
    this.wishes = [];
    for (const { wish, id } of wishes) {
      const lease = this.lease(wish, { cti: id });
      const bytes = this.sealLease(lease);
      this.leases.set(toHex(id), { lease, bytes, result: null });
      this.options.checker.issued({ id, action: lease.action, boot: lease.boot, endMs: lease.endMs });
      this.options.send('lease', bytes);
    }
  }

  private read<T>(codec: Codec<T>, type: AccessMessageType, bytes: Uint8Array, take: (value: T) => void): boolean {
    const { box, boxKey, crypto } = this.options;
    const message = unseal(codec, bytes, { type, direction: 'up', device: box }, boxKey, crypto);
    if (message.ok) take(message.value);
    return message.ok;
  }
}
