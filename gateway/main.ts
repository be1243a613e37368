/** The gateway as it runs: pure decisions, SQLite, a broker and real time, joined. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { toHex } from '../protocol/bytes.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { isRecordingChannel } from '../protocol/topics.ts';
import type { AccessLimits } from './core/access/limits.ts';
import { isTenantName, type Tenant } from './core/backend.ts';
import type { DeviceRecord } from './core/enrolment.ts';
import type { Store } from './core/store.ts';
import { StoreError } from './core/store.ts';
import { type AccessBounds, type AccessPorts, AccessShell } from './edge/access-shell.ts';
import { type AccessStores, type IssuerFiles, openAccessStores, whoConnects } from './edge/access-stores.ts';
import { CheckpointMaker } from './edge/audit-checkpoints.ts';
import { EmbeddedBroker } from './edge/broker.ts';
import type { TenantLogin } from './edge/credentials.ts';
import { claimFolder, type DataFolder, dataFolder, joinFolder, OutboxTurn } from './edge/data-folder.ts';
import { KeyFileError, SECRET_BYTES, secretFromFile } from './edge/key-file.ts';
import type { Link, LinkEvents } from './edge/link.ts';
import { ListenError, type TlsFiles } from './edge/listener.ts';
import { MemoryStore } from './edge/memory-store.ts';
import { nodeCrypto } from './edge/node-crypto.ts';
import { OutsideBroker } from './edge/outside-broker.ts';
import { PACE, type Pace, Pacer } from './edge/pacer.ts';
import { RefusalLog } from './edge/refusal-log.ts';
import { WithSerialDevices } from './edge/serial-link.ts';
import { type PortChoice, SerialError } from './edge/serial-ports.ts';
import { GatewayShell, type ShellPorts } from './edge/shell.ts';
import { SqlitePrivacyStore } from './edge/sqlite-privacy-store.ts';
import { SqliteStore } from './edge/sqlite-store.ts';
import { type GatewayStats, statsOf } from './edge/stats.ts';
import { loadRoadMap } from './map/map-file.ts';
import { roadSourceFromMap } from './map/map-source.ts';
import { placeOf } from './map/place.ts';
import type { RoadMap } from './map/road-map.ts';
import { fahrstilScorer } from './scoring/fahrstil.ts';

export interface GatewayConfig extends IssuerFiles {
  /** Absent: everything is kept in memory and lost at the end. */
  readonly dataDir?: string;
  readonly host?: string;
  /** Of the embedded broker; 0 for any free one. */
  readonly port?: number;
  /** An outside broker instead of the embedded one. */
  readonly brokerUrl?: string;
  readonly tls?: TlsFiles;
  /** Devices on serial lines, beside those of the broker. */
  readonly serial?: SerialConfig;
  readonly mapFile?: string;
  /** Names of those who may read the backend plane. */
  readonly tenants?: readonly string[];
  /** Beside other gateways on the same data folder, whose events leave through one of them at a time. */
  readonly join?: boolean;
  readonly access?: Partial<AccessLimits & AccessBounds>;
  /** From one signed checkpoint of the audit log to the next. */
  readonly checkpointMs?: number;
  readonly pace?: Partial<Pace>;
  readonly log?: (line: string) => void;
}

export interface SerialConfig {
  readonly ports: readonly PortChoice[];
  readonly baud: number;
  readonly paced: boolean;
  readonly reset?: 'dtr' | 'rts';
}

export interface RunningGateway {
  /** Of the embedded broker; null with an outside one. */
  readonly port: number | null;
  /** Devices verify receipts with it. */
  readonly publicKey: Uint8Array;
  readonly tenants: readonly TenantLogin[];
  readonly store: Store;
  readonly accessStore: AccessStores['accessStore'];
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
  const crypto = nodeCrypto();
  const opening = openStore(config, undo, crypto);
  const { store, accessStore, gatewaySecretKey, logins } = opening;
  let link: Link | null = null;
  const exits: Exits = {
    sendDownlink: (device, channel, bytes) => link?.sendDownlink(device, channel, bytes),
    publishBackend: (topic, json) => link?.publishBackend(topic, json) ?? Promise.reject(new Error('no broker yet')),
  };
  const { shell, recording } = recordingSide(config, opening, map, exits, crypto);
  undo.push(() => recording.stop());
  const refusals = new RefusalLog(log);
  const suspect: LinkEvents['onSuspect'] = (what) => {
    shell.suspect(what);
    recording.notice();
  };
  const onEvents = () => recording.hurry();
  const { access, letting, checkpoints } = accessSide(config, opening, { ...exits, suspect, onEvents }, crypto);
  undo.push(() => letting.stop());
  const events: LinkEvents = {
    onUplink: (device, channel, bytes, settled) => {
      if (isRecordingChannel(channel)) {
        shell.receive(device, channel, bytes, settled);
        recording.notice();
      } else {
        access.receive(device, channel, bytes, settled);
        letting.notice();
      }
    },
    onSuspect: suspect,
    onRefusal: (reason, client) => {
      shell.count(`refused/${reason}`, 1);
      refusals.refused(reason, client);
    },
  };
  const deviceRecord = (device: string) => whoConnects(device, store, accessStore);
  const broker = await openLink(config, opening.seat, events, deviceRecord, logins, crypto);
  const opened = await withSerial(config, broker, events, store, log);
  link = opened;
  const stats = async () => statsOf(await store.stats(), shell.storeErrorCount + access.storeErrorCount);
  return {
    port: opened.port,
    publicKey: crypto.publicKey(gatewaySecretKey),
    tenants: logins,
    store,
    accessStore,
    stats,
    async close() {
      recording.stop();
      letting.stop();
      await access.close();
      await shell.ingest();
      await checkpoints.make();
      await shell.close();
      await opened.close();
      // Last wills came in while the connections ended.
      await shell.ingest();
      await access.flush();
      const last = await stats();
      for (const step of undo.reverse()) await step();
      return last;
    },
  };
}

/** Where things leave, once there is a broker. */
type Exits = Pick<ShellPorts, 'sendDownlink' | 'publishBackend'>;

function recordingSide(
  config: GatewayConfig,
  { store, gatewaySecretKey, tenants, mayPublish, stopped }: OpenedStore,
  map: RoadMap | null,
  exits: Exits,
  crypto: Crypto,
): { readonly shell: GatewayShell; readonly recording: Pacer } {
  const pace = paceOf(config);
  const shell = new GatewayShell(
    {
      ...exits,
      store,
      crypto,
      gatewaySecretKey,
      tenants,
      scorer: fahrstilScorer(),
      roads: map === null ? null : roadSourceFromMap(map),
      placeOf: (latE6, lonE6) => placeOf(map, latE6, lonE6),
      now: () => Date.now(),
      mayPublish,
      stopped,
      log: config.log ?? (() => undefined),
    },
    { batchMax: pace.batchMax },
  );
  const paced = { waiting: () => shell.waiting, takeIn: () => shell.ingest(), tick: () => shell.tick() };
  return { shell, recording: new Pacer(paced, pace) };
}

interface AccessSide {
  readonly access: AccessShell;
  readonly letting: Pacer;
  readonly checkpoints: CheckpointMaker;
}

function accessSide(
  config: GatewayConfig,
  { store, accessStore, gatewaySecretKey, tenants, issuerSecretKey, issuers, tanKeys }: OpenedStore,
  exits: Pick<AccessPorts, 'sendDownlink' | 'suspect' | 'onEvents'>,
  crypto: Crypto,
): AccessSide {
  const shared = { ...exits, crypto, tenants, log: config.log ?? (() => undefined), now: () => Date.now() };
  const checkpoints = new CheckpointMaker(
    { ...shared, audit: accessStore.audit, secretKey: gatewaySecretKey },
    config.checkpointMs,
  );
  const access = new AccessShell(
    {
      ...shared,
      store: accessStore,
      boxes: (ids) => store.devices(ids),
      issuerSecretKey,
      issuers,
      tanKeys,
      random: (count) => Uint8Array.from(randomBytes(count)),
    },
    config.access,
  );
  const paced = {
    waiting: () => access.waiting,
    takeIn: () => access.flush(),
    tick: () => Promise.all([access.tick(), checkpoints.tick()]),
  };
  // Somebody stands beside the car: only what came in together shares a commit.
  return { access, checkpoints, letting: new Pacer(paced, { ...paceOf(config), batchMs: 0 }) };
}

function paceOf({ brokerUrl, pace }: GatewayConfig): Pace {
  return { ...PACE, ...(brokerUrl === undefined ? {} : { batchMs: 0 }), ...pace };
}

function openLink(
  { brokerUrl, host = LOOPBACK, port = MQTT_PORT, tls, join }: GatewayConfig,
  seat: number,
  events: LinkEvents,
  deviceRecord: (device: string) => Promise<DeviceRecord | undefined>,
  tenants: readonly TenantLogin[],
  crypto: ReturnType<typeof nodeCrypto>,
): Promise<Link> {
  if (brokerUrl !== undefined) {
    // Two clients of one name would throw each other out.
    const clientId = seat === 1 ? 'bordbox-gateway' : `bordbox-gateway-${seat}`;
    return OutsideBroker.start({ url: brokerUrl, clientId, shared: join, ca: tls?.ca }, events);
  }
  return EmbeddedBroker.start({ host, port, tls, tenants, deviceRecord, crypto }, events);
}

/** The link with the devices on serial lines, if there are any. */
function withSerial(
  { serial }: GatewayConfig,
  broker: Link,
  events: LinkEvents,
  store: Store,
  log: (line: string) => void,
): Promise<Link> {
  if (serial === undefined) return Promise.resolve(broker);
  const { ports, ...line } = serial;
  const deviceRecord = async (device: string) => (await store.devices([device])).get(device);
  const lines = ports.map((port) => ({ port, ...line, deviceRecord, crypto: nodeCrypto(), log }));
  return WithSerialDevices.open(broker, lines, events);
}

interface OpenedStore extends AccessStores, Place {
  readonly store: Store;
  readonly gatewaySecretKey: Uint8Array;
  /** Devices of people who have restricted or blocked what is done with their data (B12, B109). */
  readonly stopped?: () => Promise<ReadonlySet<string>>;
  readonly tenants: readonly Tenant[];
  readonly logins: readonly TenantLogin[];
}

function openStore(config: GatewayConfig, undo: (() => unknown)[], crypto: Crypto): OpenedStore {
  const { dataDir, tenants = [DEFAULT_TENANT] } = config;
  for (const name of tenants) {
    if (!isTenantName(name))
      throw new StartError('input', `tenant ${name}: use lower case letters, digits and hyphens`);
  }
  const folder: DataFolder | null = dataDir === undefined ? null : dataFolder(dataDir);
  const place = dataDir === undefined ? ALONE : takePlace(dataDir, config.join === true, undo);
  const secret = (file: string | undefined): Uint8Array =>
    file === undefined ? randomBytes(SECRET_BYTES) : secretFromFile(file);
  const store = folder === null ? new MemoryStore() : new SqliteStore(folder.database);
  undo.push(() => store.close());
  const gatewaySecretKey = secret(folder?.gatewayKey);
  const stores = openAccessStores(folder, store, gatewaySecretKey, config, crypto);
  undo.push(() => stores.accessStore.close());
  // Rights are exercised beside the gateway, on its folder; what is in memory has none.
  const privacy = folder === null ? null : new SqlitePrivacyStore(folder.database);
  undo.push(() => privacy?.close());
  return {
    ...stores,
    ...place,
    ...(privacy === null ? {} : { stopped: () => privacy.stopped() }),
    store,
    gatewaySecretKey,
    tenants: tenants.map((name) => ({ name, pseudonymKey: secret(folder?.tenantKey(name)) })),
    logins: tenants.map((name) => ({ name, password: toHex(secret(folder?.tenantPassword(name))) })),
  };
}

interface Place {
  /** Among the gateways on the data folder, from 1. */
  readonly seat: number;
  mayPublish(): boolean;
}

const ALONE: Place = { seat: 1, mayPublish: () => true };

function takePlace(dataDir: string, join: boolean, undo: (() => unknown)[]): Place {
  const seat = join ? joinFolder(dataDir) : { number: 1, release: claimFolder(dataDir, 'gateway') };
  undo.push(seat.release);
  const turn = new OutboxTurn(dataDir);
  undo.push(() => turn.release());
  // Taken at once, so that who was there first keeps it.
  turn.isMine();
  return { seat: seat.number, mayPublish: () => turn.isMine() };
}

function readMap(file: string): RoadMap {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'cannot be read';
    throw new StartError('input', `--map ${file}: ${why}; give a map written by bordbox`);
  }
  const map = loadRoadMap(bytes);
  if (!map.ok) throw new StartError('input', `--map ${file}: ${map.reason}`);
  return map.value;
}

function startErrorOf(error: unknown, { dataDir }: GatewayConfig): StartError | null {
  if (error instanceof StartError) return error;
  if (error instanceof ListenError) return new StartError(error.kind, error.message);
  if (error instanceof SerialError) return new StartError(error.kind, `--serial: ${error.message}`);
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
