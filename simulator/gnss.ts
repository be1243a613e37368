/** A 1 Hz receiver. Its position error wanders (first-order Gauss-Markov), so that a parked car drifts like a real one. */

import type { GnssFix } from '../firmware/hal.ts';
import type { Rng } from './rng.ts';

/** Half-open interval of the feed's time, seconds. */
export interface IntervalS {
  readonly fromS: number;
  readonly toS: number;
}

export function within(intervals: readonly IntervalS[], s: number): boolean {
  return intervals.some((interval) => s >= interval.fromS && s < interval.toS);
}

/** What is true at the end of the second. */
export interface Whereabouts {
  readonly latDeg: number;
  readonly lonDeg: number;
  /** Degrees of latitude and longitude per metre here. */
  readonly latPerM: number;
  readonly lonPerM: number;
  readonly altitudeM: number;
  readonly speedMs: number;
  readonly headingDeg: number;
  readonly utcMs: number;
}

/** 2.5 m CEP (numbers.md 6) is 2.1 m per axis. */
const POSITION_SIGMA_M = 2.1;
const CORRELATION_S = 90;
const KEEP = 1 - 1 / CORRELATION_S + 1 / (2 * CORRELATION_S * CORRELATION_S);
const RENEW = Math.sqrt(1 - KEEP * KEEP);
const SPEED_SIGMA_MS = 0.06;
/** Below this speed the receiver freezes its course. */
const COURSE_FREEZE_MS = 0.5;
const RAD_IN_DEG = 57.29577951308232;
/** Off for longer than this the ephemeris is stale and the start is cold. */
const WARM_START_MAX_S = 4 * 3600;
const ACCURACY_MIN_CM = 80;

export class Gnss {
  private readonly rng: Rng;
  private readonly outages: readonly IntervalS[];
  private eastM: number;
  private northM: number;
  private upM = 0;
  private courseDeg = 0;
  private acquireS = -1;
  private offS = Number.POSITIVE_INFINITY;

  constructor(rng: Rng, outages: readonly IntervalS[]) {
    this.rng = rng;
    this.outages = outages;
    this.eastM = POSITION_SIGMA_M * rng.gauss();
    this.northM = POSITION_SIGMA_M * rng.gauss();
  }

  /** Time without power. */
  off(seconds = 1): void {
    this.offS += seconds;
    this.acquireS = -1;
  }

  /** The solution at the end of a second with power; null before the first fix and where no satellite is seen. */
  second(nowS: number, at: Whereabouts): GnssFix | null {
    const { rng } = this;
    if (this.acquireS < 0) this.acquireS = this.offS > WARM_START_MAX_S ? rng.range(24, 38) : rng.range(2, 7);
    this.offS = 0;
    this.eastM = KEEP * this.eastM + RENEW * POSITION_SIGMA_M * rng.gauss();
    this.northM = KEEP * this.northM + RENEW * POSITION_SIGMA_M * rng.gauss();
    this.upM = KEEP * this.upM + RENEW * 1.8 * POSITION_SIGMA_M * rng.gauss();
    const speedMs = Math.max(0, at.speedMs + SPEED_SIGMA_MS * rng.gauss());
    const courseNoise = rng.gauss();
    const accuracyNoise = rng.gauss();
    if (within(this.outages, nowS)) {
      this.acquireS = Math.max(this.acquireS, 2);
      return null;
    }
    if (this.acquireS > 0) {
      this.acquireS = Math.max(0, this.acquireS - 1);
      return null;
    }
    if (speedMs > COURSE_FREEZE_MS) {
      this.courseDeg = at.headingDeg + ((SPEED_SIGMA_MS * RAD_IN_DEG) / speedMs) * courseNoise;
    }
    const cdeg = Math.round(this.courseDeg * 100) % 36000;
    return {
      latE7: Math.round((at.latDeg + this.northM * at.latPerM) * 1e7),
      lonE7: Math.round((at.lonDeg + this.eastM * at.lonPerM) * 1e7),
      speedCmS: Math.round(speedMs * 100),
      headingCdeg: cdeg < 0 ? cdeg + 36000 : cdeg,
      altitudeM: Math.round(at.altitudeM + this.upM),
      accuracyCm: Math.max(ACCURACY_MIN_CM, Math.round(100 * POSITION_SIGMA_M * (1.2 + 0.15 * accuracyNoise))),
      utcMs: at.utcMs,
    };
  }
}
