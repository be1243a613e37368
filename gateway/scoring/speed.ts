/**
 * Speed (C2..C4): the mean, over the judged distance, of the squared relative excess over what is allowed.
 *
 * A sample weighs as much distance as it would at the allowed speed at most. So driving slower than allowed never
 * helps (C4), neither per second nor per kilometre, and driving faster always adds to the loss and to nothing else.
 */

import type { LimitKind, RoadAt, TripTrack } from './closed-trip.ts';
import type { FahrstilConfig } from './config.ts';
import type { Exposure } from './exposure.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { duration, onRoad, share } from './wording.ts';

/** m/h in 0.1 m/s. */
const MH_PER_DMS = 360;
const REASONS_MAX = 3;
/** A sample before a tunnel stands for more time, but proves no more than a second of speeding (E44). */
const SAMPLE_MS = 1000;
/** Below this a reason says for how much of the way limits are known. */
const KNOWN_PERCENT_MIN = 95;
/** 100 % over the limit is as bad as it gets: keeps sums below 2^53. */
const EXCESS_E4_MAX = 10_000;

/** All excesses over one limit on one road. */
interface Excess {
  readonly road: RoadAt;
  readonly limitKmh: number;
  count: number;
  topDmS: number;
  totalMs: number;
  /** ppm x cm. */
  loss: number;
}

function limitOf(road: RoadAt | null, config: FahrstilConfig): number | null {
  if (road === null) return null;
  return road.limitKmh ?? (road.limitKind === 'advisory' ? config.advisoryKmh : null);
}

/** What is driven before anything is deducted, in m/h. */
function allowedMh(limitKmh: number, kind: LimitKind, config: FahrstilConfig): number {
  const toleranceMh =
    limitKmh <= config.toleranceBoundaryKmh ? config.toleranceKmh * 1000 : limitKmh * config.tolerancePercent * 10;
  return limitKmh * 1000 + toleranceMh + (kind === 'assumed' ? config.assumedExtraKmh * 1000 : 0);
}

/** Square of the relative excess, in ppm. */
function excessPpm(speedDmS: number, allowed: number, limitKmh: number): number {
  const overMh = speedDmS * MH_PER_DMS - allowed;
  const e4 = Math.min(EXCESS_E4_MAX, Math.floor((overMh * 10) / limitKmh));
  return Math.floor((e4 * e4) / 100);
}

class SpeedTally {
  /** Distance as driven where a limit is known. */
  knownCm = 0;
  /** The same with what was too fast left out: what losses are shared over. */
  judgedCm = 0;
  /** ppm x cm. */
  loss = 0;
  readonly excesses: Excess[] = [];
  readonly #track: TripTrack;
  readonly #exposure: Exposure;
  readonly #roads: readonly (RoadAt | null)[];
  readonly #config: FahrstilConfig;

  constructor(track: TripTrack, exposure: Exposure, roads: readonly (RoadAt | null)[], config: FahrstilConfig) {
    this.#track = track;
    this.#exposure = exposure;
    this.#roads = roads;
    this.#config = config;
    this.#walk();
  }

  #walk(): void {
    let runStart = -1;
    let runMs = 0;
    for (let i = 0; i <= this.#track.count; i++) {
      if (i < this.#track.count && this.#track.fix[i] === 0) continue;
      if (i < this.#track.count && this.#judge(i)) {
        if (runStart < 0) runStart = i;
        runMs += Math.min(SAMPLE_MS, this.#exposure.holdMs[i]);
      } else {
        if (runStart >= 0 && runMs >= this.#config.violationMsMin) this.#deduct(runStart, i);
        runStart = -1;
        runMs = 0;
      }
    }
  }

  /** Counts the sample as judged, and says whether it is too fast. */
  #judge(i: number): boolean {
    const road = this.#roads[i];
    const limitKmh = limitOf(road, this.#config);
    if (road === null || limitKmh === null) return false;
    const allowed = allowedMh(limitKmh, road.limitKind, this.#config);
    this.knownCm += this.#exposure.cm[i];
    this.judgedCm += this.#weightCm(i, allowed);
    return this.#track.speedDmS[i] * MH_PER_DMS > allowed;
  }

  #weightCm(i: number, allowed: number): number {
    const dmS = Math.min(this.#track.speedDmS[i], Math.floor(allowed / MH_PER_DMS));
    return Math.floor((dmS * this.#exposure.holdMs[i]) / 100);
  }

  /** One violation: all samples with a fix in `start .. end - 1` are too fast. */
  #deduct(start: number, end: number): void {
    let current: Excess | null = null;
    for (let i = start; i < end; i++) {
      const road = this.#roads[i];
      const limitKmh = limitOf(road, this.#config);
      if (this.#track.fix[i] === 0 || road === null || limitKmh === null) continue;
      const excess: Excess = this.#excessOn(road, limitKmh);
      if (excess !== current) excess.count++;
      current = excess;
      const allowed = allowedMh(limitKmh, road.limitKind, this.#config);
      const loss = excessPpm(this.#track.speedDmS[i], allowed, limitKmh) * this.#weightCm(i, allowed);
      excess.topDmS = Math.max(excess.topDmS, this.#track.speedDmS[i]);
      excess.totalMs += this.#exposure.holdMs[i];
      excess.loss += loss;
      this.loss += loss;
    }
  }

  #excessOn(road: RoadAt, limitKmh: number): Excess {
    const known = this.excesses.find(
      (e) =>
        e.road === road ||
        (e.limitKmh === limitKmh && e.road.limitKind === road.limitKind && onRoad(e.road) === onRoad(road)),
    );
    if (known !== undefined) return known;
    const excess = { road, limitKmh, count: 0, topDmS: 0, totalMs: 0, loss: 0 };
    this.excesses.push(excess);
    return excess;
  }
}

const KIND_WORDS: Readonly<Record<LimitKind, string>> = {
  limit: '',
  advisory: 'the advisory ',
  assumed: 'the assumed ',
};

function inWords({ road, limitKmh, count, topDmS, totalMs }: Excess): string {
  const top = divideRounded(topDmS * 36, 100);
  const time = count === 1 ? `for ${duration(totalMs)}` : `${duration(totalMs)} in total`;
  return `${count} x over ${KIND_WORDS[road.limitKind]}${limitKmh}${onRoad(road)}, up to ${top} km/h, ${time}`;
}

function reasons(tally: SpeedTally, totalCm: number, config: FahrstilConfig): string[] {
  const worstFirst = [...tally.excesses].sort((a, b) => b.loss - a.loss || b.totalMs - a.totalMs);
  const lines = worstFirst.slice(0, REASONS_MAX).map(inWords);
  const others = worstFirst.slice(REASONS_MAX).reduce((sum, excess) => sum + excess.count, 0);
  if (others > 0) lines.push(`${others} x over the limit elsewhere`);
  if (lines.length === 0) lines.push(`never too fast for ${duration(config.violationMsMin)} or longer`);
  if (tally.knownCm * 100 < totalCm * KNOWN_PERCENT_MIN)
    lines.push(`limits are known for ${share(tally.knownCm, totalCm)} of the way`);
  return lines;
}

/** `roads`: one entry a sample. `source` names them in a reason. */
export function judgeSpeed(
  track: TripTrack,
  exposure: Exposure,
  roads: readonly (RoadAt | null)[],
  source: string,
  config: FahrstilConfig,
): Verdict {
  if (exposure.totalCm === 0) return nothing('no position of this trip shows movement');
  if (roads.every((road) => road === null)) return nothing(`no road of ${source} lies under this trip`);
  const tally = new SpeedTally(track, exposure, roads, config);
  if (tally.judgedCm === 0) return nothing(`${source} states no speed limit for the roads of this trip`);
  const meanPpm = Math.floor(tally.loss / tally.judgedCm);
  const lost = Math.min(100, divideRounded(100 * meanPpm, config.excessPpmForAll));
  return { value: 100 - lost, why: reasons(tally, exposure.totalCm, config) };
}
