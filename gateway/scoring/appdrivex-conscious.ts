/**
 * Conscious driving (E41, E43, E44): time above the limit and the difference to it. Over 150 km/h a speed is critical
 * whatever the limit; where no limit is known that line is the only one.
 *
 * As in FahrStil a sample weighs as much distance as it would at the allowed speed at most, so that driving slower
 * than allowed never helps.
 */

import type { AppdrivexConfig } from './appdrivex-config.ts';
import type { RoadAt, TripTrack } from './closed-trip.ts';
import type { Exposure } from './exposure.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { duration, share } from './wording.ts';

/** m/h in 0.1 m/s. */
const MH_PER_DMS = 360;
/** A sample before a tunnel stands for more time, but proves no more than a second of speeding (E44). */
const SAMPLE_MS = 1000;
/** 100 % over is as bad as it gets: keeps sums below 2^53. */
const EXCESS_E4_MAX = 10_000;
const KNOWN_PERCENT_MIN = 95;

/** What may be driven on a sample, m/h. */
interface Line {
  readonly limitKmh: number;
  readonly allowedMh: number;
}

function lineOf(limitKmh: number, extraKmh: number, { measuringPercent, measuringKmhMin }: AppdrivexConfig): Line {
  const measuringMh = Math.max(measuringKmhMin * 1000, limitKmh * measuringPercent * 10);
  return { limitKmh, allowedMh: limitKmh * 1000 + measuringMh + extraKmh * 1000 };
}

function isLimit(road: RoadAt | null): road is RoadAt & { readonly limitKmh: number } {
  return road !== null && road.limitKmh !== null && road.limitKind !== 'advisory';
}

function excessE4(speedDmS: number, { limitKmh, allowedMh }: Line): number {
  const overMh = speedDmS * MH_PER_DMS - allowedMh;
  return overMh <= 0 ? 0 : Math.min(EXCESS_E4_MAX, Math.floor((overMh * 10) / limitKmh));
}

class Tally {
  knownCm = 0;
  judgedCm = 0;
  /** ppm x cm. */
  loss = 0;
  overMs = 0;
  overDmS = 0;
  criticalMs = 0;
  topDmS = 0;
  readonly #critical: Line;
  readonly #config: AppdrivexConfig;

  constructor(track: TripTrack, exposure: Exposure, roads: readonly (RoadAt | null)[] | null, config: AppdrivexConfig) {
    this.#config = config;
    this.#critical = lineOf(config.criticalKmh, 0, config);
    let [start, runMs] = [-1, 0];
    for (let i = 0; i <= track.count; i++) {
      if (i < track.count && track.fix[i] === 0) continue;
      if (i < track.count && this.#judge(track.speedDmS[i], exposure.holdMs[i], exposure.cm[i], roads?.[i] ?? null)) {
        if (start < 0) start = i;
        runMs += Math.min(SAMPLE_MS, exposure.holdMs[i]);
        continue;
      }
      if (start >= 0 && runMs >= config.excessMsMin) this.#deduct(track, exposure, roads, start, i);
      [start, runMs] = [-1, 0];
    }
  }

  #lineUnder(road: RoadAt | null): Line {
    if (!isLimit(road)) return this.#critical;
    const line = lineOf(road.limitKmh, road.limitKind === 'assumed' ? this.#config.assumedExtraKmh : 0, this.#config);
    return line.allowedMh < this.#critical.allowedMh ? line : this.#critical;
  }

  /** Counts the sample as judged, and says whether it is too fast. */
  #judge(speedDmS: number, holdMs: number, cm: number, road: RoadAt | null): boolean {
    const line = this.#lineUnder(road);
    if (isLimit(road)) this.knownCm += cm;
    this.judgedCm += weightCm(speedDmS, holdMs, line);
    return speedDmS * MH_PER_DMS > line.allowedMh;
  }

  /** All samples with a fix in `start .. end - 1` are too fast. */
  #deduct(
    { fix, speedDmS }: TripTrack,
    { holdMs }: Exposure,
    roads: readonly (RoadAt | null)[] | null,
    start: number,
    end: number,
  ): void {
    const baseE4 = this.#config.criticalPercentMin * 100;
    for (let i = start; i < end; i++) {
      if (fix[i] === 0) continue;
      const line = this.#lineUnder(roads?.[i] ?? null);
      const critical = speedDmS[i] * MH_PER_DMS > this.#critical.allowedMh;
      const criticalE4 = critical ? Math.min(EXCESS_E4_MAX, baseE4 + excessE4(speedDmS[i], this.#critical)) : 0;
      const e4 = Math.max(excessE4(speedDmS[i], line), criticalE4);
      this.loss += Math.floor((e4 * e4) / 100) * weightCm(speedDmS[i], holdMs[i], line);
      this.topDmS = Math.max(this.topDmS, speedDmS[i]);
      this.overDmS = Math.max(this.overDmS, speedDmS[i] - Math.floor((line.limitKmh * 1000) / MH_PER_DMS));
      this.overMs += holdMs[i];
      if (critical) this.criticalMs += holdMs[i];
    }
  }
}

/** Distance as driven, but no further than at the allowed speed. */
function weightCm(speedDmS: number, holdMs: number, { allowedMh }: Line): number {
  return Math.floor((Math.min(speedDmS, Math.floor(allowedMh / MH_PER_DMS)) * holdMs) / 100);
}

function kmh(dmS: number): number {
  return divideRounded(dmS * 36, 100);
}

function reasons(tally: Tally, totalCm: number, { criticalKmh }: AppdrivexConfig): string[] {
  const why: string[] = [];
  if (tally.overMs === 0) why.push('never too fast for long enough to count');
  else why.push(`${duration(tally.overMs)} too fast, by up to ${kmh(tally.overDmS)} km/h`);
  if (tally.criticalMs > 0)
    why.push(`${duration(tally.criticalMs)} over ${criticalKmh} km/h, up to ${kmh(tally.topDmS)} km/h`);
  if (tally.knownCm * 100 < totalCm * KNOWN_PERCENT_MIN)
    why.push(`limits are known for ${share(tally.knownCm, totalCm)} of the way; elsewhere ${criticalKmh} km/h count`);
  return why;
}

/** `roads`: one entry a sample, or null without a map. */
export function judgeConsciousness(
  track: TripTrack,
  exposure: Exposure,
  roads: readonly (RoadAt | null)[] | null,
  config: AppdrivexConfig,
): Verdict {
  if (exposure.totalCm === 0) return nothing('no position of this trip shows movement');
  const tally = new Tally(track, exposure, roads, config);
  if (tally.judgedCm === 0) return nothing('no position of this trip shows movement');
  const meanPpm = Math.floor(tally.loss / tally.judgedCm);
  const lost = Math.min(100, divideRounded(100 * meanPpm, config.excessPpmForAll));
  return { value: 100 - lost, why: reasons(tally, exposure.totalCm, config) };
}
