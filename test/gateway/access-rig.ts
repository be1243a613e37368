/** The access shell in virtual time, and everything that leaves it. */

import assert from 'node:assert/strict';
import type { AccessStore } from '../../gateway/core/access/access-store.ts';
import type { AccessLimits } from '../../gateway/core/access/limits.ts';
import type { OperatorAction } from '../../gateway/core/access/operator.ts';
import type { AuditStore } from '../../gateway/core/audit/audit-store.ts';
import { GATEWAY_CHAIN } from '../../gateway/core/audit/entry.ts';
import { type AuditPayload, decodePayload } from '../../gateway/core/audit/payload.ts';
import type { Store } from '../../gateway/core/store.ts';
import { operate } from '../../gateway/edge/access-operator.ts';
import { type AccessBounds, type AccessPorts, AccessShell } from '../../gateway/edge/access-shell.ts';
import type { SealedIssuers } from '../../gateway/edge/access-speech.ts';
import { MemoryAccessStore } from '../../gateway/edge/memory-access-store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import type { Suspect } from '../../gateway/edge/shell.ts';
import { TanKeysInMemory } from '../../gateway/edge/tan-keys.ts';
import { Binding, Inquiry, Lease, NetworkTime, Reply, Settled } from '../../protocol/access-messages.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { AccessMessageType } from '../../protocol/cose.ts';
import { unseal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { AccessChannel, DownlinkChannel } from '../../protocol/topics.ts';
import { Car, Phone } from './access-parties.ts';
import { crypto, filled } from './frame-maker.ts';

export const ISSUER_KEY = filled(32, 9);
export const ISSUER_PUBLIC_KEY = crypto.publicKey(ISSUER_KEY);
export const START_MS = 1_780_000_500_000;

export interface Sent {
  readonly to: string;
  readonly channel: DownlinkChannel;
  readonly bytes: Uint8Array;
}

export interface RigOptions {
  readonly store?: Store;
  readonly accessStore?: AccessStore & { readonly audit: AuditStore };
  readonly limits?: Partial<AccessLimits & AccessBounds>;
  readonly issuers?: SealedIssuers;
}

export class AccessRig {
  readonly store: Store;
  readonly accessStore: AccessStore & { readonly audit: AuditStore };
  readonly sent: Sent[] = [];
  readonly suspects: Suspect[] = [];
  readonly logged: string[] = [];
  readonly tanKeys: TanKeysInMemory;
  nowMs = START_MS;
  /** Called for each message that leaves. */
  onSend: (sent: Sent) => void = () => undefined;
  shell: AccessShell;
  private readonly options: RigOptions;
  private drawn = 0;

  constructor(options: RigOptions = {}) {
    this.options = options;
    this.store = options.store ?? new MemoryStore();
    const setup = { crypto, log: deviceIdOf(ISSUER_PUBLIC_KEY, crypto) };
    this.accessStore = options.accessStore ?? new MemoryAccessStore(this.store, setup);
    this.tanKeys = new TanKeysInMemory((count) => this.random(count));
    this.shell = this.newShell();
  }

  /** Another gateway on the same store; the first one stays `shell`. */
  newShell(ports: Partial<AccessPorts> = {}): AccessShell {
    return new AccessShell(
      {
        store: this.accessStore,
        boxes: (ids) => this.store.devices(ids),
        crypto,
        issuerSecretKey: ISSUER_KEY,
        issuers: this.options.issuers ?? null,
        tenants: [{ name: 'insurer', pseudonymKey: filled(32, 3) }],
        tanKeys: this.tanKeys,
        now: () => this.nowMs,
        random: (count) => this.random(count),
        sendDownlink: (to, channel, bytes) => {
          const sent = { to, channel, bytes };
          this.sent.push(sent);
          this.onSend(sent);
        },
        suspect: (suspect) => this.suspects.push(suspect),
        onEvents: () => undefined,
        log: (line) => this.logged.push(line),
        ...ports,
      },
      this.options.limits,
    );
  }

  /** The same draws in every run. */
  random(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 32) {
      const block = crypto.sha256(Uint8Array.of(...new Uint8Array(new Uint32Array([this.drawn++, 77]).buffer)));
      bytes.set(block.subarray(0, Math.min(32, count - at)), at);
    }
    return bytes;
  }

  /** A phone that the operator has registered. */
  async phone(n: number, role: 'user' | 'courier' = 'user', carrier = 'DHL'): Promise<Phone> {
    const phone = new Phone(n, this);
    await this.operate({ kind: 'register', publicKey: phone.publicKey, role, ...(role === 'user' ? {} : { carrier }) });
    return phone;
  }

  async operate(action: OperatorAction): Promise<string> {
    const ports = { crypto, now: () => this.nowMs, random: (count: number) => this.random(count) };
    const done = await operate(this.accessStore, action, ports);
    return done.ok ? 'done' : done.reason;
  }

  /** An enrolled box, without an owner, that has said nothing. */
  async car(n: number): Promise<Car> {
    const car = new Car(n, this);
    await this.store.enrol({ manufacturer: filled(32, 1), number: n, devices: [car.record] });
    return car;
  }

  /** A car that is paired with this phone, with online services on. */
  async carOf(owner: Phone, n = 1): Promise<Car> {
    const car = await this.car(n);
    await this.say(car.clock());
    const reply = await owner.ask(car, car.pairing(owner));
    assert.equal(reply.verdict, 'executed');
    car.binding = 1;
    await this.say(car.clock());
    return car;
  }

  async say(...messages: readonly { device: string; channel: AccessChannel; bytes: Uint8Array }[]): Promise<void> {
    for (const { device, channel, bytes } of messages) this.shell.receive(device, channel, bytes);
    assert.equal(await this.shell.flush(), true);
  }

  async wait(ms: number): Promise<void> {
    this.nowMs += ms;
    assert.equal(await this.shell.tick(), true);
  }

  /** What was sent to one party on one channel, oldest first. */
  heard<T>(to: string, channel: DownlinkChannel, codec: Codec<T>, type: AccessMessageType, signedFor = to): T[] {
    const fits = this.sent.filter((sent) => sent.to === to && sent.channel === channel);
    return fits.map(({ bytes }) => opened(codec, bytes, type, signedFor));
  }

  replies(phone: Phone): Reply[] {
    return this.heard(phone.id, 'reply', Reply, 'bb-reply');
  }
  leases(car: Car): Lease[] {
    return this.heard(car.id, 'lease', Lease, 'bb-lease');
  }
  inquiries(car: Car): Inquiry[] {
    return this.heard(car.id, 'inquiry', Inquiry, 'bb-inquiry');
  }
  settled(car: Car): Settled[] {
    return this.heard(car.id, 'settled', Settled, 'bb-settled');
  }
  bindings(car: Car): Binding[] {
    return this.heard(car.id, 'binding', Binding, 'bb-binding');
  }
  times(car: Car): NetworkTime[] {
    return this.heard(car.id, 'time', NetworkTime, 'bb-time');
  }

  /** What the audit log says, chain by chain. */
  async audit(chain: string = GATEWAY_CHAIN): Promise<AuditPayload[]> {
    const entries = await this.accessStore.audit.entries(chain, 1, 100_000);
    return entries.map(({ secret }) => {
      assert.ok(secret !== null);
      const payload = decodePayload(secret.payload);
      assert.ok(payload.ok);
      return payload.value;
    });
  }

  async events(type?: string): Promise<CloudEvent[]> {
    const rows = await this.store.outbox(100_000);
    const events = rows.map(({ topic, json }) => ({ topic, ...JSON.parse(json) }) as CloudEvent);
    return type === undefined ? events : events.filter((event) => event.type === type);
  }
}

export interface CloudEvent {
  readonly topic: string;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function opened<T>(codec: Codec<T>, bytes: Uint8Array, type: AccessMessageType, device: string): T {
  const value = unseal(codec, bytes, { type, direction: 'dn', device }, ISSUER_PUBLIC_KEY, crypto);
  assert.ok(value.ok, `${type} that nobody would believe`);
  return value.value;
}
