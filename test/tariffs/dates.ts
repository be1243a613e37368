/** Dates and instants as tests write them. */

import fc from 'fast-check';
import { type Day, dayOf, parseDay } from '../../gateway/tariffs/calendar.ts';

/** `2026-09-30` */
export function d(text: string): Day {
  const day = parseDay(text);
  if (!day.ok) throw new Error(day.reason);
  return day.value;
}

/** `2026-09-30T12:00:00Z` */
export function t(text: string): number {
  const utcMs = Date.parse(text);
  if (Number.isNaN(utcMs)) throw new Error(`no instant: ${text}`);
  return utcMs;
}

export function granted<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string },
): T {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

export function reasonOf(
  result: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string },
): string {
  if (result.ok) throw new Error(`nothing was refused: ${JSON.stringify(result.value)}`);
  return result.reason;
}

/** Any date of the years that contracts live in. */
export const anyDay: fc.Arbitrary<Day> = fc
  .integer({ min: dayOf(2000, 1, 1), max: dayOf(2099, 12, 31) })
  .map((count) => count as Day);
