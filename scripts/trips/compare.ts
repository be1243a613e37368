/** Found trips against what really happened, or against the ids of a recording. */

export interface TrueTrip {
  readonly id: string;
  readonly startUtcMs: number;
  readonly endUtcMs: number;
}

export interface Comparison {
  /** True trips that were swallowed by another's trip. */
  readonly merged: number;
  /** Trips too many within one true trip. */
  readonly split: number;
  /** True trips of which nothing was found. */
  readonly missing: readonly TrueTrip[];
  /** Found where there was none. */
  readonly extra: number;
}

export interface Interval {
  readonly startUtcMs: number;
  readonly endUtcMs: number;
}

/** Two trips meet where they share more than a moment. */
const SHARED_MS = 5_000;

export function meet(a: Interval, b: Interval): boolean {
  const sharedMs = Math.min(a.endUtcMs, b.endUtcMs) - Math.max(a.startUtcMs, b.startUtcMs);
  const shorterMs = Math.min(a.endUtcMs - a.startUtcMs, b.endUtcMs - b.startUtcMs);
  return sharedMs >= Math.min(SHARED_MS, shorterMs);
}

export function compare(truth: readonly TrueTrip[], found: readonly Interval[]): Comparison {
  const metByFound = found.map((trip) => truth.filter((real) => meet(trip, real)).length);
  const metByTrue = truth.map((real) => found.filter((trip) => meet(trip, real)).length);
  const surplus = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + Math.max(0, n - 1), 0);
  return {
    merged: surplus(metByFound),
    split: surplus(metByTrue),
    missing: truth.filter((_, i) => metByTrue[i] === 0),
    extra: metByFound.filter((n) => n === 0).length,
  };
}
