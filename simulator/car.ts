/** A simulated car with a driver, as the device's sensors see it. */

import { M_PER_DEG } from '../protocol/trig.ts';
import { DECISION_S, Driver } from './driver.ts';
import { IMU_PER_SECOND, type SensorFeed, type SensorSecond } from './feed.ts';
import { Gnss, type IntervalS, type Whereabouts, within } from './gnss.ts';
import { Imu } from './imu.ts';
import { anyRotation, type Rotation } from './mounting.ts';
import { STEP_M } from './path-geometry.ts';
import type { Rng } from './rng.ts';
import type { RoadClass } from './road-class.ts';
import type { Passage, Route } from './route.ts';
import { type AlternatorKind, type EngineState, Supply } from './supply.ts';
import { person, type Temperament } from './temperament.ts';
import { pickHome, tour } from './tour.ts';
import { type Town, toLatLon } from './town.ts';
import { SAMPLE_MS, Truth } from './truth.ts';
import { Vehicle } from './vehicle.ts';

/** One trip with the parking around it. The drive ends at home, so `driveS` is what the route is planned for. */
export interface Leg {
  readonly parkBeforeS: number;
  readonly driveS: number;
  readonly parkAfterS: number;
  /** Instead of one planned from `driveS`; shared by many cars. All legs of a car begin and end at one place. */
  readonly route?: Route;
}

/** E47 ends a trip after 120 s at rest level, so a leg parks for 180 s. */
export const DEFAULT_LEG: Leg = { parkBeforeS: 20, driveS: 600, parkAfterS: 180 };

export interface CarOptions {
  readonly temperament: Temperament;
  /** UTC milliseconds at the start of the feed. */
  readonly startUtcMs: number;
  readonly legs?: readonly Leg[];
  /** Begin with the first leg again after the last, for ever. */
  readonly repeat?: boolean;
  /** Default: a random orientation. */
  readonly mounting?: Rotation;
  readonly alternator?: AlternatorKind;
  /** `switched`: the socket is dead while the ignition is off. */
  readonly socket?: 'permanent' | 'switched';
  readonly gnssOutages?: readonly IntervalS[];
  /** When the device is out of its socket (C32). */
  readonly unplugged?: readonly IntervalS[];
}

export interface CarView {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly speedKmh: number;
  /** Clockwise from north. */
  readonly headingDeg: number;
  readonly roadName: string;
  readonly roadClass: RoadClass;
  /** null: no limit. */
  readonly limitKmh: number | null;
  readonly engineOn: boolean;
}

type Phase = 'before' | 'ignition' | 'crank' | 'idle' | 'drive' | 'settle' | 'after';

const ENGINE: Record<Phase, EngineState> = {
  before: 'off',
  ignition: 'ignition',
  crank: 'cranking',
  idle: 'running',
  drive: 'running',
  settle: 'running',
  after: 'off',
};

const IGNITION_S = 2;
const CRANK_S = 1;
const SETTLE_S = 3;
const SAMPLES_PER_DECISION = Math.round(DECISION_S * IMU_PER_SECOND);
const DT_S = 1 / IMU_PER_SECOND;
const IDLE_SHAKE_MG = 5;
const CRANK_SHAKE_MG = 40;
/** Vibration per speed, mg per m/s. */
const ROUGHNESS: Record<RoadClass, number> = {
  motorway: 0.6,
  'rural-main': 0.8,
  'rural-minor': 1.1,
  'town-main': 0.9,
  'town-street': 1.1,
  'zone-30': 1.4,
};

export class Car implements SensorFeed {
  readonly truth: Truth;
  private readonly town: Town;
  private readonly options: CarOptions;
  private readonly rng: Rng;
  private readonly legs: readonly Leg[];
  private readonly home: Passage;
  private readonly vehicle: Vehicle;
  private readonly driver: Driver;
  private readonly imu: Imu;
  private readonly gnss: Gnss;
  private readonly supply: Supply;
  private leg = 0;
  private phase: Phase = 'before';
  private leftS: number;
  private second = 0;
  private wantedMs2 = 0;

  constructor(rng: Rng, town: Town, options: CarOptions) {
    this.rng = rng;
    this.town = town;
    this.options = options;
    this.legs = options.legs ?? [DEFAULT_LEG];
    this.home = pickHome(town, rng.fork('home'));
    this.truth = new Truth(options.mounting ?? anyRotation(rng.fork('mounting')));
    this.vehicle = new Vehicle(this.routeOf(0));
    this.driver = new Driver(person(options.temperament, rng.fork('person')), rng.fork('driver'));
    this.imu = new Imu(rng.fork('imu'), this.truth.mounting);
    this.gnss = new Gnss(rng.fork('gnss'), options.gnssOutages ?? []);
    this.supply = new Supply(rng.fork('supply'), options.alternator ?? 'classic');
    this.leftS = this.legs[0].parkBeforeS;
  }

  fill(second: SensorSecond): boolean {
    if (!this.advance()) return false;
    const startMs = this.second * 1000;
    const engine = ENGINE[this.phase];
    this.imu.shake(this.shakeMg(engine));
    if (this.phase === 'drive') this.drive(startMs, second.axesMg);
    else this.stand(second.axesMg);
    this.supply.second(second.supplyMv, engine, this.vehicle.accelMs2 < -0.3);
    this.leftS--;
    this.second++;
    second.powered = this.powered(engine);
    if (second.powered) {
      second.fix = this.gnss.second(this.second, this.whereabouts());
    } else {
      second.fix = null;
      second.axesMg.fill(0);
      second.supplyMv.fill(0);
      this.gnss.off();
    }
    return true;
  }

  /** The truth at the end of the last second that was filled in. */
  view(): CarView {
    const { route } = this.vehicle;
    const { road } = route.stretches[this.driver.stretchIndex];
    const { latDeg, lonDeg, headingDeg } = this.whereabouts();
    return {
      latDeg,
      lonDeg,
      speedKmh: this.vehicle.speedMs * 3.6,
      headingDeg: ((headingDeg % 360) + 360) % 360,
      roadName: road.name,
      roadClass: road.roadClass,
      limitKmh: road.limitKmh,
      engineOn: ENGINE[this.phase] === 'running',
    };
  }

  private powered(engine: EngineState): boolean {
    if (this.options.socket === 'switched' && engine === 'off') return false;
    return !within(this.options.unplugged ?? [], this.second - 1);
  }

  private routeOf(leg: number): Route {
    const { route, driveS } = this.legs[leg];
    return route ?? tour(this.town, this.rng.fork(`leg ${leg}`), driveS, this.home);
  }

  /** Goes on to the next phase when one has ended; false after the last. */
  private advance(): boolean {
    while (this.phase === 'drive' ? this.driver.arrived : this.leftS <= 0) {
      const nowMs = this.second * 1000;
      switch (this.phase) {
        case 'before':
          this.enter('ignition', IGNITION_S);
          break;
        case 'ignition':
          this.enter('crank', CRANK_S);
          break;
        case 'crank':
          this.truth.engineOn(nowMs);
          this.enter('idle', 2 + this.rng.int(4));
          break;
        case 'idle':
          this.enter('drive', 0);
          break;
        case 'drive':
          this.vehicle.halt();
          this.enter('settle', SETTLE_S);
          break;
        case 'settle':
          this.truth.engineOff(nowMs);
          this.enter('after', this.legs[this.leg].parkAfterS);
          break;
        case 'after':
          if (!this.nextLeg()) return false;
          break;
      }
    }
    return true;
  }

  private enter(phase: Phase, seconds: number): void {
    this.phase = phase;
    this.leftS = seconds;
  }

  private nextLeg(): boolean {
    if (this.leg + 1 >= this.legs.length && this.options.repeat !== true) return false;
    this.leg = (this.leg + 1) % this.legs.length;
    const route = this.legs.length === 1 ? this.vehicle.route : this.routeOf(this.leg);
    this.vehicle.park(route);
    this.driver.begin();
    this.enter('before', this.legs[this.leg].parkBeforeS);
    return true;
  }

  private shakeMg(engine: EngineState): number {
    if (engine === 'cranking') return CRANK_SHAKE_MG;
    if (engine !== 'running') return 0;
    const { road } = this.vehicle.route.stretches[this.driver.stretchIndex];
    return IDLE_SHAKE_MG + ROUGHNESS[road.roadClass] * this.vehicle.speedMs;
  }

  private drive(startMs: number, axesMg: Int16Array): void {
    const { vehicle, driver, imu, truth } = this;
    const fromM = vehicle.positionM;
    for (let i = 0; i < IMU_PER_SECOND; i++) {
      if (i % SAMPLES_PER_DECISION === 0) this.wantedMs2 = driver.decide(vehicle);
      vehicle.step(this.wantedMs2, driver.jerkMs3, DT_S);
      truth.sample(startMs + i * SAMPLE_MS, vehicle.accelMs2, vehicle.lateralMs2, vehicle.speedMs);
      imu.sample(axesMg, 3 * i, vehicle.accelMs2, vehicle.lateralMs2, vehicle.grade);
    }
    truth.drove(startMs, vehicle.positionM - fromM);
  }

  private stand(axesMg: Int16Array): void {
    for (let i = 0; i < IMU_PER_SECOND; i++) this.imu.sample(axesMg, 3 * i, 0, 0, this.vehicle.grade);
  }

  private whereabouts(): Whereabouts {
    const { path } = this.vehicle.route;
    const at = this.vehicle.positionM / STEP_M;
    const i = Math.min(Math.floor(at), path.xM.length - 2);
    const t = Math.min(1, at - i);
    const point = {
      xM: path.xM[i] + t * (path.xM[i + 1] - path.xM[i]),
      yM: path.yM[i] + t * (path.yM[i + 1] - path.yM[i]),
    };
    const { latDeg, lonDeg } = toLatLon(this.town, point);
    return {
      latDeg,
      lonDeg,
      latPerM: 1 / M_PER_DEG,
      // One metre east, from the frame's own scale.
      lonPerM: lonDeg - toLatLon(this.town, { xM: point.xM - 1, yM: 0 }).lonDeg,
      altitudeM: path.altitudeM[i],
      speedMs: this.vehicle.speedMs,
      headingDeg: 90 - (path.headingRad[i] * 180) / Math.PI,
      utcMs: this.options.startUtcMs + this.second * 1000,
    };
  }
}
