/** `npm run accuracy`: events, crashes and mounting of the sensor firmware, and map matching, against the truth. */

import { Command, CommanderError } from 'commander';
import { Rng } from '../simulator/rng.ts';
import { planTown } from '../simulator/town-plan.ts';
import { runCrashes } from './accuracy/crash-run.ts';
import { runEvents } from './accuracy/events-run.ts';
import { absent, MAP_FILE, TRACES_FILE } from './accuracy/map-data.ts';
import { mapReport, mapText } from './accuracy/map-report.ts';
import { runMap } from './accuracy/map-run.ts';
import { runMountings } from './accuracy/mounting-run.ts';
import { accuracyReport, accuracyText } from './accuracy/report.ts';
import { numberIn, wholeNumberIn } from './arguments.ts';
import { EXIT } from './exit.ts';
import { printJson } from './output.ts';
import { progress } from './progress.ts';

const EXAMPLE = `
Whole firmware in simulated cars: three temperaments, three kinds of vehicle, any mounting, three
accelerometers, four receivers. Labels come from the physics and are never seen by the firmware.
With --map: map matching on Bad Hersfeld, over simulated drives and SUMO traces with 3 to 10 m of error.

Example:
  npm run accuracy -- --hours 20 --json
  npm run accuracy -- --map --json

Exit codes: 0 all figures are good enough, 1 one is not, 2 wrong words.`;

const FIRMWARE_HOURS = 200;
const MAP_HOURS = 15;
const MOUNTINGS_PER_HOUR = 0.5;
const MOUNTINGS_MIN = 10;
const CRASH_SHARE = 0.05;

interface Options {
  readonly hours?: number;
  readonly map?: boolean;
  readonly seed: number;
  readonly json?: boolean;
}

function run(options: Options): void {
  if (options.map) runMapAccuracy(options);
  else runFirmwareAccuracy(options);
}

/** Without the map there is nothing to measure, which is no failure of the matching. */
function runMapAccuracy({ hours = MAP_HOURS, seed, json }: Options): void {
  const skipped = absent(MAP_FILE, TRACES_FILE);
  if (skipped !== null) {
    if (json) printJson({ skipped });
    else process.stdout.write(`skipped: ${skipped}\n`);
    return;
  }
  const bar = progress('accuracy');
  const report = mapReport(
    seed,
    runMap(Rng.seeded(seed).fork('map'), hours, (drives) => bar.at(Math.min(1, drives / (5 * hours + 180)))),
  );
  bar.done();
  if (json) printJson(report);
  else process.stdout.write(mapText(report));
  if (!report.ok) process.exitCode = EXIT.failed;
}

function runFirmwareAccuracy({ hours = FIRMWARE_HOURS, seed, json }: Options): void {
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
    .description('event detection, crash detection and mounting, or map matching, against the truth')
    .option('--map', 'map matching instead of the sensor')
    .option('--hours <h>', `simulated hours (default: ${FIRMWARE_HOURS}, with --map ${MAP_HOURS})`, numberIn(1, 10_000))
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
