/** `npm run accuracy`: events, crashes and mounting of the sensor firmware against the simulator's truth. */

import { Command, CommanderError } from 'commander';
import { Rng } from '../simulator/rng.ts';
import { planTown } from '../simulator/town-plan.ts';
import { runCrashes } from './accuracy/crash-run.ts';
import { runEvents } from './accuracy/events-run.ts';
import { runMountings } from './accuracy/mounting-run.ts';
import { accuracyReport, accuracyText } from './accuracy/report.ts';
import { numberIn, wholeNumberIn } from './arguments.ts';
import { EXIT } from './exit.ts';
import { printJson } from './output.ts';
import { progress } from './progress.ts';

const EXAMPLE = `
Whole firmware in simulated cars: three temperaments, three kinds of vehicle, any mounting, three
accelerometers, four receivers. Labels come from the physics and are never seen by the firmware.

Example:
  npm run accuracy -- --hours 20 --json

Exit codes: 0 all figures are good enough, 1 one is not, 2 wrong words.`;

const MOUNTINGS_PER_HOUR = 0.5;
const MOUNTINGS_MIN = 10;
const CRASH_SHARE = 0.05;

interface Options {
  readonly hours: number;
  readonly seed: number;
  readonly json?: boolean;
}

function run({ hours, seed, json }: Options): void {
  const root = Rng.seeded(seed);
  const town = planTown(root.fork('town'));
  const bar = progress('accuracy');
  const events = runEvents(root.fork('events'), town, hours, (share) => bar.at(0.7 * share));
  const crashes = runCrashes(root.fork('crashes'), town, CRASH_SHARE * hours, (share) => bar.at(0.7 + 0.05 * share));
  const count = Math.max(MOUNTINGS_MIN, Math.round(MOUNTINGS_PER_HOUR * hours));
  const mounting = runMountings(root.fork('mountings'), town, count, (share) => bar.at(0.75 + 0.25 * share));
  bar.done();
  const report = accuracyReport(seed, events, crashes, mounting);
  if (json) printJson(report);
  else process.stdout.write(accuracyText(report));
  if (!report.ok) process.exitCode = EXIT.failed;
}

try {
  await new Command('npm run accuracy --')
    .description('event detection, crash detection and mounting against the truth')
    .option('--hours <h>', 'simulated hours', numberIn(1, 10_000), 200)
    .option('--seed <n>', 'seed of the whole world', wholeNumberIn(0, 0xffffffff), 1)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .exitOverride()
    .action(run)
    .parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
