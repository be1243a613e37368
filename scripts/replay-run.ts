/** One recorded drive through the whole chain in virtual time. */

import { MemoryStore } from '../gateway/edge/memory-store.ts';
import { roadSourceFromMap } from '../gateway/map/map-source.ts';
import { placeOf } from '../gateway/map/place.ts';
import { roadSourceFromRecording } from '../gateway/map/recorded-roads.ts';
import type { RoadMap } from '../gateway/map/road-map.ts';
import type { RoadSource } from '../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../gateway/scoring/fahrstil.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { NorFlash } from '../simulator/flash.ts';
import { CALM_RADIO } from '../simulator/radio.ts';
import { playedDistanceM, recordedDistanceM, unplayedDistanceM } from '../simulator/replay/distance.ts';
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
  /** What the device was shown of it: without points that jump away and back, and not over pauses. */
  readonly playedKm: number;
  readonly unplayed: { readonly jumpsKm: number; readonly pausesKm: number };
  /** Which signals are not the file's own. */
  readonly derived: readonly string[];
  readonly remarks: readonly string[];
  readonly trips: readonly TripResult[];
  readonly km: number;
  /**
   * Whether the firmware found the vehicle's axes, and how well forward agrees with GNSS: null where the
   * acceleration was itself derived from the recorded speed, for then they agree by construction.
   */
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
    scorer: fahrstilScorer({}, { dated: recording.hasCalendar }),
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
  const { jumpsM, pausesM } = unplayedDistanceM(recording);
  const mounting = axes.against(maker.sensor?.axes ?? null);
  return {
    name: recording.name,
    format: recording.format,
    points: recording.points.length,
    recordedKm: kmOf(recordedDistanceM(recording)),
    playedKm: kmOf(playedDistanceM(recording)),
    unplayed: { jumpsKm: kmOf(jumpsM), pausesKm: kmOf(pausesM) },
    derived: playback.derived,
    remarks: recording.remarks,
    trips: trips.list(),
    km: Math.round(trips.list().reduce((sum, trip) => sum + trip.km, 0) * 1000) / 1000,
    mounting: recording.acceleration === null ? { ...mounting, forwardCorrelation: null } : mounting,
    frames: { sent, stored, duplicate: stats.counts.get('duplicate') ?? 0, lost: sent - stored },
  };
}

function kmOf(distanceM: number): number {
  return Math.round(distanceM) / 1000;
}

/** The recording's own limits and classes, else the map's; null where there is neither. */
function roadsFor(recording: Recording, map: RoadMap | null): RoadSource | null {
  const recorded = recordedRoads(recording);
  if (recorded !== null) return roadSourceFromRecording(recording.name, recorded);
  return map === null ? null : roadSourceFromMap(map);
}
