import { Command, CommanderError } from 'commander';
import { accountCommand } from './commands/account.ts';
import { auditCommand } from './commands/audit.ts';
import { boxCommand } from './commands/box.ts';
import { CAR_COMMANDS } from './commands/car.ts';
import { carryCommand } from './commands/carry.ts';
import { configureCommand } from './commands/configure.ts';
import { deliverCommand, tanCommand } from './commands/deliver.ts';
import { demoCommand } from './commands/demo.ts';
import { deviceCommand } from './commands/device.ts';
import { enrolCommand } from './commands/enrol.ts';
import { fleetCommand } from './commands/fleet.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { handoverCommand, outcomeCommand } from './commands/handover.ts';
import { issuerCommand } from './commands/issuer.ts';
import { keyCommand } from './commands/key.ts';
import { mapCommand } from './commands/map.ts';
import { pairCommand, unpairCommand } from './commands/pair.ts';
import { carCommand, panelCommand } from './commands/panel.ts';
import { phoneCommand } from './commands/phone.ts';
import { privacyCommand } from './commands/privacy.ts';
import { replayCommand } from './commands/replay.ts';
import { rigCommand } from './commands/rig.ts';
import { tariffCommand } from './commands/tariff.ts';
import { yearCommand } from './commands/year.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { explained } from './explain.ts';

export interface Voice {
  /** Help and versions. */
  out(text: string): void;
  /** What went wrong. */
  err(text: string): void;
}

const PHONE_COMMANDS: readonly (() => Command)[] = [
  phoneCommand,
  pairCommand,
  unpairCommand,
  keyCommand,
  ...CAR_COMMANDS,
  deliverCommand,
  tanCommand,
  carryCommand,
  handoverCommand,
  outcomeCommand,
].map((make) => () => make().helpGroup('With a phone:'));

export const COMMANDS: readonly (() => Command)[] = [
  demoCommand,
  gatewayCommand,
  deviceCommand,
  boxCommand,
  enrolCommand,
  configureCommand,
  fleetCommand,
  replayCommand,
  rigCommand,
  mapCommand,
  tariffCommand,
  yearCommand,
  issuerCommand,
  accountCommand,
  auditCommand,
  privacyCommand,
  panelCommand,
  carCommand,
  ...PHONE_COMMANDS,
];

/** Runs a command line. The exit code, or null when the command itself decides it. Mistakes of ours are thrown. */
export async function runProgram(words: readonly string[], voice: Voice): Promise<ExitCode | null> {
  const program = new Command('bordbox')
    .description('Two in-car telematics devices and the edge gateway behind them')
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => voice.out(text),
      writeErr: (text) => voice.err(text),
      outputError: (text, write) => write(`bordbox: ${usageLine(text)}; see bordbox ${helpWords(words)}\n`),
    });
  for (const make of COMMANDS) {
    const command = make();
    // Commander ends the process on wrong words unless each command is told not to.
    inherit(command, program);
    program.addCommand(command);
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return null;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const known = explained(words[0] ?? 'bordbox', error);
    if (known === null) throw error;
    voice.err(`bordbox: ${known.message}\n`);
    return known.code;
  }
}

function inherit(command: Command, from: Command): void {
  command.copyInheritedSettings(from);
  for (const part of command.commands) inherit(part, command);
}

/** Commander's message as one line: `error: ` goes, and a suggestion follows on the same line. */
function usageLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}

function helpWords([command = '']: readonly string[]): string {
  return COMMANDS.some((make) => make().name() === command) ? `${command} --help` : '--help';
}
