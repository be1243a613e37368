import { Command, InvalidArgumentError } from 'commander';
import type { ConfigurationChange } from '../../gateway/core/configuration.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';

interface ConfigureOptions extends ConfigurationChange {
  readonly data: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  bordbox configure as3nn9tmcd3mr0m5vxevyayapw --new-vehicle --data ./data
  bordbox configure as3nn9tmcd3mr0m5vxevyayapw --blocker on --data ./data

The gateway may run meanwhile: it tells a device that is connected within a second, and any other one when it comes.
The birth that answers names the number (device.state, "configuration").`;

export function configureCommand(): Command {
  return new Command('configure')
    .exitOverride()
    .description('tell a sensor that it sits in another vehicle, or that it must record no trips')
    .argument('<device>', 'id of an enrolled sensor')
    .option('--new-vehicle', 'it was moved to another vehicle: the mounting is found anew')
    .option('--blocker <on|off>', 'on: no trip is recorded, and one that runs ends', onOff)
    .option('--data <dir>', "the gateway's data folder", './bordbox-data')
    .option('--json', 'print what holds from now on as the last line')
    .addHelpText('after', EXAMPLES)
    .action(runConfigure);
}

async function runConfigure(device: string, { data, json, newVehicle, blocker }: ConfigureOptions): Promise<void> {
  if (newVehicle === undefined && blocker === undefined) {
    throw new CommandError(EXIT.usage, 'configure: nothing to change; give --new-vehicle or --blocker on|off');
  }
  const store = new SqliteStore(dataFolder(data).database);
  try {
    const kind = (await store.devices([device])).get(device)?.kind;
    if (kind !== undefined && kind !== 'sensor') {
      throw new CommandError(EXIT.failed, `configure: ${device} is a ${kind}; only sensors are configured like that`);
    }
    const row = await store.configure(device, { newVehicle, blocker }, Date.now());
    if (row === null) {
      throw new CommandError(EXIT.failed, `configure: ${device} is not enrolled in ${data}; see bordbox enrol`);
    }
    const { number, vehicle, blocker: blocked } = row;
    log(`configure: ${device}: vehicle ${vehicle}, blocker ${blocked ? 'on' : 'off'}, as number ${number}`);
    if (json) printJson({ device, number, vehicle, blocker: blocked });
  } finally {
    await store.close();
  }
}

function onOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('give on or off');
  return text === 'on';
}
