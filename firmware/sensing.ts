/**
 * The hot path: a block of 50 Hz samples through axes and filters, and into the second's minimum, maximum and mean.
 * It allocates nothing.
 *
 * Harsh events are judged two seconds later, when GNSS has shown from both sides of a sample how fast the car was
 * and how much of the force was a hill, a crooked road or a crooked device: C5 speaks of the car's acceleration.
 */

import { ACCELERATION_COLUMNS, type Occurrence, type RawTrace } from '../protocol/messages.ts';
import {
  BRAKING_MG,
  type Detector,
  FORWARD_MG,
  type HarshDetectors,
  harshDetectors,
  SAMPLE_MS,
  SIDEWAYS_MG,
} from './detectors.ts';
import { FILTER_DELAY, FilteredForce, WAITING } from './filtered-force.ts';
import { ForceBins, RING, RING_VALUES } from './force-bins.ts';
import { GnssLag } from './gnss-lag.ts';
import { GnssReference, WINDOW_S } from './gnss-reference.ts';
import type { Rotation } from './mounting.ts';
import { newRam, newShortRam, RAM, SHORT_RAM } from './ram.ts';
import { cutTrace } from './trace-cut.ts';

const IDENTITY: Rotation = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]);
const PER_SECOND = 1000 / SAMPLE_MS;
const COLUMNS: number = SHORT_RAM.columns;
/** The middle of the window of `GnssReference` lies this long ago. */
const MIDDLE_S = WINDOW_S / 2;
const GRAVITY_S = 60;
/**
 * Bodies on springs pitch about 2.5 degrees per g and roll about 4, so that gravity adds to what the car does. This
 * is taken away as it is on average.
 */
const PITCH_SHARE = 0.968;
const ROLL_SHARE = 0.955;
const CM_S2_PER_MG = 0.980665;
/** A road that shakes the car up and down by more within a second is rough. */
const ROUGH_MG = 600;
/** What is judged lies in the last blocks. */
const SHAKEN_S = 4;
/** After something odd, so long nothing is judged. */
const BLIND_S = 5;
/** numbers.md 13: a harsh event keeps 2 s of raw samples. */
const BEFORE_PEAK = PER_SECOND;
const AFTER_PEAK = PER_SECOND;

// Shared by all devices of a process: they are filled and read within one call.
const windowMg = new Float64Array(3);
const late = new Float64Array(3);
const bins = new ForceBins();
const filtered = new FilteredForce();
const lagged = new Float64Array(GnssLag.count);
const gravity = new Float64Array(3);
const columns = new Int32Array(ACCELERATION_COLUMNS);

export class Sensing {
  /** Of the second that the last solution speaks of, mg: what the mounting is found from. */
  readonly lateMg = late;
  /** Peak to peak of the strongest axis in the last block, mg. */
  vibrationMg = 0;
  readonly reference: GnssReference;
  private rotation: Rotation = IDENTITY;
  private mounted = false;
  /** Blocks since the road last shook the car. */
  private smoothS = SHAKEN_S;
  private readonly detectors: HarshDetectors;
  private readonly lag: GnssLag;
  private readonly ram: Float64Array;
  /** The ring of raw samples in the sensor's own axes, mg, and the columns of the last block. */
  private readonly samples: Int16Array;
  /** Samples so far, how many of them have been judged, and how many the low-passes have seen. */
  private taken = 0;
  private judged = 0;
  private passed = 0;
  /** The first sample after the last gap. */
  private since = 0;
  private endMs = 0;
  private blindS = 0;
  private forwardTiltMg = 0;
  private leftTiltMg = 0;

  constructor(ram: Float64Array = newRam(), shortRam: Int16Array = newShortRam()) {
    this.ram = ram;
    this.samples = shortRam;
    this.reference = new GnssReference(ram);
    this.lag = new GnssLag(ram);
    this.detectors = harshDetectors(ram);
  }

  /** Of the last minute, in the sensor's own axes, mg: gravity, whatever the mounting. To be used up at once. */
  get gravityMg(): Float64Array {
    for (let k = 0; k < 3; k++) gravity[k] = this.ram[RAM.gravity + k];
    return gravity;
  }

  /**
   * Of the last block: minimum, maximum, mean of forward, left, up (or x, y, z), in 0.01 g. To be used up at once.
   */
  get columnsCg(): Int32Array {
    for (let i = 0; i < ACCELERATION_COLUMNS; i++) columns[i] = this.samples[COLUMNS + i];
    return columns;
  }

  /** The axes were found, or got better. */
  mount(rotation: Rotation): void {
    this.rotation = rotation;
    if (!this.mounted) this.blind();
    this.mounted = true;
  }

  /** The axes are no longer known (C41). */
  unmount(): void {
    this.mounted = false;
    this.rotation = IDENTITY;
    this.blind();
  }

  /** What was just seen is no driving: the device was hit or turned. */
  blind(): void {
    this.blindS = BLIND_S;
    clear(this.detectors);
  }

  get vehicleAxes(): boolean {
    return this.mounted;
  }

  get gnssLagS(): number {
    return this.lag.lagS;
  }

  /** Samples `x y z x y z ...` in mg, a multiple of 5 of them. */
  block(axesMg: Int16Array, startMs: number): void {
    if (Math.abs(startMs - this.endMs) > SAMPLE_MS) this.gap();
    const { samples, ram } = this;
    const r = this.rotation;
    const r0 = r[0];
    const r1 = r[1];
    const r2 = r[2];
    const r3 = r[3];
    const r4 = r[4];
    const r5 = r[5];
    const r6 = r[6];
    const r7 = r[7];
    const r8 = r[8];
    let sumX = 0;
    let sumY = 0;
    let sumZ = 0;
    let forwardLow = Number.POSITIVE_INFINITY;
    let forwardHigh = Number.NEGATIVE_INFINITY;
    let leftLow = Number.POSITIVE_INFINITY;
    let leftHigh = Number.NEGATIVE_INFINITY;
    let upLow = Number.POSITIVE_INFINITY;
    let upHigh = Number.NEGATIVE_INFINITY;
    let ringAt = 3 * (this.taken % RING);
    const count = axesMg.length / 3;
    for (let i = 0; i < axesMg.length; i += 3) {
      const x = axesMg[i];
      const y = axesMg[i + 1];
      const z = axesMg[i + 2];
      sumX += x;
      sumY += y;
      sumZ += z;
      samples[ringAt] = x;
      samples[ringAt + 1] = y;
      samples[ringAt + 2] = z;
      ringAt = ringAt + 3 === RING_VALUES ? 0 : ringAt + 3;
      const forward = r0 * x + r1 * y + r2 * z;
      const left = r3 * x + r4 * y + r5 * z;
      const up = r6 * x + r7 * y + r8 * z;
      if (forward < forwardLow) forwardLow = forward;
      if (forward > forwardHigh) forwardHigh = forward;
      if (left < leftLow) leftLow = left;
      if (left > leftHigh) leftHigh = left;
      if (up < upLow) upLow = up;
      if (up > upHigh) upHigh = up;
    }
    this.taken += count;
    this.smoothS = upHigh - upLow > ROUGH_MG ? 0 : Math.min(SHAKEN_S, this.smoothS + 1);
    this.endMs = startMs + count * SAMPLE_MS;
    ram[RAM.mean] = sumX / count;
    ram[RAM.mean + 1] = sumY / count;
    ram[RAM.mean + 2] = sumZ / count;
    this.followGravity();
    this.vibrationMg = Math.max(0, forwardHigh - forwardLow, leftHigh - leftLow, upHigh - upLow);
    this.summarise(0, forwardLow, forwardHigh);
    this.summarise(1, leftLow, leftHigh);
    this.summarise(2, upLow, upHigh);
  }

  /** Once a second after its block: the solution at its end. */
  locate(speedCmS: number | null, headingCdeg: number): void {
    this.reference.second(speedCmS, headingCdeg);
    this.fillBins();
    if (!bins.mean(this.lag.lagS, 1, this.lateMg)) this.mean(this.lateMg);
    if (!this.mounted || !this.reference.valid || this.blindS > 0) {
      this.lag.pause();
      return;
    }
    for (let i = 0; i < GnssLag.count; i++) {
      if (!bins.mean(GnssLag.at(i), 1, windowMg)) return;
      lagged[i] = this.along(0, windowMg);
    }
    this.lag.second(this.reference.forwardMg, lagged);
  }

  /** Once a second after `locate`: events that ended are appended to `out`. */
  judge(out: Occurrence[]): void {
    const { lagS } = this.lag;
    const fromForward = this.forwardTiltMg;
    const fromLeft = this.leftTiltMg;
    this.fillBins();
    this.findTilt(lagS);
    const until = this.taken - Math.round((MIDDLE_S + lagS) * PER_SECOND);
    const from = Math.max(this.judged, this.taken - WAITING);
    if (this.blindS > 0) this.blindS--;
    if (until <= from) return;
    this.judged = until;
    if (!this.mounted) return;
    filtered.pass(this.samples, this.ram, this.rotation, from, until, this.passed !== from);
    this.passed = until;
    if (this.blindS === 0) this.detect(from, until, fromForward, fromLeft, out);
  }

  /** How much of the force is none of the car's acceleration, in the middle of the window. */
  private findTilt(lagS: number): void {
    if (!this.mounted || !bins.mean(lagS, WINDOW_S, windowMg)) return;
    const forwardMg = this.reference.forwardMeanMg();
    if (forwardMg !== null) this.forwardTiltMg = this.along(0, windowMg) - forwardMg;
    const leftMg = this.reference.leftMeanMg();
    if (leftMg !== null) this.leftTiltMg = this.along(1, windowMg) - leftMg;
  }

  private detect(from: number, until: number, fromForward: number, fromLeft: number, out: Occurrence[]): void {
    const { lagS } = this.lag;
    const { detectors } = this;
    const n = until - from;
    const forwardStep = (this.forwardTiltMg - fromForward) / n;
    const leftStep = (this.leftTiltMg - fromLeft) / n;
    const rough = this.smoothS < SHAKEN_S;
    let busy = this.busy();
    let speedCmS = this.speedAt(n, lagS);
    for (let i = 0; i < n; i++) {
      const along = PITCH_SHARE * (filtered.mg[2 * i] - fromForward - i * forwardStep);
      const across = ROLL_SHARE * (filtered.mg[2 * i + 1] - fromLeft - i * leftStep);
      speedCmS += this.gainCmS(i);
      const quiet = along < FORWARD_MG && along > -BRAKING_MG && across < SIDEWAYS_MG && across > -SIDEWAYS_MG;
      if (quiet && !busy) continue;
      const atMs = this.endMs - (this.taken - from - i) * SAMPLE_MS;
      this.keep(detectors.forward, detectors.forward.step(along, atMs, speedCmS, rough), out);
      this.keep(detectors.braking, detectors.braking.step(-along, atMs, speedCmS, rough), out);
      this.keep(detectors.left, detectors.left.step(across, atMs, speedCmS, rough), out);
      this.keep(detectors.right, detectors.right.step(-across, atMs, speedCmS, rough), out);
      busy = this.busy();
    }
    if (!busy) return;
    // The ring forgets what lies around a peak before a long event has ended.
    this.holdTrace(detectors.forward);
    this.holdTrace(detectors.braking);
    this.holdTrace(detectors.left);
    this.holdTrace(detectors.right);
  }

  private keep(detector: Detector, event: Occurrence | null, out: Occurrence[]): void {
    if (event === null) return;
    out.push({ ...event, trace: detector.trace ?? this.traceOf(detector.peakMs, event.atMs) });
    detector.trace = null;
  }

  private holdTrace(detector: Detector): void {
    if (detector.running) detector.trace ??= this.traceOf(detector.peakMs, detector.sinceMs);
  }

  /** Raw samples around the peak of an event that began at `atMs`. */
  private traceOf(peakMs: number, atMs: number): RawTrace {
    const { samples, taken, endMs } = this;
    const peak = taken - Math.round((endMs - peakMs) / SAMPLE_MS);
    const first = Math.max(this.since, taken - RING, peak - BEFORE_PEAK);
    const until = Math.min(taken, peak + AFTER_PEAK);
    const fromMs = endMs - (taken - first) * SAMPLE_MS - atMs;
    return cutTrace(samples, first, until, this.rotation, fromMs);
  }

  private busy(): boolean {
    const { forward, braking, left, right } = this.detectors;
    return forward.running || braking.running || left.running || right.running;
  }

  /**
   * Before the first of `n` filtered samples, cm/s. Three solutions around the middle of the stretch, each carried
   * there by the force, are better than one, and the force is finer than a line between them.
   */
  private speedAt(n: number, lagS: number): number {
    const newer = this.reference.speedCmS(1);
    const middle = this.reference.speedCmS(2);
    const older = this.reference.speedCmS(3);
    let speed = middle;
    if (bins.mean(lagS + 1, 1, windowMg)) {
      const after = this.along(0, windowMg) - this.forwardTiltMg;
      bins.mean(lagS + 2, 1, windowMg);
      const before = this.along(0, windowMg) - this.forwardTiltMg;
      speed = (older + before * CM_S2_PER_MG + middle + newer - after * CM_S2_PER_MG) / 3;
    }
    for (let i = 0; i < n / 2; i++) speed -= this.gainCmS(i);
    return speed;
  }

  /** What sample `i` of the filtered ones adds to the speed. The filter shows it late. */
  private gainCmS(i: number): number {
    const forwardMg = filtered.mg[2 * (i + FILTER_DELAY)] - this.forwardTiltMg;
    return (PITCH_SHARE * forwardMg * CM_S2_PER_MG) / PER_SECOND;
  }

  /** Around gravity, whole mg. */
  private fillBins(): void {
    const { samples, taken, since, ram } = this;
    const x = Math.round(ram[RAM.gravity]);
    const y = Math.round(ram[RAM.gravity + 1]);
    const z = Math.round(ram[RAM.gravity + 2]);
    bins.fill(samples, taken, since, x, y, z);
  }

  private along(row: number, forceMg: Float64Array): number {
    const r = this.rotation;
    return r[3 * row] * forceMg[0] + r[3 * row + 1] * forceMg[1] + r[3 * row + 2] * forceMg[2];
  }

  /** Of the last block, in the sensor's own axes, mg, into `out`. */
  private mean(out: Float64Array): void {
    for (let k = 0; k < 3; k++) out[k] = this.ram[RAM.mean + k];
  }

  private followGravity(): void {
    const { ram } = this;
    const first = ram[RAM.gravity] === 0 && ram[RAM.gravity + 1] === 0 && ram[RAM.gravity + 2] === 0;
    const follow = first ? 1 : GRAVITY_S;
    for (let k = 0; k < 3; k++) ram[RAM.gravity + k] += (ram[RAM.mean + k] - ram[RAM.gravity + k]) / follow;
  }

  /** Samples are missing. */
  private gap(): void {
    this.since = this.taken;
    this.judged = this.taken;
    this.blind();
  }

  private summarise(axis: number, lowMg: number, highMg: number): void {
    const { samples } = this;
    this.mean(windowMg);
    samples[COLUMNS + 3 * axis] = Math.round(lowMg / 10);
    samples[COLUMNS + 3 * axis + 1] = Math.round(highMg / 10);
    samples[COLUMNS + 3 * axis + 2] = Math.round(this.along(axis, windowMg) / 10);
  }
}

function clear(detectors: HarshDetectors): void {
  detectors.forward.clear();
  detectors.braking.clear();
  detectors.left.clear();
  detectors.right.clear();
}
