/**
 * Which FahrStil discount holds on which day (C10..C19, C43..C45, C48, C60): a walk over the starts of years and the
 * ends of cover. An interruption stops the discount; one that was not too long brings back what was reached.
 */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import { addDays, afterMonths, type Day, dayOf, isoDay, partsOf } from './calendar.ts';
import { type Explanation, explain } from './explanation.ts';
import {
  checkPeriod,
  type PeriodFacts,
  periodEnding,
  type Standing,
  standingAfter,
  startStanding,
} from './fahrstil-period.ts';
import type { FahrstilTerms } from './fahrstil-terms.ts';

export type InterruptionCause = 'deregistered' | 'contract-ended' | 'excluded' | 'erased' | 'age';

export interface Interruption {
  /** First day without FahrStil. */
  readonly from: Day;
  /** First day with FahrStil again, or null while it lasts. */
  readonly to: Day | null;
  readonly cause: InterruptionCause;
}

export interface FahrstilHistory {
  /** First day with FahrStil. */
  readonly start: Day;
  /** A key year that is missing had no kilometres. */
  readonly periods: readonly PeriodFacts[];
  readonly interruptions: readonly Interruption[];
}

/** What holds from one day to another, both included. */
export interface DiscountSpan {
  readonly from: Day;
  /** Null for an interruption that has no end yet. */
  readonly to: Day | null;
  /** False: the premium without FahrStil applies. */
  readonly telematics: boolean;
  readonly percent: number;
  /** What the discount rests on; null for the start discount and without FahrStil. */
  readonly score: number | null;
  readonly why: Explanation;
}

const CAUSES: Readonly<Record<InterruptionCause, readonly [requirement: string, words: string]>> = {
  deregistered: ['C19', 'the car was deregistered'],
  'contract-ended': ['C19', 'the contract ended'],
  excluded: ['C44, C45', 'FahrStil was excluded from the contract'],
  erased: ['C60', 'the driving data were erased on request, and FahrStil cannot go on without them'],
  age: ['C48', 'the contract or the car was changed after the age up to which FahrStil is sold'],
};
/** What cannot be taken up again (C48). */
const FINAL: ReadonlySet<InterruptionCause> = new Set(['age']);

function withoutFahrstil({ from, cause }: Interruption): Explanation {
  const [requirement, words] = CAUSES[cause];
  const sentence = `From ${isoDay(from)} the premium without FahrStil applies, because ${words}.`;
  return explain('premium without FahrStil', requirement, { from: isoDay(from), discountPercent: 0, cause }, sentence);
}

function isTooLong({ from, to }: Interruption, { interruptionMonthsMax }: FahrstilTerms): boolean {
  return to !== null && to > afterMonths(from, interruptionMonthsMax);
}

/** What holds when an interruption ends on `to`. */
function resumed(gap: Interruption, to: Day, reached: Standing, terms: FahrstilTerms): Standing {
  const { startPercent, interruptionMonthsMax } = terms;
  const erased = gap.cause === 'erased';
  const numbers = { from: isoDay(gap.from), to: isoDay(to), monthsMax: interruptionMonthsMax };
  if (!erased && !isTooLong(gap, terms)) {
    const { percent } = reached;
    const sentence = `The interruption from ${isoDay(gap.from)} to ${isoDay(to)} was not longer than ${interruptionMonthsMax} months: the ${percent} % reached go on.`;
    return {
      ...reached,
      why: explain('discount goes on', 'C19, C43', { ...numbers, discountPercent: percent }, sentence),
    };
  }
  const because = erased
    ? 'the driving data were erased'
    : `the interruption was longer than ${interruptionMonthsMax} months`;
  const sentence = `On ${isoDay(to)} FahrStil starts anew with ${startPercent} %, because ${because}.`;
  const why = explain(
    'start anew',
    erased ? 'C10, C60' : 'C10, C19',
    { ...numbers, discountPercent: startPercent },
    sentence,
  );
  return { percent: startPercent, score: null, why };
}

function faultOf({ start, periods, interruptions }: FahrstilHistory): string | null {
  const years = new Set<number>();
  for (const facts of periods) {
    const checked = checkPeriod(facts);
    if (!checked.ok) return checked.reason;
    if (years.has(facts.keyYear)) return `there are two periods that end in ${facts.keyYear}: join them`;
    years.add(facts.keyYear);
  }
  let free = start;
  let ended: Interruption | null = null;
  for (const gap of interruptions) {
    const when = `the interruption from ${isoDay(gap.from)}`;
    if (ended !== null) return `${when} comes after ${isoDay(ended.from)}, when FahrStil ended for good: remove one`;
    if (gap.from < free) return `${when} begins before ${isoDay(free)}: list interruptions in order, without overlap`;
    if (gap.to !== null && gap.to <= gap.from) return `${when} must end after it begins`;
    if (gap.to !== null && FINAL.has(gap.cause)) return `${when} cannot end: FahrStil cannot be taken again (C48)`;
    if (gap.to === null) ended = gap;
    else free = gap.to;
  }
  return null;
}

/** Interruptions that follow each other without a day of cover are one (C19: continuously). */
function joined(interruptions: readonly Interruption[]): Interruption[] {
  const gaps: Interruption[] = [];
  for (const gap of interruptions) {
    const last = gaps.at(-1);
    if (last === undefined || last.to !== gap.from) gaps.push(gap);
    else gaps[gaps.length - 1] = { ...last, to: gap.to, cause: last.cause === 'erased' ? last.cause : gap.cause };
  }
  return gaps;
}

class Walk {
  readonly spans: DiscountSpan[] = [];
  readonly #terms: FahrstilTerms;
  readonly #periods: ReadonlyMap<number, PeriodFacts>;
  #standing: Standing;
  /** First day whose trips count. */
  #since: Day;
  #gap: Interruption | null = null;

  constructor({ start, periods }: FahrstilHistory, terms: FahrstilTerms) {
    this.#terms = terms;
    this.#periods = new Map(periods.map((facts) => [facts.keyYear, facts]));
    this.#since = start;
    this.#standing = startStanding(start, terms);
    this.#open(start);
  }

  #open(from: Day): void {
    const last = this.spans.at(-1);
    if (last !== undefined && last.from === from) this.spans.pop();
    else if (last !== undefined) this.spans[this.spans.length - 1] = { ...last, to: addDays(from, -1) };
    const gap = this.#gap;
    const to = gap === null ? dayOf(partsOf(from).year, 12, 31) : gap.to === null ? null : addDays(gap.to, -1);
    const { percent, score, why } =
      gap === null ? this.#standing : { percent: 0, score: null, why: withoutFahrstil(gap) };
    this.spans.push({ from, to, telematics: gap === null, percent, score, why });
  }

  year(first: Day): void {
    const keyYear = partsOf(first).year - 1;
    // A key date before the start had nothing to look at: the start discount goes on as it is.
    if (periodEnding(keyYear, this.#terms).keyDate >= this.#since) {
      const facts = this.#periods.get(keyYear) ?? { keyYear, distanceM: 0, score: null };
      this.#standing = standingAfter(facts, this.#since, this.#standing, this.#terms);
    }
    if (this.#gap === null) this.#open(first);
  }

  interrupt(gap: Interruption): void {
    this.#gap = gap;
    this.#open(gap.from);
  }

  resume(to: Day): void {
    const gap = this.#gap;
    if (gap === null) throw new Error('nothing was interrupted');
    this.#standing = resumed(gap, to, this.#standing, this.#terms);
    if (gap.cause === 'erased' || isTooLong(gap, this.#terms)) this.#since = to;
    this.#gap = null;
    this.#open(to);
  }
}

/** From the start to the end of the year of `until`. The reason for a refusal names what to correct. */
export function discountSpans(
  history: FahrstilHistory,
  until: Day,
  terms: FahrstilTerms,
): Result<readonly DiscountSpan[], string> {
  const { start } = history;
  const fault = faultOf(history);
  if (fault !== null) return refuse(fault);
  if (until < start) return refuse(`FahrStil begins on ${isoDay(start)}: ask for a day from then on`);
  const last = dayOf(partsOf(until).year, 12, 31);
  const marks: { readonly day: Day; readonly happens: (walk: Walk) => void }[] = [];
  for (let year = partsOf(start).year + 1; year <= partsOf(until).year; year++) {
    const first = dayOf(year, 1, 1);
    marks.push({ day: first, happens: (walk) => walk.year(first) });
  }
  for (const gap of joined(history.interruptions)) {
    const { from, to } = gap;
    marks.push({ day: from, happens: (walk) => walk.interrupt(gap) });
    if (to !== null) marks.push({ day: to, happens: (walk) => walk.resume(to) });
  }
  const walk = new Walk(history, terms);
  // The sort is stable: what a key date decided is known before cover ends or begins on 1 January.
  for (const { day, happens } of marks.sort((a, b) => a.day - b.day)) if (day <= last) happens(walk);
  return accept(walk.spans);
}

export function discountOn(history: FahrstilHistory, day: Day, terms: FahrstilTerms): Result<DiscountSpan, string> {
  const spans = discountSpans(history, day, terms);
  if (!spans.ok) return spans;
  const span = spans.value.findLast(({ from }) => from <= day);
  if (span === undefined) throw new Error('no span holds a day after the start');
  return accept(span);
}
