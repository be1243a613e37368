import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { type EnrolmentReason, enrolmentAdvice, readManifest, signManifest } from '../../gateway/core/enrolment.ts';
import type { Store } from '../../gateway/core/store.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { readSecret, secretFromFile } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { DEVICE_KINDS, type EnrolledDevice } from '../../protocol/messages.ts';
import { checkPublicKey } from '../../protocol/noble.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';

interface EnrolOptions {
  readonly data: string;
  readonly pin?: string;
  readonly revoke?: string;
  readonly sign?: boolean;
  readonly manufacturerKey?: string;
  readonly out?: string;
  readonly number: number;
  readonly kind: EnrolledDevice['kind'];
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  bordbox enrol --sign --manufacturer-key maker.key --number 1 --out batch-1.manifest device.key
  bordbox enrol --pin 3f0c...e1 --data ./data
  bordbox enrol batch-1.manifest --data ./data

A device file holds the device's secret key; 64 hexadecimal digits in its place are a public key.
The gateway may run meanwhile: it knows new devices at once.`;

export function enrolCommand(): Command {
  return new Command('enrol')
    .exitOverride()
    .description('tell a gateway which devices exist: import a signed manifest, pin a manufacturer, sign a manifest')
    .argument('[file...]', 'a manifest to import, or with --sign device keys')
    .option('--data <dir>', "the gateway's data folder", './bordbox-data')
    .option('--pin <hex>', 'believe manifests signed with this public key from now on')
    .option('--revoke <device>', 'believe nothing more of this device')
    .option('--sign', 'make a manifest')
    .option('--manufacturer-key <file>', 'with --sign: secret key of the manufacturer, made if absent')
    .option('--number <n>', 'with --sign: number of the manifest, higher than the last one', wholeNumber, 1)
    .option('--kind <kind>', `with --sign: ${Object.keys(DEVICE_KINDS).join(', ')}`, kind, 'sensor')
    .option('--out <file>', 'with --sign: where the manifest goes')
    .option('--json', 'print what was done as the last line')
    .addHelpText('after', EXAMPLES)
    .action(runEnrol);
}

async function runEnrol(files: readonly string[], options: EnrolOptions): Promise<void> {
  const done = options.sign ? sign(files, options) : await change(files, options);
  if (options.json) printJson(done);
}

function sign(files: readonly string[], { manufacturerKey, out, number, kind: ofKind }: EnrolOptions): object {
  if (manufacturerKey === undefined || out === undefined || files.length === 0) {
    throw new CommandError(EXIT.usage, 'enrol: --sign needs --manufacturer-key FILE, --out FILE and device keys');
  }
  const crypto = nodeCrypto();
  const devices = files.map((file, at) => ({
    publicKey: publicKeyFrom(file),
    kind: ofKind,
    serial: `${number}-${at + 1}`,
  }));
  const maker = secretFromFile(manufacturerKey);
  writeFileSync(out, signManifest({ number, devices }, maker, crypto));
  const manufacturer = toHex(crypto.publicKey(maker));
  log(`enrol: ${out} names ${devices.length} devices; gateways believe it after: bordbox enrol --pin ${manufacturer}`);
  return { manifest: out, manufacturer, devices: devices.map(({ publicKey }) => deviceIdOf(publicKey, crypto)) };
}

function publicKeyFrom(word: string): Uint8Array {
  const crypto = nodeCrypto();
  const given = /^[0-9a-f]{64}$/i.test(word) ? fromHex(word) : null;
  const publicKey = given ?? crypto.publicKey(readKeyFile(word));
  const checked = checkPublicKey(publicKey);
  if (!checked.ok)
    throw new CommandError(EXIT.usage, `enrol: ${word} is not a key that may be registered: ${checked.reason}`);
  return checked.value;
}

function readKeyFile(file: string): Uint8Array {
  if (!existsSync(file)) throw new CommandError(EXIT.usage, `enrol: ${file} does not exist; give a device's key file`);
  return readSecret(file);
}

async function change(files: readonly string[], { data, pin, revoke }: EnrolOptions): Promise<object> {
  if (files.length === 0 && pin === undefined && revoke === undefined) {
    throw new CommandError(EXIT.usage, 'enrol: nothing to do; give a manifest, --pin HEX, --revoke DEVICE or --sign');
  }
  const store = new SqliteStore(dataFolder(data).database);
  try {
    if (pin !== undefined) await pinKey(store, pin);
    if (revoke !== undefined && !(await store.revoke(revoke))) {
      throw new CommandError(EXIT.failed, `enrol: ${revoke} is not enrolled here`);
    }
    let enrolled = 0;
    for (const file of files) enrolled += await importManifest(store, file);
    return { enrolled, devices: (await store.stats()).devices, pinned: pin ?? null, revoked: revoke ?? null };
  } finally {
    await store.close();
  }
}

async function pinKey(store: Store, hex: string): Promise<void> {
  const key = checkPublicKey(fromHex(hex) ?? new Uint8Array());
  if (!key.ok)
    throw new CommandError(EXIT.usage, `enrol: --pin is not a public key (${key.reason}); give 64 hexadecimal digits`);
  await store.pin(key.value);
  log(`enrol: manifests of ${hex} are believed from now on`);
}

/** It is a manifest, and it is not believed here; anything else is a file that cannot be used. */
const DISTRUST: ReadonlySet<EnrolmentReason> = new Set(['no-manufacturer', 'signature', 'number-not-higher']);

async function importManifest(store: Store, file: string): Promise<number> {
  if (!existsSync(file)) throw new CommandError(EXIT.usage, `enrol: ${file} does not exist`);
  const bytes = Uint8Array.from(readFileSync(file));
  const enrolment = readManifest(bytes, await store.manufacturers(), nodeCrypto());
  if (!enrolment.ok) {
    const code = DISTRUST.has(enrolment.reason) ? EXIT.failed : EXIT.usage;
    throw new CommandError(code, `enrol: ${file} ${enrolmentAdvice(enrolment.reason)}`);
  }
  const added = await store.enrol(enrolment.value);
  log(`enrol: ${added} new devices of ${enrolment.value.devices.length} in ${file}`);
  return added;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0xffffffff) throw new InvalidArgumentError('give a whole number');
  return value;
}

function kind(text: string): EnrolledDevice['kind'] {
  const found = (Object.keys(DEVICE_KINDS) as EnrolledDevice['kind'][]).find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`give one of ${Object.keys(DEVICE_KINDS).join(', ')}`);
  return found;
}
