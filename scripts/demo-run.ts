/** A car drives; its sensor's frames cross a real broker into a gateway of its own process, and come out scored. */

import type { GnssFix } from '../firmware/hal.ts';
import type { GatewayStats } from '../gateway/edge/stats.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { Car } from '../simulator/car.ts';
import { NorFlash } from '../simulator/flash.ts';
import { LiveLink, type LiveRun, runLive } from '../simulator/live.ts';
import { CALM_RADIO, type RadioProfile } from '../simulator/radio.ts';
import { Rng } from '../simulator/rng.ts';
import { Station } from '../simulator/station.ts';
import type { Temperament } from '../simulator/temperament.ts';
import { World } from '../simulator/world.ts';
import { BackendReader } from './backend-reader.ts';
import { type AccessResult, SecondAct } from './demo-access.ts';
import type { DemoSetup } from './demo-setup.ts';
import type { CloudEvent } from './in-process-gateway.ts';
import type { SensorMaker } from './simulated-device.ts';
import { TripList, type TripResult } from './trip-list.ts';

/** Thursday, 12 March 2026, 13:00 UTC. */
export const DEMO_START_UTC_MS = 1_773_320_400_000;
const LEG = { parkBeforeS: 20, driveS: 420, parkAfterS: 200 };
/** The second act begins when the car has been parked for so long. */
const PARKED_S = 30;
/** Share of the drive after which the gateway is killed and the outage begins. */
const TROUBLE_S = 200;
/** Virtual time that the gateway stays away. */
const AWAY_MS = 30_000;
/** Virtual time after the last second of the drive for all frames to be receipted, whatever the radio loses. */
const DRAIN_MS = 4 * 3_600_000;
/** Real time for the gateway to score what it has. */
const SCORE_MS = 10_000;

export interface DemoOptions {
  readonly seed: number;
  readonly temperament: Temperament;
  readonly pace: number;
  /** End after one trip; otherwise go on until `stop`. */
  readonly once: boolean;
  readonly loss: number;
  readonly outageS: number;
  readonly restartGateway: boolean;
  readonly crypto: Crypto;
  readonly maker: SensorMaker;
  readonly setup: DemoSetup;
  readonly log: (line: string) => void;
  readonly stop: AbortSignal;
  readonly onStep?: (scene: DemoScene) => void;
}

/** What there is to look at while it runs. */
export interface DemoScene {
  readonly world: World;
  readonly car: Car;
  readonly station: Station;
  readonly maker: SensorMaker;
  readonly events: readonly CloudEvent[];
  readonly trips: TripList;
  readonly act: SecondAct;
}

export interface DemoResult extends LiveRun {
  readonly trips: readonly TripResult[];
  readonly sent: number;
  readonly transmissions: number;
  readonly gatewayRestarts: number;
  readonly access: AccessResult;
  /** False when it was ended before the second act was over. */
  readonly played: boolean;
  /** Of the gateway that was stopped at the end. */
  readonly stats: GatewayStats;
  readonly events: readonly CloudEvent[];
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { maker, setup, log, stop, pace } = options;
  const { gateway } = setup;
  const world = new World();
  const trips = new TripList();
  const events: CloudEvent[] = [];
  const restart = new GatewayRestart(options, world);
  const { car, station, link } = onTheRoad(options, world, restart);
  const act = onThePark(options, world, car, restart);
  const { tenant, password } = gateway.access;
  const backend = new BackendReader(gateway.url, tenant, password, (event) => {
    events.push(event);
    trips.take(event);
  });
  const scene: DemoScene = { world, car, station, maker, events, trips, act };
  const onStep = async (): Promise<void> => {
    await restart.startIfDue();
    options.onStep?.(scene);
  };
  try {
    await Promise.all([backend.subscribed(), act.connected()]);
    station.start();
    const until = untilDone(options, scene);
    const run = await runLive({ world, link: together(link, act), pace, until, log, onStep });
    await scored(trips, stop);
    await Promise.all([act.close(), link.close()]);
    // The last checkpoint of the audit log is published when the gateway ends.
    const stats = await gateway.stop();
    const { framesJournaled: sent, transmissions } = maker.totals();
    const counts = { sent, transmissions, gatewayRestarts: restart.count };
    return { ...run, ...counts, trips: trips.list(), access: act.result(), played: act.over, stats, events };
  } finally {
    // What is still open after a mistake would keep the process alive.
    await Promise.all([act.close(), link.close(), backend.close()]);
  }
}

/** The first act: a car that drives, with a sensor in its socket. */
function onTheRoad(options: DemoOptions, world: World, restart: GatewayRestart) {
  const { maker, setup, log } = options;
  const { id } = maker.identity;
  const link = new LiveLink({
    ...{ url: setup.gateway.url, reachable: () => !restart.away, device: id, log },
    onFramePublished: () => restart.killIfDue(),
  });
  const rng = Rng.seeded(options.seed).fork('demo');
  const car = new Car(rng.fork('car'), setup.town, {
    temperament: options.temperament,
    startUtcMs: DEMO_START_UTC_MS,
    legs: [LEG],
    repeat: !options.once,
  });
  const station = new Station({
    ...{ name: id, world, rng: rng.fork('station'), feed: car, flash: new NorFlash(), network: link },
    ...{ makeDevice: maker.make, radio: radioProfile(options) },
  });
  link.attach(station.radio);
  return { car, station, link };
}

function onThePark(options: DemoOptions, world: World, car: Car, restart: GatewayRestart): SecondAct {
  const { seed, crypto, setup, log } = options;
  const rng = Rng.seeded(seed).fork('second act');
  return new SecondAct({
    ...{ world, rng, crypto, cast: setup.cast, url: setup.gateway.url, reachable: () => !restart.away, log },
    ...{ radio: radioProfile(options), gnss: () => parkedFix(car), parked: parkedFor(world, car) },
  });
}

function untilDone({ stop }: DemoOptions, { world, station, maker, act }: DemoScene): () => boolean {
  let endMs = Number.POSITIVE_INFINITY;
  return () => {
    if (station.feedEnded && endMs === Number.POSITIVE_INFINITY) endMs = world.nowMs + DRAIN_MS;
    return stop.aborted || world.nowMs >= endMs || (station.feedEnded && maker.waiting === 0 && act.over);
  };
}

/** Sensor and box each have a link; both are heard before the world goes on. */
function together(link: LiveLink, act: SecondAct): Pick<LiveLink, 'settle'> {
  return {
    settle: async () => {
      const said = await link.settle();
      await act.settle();
      return said;
    },
  };
}

/** Whether the car has driven and stands since `PARKED_S` with its engine off. */
function parkedFor(world: World, car: Car): () => boolean {
  let offSinceMs = Number.POSITIVE_INFINITY;
  let driven = false;
  return () => {
    const { engineOn, speedKmh } = car.view();
    driven ||= speedKmh > 0;
    if (engineOn || !driven) offSinceMs = Number.POSITIVE_INFINITY;
    else if (offSinceMs === Number.POSITIVE_INFINITY) offSinceMs = world.nowMs;
    return world.nowMs >= offSinceMs + PARKED_S * 1000;
  };
}

function parkedFix(car: Car): GnssFix {
  const { latDeg, lonDeg } = car.view();
  const place = { latE7: Math.round(latDeg * 1e7), lonE7: Math.round(lonDeg * 1e7), altitudeM: 212 };
  return { ...place, speedCmS: 0, headingCdeg: 0, accuracyCm: 300, utcMs: DEMO_START_UTC_MS };
}

function radioProfile({ loss, outageS }: DemoOptions): RadioProfile {
  const fromMs = (LEG.parkBeforeS + TROUBLE_S) * 1000;
  const outages = outageS > 0 ? [{ fromMs, toMs: fromMs + Math.round(outageS * 1000) }] : [];
  return { ...CALM_RADIO, loss, outages };
}

/** Waits in real time until each trip that has started is scored. */
async function scored(trips: TripList, stop: AbortSignal): Promise<void> {
  const limitMs = performance.now() + SCORE_MS;
  while (trips.open > 0 && performance.now() < limitMs && !stop.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Kills the gateway between a frame and its receipt, where it hurts most, and starts it again later. */
class GatewayRestart {
  count = 0;
  private readonly options: DemoOptions;
  private readonly world: World;
  private readonly dueMs: number;
  private backMs = Number.POSITIVE_INFINITY;

  constructor(options: DemoOptions, world: World) {
    this.options = options;
    this.world = world;
    this.dueMs = options.restartGateway ? (LEG.parkBeforeS + TROUBLE_S) * 1000 : Number.POSITIVE_INFINITY;
  }

  get away(): boolean {
    return this.backMs !== Number.POSITIVE_INFINITY;
  }

  async killIfDue(): Promise<void> {
    if (this.count > 0 || this.world.nowMs < this.dueMs) return;
    this.count++;
    this.backMs = this.world.nowMs + AWAY_MS;
    this.options.log(`demo: SIGKILL to the gateway at ${Math.round(this.world.nowMs / 1000)} s`);
    await this.options.setup.gateway.kill();
  }

  async startIfDue(): Promise<void> {
    if (this.world.nowMs < this.backMs) return;
    this.backMs = Number.POSITIVE_INFINITY;
    await this.options.setup.gateway.start();
    this.options.log(`demo: the gateway is back at ${Math.round(this.world.nowMs / 1000)} s`);
  }
}
