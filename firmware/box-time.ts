/**
 * What the box knows of UTC (decisions.md, Trust): two bounds from a signed answer to one of its own clocks. Between
 * the two messages the time was one instant, so that a delay, by whomever, makes the bounds wider and never wrong.
 */

import type { BoxLimits } from './box-limits.ts';

/** A crystal that is off by 100 ppm. */
const DRIFT = 10_000;

export interface UtcBounds {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** `time-stale`: the clock that it answers is too old or not yet sent. `time-back`: before what has surely passed. */
export type TimeReason = 'time-stale' | 'time-back';

export class TrustedTime {
  private known: { readonly heardMs: number; readonly earliestMs: number; readonly latestMs: number } | null = null;
  private readonly limits: BoxLimits;
  /** From flash. */
  private floorMs = 0;

  constructor(limits: BoxLimits) {
    this.limits = limits;
  }

  boot(floorMs: number): void {
    this.floorMs = floorMs;
  }

  /** An answer that names `atMs` of this boot; null when it counts. */
  answer(atMs: number, utcMs: number, now: number): TimeReason | null {
    const ageMs = now - atMs;
    if (ageMs < 0 || ageMs > this.limits.timeAgeMs) return 'time-stale';
    if (utcMs + ageMs < this.passedMs(now)) return 'time-back';
    const before = this.bounds(now);
    const [earliest, latest] = [utcMs, utcMs + ageMs];
    const overlap = before !== null && earliest <= before.latestMs;
    this.known = {
      heardMs: now,
      earliestMs: overlap ? Math.max(earliest, before.earliestMs) : earliest,
      latestMs: overlap ? Math.min(latest, before.latestMs) : latest,
    };
    return null;
  }

  /** Null: unknown, which refuses whatever depends on it. */
  bounds(now: number): UtcBounds | null {
    if (this.known === null) return null;
    const { heardMs, earliestMs, latestMs } = this.known;
    const elapsedMs = now - heardMs;
    const driftMs = Math.ceil(elapsedMs / DRIFT);
    return { earliestMs: earliestMs + elapsedMs - driftMs, latestMs: latestMs + elapsedMs + driftMs };
  }

  /** What has surely passed; 0 when nothing is known. */
  passedMs(now: number): number {
    return Math.max(this.floorMs, this.bounds(now)?.earliestMs ?? 0);
  }
}
