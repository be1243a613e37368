/** How different people drive, in numbers. */

import type { Rng } from './rng.ts';
import { VEHICLE_TYPES, type VehicleType } from './vehicle-type.ts';

export type Temperament = 'calm' | 'normal' | 'hasty';

export interface DriverTraits {
  /** Wanted speed over the limit. */
  readonly limitFactor: number;
  /** Wanted speed where there is no limit. */
  readonly freeKmh: number;
  readonly accelMs2: number;
  readonly brakeMs2: number;
  /** Accepted in curves. */
  readonly lateralMs2: number;
  readonly jerkMs3: number;
  readonly hardBrakesPerKm: number;
  readonly hardBrakeMs2: number;
  /** Probability that a start from standstill is abrupt. */
  readonly abruptStart: number;
  readonly abruptStartMs2: number;
  /** How often, for 800 m, more lateral acceleration is accepted than usual. */
  readonly boldPerKm: number;
  readonly boldLateralMs2: number;
}

export const TRAITS: Readonly<Record<Temperament, DriverTraits>> = {
  calm: {
    limitFactor: 0.97,
    freeKmh: 118,
    accelMs2: 1.2,
    brakeMs2: 1.4,
    lateralMs2: 1.9,
    jerkMs3: 2.5,
    hardBrakesPerKm: 0.002,
    hardBrakeMs2: 4.0,
    abruptStart: 0,
    abruptStartMs2: 3.2,
    boldPerKm: 0,
    boldLateralMs2: 3.5,
  },
  normal: {
    limitFactor: 1.02,
    freeKmh: 135,
    accelMs2: 1.8,
    brakeMs2: 1.9,
    lateralMs2: 2.4,
    jerkMs3: 3.5,
    hardBrakesPerKm: 0.025,
    hardBrakeMs2: 4.3,
    abruptStart: 0.04,
    abruptStartMs2: 3.3,
    boldPerKm: 0.02,
    boldLateralMs2: 4.3,
  },
  hasty: {
    limitFactor: 1.14,
    freeKmh: 168,
    accelMs2: 2.3,
    brakeMs2: 2.4,
    lateralMs2: 3.0,
    jerkMs3: 5,
    hardBrakesPerKm: 0.17,
    hardBrakeMs2: 4.8,
    abruptStart: 0.35,
    abruptStartMs2: 3.7,
    boldPerKm: 0.25,
    boldLateralMs2: 4.5,
  },
};

/** One person of this temperament in a vehicle: nobody drives exactly like the type. `forced` replaces traits of it. */
export function person(
  temperament: Temperament,
  rng: Rng,
  vehicle: VehicleType = VEHICLE_TYPES.small,
  forced: Partial<DriverTraits> = {},
): DriverTraits {
  const type = { ...TRAITS[temperament], ...forced };
  const vary = (value: number, by: number): number => value * (1 + by * Math.max(-2, Math.min(2, rng.gauss())));
  return {
    ...type,
    limitFactor: vary(type.limitFactor, 0.015),
    freeKmh: vary(type.freeKmh, 0.03),
    accelMs2: vehicle.accelFactor * vary(type.accelMs2, 0.05),
    brakeMs2: vehicle.brakeFactor * vary(type.brakeMs2, 0.05),
    abruptStartMs2: vehicle.accelFactor * type.abruptStartMs2,
    hardBrakeMs2: vehicle.brakeFactor * type.hardBrakeMs2,
    lateralMs2: vary(type.lateralMs2, 0.04),
    hardBrakesPerKm: vary(type.hardBrakesPerKm, 0.2),
  };
}
