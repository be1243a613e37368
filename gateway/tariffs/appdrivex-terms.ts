/** Numbers of the AppDriveX tariff. */

import type { Result } from '../../protocol/result.ts';
import { agree, defaultsOf, type TermsOf, whole, wholes } from './terms.ts';

const TABLE = {
  agreedKm: whole(12_000, 'E1', 12, 100_000),
  centsPerKm: whole(1, 'E2', 0, 100),
  /** Assumed where nothing is reported (E9), and the most that is ever counted (E3). */
  kmMax: whole(36_000, 'E3, E9', 12, 1_000_000),
  /** A difference has to be greater. */
  idleKm: whole(250, 'E5', 0, 10_000),
  extraCentsMax: whole(24_000, 'E3', 0, 10_000_000),
  cashbackCentsMax: whole(12_000, 'E4', 0, 10_000_000),
  /** The window is this month of the year after, first to last day. */
  reportMonth: whole(1, 'E6', 1, 12),
  /** E15: an odometer that was entered and one that was recorded may differ by so much. */
  reconciledPercent: whole(5, 'E15', 0, 100),
  reconciledKm: whole(100, 'E15', 0, 10_000),

  /** Points are rating x km / divisor. */
  pointsDivisor: whole(10, 'E31, E36', 1, 1000),
  voucherPoints: whole(5000, 'E31, E32', 1, 1_000_000),
  correctionDays: whole(7, 'E48', 0, 366),

  onDemandDays: wholes([1, 3, 10], 'E25', 1, 366),

  expectedKmMax: whole(20_000, 'E17', 0, 1_000_000),
  typeClassMax: whole(30, 'E17', 1, 100),
  valueEurosMax: whole(100_000, 'E17', 0, 100_000_000),
  tuningEurosMax: whole(10_000, 'E17', 0, 100_000_000),
  carYearsMax: whole(20, 'E17', 0, 200),
  sfClassMax: whole(4, 'E18', 0, 50),
  /** A cancellation takes effect at the end of the month that many months later. */
  cancelMonths: whole(1, 'E19', 0, 24),
  iosMin: whole(13, 'E21', 1, 100),
  androidMin: whole(8, 'E21', 1, 100),
} as const;

export type AppdrivexTerms = TermsOf<typeof TABLE>;

export const APPDRIVEX_TERMS: AppdrivexTerms = defaultsOf(TABLE);

export function agreeAppdrivex(given: Readonly<Record<string, unknown>>): Result<AppdrivexTerms, string> {
  return agree(TABLE, given, ({ agreedKm, kmMax, onDemandDays }) => {
    if (kmMax < agreedKm) return 'kmMax must not be below agreedKm (E3)';
    const rises = onDemandDays.every((days, i) => i === 0 || days > onDemandDays[i - 1]);
    return rises ? null : 'onDemandDays must rise (E25)';
  });
}
