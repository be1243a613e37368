/** Numbers of the FahrStil tariff. */

import type { Result } from '../../protocol/result.ts';
import { agree, defaultsOf, type TermsOf, whole, wholes } from './terms.ts';

const TABLE = {
  startPercent: whole(30, 'C10', 0, 100),
  /** For the scores 1..7. */
  scorePercents: wholes([15, 20, 25, 30, 35, 40, 45], 'C11, C12', 0, 100),
  /** The period begins on this day of this month; the key date is the day before. */
  periodMonth: whole(10, 'C16', 2, 12),
  periodDayOfMonth: whole(1, 'C16', 1, 28),
  kmMin: whole(1000, 'C18', 0, 100_000),
  /** A longer interruption ends the score. */
  interruptionMonthsMax: whole(18, 'C19', 1, 120),
  activationMonthsMax: whole(1, 'C20', 1, 12),
  silentDaysMin: whole(30, 'C21', 1, 366),
  usedPercentMin: whole(10, 'C21', 0, 100),
  ageYears: whole(25, 'C48', 17, 99),
  anonymisedAfterYears: whole(7, 'C59', 0, 30),
} as const;

export type FahrstilTerms = TermsOf<typeof TABLE>;

export const FAHRSTIL_TERMS: FahrstilTerms = defaultsOf(TABLE);

export function agreeFahrstil(given: Readonly<Record<string, unknown>>): Result<FahrstilTerms, string> {
  return agree(TABLE, given, ({ scorePercents }) =>
    scorePercents.every((percent, i) => i === 0 || percent >= scorePercents[i - 1])
      ? null
      : 'scorePercents must not fall: a better score never gives less (C12)',
  );
}
