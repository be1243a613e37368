/** A point mass on its path: speed, acceleration with bounded jerk, and what the curve adds across. */

import { STEP_M } from './path-geometry.ts';
import type { Route } from './route.ts';
import { VEHICLE_TYPES, type VehicleType } from './vehicle-type.ts';

export class Vehicle {
  route: Route;
  positionM = 0;
  speedMs = 0;
  accelMs2 = 0;
  lateralMs2 = 0;
  grade = 0;
  private readonly powerWPerKg: number;

  constructor(route: Route, type: VehicleType = VEHICLE_TYPES.small) {
    this.route = route;
    this.powerWPerKg = type.powerWPerKg;
    this.park(route);
  }

  /** Puts the car at the start of a route, standing. */
  park(route: Route): void {
    this.route = route;
    this.positionM = 0;
    this.halt();
  }

  halt(): void {
    this.speedMs = 0;
    this.accelMs2 = 0;
    this.lateralMs2 = 0;
  }

  /** One step of `dtS` towards the acceleration that the driver asks for. */
  step(wantedMs2: number, jerkMs3: number, dtS: number): void {
    const v = this.speedMs;
    const { powerWPerKg } = this;
    const powered = wantedMs2 * v > powerWPerKg ? powerWPerKg / v : wantedMs2;
    const most = jerkMs3 * dtS;
    const change = powered - this.accelMs2;
    let a = this.accelMs2 + Math.max(-most, Math.min(most, change));
    let next = v + a * dtS;
    if (next <= 0) {
      next = 0;
      a = Math.max(0, a);
    }
    this.positionM += 0.5 * (v + next) * dtS;
    this.speedMs = next;
    this.accelMs2 = a;
    const path = this.route.path;
    const at = this.positionM / STEP_M;
    const i = Math.min(Math.floor(at), path.curvature.length - 2);
    const bend = path.curvature[i] + (path.curvature[i + 1] - path.curvature[i]) * Math.min(1, at - i);
    this.lateralMs2 = next * next * bend;
    this.grade = path.grade[i];
  }
}
