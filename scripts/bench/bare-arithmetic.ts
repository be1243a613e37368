/**
 * The ceiling: the sensor's filters and detectors over the same samples and nothing else. State lies in one flat
 * array per fleet, a row per device; there are no objects, no machines, no journal.
 */

import { IMU_PER_SECOND } from '../../simulator/feed.ts';

/** As firmware/detectors.ts has them; the speed of the arithmetic does not depend on the values. */
const B0 = 0.02785976611713602;
const A1 = -1.4754804435926465;
const A2 = 0.586919508061185;
const HYSTERESIS = 0.83;
const FORWARD_MG = 280;
const BRAKING_MG = 320;
const SIDEWAYS_MG = 380;
const HOLD_SAMPLES = 20;

/** Row of a device: rotation 9, filter state 4, samples above each of four thresholds 4, events 1, mean 3, range 6. */
const ROW = { rotation: 0, filter: 9, above: 13, events: 17, mean: 18, minimum: 21, maximum: 24 } as const;
const ROW_VALUES = 27;

export class BareFleet {
  private readonly state: Float64Array;

  constructor(devices: number) {
    this.state = new Float64Array(devices * ROW_VALUES);
    for (let device = 0; device < devices; device++) {
      for (const axis of [0, 4, 8]) this.state[device * ROW_VALUES + axis] = 1;
    }
  }

  get events(): number {
    let events = 0;
    for (let at = ROW.events; at < this.state.length; at += ROW_VALUES) events += this.state[at];
    return events;
  }

  /** One second of a device: samples `x y z x y z ...` from `from` on. */
  second(device: number, axesMg: Int16Array, from: number): void {
    const s = this.state;
    const row = device * ROW_VALUES;
    const f = row + ROW.filter;
    let [sumX, sumY, sumZ] = [0, 0, 0];
    let [low0, low1, low2] = [65_536, 65_536, 65_536];
    let [high0, high1, high2] = [-65_536, -65_536, -65_536];
    for (let i = from; i < from + 3 * IMU_PER_SECOND; i += 3) {
      const x = axesMg[i];
      const y = axesMg[i + 1];
      const z = axesMg[i + 2];
      sumX += x;
      sumY += y;
      sumZ += z;
      const forward = s[row] * x + s[row + 1] * y + s[row + 2] * z;
      const left = s[row + 3] * x + s[row + 4] * y + s[row + 5] * z;
      const up = s[row + 6] * x + s[row + 7] * y + s[row + 8] * z;
      if (forward < low0) low0 = forward;
      if (forward > high0) high0 = forward;
      if (left < low1) low1 = left;
      if (left > high1) high1 = left;
      if (up < low2) low2 = up;
      if (up > high2) high2 = up;
      const along = B0 * forward + s[f];
      s[f] = 2 * B0 * forward - A1 * along + s[f + 1];
      s[f + 1] = B0 * forward - A2 * along;
      const across = B0 * left + s[f + 2];
      s[f + 2] = 2 * B0 * left - A1 * across + s[f + 3];
      s[f + 3] = B0 * left - A2 * across;
      this.watch(row, 0, along, FORWARD_MG);
      this.watch(row, 1, -along, BRAKING_MG);
      this.watch(row, 2, across, SIDEWAYS_MG);
      this.watch(row, 3, -across, SIDEWAYS_MG);
    }
    s[row + ROW.mean] = sumX / IMU_PER_SECOND;
    s[row + ROW.mean + 1] = sumY / IMU_PER_SECOND;
    s[row + ROW.mean + 2] = sumZ / IMU_PER_SECOND;
    s[row + ROW.minimum] = low0;
    s[row + ROW.minimum + 1] = low1;
    s[row + ROW.minimum + 2] = low2;
    s[row + ROW.maximum] = high0;
    s[row + ROW.maximum + 1] = high1;
    s[row + ROW.maximum + 2] = high2;
  }

  private watch(row: number, detector: number, valueMg: number, thresholdMg: number): void {
    const s = this.state;
    const at = row + ROW.above + detector;
    if (s[at] === 0) {
      if (valueMg >= thresholdMg) s[at] = 1;
    } else if (valueMg >= thresholdMg * HYSTERESIS) s[at]++;
    else {
      if (s[at] >= HOLD_SAMPLES) s[row + ROW.events]++;
      s[at] = 0;
    }
  }
}
