/** What a run found, for people and for machines. */

import { secondsText } from '../../simulator/scenario-facts.ts';
import type { Verdict } from '../../simulator/scenario-watch.ts';
import type { RunResult } from './rig-run.ts';
import type { LogLine } from './run-log.ts';

export interface Outcome extends RunResult {
  readonly scenario: string;
  readonly file: string;
  readonly proves: readonly string[];
  /** 1, 2 ... with `--repeat`. */
  readonly round: number;
  readonly seed: number;
  readonly target: string;
  readonly wallMs: number;
  /** What the log says around a moment. */
  readonly around: (atMs: number) => readonly LogLine[];
}

export function passed({ verdicts, trouble }: RunResult): boolean {
  return trouble === null && verdicts.every(({ ok }) => ok);
}

/** One line, and for each failure what was expected, what was seen, and the lines around it. */
export function outcomeText(outcome: Outcome): string {
  const { scenario, round, verdicts, endMs, wallMs, proves } = outcome;
  const ok = passed(outcome);
  const times = `${secondsText(endMs)} in ${(wallMs / 1000).toFixed(1)} s`;
  const name = round > 1 ? `${scenario} (${round})` : scenario;
  const head = `${ok ? 'pass' : 'FAIL'}  ${name}  ${verdicts.length} expectations, ${times}  [${proves.join(' ')}]\n`;
  return head + failures(outcome).join('');
}

export function failures({ verdicts, trouble, endMs, around }: Outcome): string[] {
  const texts = verdicts.filter(({ ok }) => !ok).map((verdict) => failureText(verdict, around(verdict.atMs)));
  if (trouble !== null) texts.push(`      the device: ${trouble}\n${linesText(around(endMs))}`);
  return texts;
}

function failureText({ expected, seen, atMs }: Verdict, lines: readonly LogLine[]): string {
  return `      expected  ${expected}\n      seen      ${seen}\n      at        ${secondsText(atMs)}\n${linesText(lines)}`;
}

const LINE_CHARACTERS_MAX = 110;

function linesText(lines: readonly LogLine[]): string {
  return lines
    .map(({ atMs, text }) => {
      const short = text.length > LINE_CHARACTERS_MAX ? `${text.slice(0, LINE_CHARACTERS_MAX)}...` : text;
      return `        | ${(atMs / 1000).toFixed(3).padStart(9)}  ${short}\n`;
    })
    .join('');
}

/** TAP 13. */
export function tapText(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((outcome, i) => {
    const { scenario, round, proves } = outcome;
    const ok = passed(outcome);
    const notes = ok ? '' : `\n${failures(outcome).join('').replace(/^/gm, '# ').trimEnd()}`;
    return `${ok ? 'ok' : 'not ok'} ${i + 1} - ${scenario} round ${round} ${proves.join(' ')}${notes}\n`;
  });
  return `TAP version 13\n1..${outcomes.length}\n${lines.join('')}`;
}

/** One suite per run of a scenario, one case per expectation. */
export function junitText(outcomes: readonly Outcome[]): string {
  const suites = outcomes.map((outcome) => {
    const { scenario, round, verdicts, trouble, wallMs, proves, target, seed, around } = outcome;
    const cases = verdicts.map(({ expected, ok, seen, atMs }) => {
      const name = `<testcase classname="${xml(scenario)}" name="${xml(expected)}"`;
      if (ok) return `${name}/>`;
      const text = xml(`seen ${seen} at ${secondsText(atMs)}\n${linesText(around(atMs))}`);
      return `${name}><failure message="${xml(seen)}">${text}</failure></testcase>`;
    });
    if (trouble !== null) {
      const name = `<testcase classname="${xml(scenario)}" name="the device keeps to the line's rules">`;
      cases.push(`${name}<failure message="${xml(trouble)}"/></testcase>`);
    }
    const failed = verdicts.filter(({ ok }) => !ok).length + (trouble === null ? 0 : 1);
    const about = { round, seed, target, proves: proves.join(' ') };
    const properties = Object.entries(about).map(
      ([name, value]) => `<property name="${name}" value="${xml(`${value}`)}"/>`,
    );
    const head = `name="${xml(scenario)}" tests="${cases.length}" failures="${failed}" time="${(wallMs / 1000).toFixed(3)}"`;
    return `<testsuite ${head}>\n<properties>${properties.join('')}</properties>\n${cases.join('\n')}\n</testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
