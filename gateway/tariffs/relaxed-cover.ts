/** be relaxed: from when to when there is cover, and what a late premium does to it (F5, F11). */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import { addDays, addMonths, afterMonths, type Day, isoDay } from './calendar.ts';
import { counted, type Explanation, explain } from './explanation.ts';
import type { RelaxedTerms } from './relaxed-terms.ts';

export interface PremiumPayment {
  /** Null while it is not paid. */
  readonly paid: Day | null;
  /** True where a delay is not the customer's fault: then it has no consequence (F5). */
  readonly excused: boolean;
}

export interface RelaxedContract {
  readonly concluded: Day;
  /** When cover is to start. */
  readonly agreedStart: Day;
  /** When the app sent the data of the device; cover cannot start before (F11). */
  readonly dataSent: Day;
  /** By month from the first; one that is missing is not paid. */
  readonly premiums: readonly PremiumPayment[];
  /** When notice was given, by either side. */
  readonly notice: Day | null;
  /** F5: when the insurer withdrew because of the first premium. */
  readonly withdrawn: Day | null;
}

export interface RelaxedCover {
  readonly state: 'not-started' | 'active' | 'at-risk' | 'ended';
  /** First day of cover, or null while that is open. */
  readonly from: Day | null;
  /** Last day of cover as things stand: by notice, or the last of the years that are possible. */
  readonly to: Day;
  /** Last day of the contract year, after which it renews itself. */
  readonly renews: Day;
  /** What the insurer may do about a late premium. */
  readonly insurerMay: 'withdraw' | 'give-notice' | null;
  readonly why: Explanation;
}

const UNPAID: PremiumPayment = { paid: null, excused: false };

/** The first day of the contract, from which months and years count. */
export function contractStart({ agreedStart, dataSent }: RelaxedContract): Day {
  return agreedStart > dataSent ? agreedStart : dataSent;
}

/** The first premium is due at once after conclusion, not before the agreed start (F5). */
export function firstPremiumDue({ concluded, agreedStart }: RelaxedContract): Day {
  return concluded > agreedStart ? concluded : agreedStart;
}

/** Last day of cover: the end of the first month of the contract that is a full notice away, five years at most (F11). */
export function lastDay(start: Day, notice: Day | null, { noticeDays, yearsMax }: RelaxedTerms): Day {
  const final = addDays(afterMonths(start, yearsMax * 12), -1);
  if (notice === null) return final;
  for (let months = 1; months < yearsMax * 12; months++) {
    const end = addDays(afterMonths(start, months), -1);
    if (end - notice >= noticeDays) return end;
  }
  return final;
}

interface Start {
  readonly from: Day | null;
  readonly insurerMay: RelaxedCover['insurerMay'];
  readonly why: Explanation;
}

/** With what is known on `asOf`. */
function startOfCover(contract: RelaxedContract, asOf: Day, terms: RelaxedTerms): Start {
  const { paid, excused } = contract.premiums[0] ?? UNPAID;
  const start = contractStart(contract);
  const due = firstPremiumDue(contract);
  const inTimeBy = addDays(due, terms.firstPremiumDays);
  const numbers = { start: isoDay(start), due: isoDay(due), inTimeBy: isoDay(inTimeBy) };
  const known = paid !== null && paid <= asOf ? paid : null;
  const late = known === null ? asOf > inTimeBy : known > inTimeBy;
  if (!late || excused) {
    const sentence =
      known === null
        ? `There is cover from ${isoDay(start)} on if the first premium is paid by ${isoDay(inTimeBy)}.`
        : `There is cover from ${isoDay(start)} on: the data were sent and the first premium was ${excused && late ? 'late without fault' : 'paid in time'}.`;
    return { from: start, insurerMay: null, why: explain('start of cover', 'F5, F11', numbers, sentence) };
  }
  if (known === null) {
    const sentence = `The first premium was not paid by ${isoDay(inTimeBy)}: cover begins when it comes, and until then the insurer may withdraw.`;
    return { from: null, insurerMay: 'withdraw', why: explain('first premium not paid', 'F5', numbers, sentence) };
  }
  const from = known > start ? known : start;
  const sentence = `The first premium came on ${isoDay(known)}, after ${isoDay(inTimeBy)}: cover begins on ${isoDay(from)}.`;
  return {
    from,
    insurerMay: null,
    why: explain('first premium late', 'F5', { ...numbers, paid: isoDay(known) }, sentence),
  };
}

/** Months after the first whose premium was due before `day` and not paid by then, but for those that are excused. */
function monthsOpen(contract: RelaxedContract, day: Day, end: Day): number[] {
  const start = contractStart(contract);
  const open: number[] = [];
  for (let month = 1; ; month++) {
    const due = addMonths(start, month);
    if (due >= day || due > end) return open;
    const { paid, excused } = contract.premiums[month] ?? UNPAID;
    if ((paid === null || paid > day) && !excused) open.push(month);
  }
}

function renewal(start: Day, day: Day, end: Day, { termYears }: RelaxedTerms): Day {
  let last = addDays(afterMonths(start, termYears * 12), -1);
  for (let terms = 2; last < day && last < end; terms++) last = addDays(afterMonths(start, terms * termYears * 12), -1);
  return last < end ? last : end;
}

/**
 * Cover on `day` with what is known on `asOf`: a first premium that came late leaves the days before it without cover.
 * The reason for a refusal names what to correct.
 */
export function relaxedCover(
  contract: RelaxedContract,
  day: Day,
  asOf: Day,
  terms: RelaxedTerms,
): Result<RelaxedCover, string> {
  const { concluded, notice, withdrawn } = contract;
  if (day < concluded) return refuse(`the contract was concluded on ${isoDay(concluded)}: ask for a day from then on`);
  const start = contractStart(contract);
  const given = notice !== null && notice <= asOf ? notice : null;
  const to = lastDay(start, given, terms);
  const { from, insurerMay, why } = startOfCover(contract, asOf, terms);
  const base = { from, to, renews: renewal(start, day, to, terms), insurerMay };
  if (withdrawn !== null && withdrawn <= asOf) {
    // What the insurer could do on that day, with what was known then (F5).
    if (startOfCover(contract, withdrawn, terms).insurerMay !== 'withdraw')
      return refuse(
        `on ${isoDay(withdrawn)} the insurer could not withdraw, because no first premium was overdue (F5)`,
      );
    const sentence = `The insurer withdrew on ${isoDay(withdrawn)}, because the first premium was late.`;
    const over = explain('withdrawal', 'F5', { withdrawn: isoDay(withdrawn) }, sentence);
    return accept({
      ...base,
      from: null,
      to: withdrawn,
      renews: withdrawn,
      state: 'ended',
      insurerMay: null,
      why: over,
    });
  }
  if (day > to) return accept({ ...base, state: 'ended', insurerMay: null, why: ended(start, to, given, terms) });
  if (from === null || day < from) return accept({ ...base, state: 'not-started', why });
  const open = monthsOpen(contract, day, to);
  if (open.length === 0) return accept({ ...base, state: 'active', why });
  const since = isoDay(addMonths(start, open[0]));
  const sentence = `${counted(open.length, 'premium')} due since ${since} ${open.length === 1 ? 'is' : 'are'} not paid: cover is at risk, and the insurer may give notice.`;
  const late = explain('later premium late', 'F5', { open: open.length, since }, sentence);
  return accept({ ...base, state: 'at-risk', insurerMay: 'give-notice', why: late });
}

function ended(start: Day, to: Day, notice: Day | null, terms: RelaxedTerms): Explanation {
  const numbers = { start: isoDay(start), to: isoDay(to), noticeDays: terms.noticeDays, yearsMax: terms.yearsMax };
  const because =
    notice === null || to === lastDay(start, null, terms)
      ? `after ${terms.yearsMax} years`
      : `by the notice of ${isoDay(notice)}`;
  return explain('end of cover', 'F11', numbers, `Cover ended on ${isoDay(to)}, ${because}.`);
}
