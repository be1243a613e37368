/** Environment (E39): when and where, as a risk 0..100 by distance. */

import type { AppdrivexConfig, EnvironmentClass } from './appdrivex-config.ts';
import type { ClosedTrip, RoadAt } from './closed-trip.ts';
import { FAHRSTIL_DEFAULTS, type FahrstilConfig, type TimeBand } from './config.ts';
import type { Exposure } from './exposure.ts';
import { localMinute, zoneOf } from './local-time.ts';
import { bandOf } from './time.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { CLASS_WORDS, share } from './wording.ts';

const MIN_MS = 60_000;
const REASONS_MAX = 3;

const BAND_WORDS: Readonly<Record<TimeBand, string>> = {
  day: 'by day or in the evening',
  early: 'early in the morning',
  peak: 'in the rush hour',
  night: 'at night',
  'weekend-night': 'in a weekend night',
};

interface Environment {
  /** 0..100, null when nothing is known of it. */
  readonly risk: number | null;
  readonly verdict: Verdict;
}

class Cells {
  readonly #cm = new Map<EnvironmentClass, Map<TimeBand, number>>();

  add(at: EnvironmentClass, band: TimeBand, cm: number): void {
    const row = this.#cm.get(at) ?? new Map<TimeBand, number>();
    row.set(band, (row.get(band) ?? 0) + cm);
    this.#cm.set(at, row);
  }

  *all(): Generator<readonly [at: EnvironmentClass, band: TimeBand, cm: number]> {
    for (const [at, row] of this.#cm) for (const [band, cm] of row) yield [at, band, cm];
  }
}

/** `roads`: one entry a sample, or null without a map. `hours`: what is night and what is rush hour (C7). */
export function judgeEnvironment(
  trip: ClosedTrip,
  exposure: Exposure,
  roads: readonly (RoadAt | null)[] | null,
  config: AppdrivexConfig,
  hours: FahrstilConfig = FAHRSTIL_DEFAULTS,
): Environment {
  if (exposure.totalCm === 0) return { risk: null, verdict: nothing('no position of this trip shows movement') };
  const { track } = trip;
  const zone = zoneOf(track, hours.defaultZone);
  const cells = new Cells();
  let [utcMin, band]: [number, TimeBand] = [-1, 'day'];
  for (let i = 0; i < track.count; i++) {
    if (exposure.cm[i] === 0) continue;
    const sampleMin = Math.floor(track.utcMs[i] / MIN_MS);
    if (sampleMin !== utcMin) {
      utcMin = sampleMin;
      band = bandOf(localMinute(zone, utcMin * MIN_MS), hours);
    }
    cells.add(roads?.[i]?.roadClass ?? 'unknown', band, exposure.cm[i]);
  }
  let sum = 0;
  for (const [at, when, cm] of cells.all()) sum += cm * config.risks[at][when];
  const risk = divideRounded(sum, exposure.totalCm);
  const riskiestFirst = [...cells.all()].sort(
    ([a, aBand, aCm], [b, bBand, bCm]) => config.risks[b][bBand] * bCm - config.risks[a][aBand] * aCm || bCm - aCm,
  );
  const why = riskiestFirst.slice(0, REASONS_MAX).map(([at, when, cm]) => {
    const where = at === 'unknown' ? '' : ` ${CLASS_WORDS[at]}`;
    return `${share(cm, exposure.totalCm)}${where} ${BAND_WORDS[when]}`;
  });
  return { risk, verdict: { value: 100 - risk, why } };
}
