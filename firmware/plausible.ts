import type { GnssFix } from './hal.ts';

/** A solution worse than this says nothing about the car. */
const ACCURACY_MAX_CM = 10_000;
/** 200 m/s: what the wire can say. */
const SPEED_MAX_CM_S = 20_000;
/** A receiver that lost its week says something before the year 2000, or far ahead. */
const UTC_MIN_MS = Date.UTC(2000, 0, 1);
const UTC_MAX_MS = Date.UTC(2199, 0, 1);

/**
 * The solution, if a car can have it. A receiver that has lost its senses must not bring down the journal: what is
 * refused here would not fit the frame.
 */
export function plausibleFix(fix: GnssFix | null): GnssFix | null {
  if (fix === null) return null;
  const { latE7, lonE7, speedCmS, headingCdeg, altitudeM, accuracyCm, utcMs } = fix;
  const sound =
    Math.abs(latE7) <= 900_000_000 &&
    Math.abs(lonE7) <= 1_800_000_000 &&
    speedCmS >= 0 &&
    speedCmS <= SPEED_MAX_CM_S &&
    headingCdeg >= 0 &&
    headingCdeg < 36_000 &&
    Number.isFinite(altitudeM) &&
    accuracyCm <= ACCURACY_MAX_CM &&
    utcMs >= UTC_MIN_MS &&
    utcMs <= UTC_MAX_MS;
  return sound ? fix : null;
}
