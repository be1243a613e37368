/** Any feed through the whole chain: world, sensor, bytes, gateway, and back from the events of the backend plane. */

import type { Connect, Publish } from '../../firmware/hal.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage } from '../../protocol/envelope.ts';
import { type EventKind, Frame } from '../../protocol/messages.ts';
import type { SensorFeed } from '../../simulator/feed.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { CALM_RADIO, type Network, type OutageMs } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import { World } from '../../simulator/world.ts';
import { InProcessGateway } from '../in-process-gateway.ts';
import { SensorMaker } from '../simulated-device.ts';
import { testIdentity } from '../test-keys.ts';
import { TripList } from '../trip-list.ts';

/** After the last second: time for the last frame, and for the silence that closes a trip without an ending. */
const DRAIN_MS = 60_000;
const SILENCE_MS = 32 * 60_000;
const STEP_MS = 600_000;

export interface FeedRun {
  readonly feed: SensorFeed;
  readonly seed: number;
  readonly startUtcMs: number;
  readonly holdUpMs: number;
  readonly outages: readonly OutageMs[];
}

export interface FoundTrip {
  readonly startUtcMs: number;
  readonly endUtcMs: number;
  readonly km: number;
  readonly whole: boolean;
}

export interface FeedResult {
  readonly trips: readonly FoundTrip[];
  /** Occurrences in frames, by kind: some never become events of the backend plane. */
  readonly occurrences: ReadonlyMap<EventKind, number>;
  readonly boots: number;
}

export async function runFeed(run: FeedRun, crypto: Crypto, log: (line: string) => void): Promise<FeedResult> {
  const { startUtcMs, holdUpMs, outages } = run;
  const world = new World();
  const list = new TripList();
  const gateway = new InProcessGateway({
    world,
    crypto,
    store: new MemoryStore(),
    roads: null,
    placeOf: () => 'somewhere',
    startUtcMs,
    downlink: (_device, channel, bytes) => station.radio.downlink(channel, bytes),
    onEvent: (_topic, event) => list.take(event),
    log,
  });
  const maker = new SensorMaker(testIdentity('trips', gateway.gatewayKey, crypto), crypto);
  await gateway.enrol([maker.identity]);
  const listener = new Listener(gateway);
  const rng = Rng.seeded(run.seed).fork('trips');
  const station = new Station({
    name: maker.identity.id,
    world,
    rng,
    feed: run.feed,
    flash: new NorFlash(undefined, rng.fork('flash')),
    network: listener,
    makeDevice: maker.make,
    radio: { ...CALM_RADIO, outages },
    holdUpMs,
  });
  station.start();
  while (!station.feedEnded) await gateway.run(world.nowMs + STEP_MS);
  await gateway.run(world.nowMs + DRAIN_MS);
  if (list.open > 0) await gateway.run(world.nowMs + SILENCE_MS);
  const trips = list.list().map(({ start, end, km, whole }) => ({
    startUtcMs: Date.parse(start ?? ''),
    endUtcMs: Date.parse(end ?? ''),
    km,
    whole,
  }));
  return { trips, occurrences: listener.occurrences, boots: station.boots };
}

/** Counts what is in the frames that reach the gateway. */
class Listener implements Network {
  readonly occurrences = new Map<EventKind, number>();
  private readonly gateway: InProcessGateway;
  private readonly seen = new Set<string>();

  constructor(gateway: InProcessGateway) {
    this.gateway = gateway;
  }

  connect(device: string, session: Connect): void {
    this.gateway.connect(device, session);
  }

  disconnect(device: string): void {
    this.gateway.disconnect(device);
  }

  uplink(device: string, message: Publish): void {
    if (message.channel === 'frame') this.look(message.bytes);
    this.gateway.uplink(device, message);
  }

  private look(sealed: Uint8Array): void {
    const item = decodeCbor(sealed);
    const payload = item.ok && Array.isArray(item.value) ? item.value[2] : null;
    const frame = payload instanceof Uint8Array ? decodeMessage(Frame, payload) : null;
    if (frame === null || !frame.ok) return;
    const identity = `${frame.value.boot} ${frame.value.seq}`;
    if (this.seen.has(identity)) return;
    this.seen.add(identity);
    for (const { kind } of frame.value.occurrences) {
      this.occurrences.set(kind, (this.occurrences.get(kind) ?? 0) + 1);
    }
  }
}
