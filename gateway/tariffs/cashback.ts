/**
 * AppDriveX: once a year the odometer decides between cashback and extra payment (E1..E5, E9, E10, E12..E14).
 *
 * Whole months are counted, the one of the start included; when a car is exchanged its month belongs to the new one.
 * Agreed and highest mileage shrink with the months, the threshold and the price of a kilometre do not (E13).
 */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { AppdrivexTerms } from './appdrivex-terms.ts';
import { type Day, dayOf, isoDay, lastOfMonth, partsOf } from './calendar.ts';
import { counted, divideRounded, type Explanation, euros, explain, grouped } from './explanation.ts';

/** One car in one calendar year. */
export interface MileageFacts {
  readonly year: number;
  /** First day with this car, in this year or before. */
  readonly start: Day;
  /** Day of the exchange for another car in this year, or null. */
  readonly exchanged: Day | null;
  /** At `start`, or as counted at the end of the year before. */
  readonly startKm: number;
  /** What the odometer showed, and when that was reported: in the app, or in the request for another car (E14). */
  readonly report: { readonly day: Day; readonly km: number } | null;
  /** E10: precondition of a payout. */
  readonly directDebit: boolean;
}

export interface Mileage {
  readonly kind: 'cashback' | 'extra-payment' | 'none' | 'pending';
  readonly cents: number;
  /** False for cashback that waits for direct debit (E10). */
  readonly payable: boolean;
  readonly months: number;
  readonly agreedKm: number;
  /** Null while pending. */
  readonly drivenKm: number | null;
  /** True where the highest mileage stands in for a report that did not come (E9). */
  readonly assumed: boolean;
  readonly why: Explanation;
}

/** First and last day on which the odometer of `year` can be reported (E6). */
export function reportWindow(year: number, { reportMonth }: AppdrivexTerms): readonly [from: Day, to: Day] {
  const from = dayOf(year + 1, reportMonth, 1);
  return [from, lastOfMonth(from)];
}

function faultOf({ year, start, exchanged, startKm, report }: MileageFacts): string | null {
  if (partsOf(start).year > year) return `the contract starts on ${isoDay(start)}, after the year ${year}: correct one`;
  if (exchanged !== null && partsOf(exchanged).year !== year)
    return `the car was exchanged on ${isoDay(exchanged)}, which is not in ${year}: correct one`;
  if (exchanged !== null && exchanged < start)
    return `the car was exchanged on ${isoDay(exchanged)}, before it was insured on ${isoDay(start)}: correct one`;
  for (const km of [startKm, report?.km ?? 0])
    if (!Number.isInteger(km) || km < 0) return `${km} is no odometer value: give whole kilometres`;
  if (report !== null && report.km < startKm)
    return `the odometer shows ${grouped(report.km)} km after ${grouped(startKm)} km and cannot run backwards: read it again`;
  if (exchanged !== null && report === null)
    return 'the last odometer value of the old car is missing: it belongs into the request for the change (E14)';
  return null;
}

/** Months that this car has in this year. */
export function monthsOf({ year, start, exchanged }: Pick<MileageFacts, 'year' | 'start' | 'exchanged'>): number {
  const first = partsOf(start).year < year ? 1 : partsOf(start).month;
  return (exchanged === null ? 13 : partsOf(exchanged).month) - first;
}

interface Scaled {
  readonly months: number;
  readonly agreedKm: number;
  readonly kmMax: number;
}

function scaled(facts: MileageFacts, { agreedKm, kmMax }: AppdrivexTerms): Scaled {
  const months = monthsOf(facts);
  return { months, agreedKm: divideRounded(agreedKm * months, 12), kmMax: divideRounded(kmMax * months, 12) };
}

function settled(drivenKm: number, assumed: boolean, facts: MileageFacts, terms: AppdrivexTerms): Mileage {
  const { months, agreedKm, kmMax } = scaled(facts, terms);
  const countedKm = Math.min(drivenKm, kmMax);
  const differenceKm = countedKm - agreedKm;
  const numbers = { months, agreedKm, drivenKm, countedKm, differenceKm, idleKm: terms.idleKm };
  const driven = assumed
    ? `No odometer value was reported, so ${grouped(countedKm)} km are taken for ${facts.year}`
    : `${grouped(drivenKm)} km were driven in ${counted(months, 'month')} of ${facts.year}`;
  const base = { payable: true, months, agreedKm, drivenKm, assumed };
  if (Math.abs(differenceKm) <= terms.idleKm) {
    const sentence = `${driven}, within ${terms.idleKm} km of the agreed ${grouped(agreedKm)} km: nothing is paid.`;
    return { ...base, kind: 'none', cents: 0, why: explain('small difference', 'E5', numbers, sentence) };
  }
  const fullCents = Math.abs(differenceKm) * terms.centsPerKm;
  if (differenceKm > 0) {
    const cents = Math.min(fullCents, terms.extraCentsMax);
    const sentence = `${driven}, ${grouped(differenceKm)} km more than agreed: ${euros(cents)} are to be paid.`;
    const why = explain('extra payment', assumed ? 'E2, E3, E9' : 'E2, E3', { ...numbers, cents }, sentence);
    return { ...base, kind: 'extra-payment', cents, why };
  }
  const cents = Math.min(fullCents, terms.cashbackCentsMax);
  const waits = facts.directDebit ? '' : ' once direct debit is agreed';
  const sentence = `${driven}, ${grouped(-differenceKm)} km less than agreed: ${euros(cents)} are paid back${waits}.`;
  const requirement = facts.directDebit ? 'E2, E4' : 'E2, E4, E10';
  const why = explain('cashback', requirement, { ...numbers, cents }, sentence);
  return { ...base, kind: 'cashback', cents, payable: facts.directDebit, why };
}

function pending(facts: MileageFacts, terms: AppdrivexTerms): Mileage {
  const { months, agreedKm } = scaled(facts, terms);
  const [from, to] = reportWindow(facts.year, terms);
  const sentence = `The odometer value for ${facts.year} can be reported from ${isoDay(from)} to ${isoDay(to)}, in the app.`;
  const why = explain('report window', 'E6', { from: isoDay(from), to: isoDay(to), months, agreedKm }, sentence);
  return { kind: 'pending', cents: 0, payable: false, months, agreedKm, drivenKm: null, assumed: false, why };
}

/** A value that was reported outside the window counts as not reported. The reason names the value to correct. */
export function mileageOf(facts: MileageFacts, asOf: Day, terms: AppdrivexTerms): Result<Mileage, string> {
  const fault = faultOf(facts);
  if (fault !== null) return refuse(fault);
  const { report, startKm, exchanged, year } = facts;
  const [from, to] = reportWindow(year, terms);
  const inTime = report !== null && (exchanged !== null || (report.day >= from && report.day <= to));
  if (report !== null && inTime) return accept(settled(report.km - startKm, false, facts, terms));
  if (asOf <= to) return accept(pending(facts, terms));
  return accept(settled(scaled(facts, terms).kmMax, true, facts, terms));
}

export interface Reconciliation {
  readonly agrees: boolean;
  readonly why: Explanation;
}

/** E15: kilometres by the entered odometer against those that were recorded. The entry counts; this only asks. */
export function reconcile(enteredKm: number, recordedKm: number, terms: AppdrivexTerms): Reconciliation {
  const allowedKm = Math.max(terms.reconciledKm, Math.floor((enteredKm * terms.reconciledPercent) / 100));
  const differenceKm = Math.abs(enteredKm - recordedKm);
  const agrees = differenceKm <= allowedKm;
  const figures = `${grouped(enteredKm)} km were entered and ${grouped(recordedKm)} km recorded`;
  const sentence = agrees ? `${figures}: they agree.` : `${figures}: compare the photo with the entry.`;
  return {
    agrees,
    why: explain('reconciliation', 'E15', { enteredKm, recordedKm, differenceKm, allowedKm }, sentence),
  };
}
