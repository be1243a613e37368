/**
 * The gateway's own shell in this process and in virtual time: the same bytes, checks, receipts and scores as over
 * a broker, without one. Messages that arrive within a moment are committed together, as in real life.
 */

import type { Connect, Publish } from '../firmware/hal.ts';
import type { Tenant } from '../gateway/core/backend.ts';
import type { Store } from '../gateway/core/store.ts';
import type { PlaceOf } from '../gateway/core/trip-events.ts';
import { GatewayShell } from '../gateway/edge/shell.ts';
import type { RoadSource, Scorer } from '../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../gateway/scoring/fahrstil.ts';
import type { Crypto } from '../protocol/crypto.ts';
import type { DeviceIdentity } from '../protocol/identity.ts';
import { type DownlinkChannel, parseUplinkTopic, uplinkTopic } from '../protocol/topics.ts';
import type { Network } from '../simulator/radio.ts';
import type { World } from '../simulator/world.ts';
import { enrolTestDevices, testKey } from './test-keys.ts';

/** Messages of so much virtual time share a commit. */
const COMMIT_MS = 100;
const TICK_MS = 60_000;

export interface InProcessOptions {
  readonly world: World;
  readonly crypto: Crypto;
  readonly store: Store;
  readonly roads: RoadSource | null;
  readonly scorer?: Scorer;
  readonly placeOf: PlaceOf;
  readonly startUtcMs: number;
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
  private readonly shell: GatewayShell;
  private readonly wills = new Map<string, Uint8Array>();
  private firstWaitingMs = Number.POSITIVE_INFINITY;
  private nextTickMs = TICK_MS;

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
  }

  enrol(devices: readonly DeviceIdentity[]): Promise<void> {
    const { store, crypto } = this.options;
    return enrolTestDevices(
      store,
      devices.map(({ publicKey }) => publicKey),
      crypto,
    );
  }

  connect(device: string, session: Connect): void {
    this.wills.set(device, session.will);
  }

  uplink(device: string, { channel, bytes }: Publish): void {
    const address = parseUplinkTopic(uplinkTopic(device, channel));
    if (address === null) throw new Error(`${device} is no device id`);
    this.shell.receive(address.device, address.channel, bytes);
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
      if (world.nowMs >= untilMs) break;
    }
  }

  private dueMs(untilMs: number): number {
    return Math.min(this.firstWaitingMs + COMMIT_MS, this.nextTickMs, untilMs);
  }

  /** Commits what waits and publishes. */
  async flush(): Promise<void> {
    this.firstWaitingMs = Number.POSITIVE_INFINITY;
    await this.shell.flush();
  }
}
