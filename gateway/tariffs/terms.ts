/** Numbers of a tariff as a table: each with the requirement that states it, or that leaves it open, and its bounds. */

import { accept, type Result, refuse } from '../../protocol/result.ts';

type Amount = number | readonly number[];

export interface Term<T extends Amount> {
  readonly value: T;
  /** IDs of requirements. */
  readonly requirement: string;
  /** Inclusive; every number is an integer. */
  readonly min: number;
  readonly max: number;
}

export type TermTable = Readonly<Record<string, Term<number> | Term<readonly number[]>>>;

export type TermsOf<Table extends TermTable> = { readonly [K in keyof Table]: Table[K]['value'] };

export function whole(value: number, requirement: string, min: number, max: number): Term<number> {
  return { value, requirement, min, max };
}

/** Exactly as many numbers as the default has. */
export function wholes(
  value: readonly number[],
  requirement: string,
  min: number,
  max: number,
): Term<readonly number[]> {
  return { value, requirement, min, max };
}

function isWithin(value: unknown, { min, max }: TermTable[string]): value is number {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function faultOf(name: string, value: unknown, term: TermTable[string]): string | null {
  const bounds = `${term.min}..${term.max} (${term.requirement})`;
  if (!Array.isArray(term.value)) {
    return isWithin(value, term) ? null : `${name} must be an integer ${bounds}, not ${JSON.stringify(value)}`;
  }
  const { length } = term.value;
  const fits = Array.isArray(value) && value.length === length && value.every((entry) => isWithin(entry, term));
  return fits ? null : `${name} must be ${length} integers ${bounds}, not ${JSON.stringify(value)}`;
}

/** Defaults for what is not given, frozen. `rule` looks at numbers together. The reason names the one to correct. */
export function agree<Table extends TermTable>(
  table: Table,
  given: Readonly<Record<string, unknown>> = {},
  rule: (terms: TermsOf<Table>) => string | null = () => null,
): Result<TermsOf<Table>, string> {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(table, name)) return refuse(`there is no term ${name}: remove it`);
  const terms: Record<string, unknown> = {};
  for (const [name, term] of Object.entries(table)) {
    const value = given[name] ?? term.value;
    const fault = faultOf(name, value, term);
    if (fault !== null) return refuse(fault);
    terms[name] = Array.isArray(value) ? Object.freeze([...value]) : value;
  }
  const agreed = Object.freeze(terms) as TermsOf<Table>;
  const fault = rule(agreed);
  return fault === null ? accept(agreed) : refuse(fault);
}

/** The defaults themselves. A table that breaks its own bounds is a mistake of ours and throws. */
export function defaultsOf<Table extends TermTable>(table: Table): TermsOf<Table> {
  const agreed = agree(table);
  if (!agreed.ok) throw new Error(agreed.reason);
  return agreed.value;
}
