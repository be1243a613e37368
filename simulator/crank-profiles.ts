/**
 * The line while a starter turns, as the standards draw it (numbers.md 4). Between two points it is straight; a
 * sine lies on top where the text gives volts peak to peak.
 */

import { sin } from '../protocol/trig.ts';
import { type LineEdge, SUPPLY_PER_SECOND } from './feed.ts';

interface Stretch {
  /** Level at the end of the stretch, mV. */
  readonly toMv: number;
  readonly ms: number;
  readonly ripplePpMv?: number;
}

export interface CrankProfile {
  readonly name: string;
  /** Before the first pulse and between two. */
  readonly restMv: number;
  readonly stretches: readonly Stretch[];
  readonly pulses: number;
  /** From the end of one pulse to the next. */
  readonly pauseMs: number;
}

const RIPPLE_HZ = 2;
/** The comparator of the device (numbers.md 13). */
const LOW_MV = 5_500;

/** Level I; the ripple of 2 Vpp at 2 Hz is that of the revision of 2003, 4.5.3. */
export const ISO_16750_2_LEVEL_I: CrankProfile = {
  name: 'ISO 16750-2 level I',
  restMv: 12_000,
  stretches: [
    { toMv: 8_000, ms: 5 },
    { toMv: 8_000, ms: 15 },
    { toMv: 10_500, ms: 50 },
    { toMv: 10_500, ms: 1000, ripplePpMv: 2000 },
    { toMv: 12_000, ms: 40 },
  ],
  pulses: 10,
  pauseMs: 2000,
};

/** The level under the ripple is read as 6.5 V, so that it dips to the comparator's 5.5 V: the worst reading. */
export const LV_124_E11_COLD: CrankProfile = {
  name: 'LV 124 E-11 cold',
  restMv: 11_000,
  stretches: [
    { toMv: 4_500, ms: 1 },
    { toMv: 4_500, ms: 19 },
    { toMv: 6_500, ms: 50 },
    { toMv: 6_500, ms: 10_000, ripplePpMv: 2000 },
    { toMv: 11_000, ms: 100 },
  ],
  pulses: 10,
  pauseMs: 2000,
};

export const LV_124_E11_WARM: CrankProfile = {
  name: 'LV 124 E-11 warm',
  restMv: 11_000,
  stretches: [
    { toMv: 7_000, ms: 1 },
    { toMv: 7_000, ms: 15 },
    { toMv: 8_000, ms: 75 },
    { toMv: 8_000, ms: 240 },
    { toMv: 9_000, ms: 70 },
    { toMv: 9_000, ms: 600 },
    { toMv: 11_000, ms: 10 },
  ],
  pulses: 100,
  pauseMs: 19_000,
};

export const CRANK_PROFILES = [ISO_16750_2_LEVEL_I, LV_124_E11_COLD, LV_124_E11_WARM];

export function pulseMs(profile: CrankProfile): number {
  return profile.stretches.reduce((sum, { ms }) => sum + ms, 0);
}

/** From the first fall to the end of the last of `pulses`. */
export function crankMs(profile: CrankProfile, pulses: number = profile.pulses): number {
  return pulses * pulseMs(profile) + (pulses - 1) * profile.pauseMs;
}

/** The level `ms` after the first pulse began. */
export function crankMv(profile: CrankProfile, pulses: number, ms: number): number {
  const period = pulseMs(profile) + profile.pauseMs;
  if (ms < 0 || ms >= pulses * period) return profile.restMv;
  let left = ms % period;
  let fromMv = profile.restMv;
  for (const { toMv, ms: lasts, ripplePpMv } of profile.stretches) {
    if (left < lasts) {
      const ripple = ripplePpMv === undefined ? 0 : (ripplePpMv / 2) * sin((2 * Math.PI * RIPPLE_HZ * left) / 1000);
      return fromMv + ((toMv - fromMv) * left) / lasts + ripple;
    }
    left -= lasts;
    fromMv = toMv;
  }
  return profile.restMv;
}

/** Where the line crosses the comparator and the regulator's limit `lostMv` between `fromMs` and a second later. */
export function crankEdges(profile: CrankProfile, pulses: number, fromMs: number, lostMv: number): LineEdge[] {
  const edges: LineEdge[] = [];
  let before = lineAt(crankMv(profile, pulses, fromMs - 1), lostMv);
  for (let atMs = 0; atMs < 1000; atMs++) {
    const line = lineAt(crankMv(profile, pulses, fromMs + atMs), lostMv);
    if (line !== before) edges.push({ atMs, line });
    before = line;
  }
  return edges;
}

function lineAt(mV: number, lostMv: number): LineEdge['line'] {
  if (mV < lostMv) return 'lost';
  return mV < LOW_MV ? 'low' : 'good';
}

/** The samples of a second that begins `fromMs` after the first pulse began. */
export function crankSamples(into: Uint16Array, profile: CrankProfile, pulses: number, fromMs: number): void {
  for (let i = 0; i < SUPPLY_PER_SECOND; i++) {
    into[i] = Math.round(crankMv(profile, pulses, fromMs + (i * 1000) / SUPPLY_PER_SECOND));
  }
}
