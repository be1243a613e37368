import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { runDevice } from '../../firmware/main.ts';
import { StoreError } from '../../gateway/core/store.ts';
import { claimFolder } from '../../gateway/edge/data-folder.ts';
import { secretFromFile } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { brokerFlaw } from '../../gateway/edge/outside-broker.ts';
import { choiceText, type PortChoice } from '../../gateway/edge/serial-ports.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { Car } from '../../simulator/car.ts';
import type { SensorFeed } from '../../simulator/feed.ts';
import { Playback } from '../../simulator/replay/playback.ts';
import { readRecordings } from '../../simulator/replay/read-recordings.ts';
import { Rng } from '../../simulator/rng.ts';
import { type Temperament, TRAITS } from '../../simulator/temperament.ts';
import { numberIn, wholeNumberIn } from '../arguments.ts';
import { DEMO_START_UTC_MS } from '../demo-run.ts';
import { CommandError, EXIT } from '../exit.ts';
import { readInput } from '../input-files.ts';
import { log, printJson } from '../output.ts';
import { seededTown } from '../seeded-town.ts';
import { runRigBuild, serialModem, tryPort } from '../serial-device.ts';
import { baudOption, pacingOption, portArgument } from '../serial-options.ts';
import { type TlsWords, tlsTexts } from '../tls-texts.ts';

const EXAMPLE = `
The folder keeps the device's key (device.key) and its flash (flash.bin). A gateway believes the device after its
key was enrolled; the device believes the gateway whose key is given here.

Examples:
  bordbox device --data ./dongle --identity
  bordbox device --data ./dongle --broker mqtt://127.0.0.1:1883 --gateway-key 75ba17c0...07de --pace 10
  bordbox device --data ./dongle --serial /dev/ttyUSB0 --gateway-key 75ba17c0...07de
  bordbox device --serial /dev/ttyUSB0 --rig

Exit codes: 0 all frames are receipted, 1 some still wait in flash, 2 wrong words, 3 the machine refused.`;

interface Options extends TlsWords {
  readonly data: string;
  readonly identity?: boolean;
  readonly broker: string;
  readonly gatewayKey?: string;
  readonly password?: string;
  readonly serial?: PortChoice;
  readonly rig?: boolean;
  readonly baud: number;
  readonly pacing: boolean;
  readonly drive: string[];
  readonly seed: number;
  readonly driver: Temperament;
  readonly minutes: number;
  readonly pace: number;
  readonly drain: number;
  readonly json?: boolean;
}

export function deviceCommand(): Command {
  return new Command('device')
    .description('run one 12-V sensor as a process: flash in a file, MQTT, a real clock, simulated or recorded sensors')
    .option('--data <dir>', "the device's folder, made if absent", './bordbox-device')
    .option('--identity', 'print id and public key, and end')
    .option('--broker <url>', 'mqtt:// on loopback, mqtts:// anywhere', 'mqtt://127.0.0.1:1883')
    .option('--gateway-key <hex>', 'public key that signs receipts; the gateway prints it')
    .option('--password <text>', "instead of a proof by the device's key, for a broker with passwords")
    .option('--tls-ca <file>', 'CA of the broker, PEM')
    .option('--tls-cert <file>', 'client certificate, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--serial <port>', 'a gateway or a rig at the end of this serial port, instead of a broker', portArgument)
    .option('--rig', 'with --serial: a rig build, whose time, power and sensors a rig commands')
    .addOption(baudOption())
    .addOption(pacingOption())
    .option('--drive <file...>', 'recorded drive instead of the simulated town', [])
    .option('--seed <n>', 'seed of the simulated drive', wholeNumberIn(0, 0xffffffff), 1)
    .addOption(new Option('--driver <temperament>', 'who drives').choices(Object.keys(TRAITS)).default('normal'))
    .option('--minutes <n>', 'length of the simulated drive', numberIn(2, 600), 7)
    .option('--pace <x>', 'device seconds per second', numberIn(0.1, 200), 1)
    .option('--drain <s>', 'seconds to wait for the last receipts', numberIn(0, 3600), 30)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const crypto = nodeCrypto();
  if (options.rig) {
    if (options.serial === undefined) throw new CommandError(EXIT.usage, 'device: --rig needs --serial PORT');
    await runRigBuild({ port: options.serial, ...lineOf(options) });
    return;
  }
  makeFolder(options.data);
  const secretKey = secretFromFile(join(options.data, 'device.key'));
  const publicKey = crypto.publicKey(secretKey);
  const id = deviceIdOf(publicKey, crypto);
  if (options.identity) {
    if (options.json) printJson({ id, publicKey: toHex(publicKey) });
    else process.stdout.write(`id         ${id}\npublic key ${toHex(publicKey)}\n`);
    return;
  }
  const gatewayKey = fromHex(options.gatewayKey ?? '');
  if (gatewayKey?.length !== 32) {
    throw new CommandError(EXIT.usage, 'device: --gateway-key wants the 64 hexadecimal digits that the gateway prints');
  }
  const flaw = options.serial === undefined ? brokerFlaw(options.broker) : null;
  if (flaw !== null) throw new CommandError(EXIT.usage, `device: ${flaw}`);
  const tls = tlsTexts('device', options);
  const feed = feedFor(options);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const line = options.serial === undefined ? null : { port: options.serial, ...lineOf(options) };
  if (line !== null) await tryPort(line);
  const release = claim(options.data);
  log(`device: ${id} on ${line === null ? options.broker : choiceText(line.port)}`);
  const result = await runDevice({
    identity: { id, secretKey, publicKey, gatewayKey },
    crypto,
    broker:
      line === null ? { url: options.broker, device: id, password: options.password, tls } : serialModem(id, line),
    flashFile: join(options.data, 'flash.bin'),
    feed,
    pace: options.pace,
    drainMs: options.drain * 1000,
    stop: stop.signal,
    log,
    onLed: (green) => log(`device: LED ${green ? 'green' : 'off'}`),
  }).finally(release);
  if (options.json) printJson({ id, ...result });
  else {
    const { framesJournaled, transmissions, waiting } = result;
    process.stdout.write(`${framesJournaled} frames journaled, ${transmissions} sent, ${waiting} without receipt\n`);
  }
  if (result.waiting > 0) process.exitCode = EXIT.failed;
}

function lineOf({ baud, pacing }: Options): { baud: number; paced: boolean } {
  return { baud, paced: pacing };
}

/** Two devices on one flash would each undo what the other writes. */
function claim(folder: string): () => void {
  try {
    return claimFolder(folder, 'device');
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandError(EXIT.environment, `device: ${folder}: ${error.message}`);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(EXIT.environment, `device: ${folder} cannot be made (${code}); give another --data`);
  }
}

function feedFor({ drive, seed, driver, minutes }: Options): SensorFeed {
  if (drive.length === 0) {
    return new Car(Rng.seeded(seed).fork('car'), seededTown(seed), {
      temperament: driver,
      startUtcMs: DEMO_START_UTC_MS,
      legs: [{ parkBeforeS: 20, driveS: minutes * 60, parkAfterS: 200 }],
    });
  }
  const read = readRecordings(drive.map(readInput));
  if (!read.ok) throw new CommandError(EXIT.usage, read.reason);
  if (read.recordings.length > 1) {
    throw new CommandError(EXIT.usage, `device: ${drive.join(' ')} holds several drives; a device makes one at a time`);
  }
  return new Playback(read.recordings[0]);
}
