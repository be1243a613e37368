import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type DownlinkChannel, downlinkFilter, parseDownlinkTopic, uplinkTopic } from '../../protocol/topics.ts';
import type { Connect, Publish } from '../hal.ts';

const PUBACK_MS = 10_000;

export interface BrokerAccess {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  readonly device: string;
  /** Instead of the proof by the device's key, for a broker that knows only passwords. */
  readonly password?: string;
  /** PEM texts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface SessionEvents {
  onUp(): void;
  /** Once, also when the session never came up. */
  onDown(reason: string): void;
  onDownlink(channel: DownlinkChannel, bytes: Uint8Array): void;
}

/** One MQTT session of one device, from CONNECT to its end. It never connects again by itself. */
export class MqttSession {
  private readonly access: BrokerAccess;
  private readonly client: MqttClient;
  private reason = 'connection closed';
  private ended = false;

  constructor(access: BrokerAccess, session: Connect, events: SessionEvents) {
    this.access = access;
    this.client = mqtt.connect(access.url, clientOptions(access, session));
    this.client.setMaxListeners(64);
    this.client.on('connect', () => {
      sendAtOnce(this.client);
      this.client.subscribe(downlinkFilter(access.device), { qos: 1 }, (error) => {
        if (!error) events.onUp();
      });
    });
    this.client.on('message', (topic, payload) => {
      const channel = parseDownlinkTopic(topic, access.device);
      if (channel !== null) events.onDownlink(channel, Uint8Array.from(payload));
    });
    this.client.on('error', (error) => {
      this.reason = error.message || (error as NodeJS.ErrnoException).code || this.reason;
    });
    this.client.on('close', () => {
      if (this.ended) return;
      this.ended = true;
      this.client.end(true);
      events.onDown(this.reason);
    });
  }

  /** True when the broker has heard it; false when it may not have. Never rejects. */
  publish({ channel, bytes, retain }: Publish): Promise<boolean> {
    const { client } = this;
    if (this.ended || !client.connected) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (heard: boolean): void => {
        clearTimeout(limit);
        client.removeListener('close', onClose);
        resolve(heard);
      };
      const onClose = (): void => settle(false);
      // A publish in flight when the link drops never calls back.
      const limit = setTimeout(() => settle(false), PUBACK_MS);
      client.once('close', onClose);
      const topic = uplinkTopic(this.access.device, channel);
      client.publish(topic, Buffer.from(bytes), { qos: 1, retain }, (error) => settle(!error));
    });
  }

  /** Resolves when everything that the broker wrote to this session before is here, or the session is over. */
  roundTrip(): Promise<void> {
    const { client } = this;
    if (this.ended || !client.connected) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        client.removeListener('close', settle);
        resolve();
      };
      client.once('close', settle);
      client.subscribe(downlinkFilter(this.access.device), { qos: 1 }, settle);
    });
  }

  /** Vanishes without a goodbye, so that the broker publishes the will. */
  drop(): void {
    this.ended = true;
    this.client.end(true);
    this.client.stream.destroy();
  }

  /** Says goodbye: the will is not published. */
  async close(): Promise<void> {
    this.ended = true;
    await this.client.endAsync();
  }
}

function clientOptions({ device, password, tls }: BrokerAccess, { proof, will }: Connect): IClientOptions {
  // B9; mqtt.js hands these on to node:tls.
  const tlsOptions = { ...tls, minVersion: 'TLSv1.3' };
  return {
    protocolVersion: 4,
    clientId: device,
    username: device,
    password: password ?? Buffer.from(proof).toString('base64url'),
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    keepalive: 30,
    queueQoSZero: false,
    will: { topic: uplinkTopic(device, 'state'), payload: Buffer.from(will), qos: 1, retain: true },
    ...tlsOptions,
  };
}

/** A PUBACK and the PUBLISH behind it must not wait for the broker's delayed acknowledgement of TCP, which takes 40 ms. */
export function sendAtOnce({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}
