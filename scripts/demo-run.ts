/** A car drives; its sensor's frames cross a real broker into a gateway of its own process, and come out scored. */

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
import type { DemoSetup } from './demo-setup.ts';
import type { CloudEvent } from './in-process-gateway.ts';
import type { SensorMaker } from './simulated-device.ts';
import { TripList, type TripResult } from './trip-list.ts';

/** Thursday, 12 March 2026, 13:00 UTC. */
export const DEMO_START_UTC_MS = 1_773_320_400_000;
const LEG = { parkBeforeS: 20, driveS: 420, parkAfterS: 200 };
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
}

export interface DemoResult extends LiveRun {
  readonly trips: readonly TripResult[];
  readonly sent: number;
  readonly transmissions: number;
  readonly gatewayRestarts: number;
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { maker, setup, log, stop } = options;
  const { gateway } = setup;
  const world = new World();
  const trips = new TripList();
  const events: CloudEvent[] = [];
  const restart = new GatewayRestart(options, world);
  const link = new LiveLink({
    url: gateway.url,
    reachable: () => !restart.away,
    device: maker.identity.id,
    log,
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
    name: maker.identity.id,
    world,
    rng: rng.fork('station'),
    feed: car,
    flash: new NorFlash(),
    network: link,
    makeDevice: maker.make,
    radio: radioProfile(options),
  });
  link.attach(station.radio);
  const { tenant, password } = gateway.access;
  const backend = new BackendReader(gateway.url, tenant, password, (event) => {
    events.push(event);
    trips.take(event);
  });
  await backend.subscribed();
  station.start();
  const scene: DemoScene = { world, car, station, maker, events, trips };
  let endMs = Number.POSITIVE_INFINITY;
  const done = (): boolean => {
    if (station.feedEnded && endMs === Number.POSITIVE_INFINITY) endMs = world.nowMs + DRAIN_MS;
    return stop.aborted || world.nowMs >= endMs || (station.feedEnded && maker.waiting === 0);
  };
  const onStep = async (): Promise<void> => {
    await restart.startIfDue();
    options.onStep?.(scene);
  };
  const run = await runLive({ world, link, pace: options.pace, until: done, log, onStep });
  await scored(trips, stop);
  await link.close();
  await backend.close();
  const { framesJournaled: sent, transmissions } = maker.totals();
  return { ...run, trips: trips.list(), sent, transmissions, gatewayRestarts: restart.count };
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
