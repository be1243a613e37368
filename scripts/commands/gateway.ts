import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { TlsFiles } from '../../gateway/edge/listener.ts';
import {
  DEFAULT_TENANT,
  type RunningGateway,
  type SerialConfig,
  StartError,
  startGateway,
} from '../../gateway/main.ts';
import { toHex } from '../../protocol/bytes.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { baudOption, pacingOption, portChoice, resetOption } from '../serial-options.ts';
import { outsideBrokerLine, ownBrokerLine } from '../subscriber-line.ts';

interface GatewayOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly broker?: string;
  readonly map?: string;
  readonly tenant: string;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly tlsCa?: string;
  readonly issuerKey?: string;
  readonly serial: readonly string[];
  readonly baud: number;
  readonly pacing: boolean;
  readonly reset?: 'dtr' | 'rts';
  readonly join?: boolean;
  readonly readyJson?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  bordbox gateway --data ./data --port 1883 --map town.map
  bordbox gateway --data ./data --broker mqtt://127.0.0.1:1884
  bordbox gateway --data ./data --broker mqtt://127.0.0.1:1884 --join
  bordbox gateway --data ./data --serial /dev/ttyUSB0 --baud 921600

It runs until it gets SIGTERM or SIGINT, and goes on where it was when it is started again.
Without TLS files it listens on loopback only. Gateways that are started with --join share one folder, its key and its
store: over an outside broker they share the messages as well, and one of them at a time publishes events.`;

export function gatewayCommand(): Command {
  return new Command('gateway')
    .exitOverride()
    .description('run the edge gateway: verify, store and acknowledge frames, score trips, publish them')
    .option('--data <dir>', 'folder for data and keys, made if absent', './bordbox-data')
    .option('--port <n>', 'port of the embedded MQTT broker, 0 for any free one', port, 1883)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--broker <url>', 'use this outside broker (mqtt:// on loopback, mqtts:// anywhere)')
    .option('--map <file>', 'road map for the scoring of speed and road types')
    .option('--tenant <name>', 'who may read the backend plane', DEFAULT_TENANT)
    .option('--tls-key <file>', 'private key for TLS 1.3, PEM')
    .option('--tls-cert <file>', 'certificate for TLS 1.3, PEM')
    .option('--tls-ca <file>', 'ask devices for certificates of this CA, PEM; or the CA of an outside broker')
    .option('--issuer-key <file>', 'signs leases and replies, instead of the key in the data folder')
    .option('--serial <port...>', 'a device on this serial port as well: a path, or vid=0403,pid=6001,serial=...', [])
    .addOption(baudOption())
    .addOption(pacingOption())
    .addOption(resetOption())
    .option('--join', 'run beside other gateways on the same data folder')
    .option('--ready-json', 'print one line of JSON when devices may connect')
    .option('--json', 'print the final statistics as the last line')
    .addHelpText('after', EXAMPLES)
    .action(runGateway);
}

async function runGateway(options: GatewayOptions): Promise<void> {
  const stop = untilStopped();
  const gateway = await startOrExplain(options);
  announce(gateway, options);
  await stop;
  log('gateway: stopping');
  const last = await gateway.close();
  if (options.json) printJson(last);
  // The parent's channel would keep the process alive.
  if (process.connected) process.disconnect();
}

async function startOrExplain(options: GatewayOptions): Promise<RunningGateway> {
  try {
    return await startGateway({
      dataDir: options.data,
      host: options.host,
      port: options.port,
      brokerUrl: options.broker,
      tls: tlsFiles(options),
      serial: serialConfig(options),
      join: options.join,
      issuerFile: options.issuerKey,
      mapFile: options.map,
      tenants: [options.tenant],
      log,
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new CommandError(error.kind === 'environment' ? EXIT.environment : EXIT.usage, `gateway: ${error.message}`);
  }
}

/** Tells people, and a parent process if there is one, how to reach the gateway. */
function announce(gateway: RunningGateway, options: GatewayOptions): void {
  const [{ name, password }] = gateway.tenants;
  const ready = { type: 'ready', port: gateway.port, publicKey: toHex(gateway.publicKey), tenant: name, password };
  if (options.readyJson) printJson(ready);
  process.send?.(ready);
  log(`gateway: ready ${options.broker === undefined ? `on ${options.host}:${gateway.port}` : `at ${options.broker}`}`);
  log(`gateway: receipts are signed with ${ready.publicKey}`);
  log('gateway: to see the trips, run');
  log(`  ${subscriberLine(gateway, options)}`);
}

function subscriberLine({ port, tenants }: RunningGateway, { broker, host, tlsCert, tlsCa }: GatewayOptions): string {
  const [tenant] = tenants;
  if (broker !== undefined) return outsideBrokerLine(broker, tlsCa, tenant.name);
  return ownBrokerLine({ host, port, tlsCert, tlsCa }, tenant);
}

function serialConfig({ serial, baud, pacing, reset }: GatewayOptions): SerialConfig | undefined {
  return serial.length === 0 ? undefined : { ports: serial.map(portChoice), baud, paced: pacing, reset };
}

/** Resolves at SIGTERM or SIGINT, or when the parent that forked us is gone. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}

function tlsFiles({ tlsKey, tlsCert, tlsCa, broker }: GatewayOptions): TlsFiles | undefined {
  if (tlsKey === undefined && tlsCert === undefined && (tlsCa === undefined || broker === undefined)) {
    if (tlsCa !== undefined) throw new CommandError(EXIT.usage, 'gateway: --tls-ca needs --tls-key and --tls-cert');
    return undefined;
  }
  if (broker === undefined && (tlsKey === undefined || tlsCert === undefined)) {
    throw new CommandError(EXIT.usage, 'gateway: --tls-key and --tls-cert belong together; give both');
  }
  const pem = (file: string | undefined): Buffer => (file === undefined ? Buffer.alloc(0) : readPem(file));
  return { key: pem(tlsKey), cert: pem(tlsCert), ca: tlsCa === undefined ? undefined : pem(tlsCa) };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new CommandError(EXIT.usage, `gateway: ${file} cannot be read: ${why}`);
  }
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('give a number from 0 to 65535');
  return value;
}
