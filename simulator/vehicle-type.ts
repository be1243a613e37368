/** What kinds of vehicle differ in, as an accelerometer in the socket feels it. */

export interface VehicleType {
  /** Engine power over mass, W/kg; it bounds acceleration at speed. */
  readonly powerWPerKg: number;
  /** The driver's accelerations and brakings, relative to a small car's. */
  readonly accelFactor: number;
  readonly brakeFactor: number;
  /** How far the body pitches and rolls, radians per g of acceleration; gravity leaks onto the level axes by it. */
  readonly pitchPerG: number;
  readonly rollPerG: number;
  /** Angular frequency (rad/s) and damping ratio of the body on its springs. */
  readonly bodyRadS: number;
  readonly damping: number;
  /** Vibration relative to a small car's, and that of the idling engine, mg. */
  readonly vibration: number;
  readonly idleMg: number;
  readonly wheelbaseM: number;
}

export const VEHICLE_TYPES = {
  small: {
    powerWPerKg: 38,
    accelFactor: 1,
    brakeFactor: 1,
    pitchPerG: 0.045,
    rollPerG: 0.07,
    bodyRadS: 8.8,
    damping: 0.3,
    vibration: 1,
    idleMg: 5,
    wheelbaseM: 2.5,
  },
  van: {
    powerWPerKg: 30,
    accelFactor: 0.92,
    brakeFactor: 0.97,
    pitchPerG: 0.06,
    rollPerG: 0.1,
    bodyRadS: 7,
    damping: 0.27,
    vibration: 1.5,
    idleMg: 9,
    wheelbaseM: 3.3,
  },
  electric: {
    powerWPerKg: 80,
    accelFactor: 1.12,
    brakeFactor: 1,
    pitchPerG: 0.035,
    rollPerG: 0.05,
    bodyRadS: 9.4,
    damping: 0.33,
    vibration: 0.75,
    idleMg: 1,
    wheelbaseM: 2.8,
  },
} as const satisfies Record<string, VehicleType>;

export type VehicleTypeName = keyof typeof VEHICLE_TYPES;
