/** MQTT clients for tests over a real socket. */

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { connectPassword } from '../../gateway/edge/credentials.ts';
import { crypto, filled, type MadeDevice } from './frame-maker.ts';

export interface Heard {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export class WireClient {
  readonly client: MqttClient;
  readonly heard: Heard[] = [];
  private wake: () => void = () => undefined;

  static async connect(port: number, options: IClientOptions): Promise<WireClient> {
    const client = await mqtt.connectAsync(
      `mqtt://127.0.0.1:${port}`,
      { reconnectPeriod: 0, protocolVersion: 4, ...options },
      false,
    );
    return new WireClient(client);
  }

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload) => {
      this.heard.push({ topic, payload: Uint8Array.from(payload) });
      this.wake();
    });
  }

  /** Resolves with the first message, of the past or the future, that fits. */
  async hear<T>(fits: (heard: Heard) => T | null | undefined): Promise<T> {
    for (let at = 0; ; at++) {
      while (at >= this.heard.length) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
      const found = fits(this.heard[at]);
      if (found !== null && found !== undefined) return found;
    }
  }

  /** Resolves at the broker's acknowledgement. */
  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    await this.client.publishAsync(topic, Buffer.from(bytes), { qos: 1 });
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }
}

export function deviceLogin(device: MadeDevice): IClientOptions {
  const password = connectPassword(device.id, filled(16, 1), device.secretKey, crypto);
  return { clientId: device.id, username: device.id, password };
}
