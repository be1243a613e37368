import type { GnssFix } from '../firmware/hal.ts';

export const IMU_PER_SECOND = 50;
export const SUPPLY_PER_SECOND = 10;

/**
 * The line between the samples. `low`: below the comparator at 5.5 V; `lost`: below what the regulator needs, so
 * that the device lives on its hold-up.
 */
export interface LineEdge {
  /** Within the second, 0..999. */
  readonly atMs: number;
  readonly line: 'good' | 'low' | 'lost';
}

/** One second of what the device's sensors see. The buffers belong to the caller and are filled anew each second. */
export interface SensorSecond {
  /** 50 x (x, y, z) in the sensor's own axes, mg. */
  readonly axesMg: Int16Array;
  /** 10 samples, mV. */
  readonly supplyMv: Uint16Array;
  /** The same second at 400 Hz, for 10 s around a wake-up by the accelerometer (B68); null without one. */
  burstMg: Int16Array | null;
  /** The solution at the end of the second; null where there is none. */
  fix: GnssFix | null;
  /** False while the device is out of its socket or the socket is dead. */
  powered: boolean;
  /** Ascending; absent where the line does nothing of the kind. */
  edges?: readonly LineEdge[];
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
    burstMg: null,
    fix: null,
    powered: true,
  };
}
