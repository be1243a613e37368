/** What really happened. Checkers and pictures read it; a device must never see it. */

import { cos, sin } from '../protocol/trig.ts';
import type { CrashTruth } from './crash-pulses.ts';
import { IMU_PER_SECOND } from './feed.ts';
import { STANDARD_GRAVITY_MS2 } from './imu.ts';
import type { Rotation } from './mounting.ts';
import type { Nuisance } from './nuisance.ts';

export type HarshKind = 'acceleration' | 'braking' | 'cornering';

/** Times are milliseconds of the feed. */
export interface HarshEvent {
  readonly kind: HarshKind;
  readonly startMs: number;
  readonly durationMs: number;
  /** Always positive. */
  readonly peakMg: number;
  /** When it began. */
  readonly speedKmh: number;
}

export interface TrueTrip {
  readonly engineOnMs: number;
  /** The wheels begin to turn; undefined if they never do. */
  movedMs: number | undefined;
  /** Undefined while the trip lasts. */
  engineOffMs: number | undefined;
  distanceM: number;
}

export const SAMPLE_MS = 1000 / IMU_PER_SECOND;
const RELEASE = 0.83;
const HARSH_MS = 400;
/** What lies so close to a threshold is neither a hit nor a miss for anyone. */
export const NEAR = 0.15;
/** A fleet that runs for weeks keeps counts, not lists. */
const KEPT_MAX = 2000;

const CUT_HZ = 3;
const W = (Math.PI * CUT_HZ) / IMU_PER_SECOND;
const K = sin(W) / cos(W);
const NORM = 1 / (1 + Math.SQRT2 * K + K * K);
const B0 = K * K * NORM;
const A1 = 2 * (K * K - 1) * NORM;
const A2 = (1 - Math.SQRT2 * K + K * K) * NORM;

/** One kind of harsh event by the definition of C5: threshold, 17 % hysteresis, 400 ms, speed gate. */
class Watch {
  private readonly kind: HarshKind;
  private readonly thresholdMs2: number;
  private readonly gateMs: number;
  private readonly holdMs: number;
  private startMs = 0;
  private active = false;
  private peakMs2 = 0;
  private speedMs = 0;

  constructor(kind: HarshKind, thresholdG: number, gateKmh: number, holdMs: number) {
    this.kind = kind;
    this.thresholdMs2 = thresholdG * STANDARD_GRAVITY_MS2;
    this.gateMs = gateKmh / 3.6;
    this.holdMs = holdMs;
  }

  /** Returns an event when one ends. */
  sample(nowMs: number, value: number, speedMs: number): HarshEvent | null {
    if (!this.active) {
      if (value <= this.thresholdMs2 || speedMs < this.gateMs) return null;
      this.active = true;
      this.startMs = nowMs;
      this.peakMs2 = value;
      this.speedMs = speedMs;
      return null;
    }
    if (value > this.peakMs2) this.peakMs2 = value;
    if (value >= RELEASE * this.thresholdMs2 && speedMs >= this.gateMs) return null;
    this.active = false;
    const durationMs = nowMs - this.startMs;
    if (durationMs < this.holdMs) return null;
    return {
      kind: this.kind,
      startMs: this.startMs,
      durationMs,
      peakMg: Math.round((this.peakMs2 / STANDARD_GRAVITY_MS2) * 1000),
      speedKmh: this.speedMs * 3.6,
    };
  }
}

/** All thresholds of C5, times a factor. */
function watches(factor: number): { readonly speedUp: Watch; readonly slowDown: Watch; readonly across: Watch } {
  const holdMs = factor * HARSH_MS;
  return {
    speedUp: new Watch('acceleration', factor * 0.28, factor * 10, holdMs),
    slowDown: new Watch('braking', factor * 0.32, factor * 10, holdMs),
    across: new Watch('cornering', factor * 0.38, factor * 30, holdMs),
  };
}

export class Truth {
  /** It changes when the device is knocked round. */
  mounting: Rotation;
  readonly events: HarshEvent[] = [];
  /** The same with every threshold 15 % lower: what is here and not in `events` was a near miss. */
  readonly near: HarshEvent[] = [];
  /** What else was done to the device. */
  readonly nuisances: Nuisance[] = [];
  /** Collisions, each with what B68 says of it. */
  readonly crashes: CrashTruth[] = [];
  readonly trips: TrueTrip[] = [];
  /** All of them, also those that are no longer in the lists. */
  eventCount = 0;
  tripCount = 0;
  distanceM = 0;
  private readonly watches = watches(1);
  private readonly nearWatches = watches(1 - NEAR);
  // Two Butterworth low-passes of 2nd order at 3 Hz, transposed direct form II.
  private longA = 0;
  private longB = 0;
  private latA = 0;
  private latB = 0;

  constructor(mounting: Rotation) {
    this.mounting = mounting;
  }

  engineOn(nowMs: number): void {
    this.tripCount++;
    this.trips.push({ engineOnMs: nowMs, movedMs: undefined, engineOffMs: undefined, distanceM: 0 });
    if (this.trips.length > KEPT_MAX) this.trips.shift();
  }

  engineOff(nowMs: number): void {
    const trip = this.trips[this.trips.length - 1];
    if (trip !== undefined) trip.engineOffMs = nowMs;
  }

  /** After each second of a drive. */
  drove(secondStartMs: number, distanceM: number): void {
    const trip = this.trips[this.trips.length - 1];
    this.distanceM += distanceM;
    if (trip === undefined) return;
    if (distanceM > 0) trip.movedMs ??= secondStartMs;
    trip.distanceM += distanceM;
  }

  /** Each 20 ms of a drive, clean physics. */
  sample(nowMs: number, forwardMs2: number, leftMs2: number, speedMs: number): void {
    const long = B0 * forwardMs2 + this.longA;
    this.longA = 2 * B0 * forwardMs2 - A1 * long + this.longB;
    this.longB = B0 * forwardMs2 - A2 * long;
    const lat = B0 * leftMs2 + this.latA;
    this.latA = 2 * B0 * leftMs2 - A1 * lat + this.latB;
    this.latB = B0 * leftMs2 - A2 * lat;
    this.note(this.watches.speedUp.sample(nowMs, long, speedMs));
    this.note(this.watches.slowDown.sample(nowMs, -long, speedMs));
    this.note(this.watches.across.sample(nowMs, Math.abs(lat), speedMs));
    keep(this.near, this.nearWatches.speedUp.sample(nowMs, long, speedMs));
    keep(this.near, this.nearWatches.slowDown.sample(nowMs, -long, speedMs));
    keep(this.near, this.nearWatches.across.sample(nowMs, Math.abs(lat), speedMs));
  }

  private note(event: HarshEvent | null): void {
    if (event === null) return;
    this.eventCount++;
    keep(this.events, event);
  }
}

function keep(list: HarshEvent[], event: HarshEvent | null): void {
  if (event === null) return;
  list.push(event);
  if (list.length > KEPT_MAX) list.shift();
}
