/** Scenario files: YAML in, a scenario out, or what is wrong with it, each with its line and column. */

import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { isCarStep, momentOf, type Scenario } from '../../simulator/scenario.ts';
import { FACT_KINDS } from '../../simulator/scenario-facts.ts';
import { SCENARIO, scenarioOf } from './scenario-schema.ts';

export type ReadScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  /** `line:column: what is wrong and what to do`, the first first. */
  | { readonly ok: false; readonly flaws: readonly string[] };

type Path = readonly PropertyKey[];
interface Flaw {
  readonly path: Path;
  /** The word itself is wrong, not what it says. */
  readonly key?: string;
  readonly text: string;
}

const BYTES_MAX = 256 * 1024;
const ALIASES_MAX = 100;
const ADVICE = 'bordbox rig schema lists what may stand here';

export function readScenario(text: string): ReadScenario {
  if (text.length > BYTES_MAX) return { ok: false, flaws: [`1:1: a scenario has ${BYTES_MAX} characters at most`] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return { ok: false, flaws: document.errors.map(({ pos, message }) => `${at(lines, pos[0])}: ${message}`) };
  }
  if (!isMap(document.contents)) return { ok: false, flaws: [`1:1: this is no scenario; ${ADVICE}`] };
  const place = (flaw: Flaw): string => `${at(lines, offsetOf(document, flaw))}: ${flaw.text}`;
  const raw = plain(document);
  if (raw === null) return { ok: false, flaws: ['1:1: too many aliases; write out what they stand for'] };
  const read = SCENARIO.safeParse(raw.value);
  if (!read.success) {
    const found = read.error.issues.flatMap((issue) => flawsOf(issue, raw.value));
    // A word that nobody knows is why another one is missing.
    const first = found.filter(({ key }) => key !== undefined);
    return { ok: false, flaws: [...first, ...found.filter(({ key }) => key === undefined)].map(place) };
  }
  const scenario = scenarioOf(read.data);
  const flaws = [...stepFlaws(read.data, scenario), ...momentFlaws(read.data, scenario)];
  return flaws.length === 0 ? { ok: true, scenario } : { ok: false, flaws: flaws.map(place) };
}

/** Null for aliases of aliases that would grow without end. */
function plain(document: Document): { readonly value: unknown } | null {
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}

function isMissing(raw: unknown, path: Path): boolean {
  let value = raw;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value === undefined;
}

function flawsOf(issue: z.core.$ZodIssue, raw: unknown): Flaw[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path, key, text: `nobody knows "${key}" here; ${ADVICE}` }));
  }
  if (issue.code === 'invalid_union' && path.at(-1) === 'see') {
    return [{ path, text: `this is no fact; see one of ${FACT_KINDS.join(', ')}` }];
  }
  if (issue.code === 'invalid_union' && path.at(-1) === 'do') {
    return [{ path, text: `this is no action; do one of ${ACTIONS.join(', ')}` }];
  }
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  const name = path.length === 0 ? 'the scenario' : `"${path.filter((part) => typeof part === 'string').at(-1) ?? ''}"`;
  const missing = isMissing(raw, path) ? ' is missing' : '';
  return [{ path, text: `${name}${missing}: ${message}` }];
}

const ACTIONS: readonly string[] = SCENARIO.shape.timeline.element.options.map((option) => option.shape.do.value);

type Read = z.output<typeof SCENARIO>;

function stepFlaws(read: Read, scenario: Scenario): Flaw[] {
  const flaws: Flaw[] = [];
  const steps = new Map(scenario.timeline.map((step) => [`${step.atMs} ${step.do}`, step]));
  for (const [i, raw] of read.timeline.entries()) {
    const path = ['timeline', i, 'at'];
    const step = steps.get(`${raw.at} ${raw.do}`);
    if (raw.at > read.lasts) flaws.push({ path, text: 'this comes after the end; make "lasts" longer' });
    if (step === undefined || !isCarStep(step)) continue;
    if (raw.at % 1000 !== 0) flaws.push({ path, text: `${raw.do} happens at full seconds` });
    const plug = raw.do === 'plug' || raw.do === 'unplug';
    if (read.drive !== undefined && !plug) {
      flaws.push({ path: ['timeline', i, 'do'], text: `"drive" drives the car; take it out, or this ${raw.do}` });
    }
  }
  return flaws;
}

/** What an expectation counts from must be something that can come. */
function momentFlaws(read: Read, { timeline }: Scenario): Flaw[] {
  const known = new Set(['start', 'engine start', 'engine stop']);
  for (const step of timeline) {
    known.add(momentOf(step));
    if ('forMs' in step) known.add(`${momentOf(step)} over`);
  }
  const flaws: Flaw[] = [];
  for (const list of ['expect', 'never', 'count'] as const) {
    for (const [i, { of }] of read[list].entries()) {
      if (of === undefined || known.has(of)) continue;
      const text = `there is no moment "${of}"; there are ${[...known].join(', ')}`;
      flaws.push({ path: [list, i, 'of'], text });
    }
  }
  return flaws;
}

function at(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

/** Where it stands; the nearest thing around it that is there for what is missing. */
function offsetOf(document: Document, { path, key }: Flaw): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    return node.range?.[0] ?? 0;
  }
  return 0;
}
