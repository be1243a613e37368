import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { runBox } from '../../firmware/board/box-process.ts';
import type { BoxIdentity, CarBody, Show } from '../../firmware/box-hal.ts';
import type { GnssFix } from '../../firmware/hal.ts';
import { StoreError } from '../../gateway/core/store.ts';
import { claimFolder } from '../../gateway/edge/data-folder.ts';
import { secretFromFile } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { brokerFlaw } from '../../gateway/edge/outside-broker.ts';
import { IssuerSet } from '../../protocol/access-messages.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { unseal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { qrPicture, ticketText } from '../access/ticket-text.ts';
import { numberIn, wholeNumberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { type TlsWords, tlsTexts } from '../tls-texts.ts';

const EXAMPLES = `
The folder keeps what the factory puts into a box (device.key, the pinned root, the first set of issuer keys), its
flash, and how its simulated car was left. The local port is the short-range link: commands of a phone take it as
--beside, and so do bordbox panel and bordbox car. It listens on loopback only.

Examples:
  bordbox box --data ./box --identity --root 9c41...e2 --issuers issuers-1.cose
  bordbox enrol --sign --kind box --manufacturer-key maker.key --out box.manifest ./box/device.key
  bordbox box --data ./box --broker mqtt://127.0.0.1:1883 --near 4711

Exit codes: 0 it was told to end, 2 wrong words, 3 the machine refused.`;

interface Options extends TlsWords {
  readonly data: string;
  readonly identity?: boolean;
  readonly root?: string;
  readonly issuers?: string;
  readonly broker: string;
  readonly password?: string;
  readonly near: number;
  readonly garage?: boolean;
  readonly pace: number;
  readonly json?: boolean;
}

/** Where the simulated car is parked. */
const PARKED = { latE7: 508_681_000, lonE7: 97_062_000 };
const ROOT_FILE = 'root.pub';
const ISSUERS_FILE = 'issuers.cose';
const CAR_FILE = 'car.json';

export function boxCommand(): Command {
  return new Command('box')
    .description(
      'run one connectivity box as a process: flash in a file, MQTT, a local port for phones, a simulated car',
    )
    .option('--data <dir>', "the box's folder, made if absent", './bordbox-box')
    .option('--identity', 'print id and public key, and end')
    .option('--root <hex>', 'with the first start: public key of the offline root that it pins for ever')
    .option('--issuers <file>', 'with the first start: the set of issuer keys that the root has signed')
    .option('--broker <url>', 'mqtt:// on loopback, mqtts:// anywhere', 'mqtt://127.0.0.1:1883')
    .option('--password <text>', "instead of a proof by the box's key, for a broker with passwords")
    .option('--near <port>', 'local port of the short-range link, 0 for any free one', wholeNumberIn(0, 65_535), 0)
    .option('--garage', 'the car stands where no satellite is seen')
    .option('--tls-ca <file>', 'CA of the broker, PEM')
    .option('--tls-cert <file>', 'client certificate, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--pace <x>', 'box seconds per second', numberIn(0.1, 200), 1)
    .option('--json', 'one line of JSON when it runs')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  makeFolder(options.data);
  const identity = identityIn(options);
  if (options.identity) {
    const { id, publicKey, issuers } = identity;
    if (options.json) printJson({ id, publicKey: toHex(publicKey), issuers: issuers.number });
    else process.stdout.write(`id         ${id}\npublic key ${toHex(publicKey)}\nissuers    set ${issuers.number}\n`);
    return;
  }
  const flaw = brokerFlaw(options.broker);
  if (flaw !== null) throw new CommandError(EXIT.usage, `box: ${flaw}`);
  const { id } = identity;
  const tls = tlsTexts('box', options);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  process.once('disconnect', () => stop.abort());
  const release = claim(options.data);
  const carFile = join(options.data, CAR_FILE);
  log(`box: ${id} on ${options.broker}`);
  await runBox({
    identity,
    crypto: nodeCrypto(),
    broker: { url: options.broker, device: id, password: options.password, tls },
    flashFile: join(options.data, 'flash.bin'),
    car: carIn(carFile),
    onCar: (body) => writeFileSync(carFile, `${JSON.stringify(body)}\n`),
    fix: () => (options.garage ? null : parkedFix()),
    nearPort: options.near,
    pace: options.pace,
    stop: stop.signal,
    log,
    onShow: (show) => log(shownText(show)),
    onReady: (nearPort) => ready(options, id, nearPort),
  }).finally(release);
  if (process.connected) process.disconnect();
}

/** Tells people, and a parent process if there is one, how to reach the box. */
function ready({ json }: Options, id: string, nearPort: number): void {
  const told = { type: 'ready', id, near: nearPort };
  if (json) printJson(told);
  process.send?.(told);
  log(`box: phones in short range: --beside 127.0.0.1:${nearPort}`);
}

/** What the factory has put into the box. Root and issuers are taken once and never changed from here. */
function identityIn({ data, root, issuers }: Options): BoxIdentity {
  const crypto = nodeCrypto();
  const secretKey = secretFromFile(join(data, 'device.key'));
  const publicKey = crypto.publicKey(secretKey);
  const rootKey = fromHex(kept(join(data, ROOT_FILE), root, '--root HEX').toString('utf8').trim());
  if (rootKey?.length !== 32)
    throw new CommandError(EXIT.usage, 'box: --root wants the 64 digits of bordbox issuer root');
  const given = issuers === undefined ? undefined : readFileSync(issuers);
  const bytes = Uint8Array.from(kept(join(data, ISSUERS_FILE), given, '--issuers FILE'));
  const set = unseal(IssuerSet, bytes, { type: 'bb-issuers', direction: 'dn', device: 'issuers' }, rootKey, crypto);
  if (!set.ok) {
    throw new CommandError(EXIT.usage, `box: the issuer set in ${data} is not signed by its root (${set.reason})`);
  }
  return { id: deviceIdOf(publicKey, crypto), secretKey, publicKey, rootKey, issuers: set.value };
}

function kept(file: string, given: string | Buffer | undefined, option: string): Buffer {
  if (!existsSync(file)) {
    if (given === undefined) {
      throw new CommandError(
        EXIT.usage,
        `box: a new box needs ${option}; see bordbox box --help and bordbox issuer --help`,
      );
    }
    writeFileSync(file, given, { mode: 0o600, flag: 'wx' });
  } else if (given !== undefined && !readFileSync(file).equals(Buffer.from(given))) {
    throw new CommandError(
      EXIT.usage,
      `box: this box was made with another ${option}; a box keeps the one of its factory`,
    );
  }
  return readFileSync(file);
}

function carIn(file: string): Partial<CarBody> {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<CarBody>;
  } catch {
    throw new CommandError(EXIT.usage, `box: ${file} is damaged; remove it, and the car stands parked and locked`);
  }
}

function parkedFix(): GnssFix {
  return { ...PARKED, speedCmS: 0, headingCdeg: 9000, altitudeM: 212, accuracyCm: 300, utcMs: Date.now() };
}

function shownText(show: Show): string {
  if (show.what !== 'pairing-code') return `display: ${JSON.stringify(show)}`;
  const text = ticketText(show.bytes);
  return `display: scan this within 5 minutes\n${qrPicture(text)}\n${text}`;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(EXIT.environment, `box: ${folder} cannot be made (${code}); give another --data`);
  }
}

function claim(folder: string): () => void {
  try {
    return claimFolder(folder, 'device');
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandError(EXIT.environment, `box: ${folder}: ${error.message}`);
  }
}
