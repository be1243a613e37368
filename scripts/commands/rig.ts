import { Command } from 'commander';
import {
  choiceText,
  type ListedPort,
  listPorts,
  type PortChoice,
  portText,
  SerialError,
} from '../../gateway/edge/serial-ports.ts';
import { type Probed, probePort } from '../../gateway/edge/serial-probe.ts';
import { numberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { runCommand } from '../rig/run-command.ts';
import { scenarioJsonSchema } from '../rig/scenario-schema.ts';
import { baudOption, portChoice } from '../serial-options.ts';

const EXAMPLE = `
Examples:
  bordbox rig run simulator/scenarios/*.yaml
  bordbox rig list /dev/ttyUSB0 --json`;

const LIST_EXAMPLE = `
A device says hello by itself; nothing but a zero byte a second is written to a port before.

Examples:
  bordbox rig list
  bordbox rig list /dev/ttyUSB0 --baud 921600 --json

Exit codes: 0 the ports were looked at, whatever answered, 2 wrong words, 3 the ports cannot be listed.`;

interface ListOptions {
  readonly baud: number;
  readonly wait: number;
  readonly json?: boolean;
}

export function rigCommand(): Command {
  return new Command('rig')
    .description('run scenarios, and look after devices on serial ports')
    .addCommand(runCommand())
    .addCommand(listCommand())
    .addCommand(schemaCommand())
    .addHelpText('after', EXAMPLE);
}

function schemaCommand(): Command {
  return new Command('schema')
    .exitOverride()
    .description('print the JSON Schema of scenario files, for completion in an editor')
    .addHelpText('after', '\nExample:\n  bordbox rig schema > scenario.schema.json')
    .action(() => {
      process.stdout.write(scenarioJsonSchema());
    });
}

function listCommand(): Command {
  return new Command('list')
    .exitOverride()
    .description('show the serial ports and what answers on them')
    .argument('[port...]', 'look at these only: paths, or vid=0403,pid=6001,serial=...')
    .addOption(baudOption())
    .option('--wait <s>', 'how long a port is listened to', numberIn(0.1, 60), 2)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', LIST_EXAMPLE)
    .action(list);
}

async function list(words: readonly string[], { baud, wait, json }: ListOptions): Promise<void> {
  const ports = words.length > 0 ? words.map((word) => named(portChoice(word))) : (await allPorts()).map(listed);
  // Ports do not disturb each other.
  const found = await Promise.all(
    ports.map(async ({ name, choice }) => ({ port: name, ...(await probePort(choice, baud, wait * 1000)) })),
  );
  if (json) printJson({ ports: found });
  else if (found.length === 0) log('rig: no serial port is there; plug one in, or name one by its path');
  else for (const { port, ...probed } of found) process.stdout.write(`${port}: ${probedText(probed)}\n`);
}

interface NamedPort {
  readonly name: string;
  readonly choice: PortChoice;
}

function named(choice: PortChoice): NamedPort {
  return { name: choiceText(choice), choice };
}

function listed(port: ListedPort): NamedPort {
  return { name: portText(port), choice: { path: port.path } };
}

async function allPorts(): Promise<readonly ListedPort[]> {
  try {
    return await listPorts();
  } catch (error) {
    if (!(error instanceof SerialError)) throw error;
    throw new CommandError(EXIT.environment, `rig: ${error.message}, as in bordbox rig list /dev/ttyUSB0`);
  }
}

function probedText(probed: Probed): string {
  switch (probed.answer) {
    case 'device': {
      const { build, firmware, device = '' } = probed.hello;
      return `${firmware}, ${build} build, line version ${probed.version}${device === '' ? '' : `, device ${device}`}`;
    }
    case 'incompatible': {
      const { versionMin, versionMax, firmware } = probed.hello;
      const advice = probed.reason === 'version' ? 'update one of the two' : 'it is no device for a rig';
      return `${firmware} speaks line versions ${versionMin} to ${versionMax} (${probed.reason}): ${advice}`;
    }
    case 'noise': {
      const what = probed.text === '' ? 'that are no text: try another --baud' : `such as "${probed.text}"`;
      return `no device of this line; ${probed.bytes} bytes came, ${what}`;
    }
    case 'nothing':
      return 'nothing answers';
    case 'closed':
      return probed.reason;
  }
}
