/**
 * Smooth driving (E38, E42, E52): harsh events per 100 km, each with its severity capped, heavier where the
 * environment is risky. The distance is the driven one plus a calm credit, so that one event does not ruin a trip.
 */

import type { HarshEvent } from './acceleration.ts';
import type { AppdrivexConfig } from './appdrivex-config.ts';
import type { HarshKind } from './closed-trip.ts';
import { divideRounded, type Verdict } from './verdict.ts';
import { kilometres } from './wording.ts';

const WORDS: readonly (readonly [kind: HarshKind, one: string, many: string])[] = [
  ['harsh-braking', 'sharp braking', 'sharp brakings'],
  ['harsh-cornering', 'extreme corner', 'extreme corners'],
  ['harsh-acceleration', 'strong acceleration', 'strong accelerations'],
];

function severityPermille({ kind, peakCg }: HarshEvent, config: AppdrivexConfig): number {
  const fromCg = {
    'harsh-acceleration': config.accelerationCgMin,
    'harsh-braking': config.brakingCgMin,
    'harsh-cornering': config.corneringCgMin,
  }[kind];
  return Math.min(config.severityPermilleMax, Math.max(1000, Math.floor((peakCg * 1000) / fromCg)));
}

/** `risk`: 0..100 of the trip's environment. */
export function judgeSmoothness(
  events: readonly HarshEvent[],
  distanceM: number,
  risk: number,
  config: AppdrivexConfig,
): Verdict {
  let permille = 0;
  for (const event of events) permille += severityPermille(event, config);
  // permille / 1000 events x points x (1 + coupling x risk) x 100 km / distance; coupling and risk are per cent
  const coupled = 10_000 + config.couplingPercent * risk;
  const lost = divideRounded(permille * config.pointsPerEvent * coupled, (distanceM + config.priorM) * 100);
  if (events.length === 0) return { value: 100, why: [`no harsh event in ${kilometres(distanceM)}`] };
  const counted = WORDS.flatMap(([kind, one, many]) => {
    const count = events.filter((event) => event.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  const why = [`${counted.join(', ')} in ${kilometres(distanceM)}`];
  if (coupled > 10_000) why.push(`they weigh ${divideRounded(coupled, 100) - 100} % more, for when and where it was`);
  return { value: 100 - Math.min(100, lost), why };
}
