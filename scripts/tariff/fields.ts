/** What a document of facts is made of. */

import { z } from 'zod';
import { type Day, parseDay } from '../../gateway/tariffs/calendar.ts';
import type { Result } from '../../protocol/result.ts';
import { CommandError, EXIT } from '../exit.ts';

export const id = z.string().min(1).max(200);
export const km = z.int().min(0).max(10_000_000);
export const metres = z.int().min(0).max(1_000_000_000);
export const cents = z.int().min(0).max(1_000_000_000);
export const score = z.int().min(1).max(7);
export const points = z.int().min(0).max(100);

/** A calendar date in Berlin. */
export const day = z.iso.date({ error: 'must be a date like 2026-09-30' }).describe('a date in Europe/Berlin');

/** With a zone, because an instant without one is two different ones. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant like 2026-09-30T18:00:00Z or 2026-09-30T20:00:00+02:00' })
  .describe('an instant with its zone');

/** Numbers of the tariff that are to differ from the defaults. */
export const terms = z
  .record(z.string(), z.union([z.number(), z.array(z.number())]))
  .default({})
  .describe('terms that differ from the defaults');

/** The value, or a document that cannot be used. */
export function orUnusable<T>(result: Result<T, string>, where = ''): T {
  if (result.ok) return result.value;
  throw new CommandError(EXIT.usage, `tariff: ${where === '' ? '' : `${where}: `}${result.reason}`);
}

export function dayFrom(text: string): Day {
  return orUnusable(parseDay(text));
}

export function dayOrNull(text: string | null): Day | null {
  return text === null ? null : dayFrom(text);
}

export function utcMsFrom(text: string): number {
  return Date.parse(text);
}

export function utcMsOrNull(text: string | null): number | null {
  return text === null ? null : utcMsFrom(text);
}
