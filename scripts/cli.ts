import { Command, CommanderError } from 'commander';
import { demoCommand } from './commands/demo.ts';
import { deviceCommand } from './commands/device.ts';
import { enrolCommand } from './commands/enrol.ts';
import { fleetCommand } from './commands/fleet.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { replayCommand } from './commands/replay.ts';
import { CommandError, EXIT } from './exit.ts';
import { log } from './output.ts';

const program = new Command('bordbox')
  .description('Two in-car telematics devices and the edge gateway behind them')
  .version('0.1.0')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addCommand(demoCommand())
  .addCommand(gatewayCommand())
  .addCommand(deviceCommand())
  .addCommand(enrolCommand())
  .addCommand(fleetCommand())
  .addCommand(replayCommand());

// Commander ends the process on wrong words unless each command is told not to.
for (const command of program.commands) command.copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof CommandError) {
    log(`bordbox: ${error.message}`);
    process.exitCode = error.code;
  } else throw error;
}
