/** From a file to checked facts, and the tariffs that take them. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CommandError, EXIT } from '../exit.ts';
import { readInput } from '../input-files.ts';
import { appdrivexAnswer, appdrivexSchema } from './appdrivex.ts';
import { fahrstilAnswer, fahrstilSchema } from './fahrstil.ts';
import { relaxedAnswer, relaxedSchema } from './relaxed.ts';
import type { Answer } from './section.ts';
import { shareAnswer, shareSchema } from './share.ts';

interface Tariff {
  readonly schema: z.ZodType;
  /** Of a document in a file. */
  answer(json: unknown, path: string): Answer;
}

function tariff<S extends z.ZodType>(schema: S, answer: (facts: z.output<S>) => Answer): Tariff {
  return {
    schema,
    answer(json, path) {
      const parsed = schema.safeParse(json);
      if (parsed.success) return answer(parsed.data);
      throw new CommandError(EXIT.usage, `tariff: ${path}: ${faultOf(parsed.error)}`);
    },
  };
}

const TARIFFS: Readonly<Record<string, Tariff>> = {
  fahrstil: tariff(fahrstilSchema, fahrstilAnswer),
  appdrivex: tariff(appdrivexSchema, appdrivexAnswer),
  relaxed: tariff(relaxedSchema, relaxedAnswer),
  share: tariff(shareSchema, shareAnswer),
};

export const TARIFF_NAMES: readonly string[] = Object.keys(TARIFFS);

/** The first fault, with where it is, and how many follow. */
function faultOf({ issues }: z.ZodError): string {
  const [{ path, message }] = issues;
  const where = path.reduce<string>(
    (words, key) =>
      typeof key === 'number' ? `${words}[${key}]` : words === '' ? String(key) : `${words}.${String(key)}`,
    '',
  );
  const others = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  return `${where === '' ? '' : `${where}: `}${message.replace(/^Invalid input: /, '')}${others}`;
}

export function schemaOf(name: string): object {
  return z.toJSONSchema(TARIFFS[name].schema, { io: 'input' });
}

export function answerTo(name: string, path: string): Answer {
  const { bytes } = readInput(path);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new CommandError(EXIT.usage, `tariff: ${path} is not JSON; see bordbox tariff ${name} --example`);
  }
  return TARIFFS[name].answer(json, path);
}

export function exampleOf(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../docs/examples/tariff-${name}.json`, import.meta.url)), 'utf8');
}
