/** Many devices in one world. They share the town and its routes, and tick together, second by second. */

import type { Device, Downlink, FlashGeometry, Hal } from '../firmware/hal.ts';
import { Car } from './car.ts';
import { DEFAULT_GEOMETRY, NorFlash } from './flash.ts';
import type { Network, RadioProfile } from './radio.ts';
import { Rng } from './rng.ts';
import type { Route } from './route.ts';
import { Station } from './station.ts';
import type { Temperament } from './temperament.ts';
import { routePool } from './tour.ts';
import type { Town } from './town.ts';
import { planTown } from './town-plan.ts';
import { World } from './world.ts';

export interface FleetOptions {
  readonly devices: number;
  readonly seconds: number;
  readonly seed: number;
  /** Called at each boot of device `index`. */
  readonly makeDevice: (index: number, hal: Hal) => Device;
  readonly network: Network;
  /** The broker's name for a device; default `device-<index>`. */
  readonly name?: (index: number) => string;
  /** Once, before the first second. */
  readonly onReady?: (fleet: Fleet) => void;
  /** After each tenth of the run, 1..10. */
  readonly onTenth?: (tenth: number, fleet: Fleet) => void;
  readonly radio?: RadioProfile;
  readonly holdUpMs?: number;
  readonly geometry?: FlashGeometry;
  /** Default: Monday, 2 March 2026, 06:30 UTC. */
  readonly startUtcMs?: number;
}

const START_UTC_MS = 1_772_433_000_000;
const ROUTES = 16;
const ROUTE_S = 600;
const FIRST_PARK_S = 45;
const PARK_AFTER_S = 150;

/** What shapes all cars of a seed, whatever their number. */
export interface Setting {
  readonly town: Town;
  readonly routes: readonly Route[];
}

export function fleetSetting(seed: number): Setting {
  const root = Rng.seeded(seed);
  const town = planTown(root.fork('town'));
  return { town, routes: routePool(town, root.fork('routes'), ROUTE_S, ROUTES) };
}

function temperamentOf(rng: Rng): Temperament {
  const draw = rng.int(10);
  if (draw < 3) return 'calm';
  return draw < 8 ? 'normal' : 'hasty';
}

/** Car `index` of a fleet; it depends on the seed and the index only. */
export function fleetCar(seed: number, index: number, setting: Setting, startUtcMs: number = START_UTC_MS): Car {
  const rng = Rng.seeded(seed).fork(`car ${index}`);
  const plan = rng.fork('plan');
  return new Car(rng, setting.town, {
    temperament: temperamentOf(plan),
    startUtcMs,
    legs: [
      {
        parkBeforeS: 5 + plan.int(FIRST_PARK_S),
        driveS: ROUTE_S,
        parkAfterS: PARK_AFTER_S + plan.int(60),
        route: setting.routes[plan.int(setting.routes.length)],
      },
    ],
    repeat: true,
    alternator: plan.chance(0.3) ? 'smart' : 'classic',
    socket: plan.chance(0.4) ? 'switched' : 'permanent',
  });
}

export class Fleet {
  readonly world = new World();
  readonly setting: Setting;
  readonly cars: readonly Car[];
  readonly stations: readonly Station[];
  private readonly byName = new Map<string, Station>();

  constructor(options: FleetOptions) {
    const { seed, devices } = options;
    const indices = Array.from({ length: devices }, (_, i) => i);
    const name = options.name ?? ((i: number) => `device-${i}`);
    this.setting = fleetSetting(seed);
    this.cars = indices.map((i) => fleetCar(seed, i, this.setting, options.startUtcMs));
    this.stations = indices.map((i) => {
      const rng = Rng.seeded(seed).fork(`station ${i}`);
      return new Station({
        name: name(i),
        world: this.world,
        rng,
        feed: this.cars[i],
        flash: new NorFlash(options.geometry ?? DEFAULT_GEOMETRY, rng.fork('flash')),
        network: options.network,
        makeDevice: (hal) => options.makeDevice(i, hal),
        radio: options.radio,
        holdUpMs: options.holdUpMs,
      });
    });
    for (const station of this.stations) this.byName.set(station.name, station);
    this.world.schedule(0, this.tick);
  }

  /** From the broker to a device; unknown names are ignored, as a broker does. */
  downlink(device: string, channel: Downlink['channel'], bytes: Uint8Array): void {
    this.byName.get(device)?.radio.downlink(channel, bytes);
  }

  /** Lets `seconds` go by. */
  advance(seconds: number): void {
    this.world.runUntil(this.world.nowMs + Math.round(seconds * 1000));
  }

  private readonly tick = (): void => {
    for (const station of this.stations) station.tick();
    this.world.schedule(this.world.nowMs + 1000, this.tick);
  };
}

export interface FleetRun {
  readonly fleet: Fleet;
  readonly deviceSeconds: number;
}

/** Runs the whole time as fast as it can. */
export function runFleet(options: FleetOptions): FleetRun {
  const fleet = new Fleet(options);
  options.onReady?.(fleet);
  for (let tenth = 1; tenth <= 10; tenth++) {
    const untilS = Math.round((options.seconds * tenth) / 10);
    fleet.advance(untilS - fleet.world.nowMs / 1000);
    options.onTenth?.(tenth, fleet);
  }
  return { fleet, deviceSeconds: options.devices * Math.round(options.seconds) };
}
