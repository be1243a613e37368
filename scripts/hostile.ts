/** What bad input gets, case by case: a clear line or a counted drop, and nothing of an honest device lost. */

import { Command, CommanderError } from 'commander';
import { EXIT } from './exit.ts';
import type { HostileCase } from './hostile/case.ts';
import { CONNECT_CASES } from './hostile/connect-cases.ts';
import { DISK_CASES } from './hostile/disk-cases.ts';
import { FILE_CASES } from './hostile/file-cases.ts';
import { FRAME_CASES } from './hostile/frame-cases.ts';
import { MACHINE_CASES } from './hostile/machine-cases.ts';
import { PLANE_CASES } from './hostile/plane-cases.ts';
import { runCases } from './hostile/run-cases.ts';
import { SIZE_CASES } from './hostile/size-cases.ts';
import { Stage } from './hostile/stage.ts';
import { TRUST_CASES } from './hostile/trust-cases.ts';
import type { CaseResult } from './hostile/verdict.ts';
import { WORD_CASES } from './hostile/word-cases.ts';
import { log, printJson } from './output.ts';
import { progress } from './progress.ts';

const CASES: readonly HostileCase[] = [
  ...CONNECT_CASES,
  ...FRAME_CASES,
  ...SIZE_CASES,
  ...PLANE_CASES,
  ...TRUST_CASES,
  ...DISK_CASES,
  ...MACHINE_CASES,
  ...FILE_CASES,
  ...WORD_CASES,
];

const EXAMPLE = `
One real gateway, a simulated sensor that drives all along, and after each case a look whether all of its frames
are stored and receipted.

Examples:
  npm run hostile
  npm run hostile -- --only "forged" --json

Exit codes: 0 all cases as they should be, 1 a case failed or a frame was lost, 2 wrong words.`;

interface Options {
  readonly only?: string;
  readonly json?: boolean;
}

async function hostile({ only = '', json }: Options): Promise<void> {
  const cases = CASES.filter(({ name }) => name.includes(only));
  const bar = progress('hostile');
  const results: CaseResult[] = [];
  const stage = await Stage.open();
  process.once('SIGINT', () => void stage.clear().then(() => process.exit(EXIT.failed)));
  try {
    await runCases(stage, cases, (result) => {
      results.push(result);
      bar.at(results.length / cases.length);
      if (!json) process.stdout.write(row(result));
    });
    const { sent, stored } = await stage.honest.check();
    const { stats, flaws } = await stage.end();
    bar.done();
    const failed = results.filter(({ ok }) => !ok).length;
    const honest = { sent, stored, lost: sent - stored };
    const { quarantined, refused } = stats;
    if (json) printJson({ cases: results, failed, quarantined, refused, honest });
    else process.stdout.write(summary(results.length, failed, { quarantined, refused, honest }));
    for (const flaw of flaws) log(`hostile: ${flaw}`);
    if (failed > 0 || honest.lost !== 0 || flaws.length > 0 || cases.length === 0) process.exitCode = EXIT.failed;
  } finally {
    await stage.clear();
  }
}

const NAME_WIDTH = 58;

function row({ name, got, ok }: CaseResult): string {
  return `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(NAME_WIDTH)}  ${got}\n`;
}

function summary(
  cases: number,
  failed: number,
  tables: Readonly<Record<string, Readonly<Record<string, number>>>>,
): string {
  const lines = Object.entries(tables).map(([title, table]) => {
    const entries = Object.entries(table).map(([name, value]) => `${name} ${value}`);
    return `${`${title}:`.padEnd(13)}${entries.join(', ')}`;
  });
  return `\n${[`${cases} cases, ${failed} failed`, ...lines].join('\n')}\n`;
}

const program = new Command('hostile')
  .description('show what bad input gets, case by case')
  .option('--only <text>', 'only cases whose name holds this text')
  .option('--json', 'one JSON document as the last line of standard output')
  .addHelpText('after', EXAMPLE)
  .exitOverride()
  .action(hostile);
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
