import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { brokerFlaw } from '../../gateway/edge/outside-broker.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { isDeviceId } from '../../protocol/identity.ts';
import { partyOf } from '../../simulator/peers/party.ts';
import { placeFrom } from '../access/near-line.ts';
import { changePhoneFile, makePhoneFile, type PhoneFile, readPhoneFile } from '../access/phone-file.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printJson } from '../output.ts';

const EXAMPLES = `
A phone is one file: its secret key, the key with which the gateway signs replies, and where it usually connects to.
The gateway lets it in after: bordbox account add <its public key>

Examples:
  bordbox phone new owner.phone --gateway-key 75ba17c0...07de
  bordbox phone set owner.phone --broker mqtts://gw.example:8883 --beside 127.0.0.1:4711
  bordbox phone show owner.phone --json`;

interface Words {
  readonly gatewayKey?: string[];
  readonly broker?: string;
  readonly box?: string;
  readonly beside?: string;
  readonly json?: boolean;
}

export function phoneCommand(): Command {
  const command = new Command('phone')
    .description('make a phone for the command line, show it, or change where it connects to')
    .addHelpText('after', `${EXAMPLES}\n\nEach takes --json: one JSON document as the last line of standard output.`);
  withDefaults(command.command('new').description('make a key; a file that is there is never written over'))
    .argument('<file>')
    .action((path: string, words: Words) => {
      const secretKey = toHex(randomBytes(32));
      makePhoneFile(path, { format: 'bordbox-phone', secretKey, issuers: [], grants: [], ...changes(words) });
      show(path, words);
    });
  withDefaults(command.command('set').description('change what is named'))
    .argument('<file>')
    .action((path: string, words: Words) => {
      changePhoneFile(path, changes(words));
      show(path, words);
    });
  command
    .command('show')
    .description('print id and public key')
    .argument('<file>')
    .option('--json', 'one JSON document as the last line of standard output')
    .action(show);
  return command;
}

function withDefaults(command: Command): Command {
  return command
    .option('--gateway-key <hex...>', 'public keys with which gateways sign; the gateway prints it')
    .option('--broker <url>', 'mqtt:// on loopback, mqtts:// anywhere')
    .option('--box <id>', 'the box that is meant when a command names none')
    .option('--beside <place>', 'HOST:PORT of the box in short range')
    .option('--json', 'one JSON document as the last line of standard output');
}

function changes({ gatewayKey, broker, box, beside }: Words): Partial<PhoneFile> {
  for (const key of gatewayKey ?? []) {
    if (fromHex(key)?.length !== 32)
      throw wrong('--gateway-key wants the 64 hexadecimal digits that the gateway prints');
  }
  const flaw = broker === undefined ? null : brokerFlaw(broker);
  if (flaw !== null) throw wrong(flaw);
  if (box !== undefined && !isDeviceId(box)) throw wrong(`--box ${box} is no device id of 26 characters`);
  if (beside !== undefined && placeFrom(beside) === null) throw wrong(`--beside ${beside} is no HOST:PORT`);
  return {
    ...(gatewayKey && { issuers: gatewayKey.map((key) => key.toLowerCase()) }),
    ...(broker !== undefined && { broker }),
    ...(box !== undefined && { box }),
    ...(beside !== undefined && { beside }),
  };
}

function wrong(message: string): CommandError {
  return new CommandError(EXIT.usage, `phone: ${message}`);
}

function show(path: string, { json }: { readonly json?: boolean }): void {
  const { secretKey, issuers, broker, box, beside, grants } = readPhoneFile(path);
  const { id, publicKey } = partyOf(fromHex(secretKey) as Uint8Array, nodeCrypto());
  const told = { id, publicKey: toHex(publicKey), issuers, broker, box, beside, grants: grants.length };
  if (json) printJson(told);
  else {
    const lines = Object.entries(told).flatMap(([name, value]) => {
      return value === undefined || value === 0 || (Array.isArray(value) && value.length === 0)
        ? []
        : [`${name.padEnd(10)} ${value}`];
    });
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
