/** Numbers of the be relaxed insurance of phones and tablets. */

import type { Result } from '../../protocol/result.ts';
import { divideRounded, type Explanation, euros, explain } from './explanation.ts';
import { agree, defaultsOf, type TermsOf, whole, wholes } from './terms.ts';

const TABLE = {
  /** The highest purchase price of tier I; a cent more is tier II (F13). */
  tierOneCentsMax: whole(40_000, 'F4, F13', 0, 10_000_000),
  /** A month, insurance tax included, for tiers I and II. */
  premiumCents: wholes([395, 495], 'F4', 0, 1_000_000),
  /** The same with burglary and robbery. */
  theftPremiumCents: wholes([690, 790], 'F4', 0, 1_000_000),
  taxPercent: whole(19, 'F4', 0, 100),
  deductibleCents: wholes([3000, 6000], 'F7', 0, 1_000_000),
  reportDays: whole(3, 'F9', 0, 366),
  policeDays: whole(3, 'F9', 0, 366),
  noticeDays: whole(30, 'F11', 0, 366),
  termYears: whole(1, 'F11', 1, 10),
  yearsMax: whole(5, 'F11', 1, 50),
  /** F5 "at once": days after the first premium is due in which it is in time. */
  firstPremiumDays: whole(14, 'F5', 0, 366),
  lockHistoryDays: whole(30, 'F2', 0, 366),
  /** A call to the hotline: from a landline, from a mobile phone. */
  hotlineCents: wholes([20, 60], 'F12', 0, 1000),
} as const;

export type RelaxedTerms = TermsOf<typeof TABLE>;

export const RELAXED_TERMS: RelaxedTerms = defaultsOf(TABLE);

export function agreeRelaxed(given: Readonly<Record<string, unknown>>): Result<RelaxedTerms, string> {
  return agree(TABLE, given, ({ termYears, yearsMax }) =>
    yearsMax >= termYears ? null : 'yearsMax must not be below termYears (F11)',
  );
}

export interface Premium {
  /** 1 or 2. */
  readonly tier: 1 | 2;
  readonly centsPerMonth: number;
  /** Insurance tax within it. */
  readonly taxCents: number;
  readonly deductibleCents: number;
  readonly why: Explanation;
}

/** F4, F7. */
export function premiumOf(priceCents: number, theft: boolean, terms: RelaxedTerms): Premium {
  const tier = priceCents <= terms.tierOneCentsMax ? 1 : 2;
  const centsPerMonth = (theft ? terms.theftPremiumCents : terms.premiumCents)[tier - 1];
  const netCents = divideRounded(centsPerMonth * 100, 100 + terms.taxPercent);
  const taxCents = centsPerMonth - netCents;
  const deductibleCents = terms.deductibleCents[tier - 1];
  const side = tier === 1 ? 'does not exceed' : 'exceeds';
  const perils = theft ? 'with burglary and robbery' : 'without burglary and robbery';
  const sentence = `A price of ${euros(priceCents)} ${side} ${euros(terms.tierOneCentsMax)}: tier ${tier === 1 ? 'I' : 'II'} costs ${euros(centsPerMonth)} a month ${perils}, and ${euros(deductibleCents)} of each loss are the customer's own.`;
  const numbers = {
    priceCents,
    tierOneCentsMax: terms.tierOneCentsMax,
    tier,
    centsPerMonth,
    taxCents,
    deductibleCents,
  };
  return { tier, centsPerMonth, taxCents, deductibleCents, why: explain('tier', 'F4, F7, F13', numbers, sentence) };
}

/** F12. */
export function hotline({ hotlineCents: [landlineCents, mobileCents] }: RelaxedTerms): Explanation {
  const sentence = `A call costs ${landlineCents} cent from a landline and at most ${mobileCents} cent from a mobile phone.`;
  return explain('hotline', 'F12', { landlineCents, mobileCents }, sentence);
}
