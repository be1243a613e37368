/** One person's year: car, sensor and gateway in virtual time, from which scored trips come. */

import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { appdrivexRater } from '../../gateway/scoring/appdrivex.ts';
import type { Scorer } from '../../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { type PeriodTrip, periodTripOf } from '../../gateway/scoring/period-trip.ts';
import { dayOf, startOf } from '../../gateway/tariffs/calendar.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { Car } from '../../simulator/car.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import { World } from '../../simulator/world.ts';
import { InProcessGateway } from '../in-process-gateway.ts';
import { SensorMaker } from '../simulated-device.ts';
import { testIdentity } from '../test-keys.ts';
import { type DriveKind, drivesOf, type PlannedDrive } from './calendar-of-drives.ts';
import { HOMES, type Neighbourhood, type Routes } from './neighbourhood.ts';
import type { Person } from './people.ts';

/** No leap year, and its changes of the clock are in the tables. */
export const YEAR = 2026;
const START_UTC_MS = startOf(dayOf(YEAR, 1, 1));

const SECOND_MS = 1000;
const BEFORE_S = 2;
/** A timed socket outlives the engine by so much, and E47 ends the trip after 120 s at rest level; a switched one does not. */
const AFTER_S = { timed: 200, switched: 2 } as const;
/** After the socket has died: time for what is in the air, and for the broker's keep-alive. */
const DRAIN_MS = 60_000;
const STEP_MS = 60_000;
/** A trip without an ending is closed when nothing was heard of it for 30 minutes (E47). */
const SILENCE_MS = 32 * 60_000;
/** No drive takes so long: then the car is stuck, which is a mistake of ours. */
const DRIVE_MS_MAX = 3 * 3_600_000;

/** As both scorers saw it when it was closed for the last time. */
export interface JudgedTrip {
  readonly trip: PeriodTrip;
  readonly whole: boolean;
  /** AppDriveX; null where there was nothing to rate by. */
  readonly rating: number | null;
}

export interface DrivenYear {
  readonly drives: number;
  readonly odometerM: number;
  /** In the order of time. */
  readonly trips: readonly JudgedTrip[];
}

/** FahrStil's scorer, and beside it a rater of AppDriveX; no phone takes part (E40). */
class BothScorers implements Scorer {
  readonly judged = new Map<string, JudgedTrip>();
  readonly #fahrstil = fahrstilScorer();
  readonly #appdrivex = appdrivexRater();

  readonly score: Scorer['score'] = (trip, roads) => {
    const score = this.#fahrstil.score(trip, roads);
    const { rating } = this.#appdrivex.rate(trip, roads, null);
    // A late frame closes a trip once more, and then more is known of it.
    this.judged.set(trip.id, { trip: periodTripOf(trip, score), whole: trip.whole, rating });
    return score;
  };
}

export interface YearOptions {
  readonly seed: number;
  /** Of driving, each month. */
  readonly hours: number;
  readonly crypto: Crypto;
}

function estimatesOf({ commute, errand, leisure }: Routes): Readonly<Record<DriveKind, number>> {
  return { commute: commute.estimateS, errand: errand.estimateS, leisure: leisure.estimateS };
}

function carOf(rng: Rng, person: Person, place: Neighbourhood, drives: readonly PlannedDrive[], routes: Routes): Car {
  const { temperament } = person;
  const socket = rng.fork('socket').chance(0.4) ? 'switched' : 'timed';
  return new Car(rng.fork('car'), place.town, {
    temperament,
    startUtcMs: START_UTC_MS,
    legs: drives.map(({ kind }) => ({
      parkBeforeS: BEFORE_S,
      driveS: routes[kind].estimateS,
      parkAfterS: AFTER_S[socket],
      route: routes[kind],
    })),
    repeat: true,
    alternator: rng.fork('alternator').chance(0.3) ? 'smart' : 'classic',
    socket,
  });
}

/** All the drives of a year, and everything that one of them needs. */
interface Equipment {
  readonly drives: readonly PlannedDrive[];
  readonly scorer: BothScorers;
  readonly gateway: InProcessGateway;
  readonly car: Car;
  readonly parking: Parking;
}

async function equip(person: Person, place: Neighbourhood, { seed, hours, crypto }: YearOptions): Promise<Equipment> {
  const rng = Rng.seeded(seed).fork(`driver ${person.likeIndex}`);
  const routes = place.routes(rng.fork('home').int(HOMES));
  const night = person.group === 'night-shift';
  const drives = drivesOf({ year: YEAR, hours, night, estimateS: estimatesOf(routes) }, rng.fork('calendar'));
  const world = new World();
  const scorer = new BothScorers();
  const gateway = new InProcessGateway({
    world,
    crypto,
    store: new MemoryStore(),
    roads: place.roads,
    scorer,
    placeOf: place.placeOf,
    startUtcMs: START_UTC_MS,
    downlink: (_device, channel, bytes) => station.radio.downlink(channel, bytes),
    log: (line) => {
      throw new Error(line);
    },
  });
  const maker = new SensorMaker(testIdentity(`year ${seed} ${person.index}`, gateway.gatewayKey, crypto), crypto);
  await gateway.enrol([maker.identity]);
  const car = carOf(rng, person, place, drives, routes);
  const station = new Station({
    name: maker.identity.id,
    world,
    rng: rng.fork('station'),
    feed: car,
    flash: new NorFlash(undefined, rng.fork('flash')),
    network: gateway,
    makeDevice: maker.make,
  });
  return { drives, scorer, gateway, car, parking: new Parking(world, car, station) };
}

export async function driveYear(person: Person, place: Neighbourhood, options: YearOptions): Promise<DrivenYear> {
  const { drives, scorer, gateway, car, parking } = await equip(person, place, options);
  for (const drive of drives) {
    await gateway.sleep(parking.wakeMs(drive.startUtcMs - START_UTC_MS));
    parking.wake();
    await untilDead(gateway, parking);
    await gateway.run(parking.nowMs + DRAIN_MS);
  }
  await gateway.run(parking.nowMs + SILENCE_MS);
  const trips = [...scorer.judged.values()].sort((a, b) => a.trip.startUtcMs - b.trip.startUtcMs);
  return { drives: drives.length, odometerM: Math.round(car.truth.distanceM), trips };
}

async function untilDead(gateway: InProcessGateway, parking: Parking): Promise<void> {
  const startMs = parking.nowMs;
  while (parking.awake) {
    if (parking.nowMs > startMs + DRIVE_MS_MAX) throw new Error(`a drive that began at ${startMs} ms does not end`);
    await gateway.run(parking.nowMs + STEP_MS);
  }
}

/** Ticks a station from before the ignition until its socket has died, and lets its car sleep in between. */
class Parking {
  awake = false;
  private readonly world: World;
  private readonly car: Car;
  private readonly station: Station;
  /** Of the car's next second. */
  private carMs = 0;
  private wasOn = false;

  constructor(world: World, car: Car, station: Station) {
    this.world = world;
    this.car = car;
    this.station = station;
  }

  get nowMs(): number {
    return this.world.nowMs;
  }

  /** When to wake for an ignition at `ignitionMs`; never in the past. */
  wakeMs(ignitionMs: number): number {
    const before = Math.floor(ignitionMs / SECOND_MS) - BEFORE_S;
    return Math.max(before, Math.ceil(this.world.nowMs / SECOND_MS)) * SECOND_MS;
  }

  wake(): void {
    const { world, car } = this;
    car.sleep((world.nowMs - this.carMs) / SECOND_MS);
    this.carMs = world.nowMs;
    this.awake = true;
    this.wasOn = false;
    world.schedule(world.nowMs, this.tick);
  }

  private readonly tick = (): void => {
    const { world, station } = this;
    if (station.running) this.wasOn = true;
    else if (this.wasOn) {
      this.awake = false;
      return;
    }
    station.tick();
    this.carMs += SECOND_MS;
    world.schedule(world.nowMs + SECOND_MS, this.tick);
  };
}
