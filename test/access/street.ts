/** A street in virtual time: a gateway, a car with its box, people with phones; the real code on every side. */

import assert from 'node:assert/strict';
import { passwordHash } from '../../firmware/board/password-hash.ts';
import { Box } from '../../firmware/box.ts';
import { type AuditPayload, decodePayload } from '../../gateway/core/audit/payload.ts';
import { operate } from '../../gateway/edge/access-operator.ts';
import { MemoryAccessStore } from '../../gateway/edge/memory-access-store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { TanKeysInMemory } from '../../gateway/edge/tan-keys.ts';
import type { Reply } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { type CloudEvent, InProcessGateway } from '../../scripts/in-process-gateway.ts';
import { testKey } from '../../scripts/test-keys.ts';
import { Body } from '../../simulator/body.ts';
import { BoxStation } from '../../simulator/box-station.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Courier } from '../../simulator/peers/courier.ts';
import { Owner } from '../../simulator/peers/owner.ts';
import { partyOf } from '../../simulator/peers/party.ts';
import type { Ask, Asked, PhoneEffect, PhoneInput } from '../../simulator/peers/phone.ts';
import { CALM_RADIO, type RadioProfile } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { type PhoneEnd, ShortRangeAir } from '../../simulator/short-range.ts';
import { World } from '../../simulator/world.ts';

const crypto = nodeCrypto();
export const START_UTC_MS = 1_780_000_000_000;
const FAR_M = 1000;
export const FIX = {
  latE7: 487_000_010,
  lonE7: 92_000_020,
  speedCmS: 0,
  headingCdeg: 0,
  altitudeM: 0,
  accuracyCm: 300,
};
/** From a phone to the gateway, and back. */
const HOP_MS = 40;

/** A person, the phone in the hand, and what came of each request. */
export class Pedestrian<P extends Owner | Courier> {
  readonly person: P;
  /** Every final reply, by request. */
  readonly finals = new Map<string, Reply[]>();
  readonly news: Reply[] = [];
  private readonly street: Street;
  private readonly end: PhoneEnd;
  private wakeMs = Number.POSITIVE_INFINITY;

  constructor(person: P, street: Street) {
    this.person = person;
    this.street = street;
    this.end = street.air.join(person.phone.id, (bytes) => this.input({ kind: 'said', bytes }));
    this.end.moveTo(FAR_M);
  }

  get id(): string {
    return this.person.phone.id;
  }

  beside(isBeside: boolean): void {
    this.end.moveTo(isBeside ? 1 : FAR_M);
    this.input({ kind: 'beside', box: isBeside ? this.street.station.name : null });
  }

  /** Whether the phone has a network. */
  online(up: boolean): void {
    this.input({ kind: 'link', up });
  }

  input(input: PhoneInput): void {
    this.do(this.person.handle(input, this.street.utcMs));
  }

  do(effects: readonly PhoneEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'publish') this.publish(effect.channel, effect.bytes);
      else if (effect.kind === 'say') this.end.send(effect.bytes);
      else if (effect.kind === 'news') this.news.push(effect.reply);
      else if (effect.kind === 'reply' && effect.reply.verdict !== 'pending') {
        const request = toHex(effect.request.cti);
        this.finals.set(request, [...(this.finals.get(request) ?? []), effect.reply]);
      }
    }
    this.arm();
  }

  ask(ask: Omit<Ask, 'box'>): string {
    const { phone } = this.person;
    return this.asked(phone.ask({ ...ask, box: this.street.station.name }, this.street.utcMs));
  }

  /** Asks, and lets the street live until there is a final reply. */
  async final(ask: Omit<Ask, 'box'>, withinMs = 200_000): Promise<Reply> {
    const request = this.ask(ask);
    await this.street.until(() => this.finals.has(request), withinMs);
    return this.finalOf(request);
  }

  finalOf(request: string): Reply {
    const [reply] = this.finals.get(request) ?? [];
    assert.ok(reply !== undefined, 'no final reply');
    return reply;
  }

  private asked(asked: Asked | null): string {
    assert.ok(asked !== null);
    this.do(asked.effects);
    return asked.request;
  }

  private publish(channel: 'request' | 'ferry', bytes: Uint8Array): void {
    const { world } = this.street;
    world.schedule(world.nowMs + HOP_MS, () => {
      this.street.gateway.uplink(this.id, { kind: 'publish', channel, bytes, retain: false });
    });
  }

  private arm(): void {
    const { world } = this.street;
    const dueMs = Math.max(world.nowMs + 1, Math.ceil(this.person.nextTimeout() - START_UTC_MS));
    if (dueMs >= this.wakeMs || dueMs === Number.POSITIVE_INFINITY) return;
    this.wakeMs = dueMs;
    world.schedule(dueMs, () => {
      if (world.nowMs !== this.wakeMs) return;
      this.wakeMs = Number.POSITIVE_INFINITY;
      this.do(this.person.onTimeout(this.street.utcMs));
    });
  }
}

export interface StreetOptions {
  readonly seed?: number;
  readonly radio?: Partial<RadioProfile>;
  /** Of the box. */
  readonly flash?: NorFlash;
}

export class Street {
  readonly world = new World();
  readonly rng: Rng;
  readonly air: ShortRangeAir;
  readonly store = new MemoryStore();
  readonly accessStore: MemoryAccessStore;
  readonly body: Body;
  readonly station: BoxStation;
  readonly owner: Pedestrian<Owner>;
  readonly courier: Pedestrian<Courier>;
  readonly events: { readonly topic: string; readonly event: CloudEvent }[] = [];
  gateway: InProcessGateway;
  /** A basement: the box has no network. */
  underground = false;
  private readonly walkers: Pedestrian<Owner | Courier>[] = [];
  private readonly tanKeys: TanKeysInMemory;
  private drawn = 0;

  /** A paired car with online services on, at rest. */
  static async live(options: StreetOptions = {}): Promise<Street> {
    const street = new Street(options);
    await street.gateway.enrol([{ publicKey: crypto.publicKey(testKey('street box', crypto)) }], 'box');
    await street.register(street.owner, 'user');
    await street.register(street.courier, 'courier');
    street.station.powerOn();
    street.station.panel({ what: 'switch', name: 'online', on: true });
    await street.until(() => street.station.radio.linkUp);
    await street.pair(street.owner);
    return street;
  }

  private constructor({ seed = 1, radio = {}, flash = new NorFlash() }: StreetOptions) {
    const { world } = this;
    this.rng = Rng.seeded(seed);
    this.air = new ShortRangeAir(world, this.rng.fork('air'));
    this.body = new Body(world);
    this.tanKeys = new TanKeysInMemory((count) => this.chips('tan', count));
    const gatewayKey = crypto.publicKey(testKey('gateway', crypto));
    this.accessStore = new MemoryAccessStore(this.store, { crypto, log: deviceIdOf(gatewayKey, crypto) });
    this.gateway = this.newGateway();
    const box = partyOf(testKey('street box', crypto), crypto);
    const rootKey = crypto.publicKey(testKey('root', crypto));
    const identity = { ...box, rootKey, issuers: { number: 1, keys: [gatewayKey] } };
    this.station = new BoxStation({
      name: box.id,
      world,
      rng: this.rng.fork('box'),
      flash,
      network: {
        reachable: () => !this.underground,
        connect: (device, session) => this.gateway.connect(device, session),
        uplink: (device, message) => {
          if (!this.underground) this.gateway.uplink(device, message);
        },
        disconnect: (device) => this.gateway.disconnect(device),
      },
      body: this.body,
      air: this.air,
      radio: { ...CALM_RADIO, ...radio },
      makeBox: (hal) => new Box(hal, identity, crypto),
      passwordHash,
      gnss: () => ({ ...FIX, utcMs: this.utcMs }),
    });
    this.owner = this.walker((person) => new Owner(person), 'owner', gatewayKey);
    this.courier = this.walker((person) => new Courier(person), 'courier', gatewayKey);
  }

  get utcMs(): number {
    return START_UTC_MS + this.world.nowMs;
  }

  /** Another person with a phone, not registered yet. */
  walker<P extends Owner | Courier>(
    make: (person: ConstructorParameters<typeof Owner>[0]) => P,
    name: string,
    issuer = this.gateway.gatewayKey,
  ): Pedestrian<P> {
    const chips = this.rng.fork(name);
    const party = partyOf(testKey(`street ${name}`, crypto), crypto);
    const person = make({ party, crypto, issuers: [issuer], random: (into) => chips.fillBytes(into) });
    const walker = new Pedestrian(person, this);
    this.walkers.push(walker);
    walker.online(true);
    return walker;
  }

  async register({ person }: Pedestrian<Owner | Courier>, role: 'user' | 'courier', carrier = 'DHL'): Promise<void> {
    const { publicKey } = person.phone.party;
    const action = { kind: 'register', publicKey, role, ...(role === 'courier' ? { carrier } : {}) } as const;
    const ports = { crypto, now: () => this.utcMs, random: (count: number) => this.chips('office', count) };
    assert.ok((await operate(this.accessStore, action, ports)).ok);
  }

  /** SIGKILL and a new start: what was not committed is gone. */
  restartGateway(): void {
    this.gateway = this.newGateway();
  }

  async pair(owner: Pedestrian<Owner>): Promise<void> {
    this.station.panel({ what: 'pair' });
    const code = this.station.shown.at(-1);
    assert.ok(code?.what === 'pairing-code');
    owner.beside(true);
    owner.do(owner.person.pair(code.bytes, this.utcMs) ?? []);
    await this.until(() => owner.finals.size > 0);
    owner.beside(false);
    assert.equal([...owner.finals.values()][0][0].verdict, 'executed');
    await this.pass(3000);
  }

  /** Ordered and loaded; the window is open for an hour. */
  async order(): Promise<{ readonly delivery: Uint8Array; readonly tan: string }> {
    const fromS = Math.floor(this.utcMs / 1000) - 1;
    const { delivery, tan } = await this.owner.final({ kind: 'order', carrier: 'DHL', fromS, toS: fromS + 3600 });
    assert.ok(delivery !== undefined && tan !== undefined);
    this.courier.do(this.courier.person.load([{ delivery, box: this.station.name, tan }], this.utcMs));
    await this.until(() => this.courier.person.stateOf(delivery)?.state === 'bound');
    return { delivery, tan };
  }

  async pass(ms: number): Promise<void> {
    await this.gateway.run(this.world.nowMs + ms);
  }

  /** Lets the street live until it has come about; false when it has not, within the time. */
  async comesAbout(what: () => boolean, withinMs = 60_000): Promise<boolean> {
    const endMs = this.world.nowMs + withinMs;
    while (!what() && this.world.nowMs < endMs) await this.pass(100);
    return what();
  }

  async until(what: () => boolean, withinMs = 60_000): Promise<void> {
    assert.ok(await this.comesAbout(what, withinMs), 'it did not come about');
  }

  async log(): Promise<AuditPayload[]> {
    const entries = await this.accessStore.audit.entries(this.station.name, 1, 100_000);
    return entries.map(({ secret }) => {
      const payload = decodePayload(secret?.payload ?? new Uint8Array());
      assert.ok(payload.ok);
      return payload.value;
    });
  }

  private newGateway(): InProcessGateway {
    return new InProcessGateway({
      world: this.world,
      crypto,
      store: this.store,
      accessStore: this.accessStore,
      tanKeys: this.tanKeys,
      roads: null,
      placeOf: () => 'here',
      startUtcMs: START_UTC_MS,
      downlink: (to, channel, bytes) => {
        if (to === this.station.name && !this.underground) this.station.radio.downlink(channel, bytes);
        const walker = this.walkers.find(({ id }) => id === to);
        this.world.schedule(this.world.nowMs + HOP_MS, () => walker?.input({ kind: 'downlink', channel, bytes }));
      },
      onEvent: (topic, event) => this.events.push({ topic, event }),
      log: () => undefined,
    });
  }

  private chips(label: string, count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    this.rng.fork(`${label} ${this.world.nowMs} ${count} ${this.drawn++}`).fillBytes(bytes);
    return bytes;
  }
}
