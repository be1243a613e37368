/** A phone's session with the broker, which comes back by itself. */

import { randomBytes } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { sendAtOnce } from '../../firmware/board/mqtt-session.ts';
import { connectPassword } from '../../gateway/edge/credentials.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import {
  type DownlinkChannel,
  downlinkFilter,
  parseDownlinkTopic,
  type UplinkChannel,
  uplinkTopic,
} from '../../protocol/topics.ts';
import type { Party } from '../../simulator/peers/party.ts';

const RECONNECT_MS = 500;
const BOOT_BYTES = 16;

export interface GatewayLineOptions {
  readonly url: string;
  readonly party: Party;
  readonly crypto: Crypto;
  /** PEM texts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface GatewayLineEvents {
  onLink(up: boolean): void;
  onDownlink(channel: DownlinkChannel, bytes: Uint8Array): void;
  /** The broker is not there, or does not let this phone in. It is tried again. */
  onTrouble(trouble: 'away' | 'not-let-in', detail: string): void;
}

export class GatewayLine {
  private readonly client: MqttClient;
  private readonly party: Party;
  private detail = 'no connection';
  private closed = false;

  constructor({ url, party, crypto, tls }: GatewayLineOptions, events: GatewayLineEvents) {
    this.party = party;
    const password = connectPassword(party.id, randomBytes(BOOT_BYTES), party.secretKey, crypto);
    // B9; mqtt.js hands these on to node:tls.
    const tlsOptions = { ...tls, minVersion: 'TLSv1.3' };
    this.client = mqtt.connect(url, {
      ...{ protocolVersion: 4 as const, clientId: party.id, username: party.id, password },
      ...{ clean: true, reconnectPeriod: RECONNECT_MS, connectTimeout: 10_000, keepalive: 30 },
      ...{ queueQoSZero: false, resubscribe: false },
      ...tlsOptions,
    });
    this.client.on('connect', () => {
      sendAtOnce(this.client);
      this.client.subscribe(downlinkFilter(party.id), { qos: 1 }, (error) => {
        if (!error) events.onLink(true);
      });
    });
    this.client.on('message', (topic, payload) => {
      const channel = parseDownlinkTopic(topic, party.id);
      if (channel !== null) events.onDownlink(channel, Uint8Array.from(payload));
    });
    this.client.on('error', (error) => {
      this.detail = error.message || (error as NodeJS.ErrnoException).code || this.detail;
      if (/not authorized/i.test(this.detail)) events.onTrouble('not-let-in', this.detail);
    });
    this.client.on('close', () => {
      if (this.closed) return;
      events.onLink(false);
      if (!/not authorized/i.test(this.detail)) events.onTrouble('away', this.detail);
    });
  }

  /** Resolves when the broker has heard it; a loss is repaired by asking again. */
  publish(channel: UplinkChannel, bytes: Uint8Array): Promise<void> {
    if (!this.client.connected) return Promise.resolve();
    return new Promise((resolve) => {
      this.client.publish(uplinkTopic(this.party.id, channel), Buffer.from(bytes), { qos: 1 }, () => resolve());
    });
  }

  /** Resolves when everything that the broker wrote to this session before is here. */
  roundTrip(): Promise<void> {
    if (!this.client.connected) return Promise.resolve();
    return new Promise((resolve) => {
      this.client.subscribe(downlinkFilter(this.party.id), { qos: 1 }, () => resolve());
    });
  }

  /** Waits for what is on its way to the broker. */
  async close(): Promise<void> {
    this.closed = true;
    await this.client.endAsync(!this.client.connected);
  }
}
