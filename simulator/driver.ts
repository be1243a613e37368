/** Looks at the road and asks the vehicle for an acceleration, ten times a second. */

import { STEP_M } from './path-geometry.ts';
import type { Rng } from './rng.ts';
import type { Route, Stop } from './route.ts';
import type { DriverTraits } from './temperament.ts';
import type { Vehicle } from './vehicle.ts';

export const DECISION_S = 0.1;

/** How far ahead in time the driver looks at speeds, which makes up for the bounded jerk. */
const PREVIEW_S = 0.7;
const BOLD_M = 800;
const EMERGENCY_JERK_MS3 = 25;
const LAUNCH_JERK_MS3 = 12;
/** Passing a stop by less than this while braking for it still counts as stopping there. */
const STOP_SLACK_M = 5;
const RED_CHANCE = 0.35;
const YIELD_CHANCE = 0.45;
const STRETCHES_AHEAD = 3;

function limitMs(route: Route, stretch: number, traits: DriverTraits): number {
  const limit = route.stretches[stretch].road.limitKmh;
  return (limit === null ? traits.freeKmh : limit * traits.limitFactor) / 3.6;
}

export class Driver {
  /** True when the car stands at the end of its route. */
  arrived = false;
  /** The jerk that goes with the last decision. */
  jerkMs3 = 0;
  private readonly traits: DriverTraits;
  private readonly rng: Rng;
  private stretch = 0;
  private stop = 0;
  private stopSeen = false;
  private stopNeeded = false;
  private waitS = 0;
  private launchS = 0;
  private launchMs2 = 0;
  private brakeS = 0;
  private brakeMs2 = 0;
  private boldUntilM = 0;
  private mood = 0;

  constructor(traits: DriverTraits, rng: Rng) {
    this.traits = traits;
    this.rng = rng;
    this.begin();
  }

  /** At the start of a route. */
  begin(): void {
    this.arrived = false;
    this.jerkMs3 = this.traits.jerkMs3;
    this.stretch = 0;
    this.stop = 0;
    this.stopSeen = false;
    this.stopNeeded = false;
    this.waitS = 0;
    this.launchS = 0;
    this.brakeS = 0;
    this.brakeMs2 = 0;
    this.boldUntilM = -1;
    this.mood = 0;
  }

  /** The road the car is on: an index into the route's stretches. */
  get stretchIndex(): number {
    return this.stretch;
  }

  /** The wanted acceleration, m/s2. */
  decide(vehicle: Vehicle): number {
    const { traits } = this;
    this.follow(vehicle);
    this.jerkMs3 = traits.jerkMs3;
    if (this.waitS > 0) return this.wait();
    if (this.brakeS > 0) return this.brakeHard(vehicle);
    this.temptations(vehicle);
    const stopping = this.stopMs2(vehicle);
    const v = vehicle.speedMs;
    const wanted = (this.targetMs(vehicle) * (1 + this.mood) - v) / PREVIEW_S;
    if (this.launchS > 0 && wanted > 0.5 && stopping > 0) {
      this.launchS -= DECISION_S;
      this.jerkMs3 = LAUNCH_JERK_MS3;
      return this.launchMs2;
    }
    const most = Math.max(1.2 * traits.brakeMs2, 0.8 * this.lateralMs2(vehicle));
    const a = Math.max(-most, Math.min(traits.accelMs2, wanted));
    return Math.min(a, stopping);
  }

  private follow(vehicle: Vehicle): void {
    const { stretches } = vehicle.route;
    while (this.stretch + 1 < stretches.length && stretches[this.stretch + 1].startM <= vehicle.positionM) {
      this.stretch++;
    }
  }

  private wait(): number {
    this.waitS -= DECISION_S;
    if (this.waitS <= 0 && this.rng.chance(this.traits.abruptStart)) {
      this.launchS = this.rng.range(1.2, 1.8);
      this.launchMs2 = this.traits.abruptStartMs2 * this.rng.range(0.92, 1.2);
    }
    return -0.5;
  }

  private brakeHard(vehicle: Vehicle): number {
    this.brakeS -= DECISION_S;
    this.jerkMs3 = EMERGENCY_JERK_MS3;
    if (vehicle.speedMs < 2) this.brakeS = 0;
    return -this.brakeMs2;
  }

  /** What happens by chance: somebody runs into the road, or the driver feels bold. Two draws per decision, always. */
  private temptations(vehicle: Vehicle): void {
    const km = (vehicle.speedMs * DECISION_S) / 1000;
    const { traits, rng } = this;
    const hazard = rng.uniform() < traits.hardBrakesPerKm * km;
    const bold = rng.uniform() < traits.boldPerKm * km;
    this.mood += 0.02 * (0.25 * rng.gauss() - this.mood);
    if (hazard && vehicle.speedMs > 9) {
      this.brakeS = rng.range(0.9, 1.6);
      this.brakeMs2 = traits.hardBrakeMs2 * rng.range(0.88, 1.15);
    }
    if (bold) this.boldUntilM = vehicle.positionM + BOLD_M;
  }

  /** The speed that limits, now and soon, and curves allow. */
  private targetMs(vehicle: Vehicle): number {
    const { route } = vehicle;
    const { traits } = this;
    const aheadM = vehicle.positionM + vehicle.speedMs * PREVIEW_S;
    let target = limitMs(route, this.stretch, traits);
    const last = Math.min(route.stretches.length - 1, this.stretch + STRETCHES_AHEAD);
    for (let k = this.stretch + 1; k <= last; k++) {
      const next = limitMs(route, k, traits);
      if (next >= target) continue;
      const roomM = Math.max(0, route.stretches[k].startM - aheadM);
      target = Math.min(target, Math.sqrt(next * next + 2 * 0.8 * traits.brakeMs2 * roomM));
    }
    const lateral = this.lateralMs2(vehicle);
    const i = Math.min(Math.floor(aheadM / STEP_M), route.curveV2PerLateral.length - 1);
    return Math.min(target, Math.sqrt(lateral * route.curveV2PerLateral[i]));
  }

  private lateralMs2(vehicle: Vehicle): number {
    return vehicle.positionM < this.boldUntilM ? this.traits.boldLateralMs2 : this.traits.lateralMs2;
  }

  /** An upper bound for the acceleration: what it takes to stop where the driver must. */
  private stopMs2(vehicle: Vehicle): number {
    const stop = vehicle.route.stops[this.stop];
    const v = vehicle.speedMs;
    const roomM = stop.atM - vehicle.positionM;
    const brake = this.traits.brakeMs2;
    if (!this.stopSeen && roomM < (v * v) / brake + 30) this.look(stop);
    if (this.stopNeeded && v < 0.3 && roomM < STOP_SLACK_M) return this.standAt(stop);
    if (!this.stopNeeded) {
      if (roomM < 0) this.nextStop();
      return Number.POSITIVE_INFINITY;
    }
    const needed = (v * v) / (2 * Math.max(0.5, roomM));
    if (roomM < 2 && v < 1.5) return -(0.4 + 0.8 * v);
    if (needed < 0.75 * brake) return Number.POSITIVE_INFINITY;
    return -Math.min(needed, 1.2 * brake);
  }

  private look(stop: Stop): void {
    this.stopSeen = true;
    const draw = this.rng.uniform();
    this.stopNeeded = stop.kind === 'end' || draw < (stop.kind === 'light' ? RED_CHANCE : YIELD_CHANCE);
  }

  private standAt(stop: Stop): number {
    if (stop.kind === 'end') {
      this.arrived = true;
      return -0.5;
    }
    this.waitS = stop.kind === 'light' ? this.rng.range(4, 25) : this.rng.range(1, 5);
    this.nextStop();
    return -0.5;
  }

  private nextStop(): void {
    this.stop++;
    this.stopSeen = false;
    this.stopNeeded = false;
  }
}
