/**
 * Acceleration, braking and steering (C5, C6, C22, C39): harsh events per 100 km, each with its severity capped.
 *
 * The distance is the driven one plus a calm credit (`priorM`), so that one event costs a short history little and
 * a long one next to nothing. Isolated hard brakings, the hardest first, are forgiven: one per full 1000 km of
 * whatever history is judged, so a trip alone forgives none and a year forgives several. `judgeHarshEvents` takes
 * the events of a trip as well as those of a period, with their places along it.
 */

import type { ClosedTrip, HarshKind } from './closed-trip.ts';
import type { FahrstilConfig } from './config.ts';
import type { Exposure } from './exposure.ts';
import { divideRounded, type Verdict } from './verdict.ts';
import { kilometres } from './wording.ts';

export interface HarshEvent {
  readonly kind: HarshKind;
  /** Driven since the start of the trip or period, metres. */
  readonly atM: number;
  /** 0.01 g. */
  readonly peakCg: number;
}

const KINDS: readonly HarshKind[] = ['harsh-braking', 'harsh-cornering', 'harsh-acceleration'];
const KIND_WORDS: Readonly<Record<HarshKind, readonly [one: string, many: string]>> = {
  'harsh-braking': ['hard braking', 'hard brakings'],
  'harsh-cornering': ['harsh corner', 'harsh corners'],
  'harsh-acceleration': ['harsh acceleration', 'harsh accelerations'],
};

function isHarsh(kind: string): kind is HarshKind {
  return KINDS.some((harsh) => harsh === kind);
}

/**
 * A trip's harsh events, in time order, with where they happened. Those that are only counted have the least
 * severity, and stand together at the trip's end, so that none of them passes for an isolated one.
 */
export function harshEventsOf({ occurrences, unseen, track }: ClosedTrip, exposure: Exposure): readonly HarshEvent[] {
  const events: HarshEvent[] = [];
  let drivenCm = 0;
  let next = 0;
  for (const { kind, utcMs, peak } of [...occurrences].sort((a, b) => a.utcMs - b.utcMs)) {
    for (; next < track.count && track.utcMs[next] < utcMs; next++) drivenCm += exposure.cm[next];
    if (isHarsh(kind)) events.push({ kind, atM: Math.floor(drivenCm / 100), peakCg: peak });
  }
  const endM = Math.floor(exposure.totalCm / 100);
  for (const kind of KINDS) for (let i = 0; i < unseen[kind]; i++) events.push({ kind, atM: endM, peakCg: 0 });
  return events;
}

/** 1000 at the threshold, rising with the peak up to the cap (C6). */
function severityPermille({ kind, peakCg }: HarshEvent, config: FahrstilConfig): number {
  const fromCg = {
    'harsh-acceleration': config.accelerationCgMin,
    'harsh-braking': config.brakingCgMin,
    'harsh-cornering': config.corneringCgMin,
  }[kind];
  return Math.min(config.severityPermilleMax, Math.max(1000, Math.floor((peakCg * 1000) / fromCg)));
}

/** Severities of the brakings that could be forgiven, worst first. */
function isolatedBrakings(events: readonly HarshEvent[], config: FahrstilConfig): number[] {
  const along = [...events].sort((a, b) => a.atM - b.atM);
  const alone = along.filter(
    ({ kind, atM }, i) =>
      kind === 'harsh-braking' &&
      (i === 0 || atM - along[i - 1].atM > config.isolationM) &&
      (i === along.length - 1 || along[i + 1].atM - atM > config.isolationM),
  );
  return alone.map((event) => severityPermille(event, config)).sort((a, b) => b - a);
}

function reasons(events: readonly HarshEvent[], distanceM: number, forgiven: number): string[] {
  if (events.length === 0) return [`no harsh event in ${kilometres(distanceM)}`];
  const counted = KINDS.map((kind) => {
    const count = events.filter((event) => event.kind === kind).length;
    return count === 0 ? '' : `${count} ${KIND_WORDS[kind][count === 1 ? 0 : 1]}`;
  }).filter((words) => words !== '');
  const topCg = events.reduce((top, { peakCg }) => Math.max(top, peakCg), 0);
  const strongest = `${Math.floor(topCg / 100)}.${String(topCg % 100).padStart(2, '0')} g`;
  const lines = [`${counted.join(', ')} in ${kilometres(distanceM)}, up to ${strongest}`];
  if (forgiven > 0) lines.push(`${forgiven} isolated hard braking${forgiven === 1 ? '' : 's'} forgiven`);
  return lines;
}

/** Events of a trip or a period of `distanceM`, in any order. */
export function judgeHarshEvents(events: readonly HarshEvent[], distanceM: number, config: FahrstilConfig): Verdict {
  const forgiven = isolatedBrakings(events, config).slice(0, Math.floor(distanceM / config.forgivenPerM));
  let permille = 0;
  for (const event of events) permille += severityPermille(event, config);
  for (const severity of forgiven) permille -= severity;
  // permille / 1000 events x points x 100 km / distance
  const lost = Math.min(100, divideRounded(permille * config.pointsPerEvent * 100, distanceM + config.priorM));
  return { value: 100 - lost, why: reasons(events, distanceM, forgiven.length) };
}
