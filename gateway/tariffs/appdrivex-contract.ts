/** Who can have AppDriveX, from which class on, and until when (E17..E19, E21). */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { AppdrivexTerms } from './appdrivex-terms.ts';
import { addMonths, type Day, fullYears, isoDay, lastOfMonth } from './calendar.ts';
import { counted, type Explanation, euros, explain, grouped } from './explanation.ts';

export interface ContractRequest {
  readonly liability: boolean;
  readonly comprehensive: 'none' | 'partial' | 'full';
  readonly directDebit: boolean;
  readonly expectedKmPerYear: number;
  /** Commuting is private use. */
  readonly use: 'private' | 'business';
  readonly typeClass: number;
  readonly valueEuros: number;
  readonly tuningEuros: number;
  readonly firstRegistration: Day;
  readonly start: Day;
  readonly seasonalPlate: boolean;
  /** Null when no phone is named. */
  readonly phone: { readonly system: 'ios' | 'android'; readonly version: number } | null;
}

export interface ContractCheck {
  readonly fits: boolean;
  /** Each as a person would say it. */
  readonly faults: readonly string[];
  readonly why: Explanation;
}

type Rule = readonly [broken: boolean, fault: string];

function rules(request: ContractRequest, terms: AppdrivexTerms): readonly Rule[] {
  const { expectedKmPerYear, typeClass, valueEuros, tuningEuros, firstRegistration, start, phone } = request;
  const versionMin = phone?.system === 'ios' ? terms.iosMin : terms.androidMin;
  // As many years to the day still fit; the day after does not.
  const tooOld = start > addMonths(firstRegistration, terms.carYearsMax * 12);
  return [
    [!request.liability, 'liability cover is part of it'],
    [request.comprehensive === 'none', 'partial or full comprehensive cover is part of it'],
    [!request.directDebit, 'premiums are paid by direct debit'],
    [
      expectedKmPerYear > terms.expectedKmMax,
      `${grouped(expectedKmPerYear)} km a year are more than ${grouped(terms.expectedKmMax)}`,
    ],
    [request.use !== 'private', 'only private use and commuting are covered'],
    [typeClass > terms.typeClassMax, `type class ${typeClass} is above ${terms.typeClassMax}`],
    [
      valueEuros > terms.valueEurosMax,
      `a value of ${euros(valueEuros * 100)} is above ${euros(terms.valueEurosMax * 100)}`,
    ],
    [
      tuningEuros > terms.tuningEurosMax,
      `tuning for ${euros(tuningEuros * 100)} is above ${euros(terms.tuningEurosMax * 100)}`,
    ],
    [tooOld, `a car registered on ${isoDay(firstRegistration)} is older than ${terms.carYearsMax} years`],
    [request.seasonalPlate, 'a seasonal plate is not possible'],
    [
      phone !== null && phone.version < versionMin,
      `the app needs version ${versionMin} of the phone's system or later (E21)`,
    ],
  ];
}

export function checkContract(request: ContractRequest, terms: AppdrivexTerms): ContractCheck {
  const faults = rules(request, terms).flatMap(([broken, fault]) => (broken ? [fault] : []));
  const { expectedKmMax, typeClassMax, valueEurosMax, tuningEurosMax, carYearsMax } = terms;
  const numbers = { expectedKmMax, typeClassMax, valueEurosMax, tuningEurosMax, carYearsMax, faults: faults.length };
  const sentence =
    faults.length === 0 ? 'The contract is within all limits.' : `The contract does not fit: ${faults.join('; ')}.`;
  return { fits: faults.length === 0, faults, why: explain('contract limits', 'E17', numbers, sentence) };
}

export interface SfClass {
  readonly sf: number;
  readonly why: Explanation;
}

/** E18: a class for each full year with a licence. */
export function sfClass(licensed: Day, start: Day, { sfClassMax }: AppdrivexTerms): Result<SfClass, string> {
  if (licensed > start)
    return refuse(`the licence of ${isoDay(licensed)} is later than the start on ${isoDay(start)}: correct one`);
  const years = fullYears(licensed, start);
  const sf = Math.min(sfClassMax, years);
  const sentence = `${counted(years, 'full year')} with a licence give SF-${sf}; it goes up to SF-${sfClassMax}.`;
  return accept({ sf, why: explain('SF class', 'E18', { years, sf, sfClassMax }, sentence) });
}

export interface Cancellation {
  /** Last day of the contract. */
  readonly end: Day;
  readonly why: Explanation;
}

/** E19. `received`: when the letter, mail or message came. */
export function cancellation(received: Day, inTextForm: boolean, terms: AppdrivexTerms): Result<Cancellation, string> {
  if (!inTextForm) return refuse('a cancellation needs text form: send a letter, a mail or a message (E19)');
  const end = lastOfMonth(received, terms.cancelMonths);
  const sentence = `The contract ends on ${isoDay(end)}, at the end of the month that follows the cancellation.`;
  return accept({
    end,
    why: explain('cancellation', 'E19', { received: isoDay(received), end: isoDay(end) }, sentence),
  });
}
