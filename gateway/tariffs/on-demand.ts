/** AppDriveX cover on demand: 1, 3 or 10 days of 24 hours from its start (E25..E28). */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { AppdrivexTerms } from './appdrivex-terms.ts';
import { clockAt } from './calendar.ts';
import { counted, type Explanation, explain } from './explanation.ts';

const DAY_MS = 86_400_000;

export const ON_DEMAND_KINDS = {
  'damage-abroad': 'Auslandsschadenschutz',
  'occupants-and-animals': 'Personenschutz',
  'additional-driver': 'Zusatzfahrer',
} as const;
export type OnDemandKind = keyof typeof ON_DEMAND_KINDS;

export interface OnDemandCover {
  readonly kind: OnDemandKind;
  readonly days: number;
  readonly startUtcMs: number;
  /** First moment without cover. */
  readonly endUtcMs: number;
  /** E27: the confirmation. */
  readonly why: Explanation;
}

/** What is booked cannot be withdrawn (E28), so there is no way back from here. */
export function bookOnDemand(
  kind: OnDemandKind,
  days: number,
  startUtcMs: number,
  { onDemandDays }: AppdrivexTerms,
): Result<OnDemandCover, string> {
  if (!onDemandDays.includes(days))
    return refuse(`cover is sold for ${onDemandDays.join(', ')} days, not for ${days} (E25)`);
  const endUtcMs = startUtcMs + days * DAY_MS;
  const [from, to] = [clockAt(startUtcMs), clockAt(endUtcMs)];
  const sentence = `${ON_DEMAND_KINDS[kind]} covers ${counted(days, 'day')}, from ${from} to ${to}; it cannot be withdrawn.`;
  const why = explain('cover on demand', 'E25, E26, E27, E28', { days, from, to }, sentence);
  return accept({ kind, days, startUtcMs, endUtcMs, why });
}

export function isActive({ startUtcMs, endUtcMs }: OnDemandCover, utcMs: number): boolean {
  return utcMs >= startUtcMs && utcMs < endUtcMs;
}
