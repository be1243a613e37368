/**
 * The numbers that a device's machines keep from second to second, in one block, as a part's static RAM is. An array
 * costs 184 bytes besides what it holds, and tens of thousands of devices run in one process: one array is enough.
 *
 * A machine that is made without a block has one for itself.
 */

import { ACCELERATION_COLUMNS } from '../protocol/messages.ts';
import { RING_VALUES } from './force-bins.ts';
import { PRODUCTION } from './limits.ts';
import { PACKED_VALUES } from './row.ts';

/** Where each machine's numbers begin. */
export const RAM = {
  /** Sensing: mean force of the last block, and gravity; mg, x y z. */
  mean: 0,
  gravity: 3,
  /** GnssReference: four speeds, three accelerations. */
  reference: 6,
  /** GnssLag: errors and forces of six lags. */
  lag: 13,
  /** Vibration: mean force of the last second, and its level; mg, x y z. */
  vibration: 25,
  /** Mounting: the sums of two fits. */
  fit: 31,
  recentFit: 50,
  /** Sensing: the low-passes of forward and left. */
  forwardPass: 69,
  leftPass: 71,
  /** Four detectors of harsh events: begin, peak, its time, highest speed. */
  detectors: 73,
} as const;
const RAM_NUMBERS = 89;

export function newRam(): Float64Array {
  return new Float64Array(RAM_NUMBERS);
}

/** The same for numbers of 16 bits. */
export const SHORT_RAM = {
  /** Sensing: the ring of raw samples, and the columns of the last block. */
  samples: 0,
  columns: RING_VALUES,
  /** Recorder: rows of the open block, or those before a trip, each with its time. */
  rows: RING_VALUES + ACCELERATION_COLUMNS,
} as const;
const SHORT_RAM_NUMBERS =
  SHORT_RAM.rows + Math.max(PRODUCTION.blockSamples * PACKED_VALUES, PRODUCTION.preTripSamples * (PACKED_VALUES + 2));

export function newShortRam(): Int16Array {
  return new Int16Array(SHORT_RAM_NUMBERS);
}
