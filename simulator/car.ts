/** A simulated car with a driver, as the device's sensors see it. */

import { M_PER_DEG } from '../protocol/trig.ts';
import { crashPulse, crashTruth } from './crash-pulses.ts';
import { DECISION_S, Driver } from './driver.ts';
import { IMU_PER_SECOND, type SensorFeed, type SensorSecond } from './feed.ts';
import { Gnss, type IntervalS, type Whereabouts, within } from './gnss.ts';
import { Imu, type ImuQuality, newBurst } from './imu.ts';
import { anyRotation, type Rotation } from './mounting.ts';
import { Nuisances } from './nuisance.ts';
import { STEP_M } from './path-geometry.ts';
import type { Pulse } from './pulse.ts';
import type { Rng } from './rng.ts';
import type { RoadClass } from './road-class.ts';
import type { Passage, Route } from './route.ts';
import { type AlternatorKind, type EngineState, Supply } from './supply.ts';
import { type DriverTraits, person, type Temperament } from './temperament.ts';
import { pickHome, tour } from './tour.ts';
import { type Town, toLatLon } from './town.ts';
import { SAMPLE_MS, Truth } from './truth.ts';
import { Vehicle } from './vehicle.ts';
import { VEHICLE_TYPES, type VehicleType, type VehicleTypeName } from './vehicle-type.ts';

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
  /** Replaces traits of the temperament. */
  readonly traits?: Partial<DriverTraits>;
  /** Default: a small car. */
  readonly vehicle?: VehicleTypeName;
  readonly imu?: ImuQuality;
  /** How late the receiver reports speed and course, below a second. */
  readonly gnssLagMs?: number;
  /** Potholes, slams, drops and the like come by chance. */
  readonly nuisances?: boolean;
  /** A collision each so many seconds of driving, after which the car drives on. */
  readonly crashEveryS?: number;
  /** UTC milliseconds at the start of the feed. */
  readonly startUtcMs: number;
  readonly legs?: readonly Leg[];
  /** Begin with the first leg again after the last, for ever. */
  readonly repeat?: boolean;
  /** Default: a random orientation. */
  readonly mounting?: Rotation;
  readonly alternator?: AlternatorKind;
  /** `switched`: dead while the ignition is off. `timed`: dead before a leg; it outlives the engine by `parkAfterS`. */
  readonly socket?: 'permanent' | 'switched' | 'timed';
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
const CRANK_SHAKE_MG = 40;
/** After a wake-up by the accelerometer there are so many seconds at 400 Hz (B68). */
const BURST_S = 10;
/** Above this speed cobbles shake no more than at it. */
const COBBLES_MS = 14;
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
  /** Picked when a route has to begin there: a network that was imported has no quarter to live in. */
  private home: Passage | null = null;
  private readonly vehicle: Vehicle;
  private readonly driver: Driver;
  private readonly imu: Imu;
  private readonly gnss: Gnss;
  private readonly supply: Supply;
  private readonly type: VehicleType;
  private readonly nuisances: Nuisances | null;
  private readonly crashRng: Rng;
  private readonly lagSample: number;
  private crashDueS: number;
  private collision: Pulse | null = null;
  private burst: Int16Array | null = null;
  private burstS = 0;
  private extraGrade = 0;
  /** What the receiver reports now. */
  private lateSpeedMs = 0;
  private lateHeadingDeg = 0;
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
    this.truth = new Truth(options.mounting ?? anyRotation(rng.fork('mounting')));
    this.type = VEHICLE_TYPES[options.vehicle ?? 'small'];
    this.vehicle = new Vehicle(this.routeOf(0), this.type);
    const traits = person(options.temperament, rng.fork('person'), this.type, options.traits);
    this.driver = new Driver(traits, rng.fork('driver'));
    this.imu = new Imu(rng.fork('imu'), this.truth.mounting, this.type, options.imu);
    const rough = options.nuisances === true || options.crashEveryS !== undefined;
    this.nuisances = rough
      ? new Nuisances(rng.fork('nuisances'), this.type.wheelbaseM, options.nuisances === true, this.truth.nuisances)
      : null;
    this.crashRng = rng.fork('crashes');
    this.crashDueS = options.crashEveryS ?? Number.POSITIVE_INFINITY;
    this.lagSample = IMU_PER_SECOND - 1 - Math.round((options.gnssLagMs ?? 0) / SAMPLE_MS);
    this.gnss = new Gnss(rng.fork('gnss'), options.gnssOutages ?? []);
    this.supply = new Supply(rng.fork('supply'), options.alternator ?? 'classic');
    this.leftS = this.legs[0].parkBeforeS;
  }

  fill(second: SensorSecond): boolean {
    if (!this.advance()) return false;
    const startMs = this.second * 1000;
    const engine = ENGINE[this.phase];
    const fromGrade = this.disturb(startMs);
    const cobblesMg = this.nuisances?.cobblesMg ?? 0;
    this.imu.shake(this.shakeMg(engine), cobblesMg * Math.min(COBBLES_MS, this.vehicle.speedMs));
    second.burstMg = this.burstS > 0 ? this.burst : null;
    if (this.phase === 'drive') this.drive(startMs, second, fromGrade);
    else this.stand(second);
    this.supply.second(second.supplyMv, engine, this.vehicle.accelMs2 < -0.3);
    this.leftS--;
    this.second++;
    second.powered = this.powered(engine);
    if (second.powered) {
      second.fix = this.gnss.second(this.second, this.whereabouts());
    } else {
      second.fix = null;
      second.axesMg.fill(0);
      second.burstMg = null;
      second.supplyMv.fill(0);
      this.gnss.off();
    }
    return true;
  }

  /** Hours in which nobody comes and the socket is dead pass at once: the next second is that of their end. */
  sleep(seconds: number): void {
    if (ENGINE[this.phase] !== 'off' || this.powered('off')) throw new Error('only a car with a dead socket sleeps');
    this.second += seconds;
    this.gnss.off(seconds);
    this.supply.rest(seconds);
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
    const { socket } = this.options;
    if (engine === 'off' && (socket === 'switched' || (socket === 'timed' && this.phase === 'before'))) return false;
    return !within(this.options.unplugged ?? [], this.second - 1);
  }

  private routeOf(leg: number): Route {
    const { route, driveS } = this.legs[leg];
    if (route !== undefined) return route;
    this.home ??= pickHome(this.town, this.rng.fork('home'));
    return tour(this.town, this.rng.fork(`leg ${leg}`), driveS, this.home);
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
    return this.type.idleMg + this.type.vibration * ROUGHNESS[road.roadClass] * this.vehicle.speedMs;
  }

  /** What happens to the device in this second besides driving; returns the extra grade at its start. */
  private disturb(startMs: number): number {
    const { nuisances, truth, imu, vehicle } = this;
    const fromGrade = this.extraGrade;
    if (nuisances === null) return fromGrade;
    if (this.phase === 'drive' && --this.crashDueS <= 0) {
      this.collision = crashPulse(this.crashRng, startMs + this.crashRng.int(1000));
      nuisances.add(this.collision);
      this.crashDueS = this.options.crashEveryS ?? Number.POSITIVE_INFINITY;
    }
    truth.mounting = nuisances.second(startMs, vehicle.speedMs, truth.mounting);
    imu.mounting = truth.mounting;
    this.extraGrade = nuisances.grade;
    this.burstS--;
    if (nuisances.wakes()) {
      this.burst ??= newBurst();
      this.burstS = BURST_S;
    }
    return fromGrade;
  }

  private drive(startMs: number, second: SensorSecond, fromGrade: number): void {
    const { vehicle, driver, imu, truth, nuisances } = this;
    const { axesMg, burstMg } = second;
    const fromM = vehicle.positionM;
    const climb = (this.extraGrade - fromGrade) / IMU_PER_SECOND;
    const rough = nuisances !== null && (nuisances.shaken || burstMg !== null) ? nuisances.rough : null;
    for (let i = 0; i < IMU_PER_SECOND; i++) {
      if (i % SAMPLES_PER_DECISION === 0) this.wantedMs2 = driver.decide(vehicle);
      vehicle.step(this.wantedMs2, driver.jerkMs3, DT_S);
      const { accelMs2, lateralMs2 } = vehicle;
      const grade = vehicle.grade + fromGrade + climb * i;
      truth.sample(startMs + i * SAMPLE_MS, accelMs2, lateralMs2, vehicle.speedMs);
      if (rough === null) imu.sample(axesMg, 3 * i, accelMs2, lateralMs2, grade);
      else {
        imu.sampleRough(axesMg, i, accelMs2, lateralMs2, grade, rough, burstMg);
        vehicle.speedMs = Math.max(0, vehicle.speedMs + rough.carMs(i));
      }
      if (i === this.lagSample) this.report();
      if (this.collision !== null) this.collide(startMs + (i + 1) * SAMPLE_MS);
    }
    truth.drove(startMs, vehicle.positionM - fromM);
  }

  private collide(untilMs: number): void {
    const { collision, vehicle } = this;
    if (collision === null || collision.startMs >= untilMs) return;
    this.truth.crashes.push(crashTruth(collision, vehicle.accelMs2, vehicle.lateralMs2));
    this.collision = null;
  }

  private stand({ axesMg, burstMg }: SensorSecond): void {
    const { imu, nuisances } = this;
    const grade = this.vehicle.grade + this.extraGrade;
    const rough = nuisances !== null && (nuisances.shaken || burstMg !== null) ? nuisances.rough : null;
    for (let i = 0; i < IMU_PER_SECOND; i++) {
      if (rough === null) imu.sample(axesMg, 3 * i, 0, 0, grade);
      else imu.sampleRough(axesMg, i, 0, 0, grade, rough, burstMg);
    }
    this.report();
  }

  private report(): void {
    const { path } = this.vehicle.route;
    const at = this.vehicle.positionM / STEP_M;
    const i = Math.min(Math.floor(at), path.headingRad.length - 2);
    const turn = path.headingRad[i + 1] - path.headingRad[i];
    const nearest = turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
    this.lateHeadingDeg = 90 - ((path.headingRad[i] + Math.min(1, at - i) * nearest) * 180) / Math.PI;
    this.lateSpeedMs = this.vehicle.speedMs;
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
      speedMs: this.lateSpeedMs,
      headingDeg: this.lateHeadingDeg,
      utcMs: this.options.startUtcMs + this.second * 1000,
    };
  }
}
