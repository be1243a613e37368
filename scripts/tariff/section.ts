/** One result: for a person a heading, a value and a sentence; for a program the same as an object. */

import type { Explanation } from '../../gateway/tariffs/explanation.ts';
import type { Result } from '../../protocol/result.ts';

export interface Section {
  readonly name: string;
  /** For people. */
  readonly value: string;
  /** Null with a reason. */
  readonly why: Explanation | null;
  /** Why there is no result; the others stand. */
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Answer {
  /** Versions of the tables behind the results. */
  readonly tables: string;
  readonly sections: readonly Section[];
}

export function found(name: string, value: string, why: Explanation, data: Section['data'] = {}): Section {
  return { name, value, why, reason: null, data };
}

export function refused(name: string, reason: string): Section {
  return { name, value: 'no result', why: null, reason, data: {} };
}

export function sectionOf<T>(name: string, result: Result<T, string>, section: (value: T) => Section): Section {
  return result.ok ? section(result.value) : refused(name, result.reason);
}

export function failed({ sections }: Answer): boolean {
  return sections.some(({ reason }) => reason !== null);
}

export function asJson(tariff: string, { tables, sections }: Answer): object {
  const results = sections.map(({ name, why, reason, data }) => ({
    name,
    ...data,
    ...(why === null ? { reason } : { why }),
  }));
  return { tariff, tables, results };
}

export function asText({ sections }: Answer): string {
  const wide = Math.max(...sections.map(({ name }) => name.length));
  const lines = sections.flatMap(({ name, value, why, reason }) => {
    const behind = why === null ? `${reason}` : `${why.sentence} [${why.rule}: ${why.requirement}]`;
    return [`${name.padEnd(wide)}  ${value}`, `${' '.repeat(wide)}  ${behind}`];
  });
  return `${lines.join('\n')}\n`;
}
