/** `npm run powercut`: cuts the power at every flash operation of a life, twice in a row, and looks for losses. */

import { Command, CommanderError } from 'commander';
import { wholeNumberIn } from './arguments.ts';
import { CommandError, EXIT } from './exit.ts';
import { log, printJson } from './output.ts';
import { BOOT_BOUND, Campaign, type CampaignResult, GEOMETRY } from './powercut/campaign.ts';
import { parseCut } from './powercut/cut-id.ts';
import { type IdleFigures, idleReboots, type WearFigures, wearFigures } from './powercut/wear.ts';
import { progress } from './progress.ts';

const EXAMPLE = `
A cut is named by the flash operation and the damage: c before the operation, t torn, e, m, l cells left between
0 and 1 early, midway, late. 412m+3t is a second cut at operation 3 of the boot that follows the first.

Example:
  npm run powercut -- --json
  npm run powercut -- --replay 412m+3t

Exit codes: 0 nothing was lost, 1 something was, 2 wrong words.`;

interface Options {
  readonly json?: boolean;
  readonly replay?: string;
  readonly seed: number;
  readonly nested: boolean;
}

interface Report extends CampaignResult {
  readonly geometry: typeof GEOMETRY;
  readonly seed: number;
  readonly seconds: number;
  readonly bootBound: typeof BOOT_BOUND;
  readonly wear?: WearFigures;
  readonly idle?: IdleFigures;
}

async function run(options: Options): Promise<void> {
  // A stack for each of 100,000 cuts would cost more than the cuts.
  Error.stackTraceLimit = options.replay === undefined ? 0 : 20;
  const only = options.replay === undefined ? undefined : parseCut(options.replay);
  if (only === null) throw new CommandError(EXIT.usage, 'give a cut such as 412m or 412m+3t after --replay.');
  const startedMs = performance.now();
  const bar = progress('powercut');
  const result = new Campaign({ only, nested: options.nested, seed: options.seed, onStep: bar.at }).run();
  const figures = only === undefined ? { wear: wearFigures(), idle: idleReboots() } : {};
  bar.done();
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const report: Report = {
    geometry: GEOMETRY,
    seed: options.seed,
    seconds,
    ...result,
    bootBound: BOOT_BOUND,
    ...figures,
  };
  if (options.json) printJson(report);
  else process.stdout.write(reportText(report));
  const told = report.levels[only === undefined ? 0 : only.length - 1].cuts;
  if (only !== undefined && Object.keys(told).length === 0) {
    throw new CommandError(EXIT.usage, `there is no operation ${options.replay} in this life: look at "operations".`);
  }
  if (report.failures.length > 0 || (report.idle?.erases ?? 0) > 0) process.exitCode = EXIT.failed;
}

function reportText(report: Report): string {
  const lines = [
    `${report.operations} flash operations in the life, seed ${report.seed}, ${report.seconds} s`,
    ...report.levels.map(
      ({ cuts, violations }, i) =>
        `  ${i === 0 ? 'first cuts' : 'second cuts'}: ${countText(cuts)}; ${violations} stories with a violation`,
    ),
    `  boots: at most ${report.bootOperationsMax} operations (bound ${report.bootBound.operations}) and ${report.bootBytesReadMax} bytes read (bound ${report.bootBound.bytesRead})`,
  ];
  if (report.wear !== undefined) {
    const { days, erasesPerSectorDay, erasesWorst, years } = report.wear;
    lines.push(
      `  wear: ${erasesPerSectorDay} erases per sector and hour of driving (worst sector ${erasesWorst} in ${days} h); it lasts ${years} years at 1 h a day`,
    );
  }
  if (report.idle !== undefined) {
    lines.push(
      `  ${report.idle.boots} boots without a trip: ${report.idle.erases} erases, ${report.idle.bytes} bytes taken`,
    );
  }
  for (const { id, violations } of report.failures) lines.push(`  FAILED --replay ${id}: ${violations.join('; ')}`);
  return `${lines.join('\n')}\n`;
}

function countText(cuts: Readonly<Record<string, number>>): string {
  const all = Object.values(cuts).reduce((sum, count) => sum + count, 0);
  return `${all} (${Object.entries(cuts)
    .map(([damage, count]) => `${count} ${damage}`)
    .join(', ')})`;
}

const program = new Command('powercut')
  .description('cuts the power at every flash operation of a life, and again at every one of the boot after it')
  .option('--json', 'one JSON document as the last line of standard output')
  .option('--replay <cut>', 'one cut only, by its name')
  .option('--seed <n>', 'seed of what damage does', wholeNumberIn(0, 0xffffffff), 1)
  .option('--no-nested', 'leave out the second cuts')
  .addHelpText('after', EXAMPLE)
  .exitOverride()
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof CommandError) {
    log(`powercut: ${error.message}`);
    process.exitCode = error.code;
  } else throw error;
}
