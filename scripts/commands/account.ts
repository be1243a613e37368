import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type OperatorAction, operatorAdvice } from '../../gateway/core/access/operator.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { partyOf } from '../../simulator/peers/party.ts';
import { operateOn, partiesIn } from '../access/parties.ts';
import { readPhoneFile } from '../access/phone-file.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';

const EXAMPLES = `
The operator's register of phones, on the gateway's data folder; the gateway may run meanwhile. A user owns boxes and
holds keys, a courier delivers for one carrier. PHONE is a public key of 64 hexadecimal digits, or a phone file.

Examples:
  bordbox account add 3f0c...e1 --data gw
  bordbox account add courier.phone --carrier DHL --data gw
  bordbox account list --data gw --json
  bordbox account revoke <id> --data gw
  bordbox account free-courier <delivery> --by "A. Smith, hotline" --data gw

Exit codes: 0 done, 1 it may not be done, 2 wrong words, 3 the folder cannot be used.`;

interface Words {
  readonly data: string;
  readonly json?: boolean;
}

export function accountCommand(): Command {
  const command = new Command('account')
    .description('register phones of users and couriers with a gateway, and revoke them')
    .addHelpText('after', EXAMPLES);
  const part = (words: string, description: string): Command =>
    command
      .command(words)
      .description(description)
      .option('--data <dir>', "the gateway's data folder", './bordbox-data')
      .option('--json', 'one JSON document as the last line of standard output');
  part('add', 'register a phone')
    .argument('<phone>', 'its public key, or its file')
    .option('--carrier <name>', 'it belongs to a courier of this carrier')
    .action(add);
  part('list', 'phones that are registered').action(list);
  part('revoke', 'believe nothing more of a phone')
    .argument('<id>', 'device id of the phone')
    .action(change('revoke-party'));
  part('restore', 'believe a revoked phone again')
    .argument('<id>', 'device id of the phone')
    .action(change('restore-party'));
  part('free-courier', 'hotline: free a courier 10 minutes after an opening that nobody confirms (A18)')
    .argument('<delivery>', 'id of the delivery')
    .requiredOption('--by <name>', 'who answered the hotline; the audit log keeps it')
    .action(async (delivery: string, words: Words & { readonly by: string }) => {
      await operateAndTell(words, { kind: 'free-courier', delivery, by: words.by }, delivery);
    });
  return command;
}

async function add(phone: string, words: Words & { readonly carrier?: string }): Promise<void> {
  const publicKey = publicKeyFrom(phone);
  const { carrier } = words;
  const role = carrier === undefined ? 'user' : 'courier';
  await operateAndTell(words, { kind: 'register', publicKey, role, carrier }, phone, {
    publicKey: toHex(publicKey),
    role,
  });
}

function publicKeyFrom(word: string): Uint8Array {
  const given = /^[0-9a-f]{64}$/i.test(word) ? fromHex(word) : null;
  if (given !== null) return given;
  const secretKey = fromHex(readPhoneFile(word).secretKey);
  return partyOf(secretKey as Uint8Array, nodeCrypto()).publicKey;
}

function change(kind: 'revoke-party' | 'restore-party') {
  return async (party: string, words: Words): Promise<void> => {
    await operateAndTell(words, { kind, party }, party);
  };
}

async function operateAndTell(words: Words, action: OperatorAction, subject: string, more: object = {}): Promise<void> {
  const done = await operateOn(words.data, action, nodeCrypto());
  if (!done.ok) throw new CommandError(EXIT.failed, `account: ${subject.slice(0, 80)} ${operatorAdvice(done.reason)}`);
  const { party } = done.value;
  if (words.json) printJson({ done: action.kind, party, ...more });
  else log(`account: ${action.kind} ${party}`);
}

function list(words: Words): void {
  if (!existsSync(dataFolder(words.data).database)) {
    throw new CommandError(EXIT.usage, `account: ${words.data} is no data folder of a gateway; give --data DIR`);
  }
  const parties = partiesIn(words.data);
  if (words.json) {
    printJson({ parties });
    return;
  }
  const lines = parties.map(({ id, role, carrier, revoked }) =>
    [id, role, carrier ?? '', revoked ? 'revoked' : ''].join('  ').trimEnd(),
  );
  process.stdout.write(lines.length === 0 ? 'no phones are registered\n' : `${lines.join('\n')}\n`);
}
