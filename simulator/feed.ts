import type { GnssFix } from '../firmware/hal.ts';

export const IMU_PER_SECOND = 50;
export const SUPPLY_PER_SECOND = 10;

/** One second of what the device's sensors see. The buffers belong to the caller and are filled anew each second. */
export interface SensorSecond {
  /** 50 x (x, y, z) in the sensor's own axes, mg. */
  readonly axesMg: Int16Array;
  /** 10 samples, mV. */
  readonly supplyMv: Uint16Array;
  /** The solution at the end of the second; null where there is none. */
  fix: GnssFix | null;
  /** False while the device is out of its socket or the socket is dead. */
  powered: boolean;
}

/** A simulated car or a recorded drive. */
export interface SensorFeed {
  /** Fills in the next second; false when there is none. */
  fill(second: SensorSecond): boolean;
}

export function newSensorSecond(): SensorSecond {
  return {
    axesMg: new Int16Array(IMU_PER_SECOND * 3),
    supplyMv: new Uint16Array(SUPPLY_PER_SECOND),
    fix: null,
    powered: true,
  };
}
