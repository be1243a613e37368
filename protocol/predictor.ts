/**
 * Where the next position is expected from the last one, two speeds and two headings. Integers only, so that
 * the device in C and the gateway get the same residual: sine in Q15 from a table of half degrees, the rest
 * is one multiplication and one division, rounded half up.
 */

import { cos, RAD_PER_DEG, sin } from './trig.ts';

/** 1e-6 degree of latitude per (0.1 m/s x 1 s), halved for the sum of two speeds, in 2^-16. */
const STEP_Q16 = 29469;

const SINE_Q15 = Int32Array.from({ length: 720 }, (_, half) => Math.round(32768 * sin((half / 2) * RAD_PER_DEG)));
const COS_LATITUDE_Q15 = Int32Array.from({ length: 91 }, (_, deg) =>
  Math.max(1, Math.round(32768 * cos(deg * RAD_PER_DEG))),
);

/** The change of heading from a to b by the shorter way, -180..179 degrees. */
export function turn(fromDeg: number, toDeg: number): number {
  return ((toDeg - fromDeg + 540) % 360) - 180;
}

/** Half degrees, 0..719: the heading in the middle of the way from a to b. */
function middle(fromDeg: number, toDeg: number): number {
  return (2 * fromDeg + turn(fromDeg, toDeg) + 720) % 720;
}

function roundedRatio(numerator: number, denominator: number): number {
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}

/** Expected change of latitude in 1e-6 degree over `seconds`. */
export function expectedLatitude(speedSumDmS: number, fromDeg: number, toDeg: number, seconds: number): number {
  const cosine = SINE_Q15[(middle(fromDeg, toDeg) + 180) % 720];
  return roundedRatio(speedSumDmS * cosine * STEP_Q16 * seconds, 0x80000000);
}

/** Expected change of longitude in 1e-6 degree over `seconds`, at a latitude in 1e-6 degree. */
export function expectedLongitude(
  speedSumDmS: number,
  fromDeg: number,
  toDeg: number,
  seconds: number,
  latE6: number,
): number {
  const sine = SINE_Q15[middle(fromDeg, toDeg)];
  const cosLatitude = COS_LATITUDE_Q15[Math.min(90, Math.floor(Math.abs(latE6) / 1_000_000))];
  return roundedRatio(speedSumDmS * sine * STEP_Q16 * seconds, 0x10000 * cosLatitude);
}
