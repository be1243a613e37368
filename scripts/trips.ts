/** `npm run trips`: is every trip one trip? Stories of the simulated world, and recorded drives. */

import { Command, CommanderError } from 'commander';
import { wholeNumberIn } from './arguments.ts';
import { CommandError, EXIT } from './exit.ts';
import { log, printJson } from './output.ts';
import { runTrips, type TripsOptions, tripsText } from './trips/report.ts';

const EXAMPLE = `
Examples:
  npm run trips -- --json
  npm run trips -- --story jam --seeds 5

Exit codes: 0 nothing merged, split, missing or unexplained, 1 something was, 2 wrong words.`;

const program = new Command('trips')
  .description('scripted days of a car, cars of the town and recorded drives through the whole chain, trips counted')
  .option('--story <name>', 'only the stories with this in their name, and no recordings')
  .option('--seeds <number>', 'runs of each story', wholeNumberIn(1, 1000), 20)
  .option('--json', 'one JSON document as the last line of standard output')
  .exitOverride()
  .addHelpText('after', EXAMPLE)
  .action(async (options: TripsOptions & { readonly json?: boolean }) => {
    const report = await runTrips(options);
    if (options.json) printJson(report);
    else process.stdout.write(tripsText(report));
    if (!report.ok) process.exitCode = EXIT.failed;
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof CommandError) {
    log(`trips: ${error.message}`);
    process.exitCode = error.code;
  } else throw error;
}
