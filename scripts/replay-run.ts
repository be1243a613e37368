/** One recorded drive through the whole chain in virtual time. */

import { MemoryStore } from '../gateway/edge/memory-store.ts';
import { roadSourceFromMap } from '../gateway/map/map-source.ts';
import { placeOf } from '../gateway/map/place.ts';
import { roadSourceFromRecording } from '../gateway/map/recorded-roads.ts';
import type { RoadMap } from '../gateway/map/road-map.ts';
import type { RoadSource } from '../gateway/scoring/closed-trip.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { NorFlash } from '../simulator/flash.ts';
import { CALM_RADIO } from '../simulator/radio.ts';
import { recordedDistanceM } from '../simulator/replay/distance.ts';
import { Playback } from '../simulator/replay/playback.ts';
import { recordedRoads } from '../simulator/replay/recorded-roads.ts';
import type { Recording } from '../simulator/replay/recording.ts';
import { Rng } from '../simulator/rng.ts';
import { Station } from '../simulator/station.ts';
import { World } from '../simulator/world.ts';
import { AxisCheck } from './axis-check.ts';
import { type CloudEvent, InProcessGateway } from './in-process-gateway.ts';
import { SensorMaker } from './simulated-device.ts';
import { testIdentity } from './test-keys.ts';
import { TripList, type TripResult } from './trip-list.ts';

/** After the last second: time for the last frame, its receipt and, without one, the 30 minutes of silence. */
const DRAIN_MS = 60_000;
const SILENCE_MS = 31 * 60_000;
const STEP_MS = 60_000;

export interface ReplayResult {
  readonly name: string;
  readonly format: string;
  readonly points: number;
  readonly recordedKm: number;
  /** Which signals are not the file's own. */
  readonly derived: readonly string[];
  readonly remarks: readonly string[];
  readonly trips: readonly TripResult[];
  readonly km: number;
  readonly mounting: { readonly found: boolean; readonly forwardCorrelation: number | null };
  readonly frames: {
    readonly sent: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly lost: number;
  };
}

export interface ReplayOptions {
  readonly map: RoadMap | null;
  readonly crypto: Crypto;
  readonly onProgress: (share: number) => void;
  readonly log: (line: string) => void;
}

export async function replayRecording(recording: Recording, options: ReplayOptions): Promise<ReplayResult> {
  const { crypto, map, log } = options;
  const playback = new Playback(recording);
  const world = new World();
  const store = new MemoryStore();
  const trips = new TripList();
  const gateway = new InProcessGateway({
    world,
    crypto,
    store,
    roads: roadsFor(recording, map),
    placeOf: (latE6, lonE6) => placeOf(map, latE6, lonE6),
    startUtcMs: playback.startUtcMs,
    downlink: (_device, channel, bytes) => station.radio.downlink(channel, bytes),
    onEvent: (_topic: string, event: CloudEvent) => trips.take(event),
    log,
  });
  const maker = new SensorMaker(testIdentity('replay', gateway.gatewayKey, crypto), crypto);
  await gateway.enrol([maker.identity]);
  const axes = new AxisCheck(playback);
  const station = new Station({
    name: maker.identity.id,
    world,
    rng: Rng.seeded(1).fork('replay'),
    feed: axes,
    flash: new NorFlash(),
    network: gateway,
    makeDevice: maker.make,
    radio: CALM_RADIO,
  });
  station.start();
  const totalMs = playback.totalSeconds * 1000;
  while (!station.feedEnded) {
    await gateway.run(world.nowMs + STEP_MS);
    options.onProgress(Math.min(1, world.nowMs / totalMs));
  }
  await gateway.run(world.nowMs + DRAIN_MS);
  if (trips.open > 0) await gateway.run(world.nowMs + SILENCE_MS);
  const stats = await store.stats();
  const sent = maker.totals().framesJournaled;
  const stored = stats.counts.get('stored') ?? 0;
  return {
    name: recording.name,
    format: recording.format,
    points: recording.points.length,
    recordedKm: Math.round(recordedDistanceM(recording)) / 1000,
    derived: playback.derived,
    remarks: recording.remarks,
    trips: trips.list(),
    km: Math.round(trips.list().reduce((sum, trip) => sum + trip.km, 0) * 1000) / 1000,
    mounting: axes.against(maker.sensor?.axes ?? null),
    frames: { sent, stored, duplicate: stats.counts.get('duplicate') ?? 0, lost: sent - stored },
  };
}

/** The recording's own limits and classes, else the map's; null where there is neither. */
function roadsFor(recording: Recording, map: RoadMap | null): RoadSource | null {
  const recorded = recordedRoads(recording);
  if (recorded !== null) return roadSourceFromRecording(recording.name, recorded);
  return map === null ? null : roadSourceFromMap(map);
}
