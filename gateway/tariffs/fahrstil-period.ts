/** The FahrStil period 01.10.-30.09. and what its key date decides for the insurance year after it (C12, C16..C18). */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import { addDays, type Day, dayOf, isoDay, partsOf } from './calendar.ts';
import { type Explanation, explain, grouped } from './explanation.ts';
import type { FahrstilTerms } from './fahrstil-terms.ts';

export interface Period {
  /** Year of the key date. */
  readonly keyYear: number;
  readonly from: Day;
  /** Last day of the period (C16). */
  readonly keyDate: Day;
}

export function periodEnding(keyYear: number, { periodMonth, periodDayOfMonth }: FahrstilTerms): Period {
  return {
    keyYear,
    from: dayOf(keyYear - 1, periodMonth, periodDayOfMonth),
    keyDate: addDays(dayOf(keyYear, periodMonth, periodDayOfMonth), -1),
  };
}

export function periodOf(day: Day, terms: FahrstilTerms): Period {
  const { year } = partsOf(day);
  const ending = periodEnding(year, terms);
  return day <= ending.keyDate ? ending : periodEnding(year + 1, terms);
}

/** What a period's trips came to. */
export interface PeriodFacts {
  readonly keyYear: number;
  /** Driven with sufficient data, metres. */
  readonly distanceM: number;
  /** 1..7, or null where nothing could be judged. */
  readonly score: number | null;
}

export function checkPeriod({ keyYear, distanceM, score }: PeriodFacts): Result<null, string> {
  if (!Number.isInteger(distanceM) || distanceM < 0) return refuse(`period ${keyYear}: ${distanceM} m is no distance`);
  const known = score === null || (Number.isInteger(score) && score >= 1 && score <= 7);
  return known ? accept(null) : refuse(`period ${keyYear}: a score is 1 to 7, not ${score}`);
}

/** A discount as it stands, and why. */
export interface Standing {
  readonly percent: number;
  /** Null for the start discount. */
  readonly score: number | null;
  readonly why: Explanation;
}

/** Of a score 1..7. */
export function percentOf(score: number, { scorePercents }: FahrstilTerms): number {
  return scorePercents[score - 1];
}

export function startStanding(since: Day, { startPercent }: FahrstilTerms): Standing {
  const numbers = { discountPercent: startPercent, since: isoDay(since) };
  const sentence = `The first insurance year has the start discount of ${startPercent} %.`;
  return { percent: startPercent, score: null, why: explain('start discount', 'C10', numbers, sentence) };
}

/**
 * The discount of the calendar year after the key date of `keyYear`. `since`: first day whose trips count, within
 * the period or before it. `inForce` stays when the kilometres do not suffice, whatever it rests on.
 */
export function standingAfter(facts: PeriodFacts, since: Day, inForce: Standing, terms: FahrstilTerms): Standing {
  const { from, keyDate } = periodEnding(facts.keyYear, terms);
  const year = facts.keyYear + 1;
  const km = Math.floor(facts.distanceM / 1000);
  if (facts.distanceM < terms.kmMin * 1000 || facts.score === null) {
    const stays = { percent: inForce.percent, score: inForce.score };
    return { ...stays, why: tooLittle(facts, km, keyDate, inForce, terms) };
  }
  const percent = percentOf(facts.score, terms);
  const shorter = since > from;
  const span = shorter ? ` over the shorter period from ${isoDay(since)}` : '';
  const numbers = { score: facts.score, km, keyDate: isoDay(keyDate), from: isoDay(shorter ? since : from), year };
  return {
    percent,
    score: facts.score,
    why: explain(
      'discount by score',
      shorter ? 'C12, C16, C17' : 'C12, C16',
      { ...numbers, discountPercent: percent },
      `On ${isoDay(keyDate)} the score was ${facts.score}, from ${grouped(km)} km${span}: ${percent} % in ${year}.`,
    ),
  };
}

function tooLittle(
  { score, distanceM, keyYear }: PeriodFacts,
  km: number,
  keyDate: Day,
  { percent }: Standing,
  { kmMin }: FahrstilTerms,
): Explanation {
  const until = isoDay(dayOf(keyYear + 1, 12, 31));
  const lacks =
    score === null && distanceM >= kmMin * 1000
      ? 'nothing in its trips could be judged'
      : `${grouped(km)} km are less than ${grouped(kmMin)} km`;
  return explain(
    'too little for a new score',
    'C18',
    { km, kmMin, keyDate: isoDay(keyDate), discountPercent: percent, until },
    `The period to ${isoDay(keyDate)} gives no new score, because ${lacks}: the ${percent} % in force stay until ${until}.`,
  );
}
