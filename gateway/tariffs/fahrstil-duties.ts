/** What FahrStil asks of its sensor and its data (C20, C21, C59). Nothing here decides about a discount. */

import { addMonths, type Day, dayAt, isoDay } from './calendar.ts';
import { counted, divideRounded, type Explanation, explain, grouped } from './explanation.ts';
import type { FahrstilTerms } from './fahrstil-terms.ts';

export interface Activation {
  readonly state: 'in-time' | 'late' | 'pending' | 'overdue';
  readonly dueBy: Day;
  readonly why: Explanation;
}

/** C20. `activated`: when the sensor was first heard of, or null. */
export function activation(received: Day, activated: Day | null, asOf: Day, terms: FahrstilTerms): Activation {
  const dueBy = addMonths(received, terms.activationMonthsMax);
  const numbers = {
    received: isoDay(received),
    activated: activated === null ? 'never' : isoDay(activated),
    dueBy: isoDay(dueBy),
  };
  const term = `within ${counted(terms.activationMonthsMax, 'month')} of its receipt, by ${isoDay(dueBy)}`;
  const [state, sentence]: readonly [Activation['state'], string] =
    activated !== null
      ? activated <= dueBy
        ? ['in-time', `The sensor was activated on ${isoDay(activated)}, ${term}.`]
        : ['late', `The sensor was activated on ${isoDay(activated)} and not ${term}.`]
      : asOf <= dueBy
        ? ['pending', `The sensor has to be activated ${term}: plug it in.`]
        : ['overdue', `The sensor was not activated ${term}: plug it in, or ask for help.`];
  return { state, dueBy, why: explain('activation', 'C20', numbers, sentence) };
}

export interface SensorUse {
  /** When the sensor was last heard. */
  readonly heardUtcMs: number;
  /** From when on `distanceM` counts. */
  readonly from: Day;
  readonly distanceM: number;
  readonly expectedKmPerYear: number;
}

export interface UseReport {
  /** To be looked at by a person; nothing is decided. */
  readonly flag: 'none' | 'silent' | 'little-used';
  readonly why: Explanation;
}

const DAYS_PER_YEAR = 365;

/** C21. */
export function useReport(use: SensorUse, nowUtcMs: number, terms: FahrstilTerms): UseReport {
  const today = dayAt(nowUtcMs);
  const heard = dayAt(use.heardUtcMs);
  const silentDays = today - heard;
  const days = Math.max(0, today - use.from);
  const expectedKm = divideRounded(use.expectedKmPerYear * days, DAYS_PER_YEAR);
  const km = Math.floor(use.distanceM / 1000);
  const { silentDaysMin, usedPercentMin } = terms;
  const numbers = { silentDays, silentDaysMin, km, expectedKm, usedPercentMin };
  const report = (flag: UseReport['flag'], sentence: string): UseReport => ({
    flag,
    why: explain('use of the sensor', 'C21', numbers, sentence),
  });
  if (silentDays >= silentDaysMin) {
    return report(
      'silent',
      `The sensor was last heard on ${isoDay(heard)}, ${counted(silentDays, 'day')} ago: check that it is plugged in.`,
    );
  }
  // metres x 100 x days of a year against km x 1000 x per cent x days
  if (use.distanceM * 100 * DAYS_PER_YEAR < use.expectedKmPerYear * 1000 * usedPercentMin * days) {
    return report(
      'little-used',
      `${grouped(km)} km are less than ${usedPercentMin} % of the ${grouped(expectedKm)} km expected by now: use the sensor on every trip.`,
    );
  }
  return report('none', `The sensor was heard on ${isoDay(heard)} and has recorded ${grouped(km)} km.`);
}

export interface Deadline {
  /** Last day on which driving data may still name a person. */
  readonly by: Day;
  readonly why: Explanation;
}

/** C59. `contractEnd`: last day of the contract. */
export function anonymisedBy(contractEnd: Day, { anonymisedAfterYears }: FahrstilTerms): Deadline {
  const by = addMonths(contractEnd, anonymisedAfterYears * 12);
  const numbers = { contractEnd: isoDay(contractEnd), years: anonymisedAfterYears, by: isoDay(by) };
  const sentence = `The driving data are anonymised by ${isoDay(by)}, ${anonymisedAfterYears} years after the end of the contract.`;
  return { by, why: explain('anonymisation', 'C59', numbers, sentence) };
}
