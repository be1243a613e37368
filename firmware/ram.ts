/**
 * The numbers that a device's machines keep from second to second, in one block, as a part's static RAM is. An array
 * costs 184 bytes besides what it holds, and tens of thousands of devices run in one process: one array is enough.
 *
 * A machine that is made without a block has one for itself.
 */

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
} as const;
const RAM_NUMBERS = 73;

export function newRam(): Float64Array {
  return new Float64Array(RAM_NUMBERS);
}
