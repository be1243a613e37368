/**
 * Notices that the device was turned in its socket, pulled out or dropped (C41): what is left of the force when
 * driving is taken away no longer points where it always did.
 */

import type { GnssReference } from './gnss-reference.ts';

/** Sine of 12 degrees, mg: more than any road climbs, less than a plug turns by accident. */
const TURN_MG = 208;
/** Where no reference says what driving did, all of it may be driving. */
const UNKNOWN_MG = 700;
/** Bodies roll and receivers are late: so much of the driving is not in the reference. */
const REFERENCE_ERROR = 0.3;
/** Up is where half of gravity is at least. */
const UP_MIN_MG = 500;
/** Before the axes are known, of the mean of some seconds: 20 degrees. */
const ROUGH_COS2 = 0.883;
const ROUGH_S = 5;
/** A hit lasts a second or two, a turned device stays turned. */
const TURNED_S = 3;

export type KnockSign = 'steady' | 'odd' | 'turned';

export class Knock {
  private oddS = 0;
  private drivingBefore = 0;
  private x = 0;
  private y = 0;
  private z = 0;

  /** One second's force in vehicle axes and what driving explains of it, mg. */
  exact(force: Float64Array, reference: GnssReference): KnockSign {
    const driving = Math.abs(reference.forwardMg) + Math.abs(reference.leftMg);
    const most = reference.valid ? TURN_MG + REFERENCE_ERROR * Math.max(driving, this.drivingBefore) : UNKNOWN_MG;
    this.drivingBefore = driving;
    const forward = force[0] - reference.forwardMg;
    // A car that creeps round a corner has no course to say so.
    const left = reference.creeping ? 0 : force[1] - reference.leftMg;
    return this.count(force[2] < UP_MIN_MG || forward * forward + left * left > most * most);
  }

  /** The same while the axes are not known, from the force itself. */
  rough(fx: number, fy: number, fz: number, up: Float64Array): KnockSign {
    this.x += (fx - this.x) / ROUGH_S;
    this.y += (fy - this.y) / ROUGH_S;
    this.z += (fz - this.z) / ROUGH_S;
    return this.count(!within(this.x, this.y, this.z, up, ROUGH_COS2));
  }

  /** `up` starts anew. */
  clear(fx: number, fy: number, fz: number): void {
    this.oddS = 0;
    this.x = fx;
    this.y = fy;
    this.z = fz;
  }

  private count(odd: boolean): KnockSign {
    this.oddS = odd ? this.oddS + 1 : 0;
    if (!odd) return 'steady';
    return this.oddS >= TURNED_S ? 'turned' : 'odd';
  }
}

/** Whether a vector lies within an angle, given as the square of its cosine, of the unit vector `up`. */
function within(x: number, y: number, z: number, up: Float64Array, cos2: number): boolean {
  const along = x * up[0] + y * up[1] + z * up[2];
  return along > 0 && along * along >= cos2 * (x * x + y * y + z * z);
}
