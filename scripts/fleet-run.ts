/** Many simulated sensors, whole firmware, against the gateway in this process, in virtual time. */

import { createHash, type Hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Connect, Publish } from '../firmware/hal.ts';
import type { Store } from '../gateway/core/store.ts';
import { SqliteStore } from '../gateway/edge/sqlite-store.ts';
import { roadSourceFromMap } from '../gateway/map/map-source.ts';
import { placeOf } from '../gateway/map/place.ts';
import { toHex } from '../protocol/bytes.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { Fleet, fleetSetting } from '../simulator/fleet.ts';
import type { Network } from '../simulator/radio.ts';
import { InProcessGateway } from './in-process-gateway.ts';
import { SensorMaker } from './simulated-device.ts';
import { surveyTown } from './survey.ts';
import { testIdentity, testKey } from './test-keys.ts';

/** Monday, 2 March 2026, 06:30 UTC. */
const START_UTC_MS = 1_772_433_000_000;
const TENTHS = 10;

export interface FleetResult {
  readonly devices: number;
  readonly hours: number;
  readonly seed: number;
  readonly deviceSecondsPerSecond: number;
  readonly frames: {
    readonly sent: number;
    readonly transmissions: number;
    readonly stored: number;
    readonly duplicate: number;
    /** Sent, not stored, and no longer waiting in a device's flash. */
    readonly lost: number;
    readonly waiting: number;
  };
  readonly trips: Readonly<Record<string, number>>;
  /** Data on the heap after a collection, at the end of each tenth of the run. */
  readonly heapMiB: readonly number[];
  /** SHA-256 over everything that each device sent, in the order of devices. */
  readonly digest: string;
}

export interface FleetRunOptions {
  readonly devices: number;
  readonly hours: number;
  readonly seed: number;
  readonly crypto: Crypto;
  /** Run a smaller fleet first, so that rates and heap are those of compiled code. */
  readonly warmUp: boolean;
  readonly onProgress: (share: number) => void;
  readonly log: (line: string) => void;
}

/** The compiler's own memory grows while code is new, and that is not what the heap's figures are about. */
const WARM_UP = { devices: 100, hours: 0.35 };

export async function runFleetWithGateway(options: FleetRunOptions): Promise<FleetResult> {
  // Machine code knows the objects that it was made for: when they die it is thrown away and made anew, and the heap
  // would show that. So the warm-up's objects live until the end.
  const alive: unknown[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-fleet-'));
  try {
    if (options.warmUp) {
      const warmUp = { ...options, ...WARM_UP, onProgress: () => {} };
      await inStore(join(folder, 'warm-up.db'), (store) => runIn(store, warmUp, alive));
    }
    return await inStore(join(folder, 'fleet.db'), (store) => runIn(store, options, alive));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inStore<T>(file: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = new SqliteStore(file);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function runIn(store: Store, options: FleetRunOptions, keep: unknown[]): Promise<FleetResult> {
  const { devices, hours, seed, crypto, log } = options;
  const { town } = fleetSetting(seed);
  const map = surveyTown(town);
  const gatewayKey = crypto.publicKey(testKey('gateway', crypto));
  const makers = Array.from(
    { length: devices },
    (_, i) => new SensorMaker(testIdentity(`fleet ${seed} ${i}`, gatewayKey, crypto), crypto),
  );
  const heard = new SentDigest(makers.map(({ identity }) => identity.id));
  const fleet = new Fleet({
    devices,
    seconds: hours * 3600,
    seed,
    startUtcMs: START_UTC_MS,
    name: (i) => makers[i].identity.id,
    makeDevice: (i, hal) => makers[i].make(hal),
    network: heard,
  });
  const gateway = new InProcessGateway({
    world: fleet.world,
    crypto,
    store,
    roads: roadSourceFromMap(map),
    placeOf: (latE6, lonE6) => placeOf(map, latE6, lonE6),
    startUtcMs: START_UTC_MS,
    downlink: (device, channel, bytes) => fleet.downlink(device, channel, bytes),
    log,
  });
  heard.to = gateway;
  keep.push(fleet, gateway, makers);
  await gateway.enrol(makers.map(({ identity }) => identity));
  const { heapMiB, tookMs } = await runTenths(gateway, hours * 3_600_000, options.onProgress);
  return {
    devices,
    hours,
    seed,
    deviceSecondsPerSecond: Math.round((devices * hours * 3600 * 1000) / tookMs),
    ...(await balance(makers, store)),
    heapMiB,
    digest: heard.digest(),
  };
}

async function runTenths(gateway: InProcessGateway, totalMs: number, onProgress: (share: number) => void) {
  const heapMiB: number[] = [];
  let tookMs = 0;
  for (let tenth = 1; tenth <= TENTHS; tenth++) {
    const startedMs = performance.now();
    await gateway.run(Math.round((totalMs * tenth) / TENTHS));
    tookMs += performance.now() - startedMs;
    heapMiB.push(heapAfterCollection());
    onProgress(tenth / TENTHS);
  }
  await gateway.flush();
  return { heapMiB, tookMs };
}

async function balance(makers: readonly SensorMaker[], store: Store): Promise<Pick<FleetResult, 'frames' | 'trips'>> {
  const stats = await store.stats();
  const totals = makers.map((maker) => maker.totals());
  const sent = totals.reduce((sum, { framesJournaled }) => sum + framesJournaled, 0);
  const stored = stats.counts.get('stored') ?? 0;
  const waiting = makers.reduce((sum, maker) => sum + maker.waiting, 0);
  return {
    frames: {
      sent,
      transmissions: totals.reduce((sum, { transmissions }) => sum + transmissions, 0),
      stored,
      duplicate: stats.counts.get('duplicate') ?? 0,
      // A frame can be stored while its receipt is still on the way, so that it waits as well.
      lost: Math.max(0, sent - stored - waiting),
      waiting,
    },
    trips: stats.trips,
  };
}

/** Between the devices and the gateway: a hash for each device, so that the order among devices does not matter. */
class SentDigest implements Network {
  to: Network | null = null;
  private readonly hashes: ReadonlyMap<string, Hash>;

  constructor(devices: readonly string[]) {
    this.hashes = new Map(devices.map((device) => [device, createHash('sha256')]));
  }

  connect(device: string, session: Connect, nowMs: number): void {
    this.hashes.get(device)?.update(`connect ${nowMs} `).update(session.proof).update(session.will);
    this.to?.connect(device, session, nowMs);
  }

  uplink(device: string, message: Publish, nowMs: number): void {
    this.hashes.get(device)?.update(`${message.channel} ${nowMs} `).update(message.bytes);
    this.to?.uplink(device, message, nowMs);
  }

  disconnect(device: string, nowMs: number): void {
    this.hashes.get(device)?.update(`disconnect ${nowMs} `);
    this.to?.disconnect(device, nowMs);
  }

  digest(): string {
    const all = createHash('sha256');
    for (const hash of this.hashes.values()) all.update(hash.copy().digest());
    return toHex(all.digest());
  }
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Without machine code: it is thrown away and made again whenever the compiler thinks so.
  const bytes = process.memoryUsage().heapUsed - getHeapCodeStatistics().code_and_metadata_size;
  return Math.round((bytes / 1024 / 1024) * 100) / 100;
}
