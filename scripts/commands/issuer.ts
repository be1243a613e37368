import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { readSecret, secretFromFile } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { IssuerSet } from '../../protocol/access-messages.ts';
import { fromHex, sameBytes, toHex } from '../../protocol/bytes.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { checkPublicKey } from '../../protocol/noble.ts';
import { unread } from '../../simulator/peers/unread.ts';
import { wholeNumberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';

const EXAMPLES = `
Boxes pin the public half of an offline root and believe the numbered set of issuer keys that it signed last. A new
set reaches them through the gateway, without a visit to the car: sign it with a higher number, install it, start the
gateway again. Keep the root's file away from any gateway.

Examples:
  bordbox issuer root root.key
  bordbox issuer key --data gw
  bordbox issuer sign 75ba17c0...07de --root root.key --number 1 --out issuers-1.cose
  bordbox issuer install issuers-1.cose --data gw
  bordbox issuer show issuers-1.cose --json`;

const SCOPE = { type: 'bb-issuers', direction: 'dn', device: 'issuers' } as const;

interface SignWords {
  readonly root: string;
  readonly number: number;
  readonly out: string;
  readonly json?: boolean;
}

export function issuerCommand(): Command {
  const command = new Command('issuer')
    .description('whom boxes believe: the offline root, and numbered sets of issuer keys')
    .addHelpText('after', `${EXAMPLES}\n\nEach takes --json: one JSON document as the last line of standard output.`);
  const json = ['--json', 'one JSON document as the last line of standard output'] as const;
  command
    .command('root')
    .description('make the root key, if the file is not there, and print its public half')
    .argument('<file>')
    .option(...json)
    .action(root);
  command
    .command('key')
    .description('print the public key with which a gateway signs leases; it is made if there is none')
    .argument('[file]', 'an issuer key of its own, for gateway --issuer-key')
    .option('--data <dir>', 'without a file: the data folder whose gateway signs with the key in it', './bordbox-data')
    .option(...json)
    .action(gatewayKey);
  command
    .command('sign')
    .description('sign a set of issuer keys')
    .argument('<key...>', 'public keys of gateways: 64 hexadecimal digits each, 8 at most')
    .requiredOption('--root <file>', "the root's secret key")
    .requiredOption('--number <n>', 'higher than that of the last set', wholeNumberIn(1, 0xffffffff))
    .requiredOption('--out <file>', 'where the set goes')
    .option(...json)
    .action(sign);
  command
    .command('install')
    .description("put a set into a gateway's data folder; the gateway sends it from its next start on")
    .argument('<file>')
    .option('--data <dir>', "the gateway's data folder", './bordbox-data')
    .option('--issuer-key <file>', 'the key with which it signs leases, if that is not the one in its folder')
    .option(...json)
    .action(install);
  command
    .command('show')
    .description('print what a set says')
    .argument('<file>')
    .option('--root <hex>', 'public key of the root: check the signature too')
    .option(...json)
    .action(show);
  return command;
}

function root(file: string, { json }: { readonly json?: boolean }): void {
  const publicKey = toHex(nodeCrypto().publicKey(secretFromFile(file)));
  if (json) printJson({ root: publicKey });
  else process.stdout.write(`${publicKey}\n`);
}

function gatewayKey(
  file: string | undefined,
  { data, json }: { readonly data: string; readonly json?: boolean },
): void {
  const publicKey = toHex(nodeCrypto().publicKey(secretFromFile(file ?? dataFolder(data).gatewayKey)));
  if (json) printJson({ publicKey });
  else process.stdout.write(`${publicKey}\n`);
}

function sign(words: readonly string[], { root: rootFile, number, out, json }: SignWords): void {
  if (words.length > 8) throw new CommandError(EXIT.usage, 'issuer: a set holds 8 keys at most');
  if (!existsSync(rootFile)) {
    throw new CommandError(
      EXIT.usage,
      `issuer: ${rootFile} is not there; make it with: bordbox issuer root ${rootFile}`,
    );
  }
  const keys = words.map((word) => {
    const key = checkPublicKey(fromHex(word) ?? new Uint8Array());
    if (key.ok) return key.value;
    throw new CommandError(EXIT.usage, `issuer: ${word.slice(0, 64)} is no public key (${key.reason}); give 64 digits`);
  });
  writeFileSync(out, seal(IssuerSet, { number, keys }, SCOPE, readSecret(rootFile), nodeCrypto()));
  log(`issuer: ${out} is set ${number} with ${keys.length} keys`);
  if (json) printJson({ set: out, number, keys: words });
}

function readSet(file: string): { readonly bytes: Uint8Array; readonly set: IssuerSet } {
  if (!existsSync(file)) throw new CommandError(EXIT.usage, `issuer: ${file} is not there`);
  const bytes = Uint8Array.from(readFileSync(file));
  const set = unread(IssuerSet, bytes);
  if (set === null)
    throw new CommandError(EXIT.usage, `issuer: ${file} is no set of issuer keys; make one with issuer sign`);
  return { bytes, set };
}

interface InstallWords {
  readonly data: string;
  readonly issuerKey?: string;
  readonly json?: boolean;
}

function install(file: string, { data, issuerKey, json }: InstallWords): void {
  const { set } = readSet(file);
  const own = nodeCrypto().publicKey(
    issuerKey === undefined ? secretFromFile(dataFolder(data).gatewayKey) : readSecret(issuerKey),
  );
  if (!set.keys.some((key) => sameBytes(key, own))) {
    throw new CommandError(
      EXIT.failed,
      `issuer: ${file} does not name this gateway's key ${toHex(own)}; boxes would not believe it`,
    );
  }
  const place = dataFolder(data).issuers;
  const installed = existsSync(place) ? readSet(place).set.number : 0;
  if (set.number <= installed) {
    throw new CommandError(EXIT.failed, `issuer: set ${installed} is installed; boxes refuse one that is not higher`);
  }
  copyFileSync(file, place);
  log(`issuer: set ${set.number} is sent from the gateway's next start on`);
  if (json) printJson({ installed: place, number: set.number });
}

function show(file: string, { root: rootKey, json }: { readonly root?: string; readonly json?: boolean }): void {
  const { bytes, set } = readSet(file);
  const good = rootKey === undefined ? null : unseal(IssuerSet, bytes, SCOPE, keyFrom(rootKey), nodeCrypto()).ok;
  const keys = set.keys.map(toHex);
  if (json) printJson({ number: set.number, keys, signatureGood: good });
  else {
    const signed = good === null ? '' : good ? ', signed by that root' : ', NOT signed by that root';
    process.stdout.write(`${[`set ${set.number}${signed}`, ...keys.map((key) => `  ${key}`)].join('\n')}\n`);
  }
  if (good === false) process.exitCode = EXIT.failed;
}

function keyFrom(text: string): Uint8Array {
  const key = fromHex(text);
  if (key?.length === 32) return key;
  throw new CommandError(EXIT.usage, 'issuer: --root wants 64 hexadecimal digits');
}
