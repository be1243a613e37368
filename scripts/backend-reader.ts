import mqtt, { type MqttClient } from 'mqtt';
import { backendFilter } from '../protocol/topics.ts';
import type { CloudEvent } from './in-process-gateway.ts';

/** A backend on the broker: reads its tenant's events, and comes back by itself when the broker does. */
export class BackendReader {
  private readonly client: MqttClient;

  constructor(url: string, tenant: string, password: string, onEvent: (event: CloudEvent) => void) {
    this.client = mqtt.connect(url, {
      protocolVersion: 4,
      clientId: `backend-${tenant}`,
      username: tenant,
      password,
      clean: false,
      reconnectPeriod: 200,
    });
    this.client.on('connect', () => this.client.subscribe(backendFilter(tenant), { qos: 1 }));
    this.client.on('message', (_topic, payload) => onEvent(JSON.parse(payload.toString()) as CloudEvent));
    // While the gateway is away there is nothing to say; mqtt.js tries again.
    this.client.on('error', () => {});
  }

  /** Resolves when the subscription stands. */
  subscribed(): Promise<void> {
    return new Promise((resolve) => {
      this.client.on('packetreceive', (packet) => {
        if (packet.cmd === 'suback') resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}
