/**
 * Finds the vehicle's axes in a sensor that sits in the socket at any angle, while driving, and notices when they
 * are no longer what they were: a new vehicle (C41), or a device that was knocked round.
 *
 * Once a second the force (sensor axes) of the second that GNSS speaks of meets what GNSS says of it.
 */

import { AxisFit, type Rotation } from './axis-fit.ts';
import type { GnssReference } from './gnss-reference.ts';
import { Knock } from './knock.ts';
import { newRam, RAM } from './ram.ts';

export type { Rotation } from './axis-fit.ts';

const MEMORY_S = 900;
/** The last minutes alone, to see a device that was turned about the vertical. */
const RECENT_S = 120;
/** Enough reference acceleration to be sure: sum of squares, mg2 x s. 40 firm seconds of 0.1 g. */
const ENERGY_MIN = 400_000;
const SECONDS_MIN = 30;
const CORRELATION_MIN = 0.6;
const RECENT_CORRELATION_MIN = 0.8;
/** Forward axes further apart than 25 degrees are not the same. */
const SAME_COS = 0.906;
/** What known axes are worth after a start. */
const TRUST_S = 180;
const TRUST_ENERGY = 800_000;
/** Seconds between two looks at the sums. */
const LOOK_S = 10;
/** Before that, nothing is known of up. */
const UP_S = 10;

export type MountingNews = 'none' | 'found' | 'odd' | 'lost';

// Shared by all devices of a process: it is filled and read within one call.
const up = new Float64Array(3);
const inVehicle = new Float64Array(3);

export class Mounting {
  /** Null until found. */
  rotation: Rotation | null;
  private readonly fit: AxisFit;
  private readonly recent: AxisFit;
  private readonly knock = new Knock();
  private untilLookS = LOOK_S;

  constructor(known: Rotation | null, ram: Float64Array = newRam()) {
    this.rotation = known;
    this.fit = new AxisFit(MEMORY_S, ram, RAM.fit);
    this.recent = new AxisFit(RECENT_S, ram, RAM.recentFit);
    if (known !== null) this.fit.trust(known, TRUST_S, TRUST_ENERGY);
  }

  /** Forgets everything (C41). */
  restart(): void {
    this.rotation = null;
    this.fit.clear();
    this.recent.clear();
    this.untilLookS = LOOK_S;
  }

  /** One second: its mean force in mg, sensor axes, and what GNSS says of it. */
  second(force: Float64Array, reference: GnssReference): MountingNews {
    const sign = this.look(force, reference);
    if (sign === 'turned') {
      const known = this.rotation !== null;
      this.restart();
      this.knock.clear(force[0], force[1], force[2]);
      return known ? 'lost' : 'none';
    }
    if (sign === 'odd') return 'odd';
    if (!reference.valid) return 'none';
    this.fit.learn(force, reference.forwardMg, reference.leftMg);
    this.recent.learn(force, reference.forwardMg, reference.leftMg);
    if (--this.untilLookS > 0) return 'none';
    this.untilLookS = LOOK_S;
    return this.solve();
  }

  private look(force: Float64Array, reference: GnssReference): 'steady' | 'odd' | 'turned' {
    const x = force[0];
    const y = force[1];
    const z = force[2];
    const r = this.rotation;
    if (r === null) {
      if (this.fit.weight < UP_S) {
        this.knock.clear(x, y, z);
        return 'steady';
      }
      this.fit.upward(up);
      return this.knock.rough(x, y, z, up);
    }
    for (let k = 0; k < 3; k++) inVehicle[k] = r[3 * k] * x + r[3 * k + 1] * y + r[3 * k + 2] * z;
    return this.knock.exact(inVehicle, reference);
  }

  private solve(): MountingNews {
    const { fit, recent, rotation } = this;
    if (rotation !== null && this.enough(recent)) {
      const now = recent.solve();
      const [a, b] = [now.rotation, rotation];
      if (now.correlation >= RECENT_CORRELATION_MIN && a[0] * b[0] + a[1] * b[1] + a[2] * b[2] < SAME_COS) {
        this.restart();
        return 'lost';
      }
    }
    if (!this.enough(fit)) return 'none';
    const best = fit.solve();
    if (best.correlation < CORRELATION_MIN) return 'none';
    this.rotation = best.rotation;
    return rotation === null ? 'found' : 'none';
  }

  private enough(fit: AxisFit): boolean {
    return fit.weight >= SECONDS_MIN && fit.energy >= ENERGY_MIN;
  }
}
