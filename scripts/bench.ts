/** `npm run bench -- NAME`: figures that the design promises, measured. One file in scripts/bench/ per name. */

import { Command, CommanderError } from 'commander';
import { accessBench } from './bench/access.ts';
import { firmwareBench } from './bench/firmware.ts';
import { scoringBench } from './bench/scoring.ts';
import { serialBench } from './bench/serial.ts';
import { wireBench } from './bench/wire.ts';
import { CommandError, EXIT } from './exit.ts';
import { log } from './output.ts';

const EXAMPLE = `
Example:
  npm run bench -- firmware --json

Exit codes: 0 all promised figures hold, 1 one does not, 2 wrong words.`;

const program = new Command('bench')
  .description('measures what the design promises; times are of this machine and of now')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', EXAMPLE)
  .addCommand(serialBench())
  .addCommand(wireBench())
  .addCommand(firmwareBench())
  .addCommand(accessBench())
  .addCommand(scoringBench());

for (const command of program.commands) command.copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof CommandError) {
    log(`bench: ${error.message}`);
    process.exitCode = error.code;
  } else throw error;
}
