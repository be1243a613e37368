/** The gateway as it runs: pure decisions, SQLite, a broker and real time, joined. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { toHex } from '../protocol/bytes.ts';
import { isTenantName, type Tenant } from './core/backend.ts';
import type { Store } from './core/store.ts';
import { StoreError } from './core/store.ts';
import { EmbeddedBroker } from './edge/broker.ts';
import type { TenantLogin } from './edge/credentials.ts';
import { claimFolder, type DataFolder, dataFolder } from './edge/data-folder.ts';
import { KeyFileError, SECRET_BYTES, secretFromFile } from './edge/key-file.ts';
import type { Link, LinkEvents } from './edge/link.ts';
import { ListenError, type TlsFiles } from './edge/listener.ts';
import { MemoryStore } from './edge/memory-store.ts';
import { nodeCrypto } from './edge/node-crypto.ts';
import { OutsideBroker } from './edge/outside-broker.ts';
import { PACE, type Pace, Pacer } from './edge/pacer.ts';
import { RefusalLog } from './edge/refusal-log.ts';
import { GatewayShell } from './edge/shell.ts';
import { SqliteStore } from './edge/sqlite-store.ts';
import { type GatewayStats, statsOf } from './edge/stats.ts';
import { roadSourceFromMap } from './map/map-source.ts';
import { placeOf } from './map/place.ts';
import { loadRoadMap, type RoadMap } from './map/road-map.ts';
import { fahrstilScorer } from './scoring/fahrstil.ts';

export interface GatewayConfig {
  /** Absent: everything is kept in memory and lost at the end. */
  readonly dataDir?: string;
  readonly host?: string;
  /** Of the embedded broker; 0 for any free one. */
  readonly port?: number;
  /** An outside broker instead of the embedded one. */
  readonly brokerUrl?: string;
  readonly tls?: TlsFiles;
  readonly mapFile?: string;
  /** Names of those who may read the backend plane. */
  readonly tenants?: readonly string[];
  readonly pace?: Partial<Pace>;
  readonly log?: (line: string) => void;
}

export interface RunningGateway {
  /** Of the embedded broker; null with an outside one. */
  readonly port: number | null;
  /** Devices verify receipts with it. */
  readonly publicKey: Uint8Array;
  readonly tenants: readonly TenantLogin[];
  readonly store: Store;
  stats(): Promise<GatewayStats>;
  /** Takes no more in, drains, lets go of everything, and says how it stood at the end. */
  close(): Promise<GatewayStats>;
}

/** The gateway cannot start; the message is one line that says what to do. */
export class StartError extends Error {
  readonly kind: 'environment' | 'input';

  constructor(kind: StartError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export const DEFAULT_TENANT = 'insurer';
const LOOPBACK = '127.0.0.1';
const MQTT_PORT = 1883;

export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const undo: (() => unknown)[] = [];
  try {
    return await start(config, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw startErrorOf(error, config) ?? error;
  }
}

async function start(config: GatewayConfig, undo: (() => unknown)[]): Promise<RunningGateway> {
  const log = config.log ?? (() => undefined);
  const map = config.mapFile === undefined ? null : readMap(config.mapFile);
  const { store, gatewaySecretKey, tenants, logins } = openStore(config, undo);
  const crypto = nodeCrypto();
  const pace: Pace = { ...PACE, ...(config.brokerUrl === undefined ? {} : { batchMs: 0 }), ...config.pace };
  let link: Link | null = null;
  const shell = new GatewayShell(
    {
      store,
      crypto,
      gatewaySecretKey,
      tenants,
      scorer: fahrstilScorer(),
      roads: map === null ? null : roadSourceFromMap(map),
      placeOf: (latE6, lonE6) => placeOf(map, latE6, lonE6),
      now: () => Date.now(),
      sendDownlink: (device, channel, bytes) => link?.sendDownlink(device, channel, bytes),
      publishBackend: (topic, json) => link?.publishBackend(topic, json) ?? Promise.reject(new Error('no broker yet')),
      log,
    },
    { batchMax: pace.batchMax },
  );
  const pacer = new Pacer(shell, pace);
  undo.push(() => pacer.stop());
  const refusals = new RefusalLog(log);
  const events: LinkEvents = {
    onUplink: (device, channel, bytes, settled) => {
      shell.receive(device, channel, bytes, settled);
      pacer.notice();
    },
    onSuspect: (suspect) => {
      shell.suspect(suspect);
      pacer.notice();
    },
    onRefusal: (reason, client) => {
      shell.count(`refused/${reason}`, 1);
      refusals.refused(reason, client);
    },
  };
  const opened = await openLink(config, events, store, logins, crypto);
  link = opened;
  const stats = async () => statsOf(await store.stats(), shell.storeErrorCount);
  return {
    port: opened.port,
    publicKey: crypto.publicKey(gatewaySecretKey),
    tenants: logins,
    store,
    stats,
    async close() {
      pacer.stop();
      await shell.close();
      await opened.close();
      // Last wills came in while the connections ended.
      await shell.ingest();
      const last = await stats();
      for (const step of undo.reverse()) await step();
      return last;
    },
  };
}

function openLink(
  { brokerUrl, host = LOOPBACK, port = MQTT_PORT, tls }: GatewayConfig,
  events: LinkEvents,
  store: Store,
  tenants: readonly TenantLogin[],
  crypto: ReturnType<typeof nodeCrypto>,
): Promise<Link> {
  if (brokerUrl !== undefined) {
    return OutsideBroker.start({ url: brokerUrl, clientId: 'bordbox-gateway', ca: tls?.ca }, events);
  }
  const deviceRecord = async (device: string) => (await store.devices([device])).get(device);
  return EmbeddedBroker.start({ host, port, tls, tenants, deviceRecord, crypto }, events);
}

interface OpenedStore {
  readonly store: Store;
  readonly gatewaySecretKey: Uint8Array;
  readonly tenants: readonly Tenant[];
  readonly logins: readonly TenantLogin[];
}

function openStore({ dataDir, tenants = [DEFAULT_TENANT] }: GatewayConfig, undo: (() => unknown)[]): OpenedStore {
  for (const name of tenants) {
    if (!isTenantName(name))
      throw new StartError('input', `tenant ${name}: use lower case letters, digits and hyphens`);
  }
  const folder: DataFolder | null = dataDir === undefined ? null : dataFolder(dataDir);
  if (dataDir !== undefined) undo.push(claimFolder(dataDir, 'gateway'));
  const secret = (file: string | undefined): Uint8Array =>
    file === undefined ? randomBytes(SECRET_BYTES) : secretFromFile(file);
  const store = folder === null ? new MemoryStore() : new SqliteStore(folder.database);
  undo.push(() => store.close());
  return {
    store,
    gatewaySecretKey: secret(folder?.gatewayKey),
    tenants: tenants.map((name) => ({ name, pseudonymKey: secret(folder?.tenantKey(name)) })),
    logins: tenants.map((name) => ({ name, password: toHex(secret(folder?.tenantPassword(name))) })),
  };
}

function readMap(file: string): RoadMap {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // What the parser says holds pieces of the file, line ends included.
    const why = error instanceof SyntaxError || !(error instanceof Error) ? 'is not JSON' : error.message;
    throw new StartError('input', `--map ${file}: ${why}; give a map written by bordbox`);
  }
  const map = loadRoadMap(json);
  if (!map.ok) throw new StartError('input', `--map ${file}: ${map.reason}`);
  return map.value;
}

function startErrorOf(error: unknown, { dataDir }: GatewayConfig): StartError | null {
  if (error instanceof StartError) return error;
  if (error instanceof ListenError) return new StartError(error.kind, error.message);
  if (error instanceof KeyFileError) return new StartError('input', error.message);
  if (error instanceof StoreError) {
    const kind = error.kind === 'damaged' ? 'input' : 'environment';
    return new StartError(kind, `data folder ${dataDir}: ${error.message}`);
  }
  if (error instanceof Error && 'syscall' in error) {
    return new StartError('environment', `data folder ${dataDir} cannot be used: ${error.message}`);
  }
  return null;
}
