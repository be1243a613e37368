/**
 * The hot path: a block of 50 Hz samples through axes, filters and detectors, and into the second's minimum,
 * maximum and mean. It allocates nothing unless an event ends.
 */

import { ACCELERATION_COLUMNS, type Occurrence } from '../protocol/messages.ts';
import { harshDetectors, LowPass, SAMPLE_MS } from './detectors.ts';
import type { Rotation } from './mounting.ts';

const IDENTITY: Rotation = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]);
/** Gravity on the forward and left axes (a hill, a cambered road) is followed with this time constant. */
const TILT_S = 12;
const STANDARD_GRAVITY_CM_S2 = 980.665;

export class Sensing {
  /** Of the last block, in the sensor's own axes, mg: what the mounting is found from. */
  readonly meanMg = new Float64Array(3);
  /** Of the last block: minimum, maximum, mean of forward, left, up (or x, y, z), in 0.01 g. */
  readonly columnsCg = new Int32Array(ACCELERATION_COLUMNS);
  /** Peak to peak of the strongest axis in the last block, mg. */
  vibrationMg = 0;
  private rotation: Rotation = IDENTITY;
  private mounted = false;
  private readonly minimum = new Float64Array(3);
  private readonly maximum = new Float64Array(3);
  private readonly forwardPass = new LowPass();
  private readonly leftPass = new LowPass();
  private readonly detectors = harshDetectors();
  private forwardTiltMg = 0;
  private lastSpeedCmS = -1;

  /** The axes were found, or got better. */
  mount(rotation: Rotation): void {
    this.rotation = rotation;
    this.mounted = true;
  }

  get vehicleAxes(): boolean {
    return this.mounted;
  }

  /** Samples `x y z x y z ...` in mg; events that end in the block are appended to `out`. */
  block(axesMg: Int16Array, startMs: number, speedCmS: number, out: Occurrence[]): void {
    const r = this.rotation;
    const { minimum, maximum } = this;
    const count = axesMg.length / 3;
    let [sumX, sumY, sumZ] = [0, 0, 0];
    minimum.fill(Number.POSITIVE_INFINITY);
    maximum.fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < axesMg.length; i += 3) {
      const x = axesMg[i];
      const y = axesMg[i + 1];
      const z = axesMg[i + 2];
      sumX += x;
      sumY += y;
      sumZ += z;
      const forward = r[0] * x + r[1] * y + r[2] * z;
      const left = r[3] * x + r[4] * y + r[5] * z;
      const up = r[6] * x + r[7] * y + r[8] * z;
      if (forward < minimum[0]) minimum[0] = forward;
      if (forward > maximum[0]) maximum[0] = forward;
      if (left < minimum[1]) minimum[1] = left;
      if (left > maximum[1]) maximum[1] = left;
      if (up < minimum[2]) minimum[2] = up;
      if (up > maximum[2]) maximum[2] = up;
      if (this.mounted) this.detect(forward, left, startMs + (i / 3) * SAMPLE_MS, speedCmS, out);
    }
    this.meanMg[0] = sumX / count;
    this.meanMg[1] = sumY / count;
    this.meanMg[2] = sumZ / count;
    this.summarise();
  }

  /** Once a second: what GNSS says of forward acceleration, to tell a hill from the pedal. */
  second(speedCmS: number | null): void {
    if (speedCmS !== null && this.lastSpeedCmS >= 0 && this.mounted) {
      const r = this.rotation;
      const m = this.meanMg;
      const forwardMg = r[0] * m[0] + r[1] * m[1] + r[2] * m[2];
      const byGnssMg = ((speedCmS - this.lastSpeedCmS) / STANDARD_GRAVITY_CM_S2) * 1000;
      this.forwardTiltMg += (forwardMg - byGnssMg - this.forwardTiltMg) / TILT_S;
    }
    this.lastSpeedCmS = speedCmS ?? -1;
  }

  private detect(forward: number, left: number, atMs: number, speedCmS: number, out: Occurrence[]): void {
    const along = this.forwardPass.step(forward - this.forwardTiltMg);
    const across = this.leftPass.step(left);
    const { detectors } = this;
    keep(detectors.forward.step(along, atMs, speedCmS), out);
    keep(detectors.braking.step(-along, atMs, speedCmS), out);
    keep(detectors.left.step(across, atMs, speedCmS), out);
    keep(detectors.right.step(-across, atMs, speedCmS), out);
  }

  private summarise(): void {
    const r = this.rotation;
    const m = this.meanMg;
    const { minimum, maximum, columnsCg } = this;
    this.vibrationMg = 0;
    for (let axis = 0; axis < 3; axis++) {
      const mean = r[3 * axis] * m[0] + r[3 * axis + 1] * m[1] + r[3 * axis + 2] * m[2];
      columnsCg[3 * axis] = Math.round(minimum[axis] / 10);
      columnsCg[3 * axis + 1] = Math.round(maximum[axis] / 10);
      columnsCg[3 * axis + 2] = Math.round(mean / 10);
      this.vibrationMg = Math.max(this.vibrationMg, maximum[axis] - minimum[axis]);
    }
  }
}

function keep(event: Occurrence | null, out: Occurrence[]): void {
  if (event !== null) out.push(event);
}
