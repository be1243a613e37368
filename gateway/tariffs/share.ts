/** ready to share: who holds the car is insured while he holds it (A8..A11). */

import { clockAt } from './calendar.ts';
import { type Explanation, euros, explain } from './explanation.ts';
import { defaultsOf, type TermsOf, whole } from './terms.ts';

const TABLE = {
  /** Fully comprehensive, each loss. */
  fullDeductibleCents: whole(75_000, 'A10', 0, 10_000_000),
  /** The partially comprehensive cover that is part of it. */
  partialDeductibleCents: whole(75_000, 'A10', 0, 10_000_000),
  extraPremiumCents: whole(0, 'A11', 0, 10_000_000),
} as const;

export type ShareTerms = TermsOf<typeof TABLE>;

export const SHARE_TERMS: ShareTerms = defaultsOf(TABLE);

/** A9: what is insured during a hand-over, whatever cover the owner has besides. */
export const SHARE_COVERS: readonly string[] = Object.freeze([
  'liability with mobility protection',
  'fully comprehensive, partially comprehensive included',
]);

/** The record of one hand-over to an authorised user (A8), from its signed start and end states. */
export interface Handover {
  readonly id: string;
  readonly box: string;
  readonly user: string;
  readonly startUtcMs: number;
  /** Null while it lasts. */
  readonly endUtcMs: number | null;
}

/** Participation in the beta test (A11). */
export interface Participation {
  readonly startUtcMs: number;
  readonly endUtcMs: number | null;
}

export interface ShareCover {
  readonly covered: boolean;
  readonly handover: Handover | null;
  /** Hand-overs of this box that cannot be right, each with its reason; the others count. */
  readonly setAside: readonly { readonly id: string; readonly reason: string }[];
  readonly why: Explanation;
}

/** The start belongs to it, the end does not. */
function holds({ startUtcMs, endUtcMs }: Participation, utcMs: number): boolean {
  return utcMs >= startUtcMs && (endUtcMs === null || utcMs < endUtcMs);
}

function sorted(handovers: readonly Handover[], box: string): Pick<ShareCover, 'setAside'> & { good: Handover[] } {
  const good: Handover[] = [];
  const setAside: { id: string; reason: string }[] = [];
  const own = handovers.filter((handover) => handover.box === box);
  for (const handover of own.sort((a, b) => a.startUtcMs - b.startUtcMs || (a.id < b.id ? -1 : 1))) {
    const { id, startUtcMs, endUtcMs } = handover;
    const last = good.at(-1);
    if (endUtcMs !== null && endUtcMs <= startUtcMs) setAside.push({ id, reason: 'it ends before it begins' });
    else if (last !== undefined && holds(last, startUtcMs))
      setAside.push({ id, reason: `it begins while ${last.id} lasts` });
    else good.push(handover);
  }
  return { good, setAside };
}

/** Is `box` insured by a hand-over at an instant? The order of the records is irrelevant. */
export function shareCover(
  handovers: readonly Handover[],
  box: string,
  participation: Participation,
  utcMs: number,
  terms: ShareTerms = SHARE_TERMS,
): ShareCover {
  const { good, setAside } = sorted(handovers, box);
  const handover = good.find((candidate) => holds(candidate, utcMs)) ?? null;
  const at = clockAt(utcMs);
  const not = (requirement: string, because: string): ShareCover => {
    const why = explain(
      'no hand-over, no cover',
      requirement,
      { at },
      `There is no cover by ready to share at ${at}: ${because}.`,
    );
    return { covered: false, handover, setAside, why };
  };
  if (handover === null) return not('A8', 'the car was not handed over to anyone');
  if (!holds(participation, utcMs)) return not('A11', 'the owner does not take part in the test');
  const { fullDeductibleCents, partialDeductibleCents, extraPremiumCents } = terms;
  const numbers = { at, handover: handover.id, fullDeductibleCents, partialDeductibleCents, extraPremiumCents };
  const sentence = `At ${at} the car was with ${handover.user}: ${SHARE_COVERS.join('; ')}; ${euros(fullDeductibleCents)} of each loss are the user's own.`;
  return {
    covered: true,
    handover,
    setAside,
    why: explain('cover during a hand-over', 'A8, A9, A10, A11', numbers, sentence),
  };
}
