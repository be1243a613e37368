/** Collisions as half-sine pulses, and what the rule of B68 says of each by clean physics. */

import { cos, sin } from '../protocol/trig.ts';
import { STANDARD_GRAVITY_MS2 } from './imu.ts';
import { type Pulse, pulseAt } from './pulse.ts';
import type { Rng } from './rng.ts';

/** `near`: a value lies within 15 % of its threshold. */
export type CrashLabel = 'above' | 'near' | 'below';

export interface CrashTruth {
  readonly startMs: number;
  readonly peakMg: number;
  readonly durationMs: number;
  readonly deltaVKmh: number;
  readonly label: CrashLabel;
}

const PEAK_MG = 2500;
const HOLD_MS = 20;
const DELTA_V_KMH = 8;
const WINDOW_MS = 150;
const MG_PER_MS2 = 1000 / STANDARD_GRAVITY_MS2;
const MARGIN = 0.15;
/** The sensor's range is 16 g, and gravity and driving need some of it. */
const PEAK_MAX_MG = 14_500;

/** From any horizontal direction, above and below the rule. */
export function crashPulse(rng: Rng, startMs: number): Pulse {
  const durationMs = Math.round(rng.range(10, 140));
  const wantedKmh = rng.range(1, 36);
  const mg = Math.min(PEAK_MAX_MG, ((wantedKmh / 3.6) * Math.PI * 1e6) / (2 * durationMs * STANDARD_GRAVITY_MS2));
  const angle = rng.range(0, 2 * Math.PI);
  const up = mg * rng.range(-0.3, 0.3);
  return {
    startMs,
    durationMs,
    forwardMg: mg * cos(angle),
    leftMg: mg * sin(angle),
    upMg: up,
    shape: 'half-sine',
  };
}

/** B68: 2.5 g over the horizontal plane for 20 ms, and 8 km/h within 150 ms, in steps of 1 ms. Driving adds to it. */
export function crashTruth(pulse: Pulse, drivingForwardMs2: number, drivingLeftMs2: number): CrashTruth {
  const { startMs, durationMs } = pulse;
  const count = durationMs + 2 * WINDOW_MS;
  const forwardMg = new Float64Array(count);
  const leftMg = new Float64Array(count);
  let peak2 = 0;
  for (let ms = 0; ms < count; ms++) {
    const size = pulseAt(pulse, ms - WINDOW_MS + 0.5);
    forwardMg[ms] = size * pulse.forwardMg + drivingForwardMs2 * MG_PER_MS2;
    leftMg[ms] = size * pulse.leftMg + drivingLeftMs2 * MG_PER_MS2;
    peak2 = Math.max(peak2, forwardMg[ms] * forwardMg[ms] + leftMg[ms] * leftMg[ms]);
  }
  const deltaVKmh = strongestKmh(forwardMg, leftMg);
  const fulfils = (factor: number): boolean =>
    longestMs(forwardMg, leftMg, factor * PEAK_MG) >= Math.min(1, factor) * HOLD_MS &&
    deltaVKmh >= factor * DELTA_V_KMH;
  const label = fulfils(1 + MARGIN) ? 'above' : fulfils(1 - MARGIN) ? 'near' : 'below';
  return { startMs, peakMg: Math.round(Math.sqrt(peak2)), durationMs, deltaVKmh, label };
}

/** Largest change of speed within 150 ms. */
function strongestKmh(forwardMg: Float64Array, leftMg: Float64Array): number {
  let most = 0;
  let [forward, left] = [0, 0];
  for (let ms = 0; ms < forwardMg.length; ms++) {
    forward += forwardMg[ms] - (ms >= WINDOW_MS ? forwardMg[ms - WINDOW_MS] : 0);
    left += leftMg[ms] - (ms >= WINDOW_MS ? leftMg[ms - WINDOW_MS] : 0);
    most = Math.max(most, forward * forward + left * left);
  }
  return (3.6 * Math.sqrt(most)) / MG_PER_MS2 / 1000;
}

/** How long without a break the horizontal force stays over `mg`. */
function longestMs(forwardMg: Float64Array, leftMg: Float64Array, mg: number): number {
  let [longest, held] = [0, 0];
  for (let ms = 0; ms < forwardMg.length; ms++) {
    const over = forwardMg[ms] * forwardMg[ms] + leftMg[ms] * leftMg[ms] >= mg * mg;
    held = over ? held + 1 : 0;
    longest = Math.max(longest, held);
  }
  return longest;
}
