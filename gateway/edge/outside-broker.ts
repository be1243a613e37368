/** A broker that runs elsewhere, for instance Mosquitto 2: a message is acknowledged to it after its commit. */

import { Socket } from 'node:net';
import mqtt, { type IPublishPacket, type MqttClient, type Packet } from 'mqtt';
import { type DownlinkChannel, downlinkTopic, parseUplinkTopic, UPLINK_FILTER } from '../../protocol/topics.ts';
import type { Link, LinkEvents } from './link.ts';
import { isLoopback, ListenError } from './listener.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const PUBLISH_TIMEOUT_MS = 10_000;
const RECONNECT_MS = 1000;
const SHARED_FILTER = `$share/bordbox/${UPLINK_FILTER}`;

export interface OutsideBrokerOptions {
  /** mqtt:// on loopback, mqtts:// anywhere; user name and password may stand in it. */
  readonly url: string;
  readonly clientId: string;
  /** The broker gives each message to one of the gateways that subscribe so. */
  readonly shared?: boolean;
  /** Certificate authority of the broker, where it is none of the usual ones. */
  readonly ca?: Buffer;
}

export class OutsideBroker implements Link {
  readonly port = null;
  private readonly client: MqttClient;

  /** Resolves when the subscription stands. */
  static async start({ url, clientId, shared, ca }: OutsideBrokerOptions, events: LinkEvents): Promise<OutsideBroker> {
    const filter = shared ? SHARED_FILTER : UPLINK_FILTER;
    const flaw = brokerFlaw(url);
    if (flaw !== null) throw new ListenError('input', flaw);
    const client = mqtt.connect(url, {
      clientId,
      // The session stays while the gateway is down, so that frames wait at the broker.
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueQoSZero: false,
      resubscribe: false,
      ca,
    });
    // Before the first message can arrive. It is serial: the next comes after `done`.
    client.handleMessage = (packet, done) => takeIn(packet, events, () => done());
    try {
      await ready(client, url, filter);
    } catch (error) {
      client.end(true);
      throw error;
    }
    return new OutsideBroker(client, filter);
  }

  private constructor(client: MqttClient, filter: string) {
    this.client = client;
    // It reconnects by itself; the subscription belongs to the session.
    client.on('error', () => undefined);
    client.on('connect', ({ sessionPresent }) => {
      // Otherwise what follows a PUBACK waits for the broker's delayed acknowledgement of TCP.
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
      if (!sessionPresent) client.subscribe(filter, { qos: 1 }, () => undefined);
    });
  }

  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void {
    // While offline a receipt would only pile up; the device asks again.
    if (!this.client.connected) return;
    this.client.publish(downlinkTopic(device, channel), Buffer.from(bytes), { qos: 1 }, () => undefined);
  }

  publishBackend(topic: string, json: string): Promise<void> {
    if (!this.client.connected) return Promise.reject(new Error('the broker is away'));
    return new Promise((resolve, reject) => {
      // A publish in flight when the link drops may never call back.
      const timer = setTimeout(() => reject(new Error('the broker does not answer')), PUBLISH_TIMEOUT_MS);
      this.client.publish(topic, json, { qos: 1 }, (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.client.endAsync(!this.client.connected);
  }
}

function takeIn(packet: Packet, events: LinkEvents, done: () => void): void {
  const { topic, payload } = packet as IPublishPacket;
  const bytes = Uint8Array.from(typeof payload === 'string' ? Buffer.from(payload) : payload);
  const address = parseUplinkTopic(topic);
  if (address !== null) events.onUplink(address.device, address.channel, bytes, done);
  else {
    events.onSuspect({ reason: 'bad-topic', device: '', topic: topic.slice(0, 256), bytes, sizeBytes: bytes.length });
    done();
  }
}

function ready(client: MqttClient, url: string, filter: string): Promise<void> {
  const shown = withoutPassword(url);
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new ListenError('environment', `the broker ${shown} ${reason}`));
    const timer = setTimeout(() => fail('does not answer; is it running?'), CONNECT_TIMEOUT_MS);
    client.once('error', (error) => fail(`refuses: ${error.message || 'no connection'}; is it running?`));
    client.once('connect', () => {
      clearTimeout(timer);
      client.subscribe(filter, { qos: 1 }, (error) => {
        if (error) fail(`does not let the gateway subscribe ${filter}: ${error.message}`);
        else resolve();
      });
    });
    client.once('error', () => clearTimeout(timer));
  });
}

/** Why this is no address of a broker to speak to (B9), or null. */
export function brokerFlaw(text: string): string | null {
  if (!URL.canParse(text)) return `${text} is no broker address; write mqtt://127.0.0.1:1883 or mqtts://host:8883`;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'mqtts:') return null;
  if (protocol !== 'mqtt:') return `${protocol}// is not spoken here; write mqtt:// or mqtts://`;
  if (isLoopback(hostname)) return null;
  return `${hostname} is not loopback, and every link is encrypted (B9): use mqtts://`;
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = '';
  url.username = '';
  return url.href.replace(/\/$/, '');
}
