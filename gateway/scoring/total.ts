/** From four sub-scores to one score (C12, C14, C15). */

import type { Criterion, SubScore } from './closed-trip.ts';
import type { FahrstilConfig } from './config.ts';
import { divideRounded, type Verdict } from './verdict.ts';

export const CRITERIA: readonly Criterion[] = ['speed', 'acceleration', 'road', 'time'];

type Verdicts = Readonly<Record<Criterion, Verdict>>;

/** Per cent of the total per criterion: those of missing ones go to the others; sums to 100 by largest remainder. */
function sharedWeights(verdicts: Verdicts, weights: FahrstilConfig['weights']): Record<Criterion, number> {
  const shared: Record<Criterion, number> = { speed: 0, acceleration: 0, road: 0, time: 0 };
  const judged = CRITERIA.filter((criterion) => verdicts[criterion].value !== null && weights[criterion] > 0);
  const sum = judged.reduce((total, criterion) => total + weights[criterion], 0);
  if (sum === 0) return shared;
  for (const criterion of judged) shared[criterion] = Math.floor((100 * weights[criterion]) / sum);
  const remainder = (criterion: Criterion): number => (100 * weights[criterion]) % sum;
  const missing = 100 - judged.reduce((total, criterion) => total + shared[criterion], 0);
  // The sort is stable: of equal remainders the earlier criterion wins.
  const byRemainder = [...judged].sort((a, b) => remainder(b) - remainder(a));
  for (const criterion of byRemainder.slice(0, missing)) shared[criterion]++;
  return shared;
}

/** Null when no criterion has a value. By the configured weights, which the shown ones only round. */
function totalOf(verdicts: Verdicts, weights: FahrstilConfig['weights']): number | null {
  let sum = 0;
  let weight = 0;
  for (const criterion of CRITERIA) {
    const { value } = verdicts[criterion];
    if (value === null) continue;
    sum += value * weights[criterion];
    weight += weights[criterion];
  }
  return weight === 0 ? null : divideRounded(sum, weight);
}

/** 1..7 for 0..100 (C12, C15). */
export function scoreOf(total: number, thresholds: readonly number[]): number {
  return 1 + thresholds.filter((threshold) => total >= threshold).length;
}

export interface Combined {
  readonly total: number | null;
  readonly score: number | null;
  readonly subscores: Readonly<Record<Criterion, SubScore>>;
}

export function combine(verdicts: Verdicts, config: FahrstilConfig): Combined {
  const weights = sharedWeights(verdicts, config.weights);
  const total = totalOf(verdicts, config.weights);
  const subscore = (criterion: Criterion): SubScore => ({ ...verdicts[criterion], weight: weights[criterion] });
  return {
    total,
    score: total === null ? null : scoreOf(total, config.thresholds),
    subscores: {
      speed: subscore('speed'),
      acceleration: subscore('acceleration'),
      road: subscore('road'),
      time: subscore('time'),
    },
  };
}
