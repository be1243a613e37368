import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { numberIn, wholeNumberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { driveAll } from '../year/shards.ts';
import { yearResult } from '../year/year-result.ts';
import { yearText } from '../year/year-text.ts';

const WORKERS_MAX = 64;

const EXAMPLE = `
Each driver has a car, a sensor with its whole firmware, and a gateway, in virtual time: hours in which the car stands
with a dead socket pass at once. FahrStil looks at the period to 30 September and gives the discount from 1 January on;
AppDriveX looks at the whole year. Kilometres are those of the simulated car's odometer, so that few hours of driving
mean few kilometres. Of ten drivers three are calm, four normal, two hasty, and one works at night: the twin of
a calm one, with the same car, routes and luck. One seed gives the same bytes, whatever the machine and the workers.

Example:
  bordbox year --drivers 4 --hours 4 --seed 1 --json

Exit codes: 0 done, 1 careful drivers do not come out ahead or hours alone ruin somebody, 2 wrong words.`;

interface Options {
  readonly drivers: number;
  readonly seed: number;
  readonly hours: number;
  readonly workers: number;
  readonly json?: boolean;
}

export function yearCommand(): Command {
  return new Command('year')
    .description('simulate an insurance year of many drivers: scores, discounts, points and cashback')
    .option('--drivers <n>', 'how many', wholeNumberIn(1, 10_000), 10)
    .option('--hours <h>', 'of driving, for each driver and month', numberIn(0.05, 20), 4)
    .option('--seed <n>', 'seed of the whole world', wholeNumberIn(0, 0xffffffff), 1)
    .option('--workers <n>', 'processes; by default one for each core', wholeNumberIn(1, WORKERS_MAX))
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const bar = progress('year');
  const workers = options.workers ?? Math.min(WORKERS_MAX, availableParallelism());
  const people = await driveAll({ ...options, workers, onProgress: bar.at });
  bar.done();
  const result = yearResult(options, people);
  if (options.json) printJson(result);
  else process.stdout.write(yearText(result));
  if (result.checks.some(({ holds }) => !holds)) process.exitCode = EXIT.failed;
}
