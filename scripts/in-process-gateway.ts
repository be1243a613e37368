/**
 * The gateway's own shell in this process and in virtual time: the same bytes, checks, receipts and scores as over
 * a broker, without one. Messages that arrive within a moment are committed together, as in real life.
 */

import type { Connect, Publish } from '../firmware/hal.ts';
import type { AccessStore } from '../gateway/core/access/access-store.ts';
import type { Tenant } from '../gateway/core/backend.ts';
import type { Store } from '../gateway/core/store.ts';
import type { PlaceOf } from '../gateway/core/trip-events.ts';
import { type AccessPorts, AccessShell } from '../gateway/edge/access-shell.ts';
import type { SealedIssuers } from '../gateway/edge/access-speech.ts';
import { MemoryAccessStore } from '../gateway/edge/memory-access-store.ts';
import { GatewayShell } from '../gateway/edge/shell.ts';
import { TanKeysInMemory } from '../gateway/edge/tan-keys.ts';
import type { RoadSource, Scorer } from '../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../gateway/scoring/fahrstil.ts';
import { utf8 } from '../protocol/bytes.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { type DeviceIdentity, deviceIdOf } from '../protocol/identity.ts';
import type { EnrolledDevice } from '../protocol/messages.ts';
import { type DownlinkChannel, isRecordingChannel, parseUplinkTopic, uplinkTopic } from '../protocol/topics.ts';
import type { Network } from '../simulator/radio.ts';
import type { World } from '../simulator/world.ts';
import { enrolTestDevices, testKey } from './test-keys.ts';

/** Messages of so much virtual time share a commit. */
const COMMIT_MS = 100;
const TICK_MS = 60_000;
/** How often leases and time-outs are looked after, from the first message about access on. */
const ACCESS_TICK_MS = 1000;

export interface InProcessOptions {
  readonly world: World;
  readonly crypto: Crypto;
  readonly store: Store;
  /** Absent: in memory, beside `store`. */
  readonly accessStore?: AccessStore;
  readonly roads: RoadSource | null;
  readonly scorer?: Scorer;
  readonly placeOf: PlaceOf;
  readonly startUtcMs: number;
  /** Absent: in memory, so that a gateway that is started anew on its stores knows no TAN. */
  readonly tanKeys?: AccessPorts['tanKeys'];
  /** For boxes that hold an older one. */
  readonly issuers?: SealedIssuers;
  /** Bytes on their way to a device. */
  readonly downlink: (device: string, channel: DownlinkChannel, bytes: Uint8Array) => void;
  readonly onEvent?: (topic: string, event: CloudEvent) => void;
  readonly log: (line: string) => void;
}

/** What a backend reads; `data` depends on `type` (docs/SPEC.md). */
export interface CloudEvent {
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class InProcessGateway implements Network {
  readonly gatewayKey: Uint8Array;
  private readonly options: InProcessOptions;
  readonly accessStore: AccessStore;
  private readonly shell: GatewayShell;
  private readonly access: AccessShell;
  private readonly wills = new Map<string, Uint8Array>();
  private firstWaitingMs = Number.POSITIVE_INFINITY;
  private nextTickMs = TICK_MS;
  private nextAccessMs = Number.POSITIVE_INFINITY;

  constructor(options: InProcessOptions) {
    this.options = options;
    const { world, crypto, store, roads, scorer = fahrstilScorer(), placeOf, startUtcMs } = options;
    const { downlink, onEvent, log } = options;
    const gatewaySecretKey = testKey('gateway', crypto);
    this.gatewayKey = crypto.publicKey(gatewaySecretKey);
    const tenants: Tenant[] = [{ name: 'fahrstil', pseudonymKey: testKey('tenant', crypto) }];
    this.shell = new GatewayShell({
      store,
      crypto,
      gatewaySecretKey,
      tenants,
      scorer,
      roads,
      placeOf,
      now: () => startUtcMs + world.nowMs,
      sendDownlink: downlink,
      publishBackend: async (topic, json) => onEvent?.(topic, JSON.parse(json)),
      log,
    });
    const setup = { crypto, log: deviceIdOf(this.gatewayKey, crypto) };
    this.accessStore = options.accessStore ?? new MemoryAccessStore(store, setup);
    // A gateway that is started anew draws anew.
    const draws = `bordbox test draw ${world.nowMs}`;
    let drawn = 0;
    const random = (count: number) => crypto.sha256(utf8(`${draws} ${drawn++}`)).slice(0, count);
    this.access = new AccessShell({
      store: this.accessStore,
      boxes: (ids) => store.devices(ids),
      crypto,
      issuerSecretKey: gatewaySecretKey,
      issuers: options.issuers ?? null,
      tenants,
      tanKeys: options.tanKeys ?? new TanKeysInMemory(random),
      now: () => startUtcMs + world.nowMs,
      random,
      sendDownlink: downlink,
      suspect: (suspect) => this.shell.suspect(suspect),
      onEvents: () => undefined,
      log,
    });
  }

  enrol(devices: readonly Pick<DeviceIdentity, 'publicKey'>[], kind: EnrolledDevice['kind'] = 'sensor'): Promise<void> {
    const { store, crypto } = this.options;
    return enrolTestDevices(
      store,
      devices.map(({ publicKey }) => publicKey),
      crypto,
      kind,
    );
  }

  connect(device: string, session: Connect): void {
    this.wills.set(device, session.will);
  }

  uplink(device: string, { channel, bytes }: Publish): void {
    const address = parseUplinkTopic(uplinkTopic(device, channel));
    if (address === null) throw new Error(`${device} is no device id`);
    if (isRecordingChannel(address.channel)) this.shell.receive(address.device, address.channel, bytes);
    else {
      this.access.receive(address.device, address.channel, bytes);
      this.nextAccessMs = Math.min(this.nextAccessMs, this.options.world.nowMs + ACCESS_TICK_MS);
    }
    this.firstWaitingMs = Math.min(this.firstWaitingMs, this.options.world.nowMs);
  }

  disconnect(device: string): void {
    const will = this.wills.get(device);
    if (will !== undefined) this.uplink(device, { kind: 'publish', channel: 'state', bytes: will, retain: true });
  }

  /** Lets the world go on until `untilMs`, with commits and receipts where they fall. */
  async run(untilMs: number): Promise<void> {
    const { world } = this.options;
    for (;;) {
      // A message that arrives brings the commit forward, so the limit is looked at after each event.
      while (world.nextEventMs() <= this.dueMs(untilMs)) world.step();
      world.runUntil(this.dueMs(untilMs));
      if (world.nowMs >= this.firstWaitingMs + COMMIT_MS) await this.flush();
      if (world.nowMs >= this.nextTickMs) {
        await this.shell.tick();
        this.nextTickMs += TICK_MS;
      }
      if (world.nowMs >= this.nextAccessMs) {
        await this.access.tick();
        this.nextAccessMs += ACCESS_TICK_MS;
      }
      if (world.nowMs >= untilMs) break;
    }
  }

  /** The same for hours in which hardly anything happens: nobody looks at the clock meanwhile. */
  async sleep(untilMs: number): Promise<void> {
    this.nextTickMs = Math.max(this.nextTickMs, untilMs + TICK_MS);
    await this.run(untilMs);
  }

  private dueMs(untilMs: number): number {
    return Math.min(this.firstWaitingMs + COMMIT_MS, this.nextTickMs, this.nextAccessMs, untilMs);
  }

  /** Commits what waits and publishes. */
  async flush(): Promise<void> {
    this.firstWaitingMs = Number.POSITIVE_INFINITY;
    await this.access.flush();
    await this.shell.flush();
  }
}
