/** Phones and boxes that are nothing but a key: what they sign is what a test says. */

import assert from 'node:assert/strict';
import type { DeviceRecord } from '../../gateway/core/enrolment.ts';
import {
  BoxClock,
  BoxReport,
  BoxResult,
  type HappeningKind,
  type Lease,
  type Outcome,
  type Reply,
  Request,
} from '../../protocol/access-messages.ts';
import { sameBytes } from '../../protocol/bytes.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { AccessMessageType, Direction } from '../../protocol/cose.ts';
import { seal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { Ferry, Grant, PairingTicket, Presence } from '../../protocol/near-messages.ts';
import type { AccessChannel } from '../../protocol/topics.ts';
import { crypto, filled } from './frame-maker.ts';

export interface Said {
  readonly device: string;
  readonly channel: AccessChannel;
  readonly bytes: Uint8Array;
}

/** Where they live. */
export interface Scene {
  readonly nowMs: number;
  random(count: number): Uint8Array;
  say(...messages: readonly Said[]): Promise<void>;
  /** All replies to a phone, oldest first. */
  replies(phone: Phone): readonly Reply[];
}

class Key {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly id: string;
  protected readonly rig: Scene;

  constructor(n: number, kind: number, rig: Scene) {
    this.secretKey = filled(32, kind);
    new DataView(this.secretKey.buffer).setUint32(0, n);
    this.publicKey = crypto.publicKey(this.secretKey);
    this.id = deviceIdOf(this.publicKey, crypto);
    this.rig = rig;
  }

  sealed<T>(codec: Codec<T>, value: T, type: AccessMessageType, direction: Direction, device = this.id): Uint8Array {
    return seal(codec, value, { type, direction, device }, this.secretKey, crypto);
  }
}

export type Claims = Partial<Request> & { readonly kind: Request['kind'] };

export class Phone extends Key {
  constructor(n: number, rig: Scene) {
    super(n, 40, rig);
  }

  claims(car: { readonly id: string }, claims: Claims): Request {
    const iat = Math.floor(this.rig.nowMs / 1000);
    return { iss: this.id, aud: car.id, iat, exp: iat + 120, cti: this.rig.random(16), ...claims };
  }

  request(request: Request): Said {
    const bytes = this.sealed(Request, request, 'bb-request', 'up');
    return { device: this.id, channel: 'request', bytes };
  }

  /** Asks, and gives the last reply to it. */
  async ask(car: { readonly id: string }, claims: Claims): Promise<Reply> {
    return (await this.askAll(car, claims)).reply;
  }

  async askAll(car: { readonly id: string }, claims: Claims): Promise<{ said: Said; cti: Uint8Array; reply: Reply }> {
    const request = this.claims(car, claims);
    const said = this.request(request);
    await this.rig.say(said);
    return { said, cti: request.cti, reply: this.replyTo(request.cti) };
  }

  replyTo(cti: Uint8Array): Reply {
    const reply = this.rig.replies(this).findLast((other) => sameBytes(other.cti, cti));
    assert.ok(reply !== undefined, 'no reply came');
    return reply;
  }

  ferry(car: Car, said: Said): Said {
    const kind = said.channel;
    assert.ok(kind === 'clock' || kind === 'result' || kind === 'report');
    const bytes = this.sealed(Ferry, { box: car.id, kind, body: said.bytes }, 'bb-ferry', 'up');
    return { device: this.id, channel: 'ferry', bytes };
  }

  grant(car: Car, holder: Phone, grant: Partial<Grant> = {}): Uint8Array {
    const fromS = Math.floor(this.rig.nowMs / 1000);
    const whole: Grant = {
      id: this.rig.random(16),
      holder: holder.publicKey,
      actions: ['unlock', 'lock', 'start'],
      fromS,
      toS: fromS + 86_400,
      ...grant,
    };
    return this.sealed(Grant, whole, 'bb-grant', 'sr', car.id);
  }
}

export class Car extends Key {
  readonly record: DeviceRecord;
  boot: Uint8Array;
  bootedMs: number;
  binding = 0;
  online = true;
  profile = true;
  intact = true;
  wakeMs = 0;

  constructor(n: number, rig: Scene) {
    super(n, 50, rig);
    this.record = { device: this.id, publicKey: this.publicKey, kind: 'box', serial: `B${n}`, revoked: false };
    this.boot = rig.random(16);
    this.bootedMs = rig.nowMs - 1000;
  }

  reboot(intact = true): void {
    this.boot = this.rig.random(16);
    this.bootedMs = this.rig.nowMs;
    this.intact = intact;
  }

  /** Its own clock. */
  get atMs(): number {
    return this.rig.nowMs - this.bootedMs;
  }

  clock(changes: Partial<BoxClock> = {}): Said {
    const { boot, atMs, binding, online, profile, intact, wakeMs } = this;
    const nonce = this.rig.random(16);
    const clock: BoxClock = {
      boot,
      atMs,
      nonce,
      power: 'awake',
      wakeMs,
      issuers: 1,
      binding,
      intact,
      online,
      profile,
      ...changes,
    };
    return { device: this.id, channel: 'clock', bytes: this.sealed(BoxClock, clock, 'bb-clock', 'up') };
  }

  result(lease: Pick<Lease, 'cti' | 'holder' | 'action'>, outcome: Outcome, more: Partial<BoxResult> = {}): Said {
    const { cti: id, holder, action } = lease;
    const { boot, atMs } = this;
    const result: BoxResult = { id, cause: 'lease', holder, action, boot, atMs, outcome, ...more };
    return { device: this.id, channel: 'result', bytes: this.sealed(BoxResult, result, 'bb-result', 'up') };
  }

  report(what: HappeningKind, more: Partial<BoxReport> = {}): Said {
    const { boot, atMs } = this;
    const report: BoxReport = { id: this.rig.random(16), boot, atMs, what, ...more };
    return { device: this.id, channel: 'report', bytes: this.sealed(BoxReport, report, 'bb-report', 'up') };
  }

  presence(phone: Phone, more: Partial<Presence> = {}): Uint8Array {
    const { boot, atMs } = this;
    const presence: Presence = { nonce: this.rig.random(16), phone: phone.id, boot, atMs, ...more };
    return this.sealed(Presence, presence, 'bb-presence', 'sr');
  }

  ticket(more: Partial<PairingTicket> = {}): { nonce: Uint8Array; sealed: Uint8Array } {
    const nonce = this.rig.random(16);
    const ticket: PairingTicket = { box: this.id, nonce, boot: this.boot, endMs: this.atMs + 300_000, ...more };
    return { nonce, sealed: this.sealed(PairingTicket, ticket, 'bb-ticket', 'sr') };
  }

  /** The claims of a phone that has scanned the code in the car. */
  pairing(phone: Phone): Claims {
    const { nonce, sealed: ticket } = this.ticket();
    return { kind: 'pair', ticket, presence: this.presence(phone, { nonce }), clock: this.clock().bytes };
  }
}
