/**
 * The embedded MQTT 3.1.1 broker. Uplinks are taken in process, before the broker does anything with them;
 * nothing that a client publishes reaches another client.
 */

import {
  Aedes,
  type AuthenticateError,
  type Client,
  type Connection,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import type { Crypto } from '../../protocol/crypto.ts';
import {
  backendFilter,
  type DownlinkChannel,
  downlinkFilter,
  downlinkTopic,
  parseUplinkTopic,
} from '../../protocol/topics.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import { OVERSIZE_TOPIC, PACKET_BYTES_MAX } from './byte-guard.ts';
import { identify, type Party, type TenantLogin } from './credentials.ts';
import { GuardedConnection, type GuardedEvents } from './guarded-connection.ts';
import type { Link, LinkEvents } from './link.ts';
import { type Listening, type ListenOptions, listen } from './listener.ts';

export interface BrokerOptions extends ListenOptions {
  readonly tenants: readonly TenantLogin[];
  readonly deviceRecord: (device: string) => Promise<DeviceRecord | undefined>;
  readonly crypto: Crypto;
  readonly packetBytesMax?: number;
}

/** Messages that nobody may have are sent here, to be acknowledged and to vanish. */
const NOWHERE = 'bb/0/nowhere';
const NOTHING = Buffer.alloc(0);
const NOT_AUTHORIZED = 5;
/** How aedes words that a client was silent or slow. */
const TIMEOUT = /keep alive timeout|did not arrive in time|drain timeout/;
/** A subscriber that reads nothing holds up the backend plane no longer than this. */
const DRAIN_TIMEOUT_MS = 5000;

export class EmbeddedBroker implements Link {
  readonly port: number;
  private readonly aedes: Aedes;
  private readonly listening: Listening;
  private readonly options: BrokerOptions;
  private readonly events: LinkEvents;
  private readonly parties = new WeakMap<Client, Party>();
  /** aedes loses QoS 1 messages when publishes interleave, so each waits for the one before. */
  private lastPublish: Promise<void> = Promise.resolve();

  static async start(options: BrokerOptions, events: LinkEvents): Promise<EmbeddedBroker> {
    // The default of 100 queues acknowledged messages for seconds; 0 means no such queue.
    const aedes = await Aedes.createBroker({ concurrency: 0, drainTimeout: DRAIN_TIMEOUT_MS, maxTopicLevels: 12 });
    const guarded: GuardedEvents = {
      onOversize: (connection, packetBytes) => events.onSuspect(oversize(connection, packetBytes)),
      onFlaw: (_connection, flaw) => events.onRefusal(flaw),
    };
    const packetBytesMax = options.packetBytesMax ?? PACKET_BYTES_MAX;
    try {
      const listening = await listen(options, (socket, certificateName) => {
        aedes.handle(new GuardedConnection(socket, certificateName, guarded, packetBytesMax));
      });
      return new EmbeddedBroker(aedes, listening, options, events);
    } catch (error) {
      aedes.close();
      throw error;
    }
  }

  private constructor(aedes: Aedes, listening: Listening, options: BrokerOptions, events: LinkEvents) {
    this.aedes = aedes;
    this.listening = listening;
    this.port = listening.port;
    this.options = options;
    this.events = events;
    aedes.preConnect = (_client, packet, done) => {
      // Without sessions there is no queue for absent clients, which would have no bound.
      packet.clean = true;
      done(null, true);
    };
    aedes.authenticate = (client, username, password, done) => {
      this.identify(client, username, password).then(
        (known) => void done(known ? null : refusal(), known),
        // The store cannot be read now: the client comes again.
        () => void done(refusal(), false),
      );
    };
    aedes.authorizePublish = (client, packet, done) => {
      if (client !== null) this.takeIn(client, packet);
      done(null);
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const may = this.maySubscribe(client, subscription);
      if (!may) this.events.onRefusal('subscription', client.id);
      done(null, may ? subscription : null);
    };
    // A client's errors end its connection; they are no reason to end the process.
    aedes.on('clientError', (_client, error) => this.onClientError(error));
    aedes.on('connectionError', (_client, error) => this.onClientError(error));
  }

  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void {
    // Straight to the one client it is for, so that a slow one holds up nobody else.
    const client = clientsOf(this.aedes)[device];
    if (client === undefined || this.parties.get(client)?.kind !== 'device') return;
    const topic = downlinkTopic(device, channel);
    if (!isSubscribed(client, downlinkFilter(device)) && !isSubscribed(client, topic)) return;
    client.publish(
      { cmd: 'publish', topic, payload: Buffer.from(bytes), qos: 1, retain: false, dup: false },
      () => undefined,
    );
  }

  publishBackend(topic: string, json: string): Promise<void> {
    const packet: PublishPacket = { cmd: 'publish', topic, payload: json, qos: 1, retain: false, dup: false };
    const taken = this.lastPublish.then(
      () =>
        new Promise<void>((resolve, reject) => {
          this.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
        }),
    );
    this.lastPublish = taken.catch(() => undefined);
    return taken;
  }

  /** Clients that are connected now. */
  get clientCount(): number {
    return Object.keys(clientsOf(this.aedes)).length;
  }

  async close(): Promise<void> {
    this.listening.stop();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    await this.listening.closed;
  }

  private async identify(client: Client, username: string | undefined, password: Buffer | undefined): Promise<boolean> {
    const { tenants, deviceRecord, crypto } = this.options;
    const certificateName = certificateNameOf(client.conn);
    const party = await identify(
      { clientId: client.id, username, password, certificateName },
      tenants,
      deviceRecord,
      crypto,
    );
    if (party.ok) this.parties.set(client, party.value);
    else this.events.onRefusal(party.reason, username);
    return party.ok;
  }

  /**
   * Takes an uplink in and leaves an empty message for the broker to acknowledge. An error here would close the
   * connection, and the client would come back with the same message for ever.
   */
  private takeIn(client: Client, packet: PublishPacket): void {
    const { topic } = packet;
    const bytes = Uint8Array.from(typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload);
    packet.topic = NOWHERE;
    packet.payload = NOTHING;
    packet.retain = false;
    if (topic === OVERSIZE_TOPIC) return;
    const party = this.parties.get(client);
    const address = parseUplinkTopic(topic);
    const device = party?.kind === 'device' ? party.device : '';
    if (address !== null && address.device === device) this.events.onUplink(device, address.channel, bytes);
    else
      this.events.onSuspect({
        reason: 'foreign-topic',
        device,
        topic: topic.slice(0, 256),
        bytes,
        sizeBytes: bytes.length,
      });
  }

  /** Refused logins are counted where they are refused, and a peer that went away has done nothing wrong. */
  private onClientError(error: Error): void {
    if (!('errorCode' in error) && !('code' in error) && !TIMEOUT.test(error.message))
      this.events.onRefusal('protocol');
  }

  private maySubscribe(client: Client, { topic }: Subscription): boolean {
    const party = this.parties.get(client);
    if (party === undefined) return false;
    if (party.kind === 'device')
      return topic === downlinkFilter(party.device) || topic === downlinkTopic(party.device, 'receipt');
    const own = backendFilter(party.tenant);
    return topic === own || topic.startsWith(own.slice(0, -1));
  }
}

function oversize(connection: GuardedConnection, sizeBytes: number) {
  const id = (connection as GuardedConnection & { client?: Client }).client?.id ?? '';
  return { reason: 'oversize', device: id.slice(0, 64), topic: '', bytes: NOTHING, sizeBytes } as const;
}

function refusal(): AuthenticateError {
  return Object.assign(new Error('not authorized'), { returnCode: NOT_AUTHORIZED });
}

function certificateNameOf(connection: Connection): string | null {
  return connection instanceof GuardedConnection ? connection.certificateName : null;
}

/** Not in the type declarations, and the only count that does not drift. */
function clientsOf(aedes: Aedes): Record<string, Client | undefined> {
  return (aedes as Aedes & { clients: Record<string, Client | undefined> }).clients;
}

function isSubscribed(client: Client, filter: string): boolean {
  return (client as Client & { subscriptions: Record<string, unknown> }).subscriptions[filter] !== undefined;
}
