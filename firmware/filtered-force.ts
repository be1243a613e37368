/** Raw samples that are due to be judged, turned into the vehicle's axes and through the low-passes of C5. */

import type { Rotation } from './axis-fit.ts';
import { LowPass } from './detectors.ts';
import { RING } from './force-bins.ts';
import { RAM } from './ram.ts';

/** Samples that wait to be judged: half the window of GNSS, the last second and a receiver that is 0.5 s late. */
export const WAITING = 150;
/** Of slow changes in the low-pass: 75 ms, in samples. */
export const FILTER_DELAY = 4;

/** One serves all devices of a process: it is filled and read within one call. */
export class FilteredForce {
  /** Forward and left in turn, mg. */
  readonly mg = new Int16Array(2 * (WAITING + FILTER_DELAY));
  private readonly forward = new LowPass();
  private readonly left = new LowPass();

  /**
   * Samples `from` to `until` of a ring (`ForceBins` says how it lies), `WAITING` at most, and those after them that
   * the filter shows late. What the filters hold at `until` stays in `ram`; `fresh`: what they hold there belongs to
   * other axes or to another time.
   */
  pass(ring: Int16Array, ram: Float64Array, r: Rotation, from: number, until: number, fresh: boolean): void {
    const { mg, forward, left } = this;
    forward.load(ram, RAM.forwardPass);
    left.load(ram, RAM.leftPass);
    const end = until + FILTER_DELAY;
    let into = 0;
    for (let sample = from; sample < end; sample++, into += 2) {
      if (sample === until) {
        forward.store(ram, RAM.forwardPass);
        left.store(ram, RAM.leftPass);
      }
      const at = 3 * (sample % RING);
      const x = ring[at];
      const y = ring[at + 1];
      const z = ring[at + 2];
      const along = r[0] * x + r[1] * y + r[2] * z;
      const across = r[3] * x + r[4] * y + r[5] * z;
      if (fresh && sample === from) {
        forward.settle(along);
        left.settle(across);
      }
      mg[into] = forward.step(along);
      mg[into + 1] = left.step(across);
    }
  }
}
