/** Detected events against true ones, by the rules of the report: 1 s, and 15 % of a threshold is nobody's fault. */

import type { Occurrence } from '../../protocol/messages.ts';
import type { Nuisance, NuisanceKind } from '../../simulator/nuisance.ts';
import { type HarshEvent, type HarshKind, NEAR } from '../../simulator/truth.ts';

export const HARSH_KINDS: readonly HarshKind[] = ['braking', 'acceleration', 'cornering'];
const THRESHOLD_MG: Readonly<Record<HarshKind, number>> = { braking: 320, acceleration: 280, cornering: 380 };
const MATCH_MS = 1000;
/** What follows a nuisance within this time is blamed on it. */
const BLAME_MS = 5000;

export interface Tally {
  truth: number;
  hits: number;
  misses: number;
  falseAlarms: number;
  /** Detected, and true within 15 % of a threshold. */
  near: number;
  /** True events while the axes were not known. */
  unmounted: number;
  readonly delaysMs: number[];
  readonly peakErrorsMg: number[];
  readonly durationErrorsMs: number[];
}

export function newTally(): Tally {
  return {
    truth: 0,
    hits: 0,
    misses: 0,
    falseAlarms: 0,
    near: 0,
    unmounted: 0,
    delaysMs: [],
    peakErrorsMg: [],
    durationErrorsMs: [],
  };
}

export interface Evidence {
  readonly kind: HarshKind;
  readonly events: readonly HarshEvent[];
  /** The same with all thresholds 15 % lower: everything that may be detected. */
  readonly near: readonly HarshEvent[];
  readonly detected: readonly Occurrence[];
  readonly nuisances: readonly Nuisance[];
  /** Whether the axes were known in that second. */
  readonly mounted: (second: number) => boolean;
}

/** Adds one car's evidence to the tally; returns what each false alarm is blamed on. */
export function match(evidence: Evidence, tally: Tally): readonly (NuisanceKind | 'driving')[] {
  const { kind } = evidence;
  const detected = evidence.detected.filter((found) => found.kind === `harsh-${kind}`);
  const taken = new Set<Occurrence>();
  for (const event of evidence.events) {
    if (event.kind !== kind || event.peakMg < (1 + NEAR) * THRESHOLD_MG[kind]) continue;
    if (!evidence.mounted(Math.floor(event.startMs / 1000))) {
      tally.unmounted++;
      continue;
    }
    tally.truth++;
    const hit = closest(detected, taken, event.startMs);
    if (hit === null) {
      tally.misses++;
      continue;
    }
    taken.add(hit);
    tally.hits++;
    tally.delaysMs.push(hit.atMs - event.startMs);
    tally.peakErrorsMg.push(hit.peak * 10 - event.peakMg);
    tally.durationErrorsMs.push(hit.durationMs - event.durationMs);
  }
  const blamed: (NuisanceKind | 'driving')[] = [];
  for (const found of detected) {
    if (taken.has(found)) continue;
    if (evidence.near.some((event) => event.kind === kind && overlaps(found, event))) {
      tally.near++;
      continue;
    }
    tally.falseAlarms++;
    blamed.push(blameFor(found, evidence.nuisances));
  }
  return blamed;
}

function closest(detected: readonly Occurrence[], taken: ReadonlySet<Occurrence>, startMs: number): Occurrence | null {
  let best: Occurrence | null = null;
  for (const found of detected) {
    const awayMs = Math.abs(found.atMs - startMs);
    if (awayMs > MATCH_MS || taken.has(found)) continue;
    if (best === null || awayMs < Math.abs(best.atMs - startMs)) best = found;
  }
  return best;
}

/** A second detection within one long event is no invention either. */
function overlaps(found: Occurrence, event: HarshEvent): boolean {
  return found.atMs >= event.startMs - MATCH_MS && found.atMs <= event.startMs + event.durationMs;
}

function blameFor(found: Occurrence, nuisances: readonly Nuisance[]): NuisanceKind | 'driving' {
  const endMs = found.atMs + found.durationMs;
  const near = nuisances.find(
    (nuisance) => found.atMs <= nuisance.endMs + BLAME_MS && endMs >= nuisance.startMs - MATCH_MS,
  );
  return near?.kind ?? 'driving';
}

export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
