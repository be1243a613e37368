/** A device made of nothing but the wire: it signs whatever it is told to. */

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { connectPassword } from '../../gateway/edge/credentials.ts';
import { type MessageType, type Scope, sign1 } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { encodeMessage, unseal } from '../../protocol/envelope.ts';
import type { DeviceIdentity } from '../../protocol/identity.ts';
import { BOOT_BYTES, DeviceState, Frame, Receipt } from '../../protocol/messages.ts';
import { downlinkFilter, uplinkTopic } from '../../protocol/topics.ts';

const ANSWER_MS = 5000;
const LOOK_MS = 10;

export class Party {
  readonly identity: DeviceIdentity;
  readonly boot: Uint8Array;
  private readonly crypto: Crypto;

  constructor(identity: DeviceIdentity, crypto: Crypto) {
    this.identity = identity;
    this.crypto = crypto;
    this.boot = identity.publicKey.slice(0, BOOT_BYTES);
  }

  get id(): string {
    return this.identity.id;
  }

  get login(): IClientOptions {
    const { id, secretKey } = this.identity;
    return { clientId: id, username: id, password: connectPassword(id, this.boot, secretKey, this.crypto) };
  }

  /** Signed by this party, for itself unless said otherwise. */
  signed(payload: Uint8Array, scope: Partial<Scope> = {}): Uint8Array {
    const full: Scope = { type: 'bb-frame', direction: 'up', device: this.id, ...scope };
    return sign1(payload, full, this.identity.secretKey, this.crypto);
  }

  frame(seq: number, more: Partial<Frame> = {}): Uint8Array {
    return this.signed(encodeMessage(Frame, { boot: this.boot, seq, startMs: seq * 1000, occurrences: [], ...more }));
  }

  state(atMs: number): Uint8Array {
    const state: DeviceState = {
      boot: this.boot,
      online: true,
      atMs,
      firmware: 'none',
      reset: 'power-on',
      waiting: 0,
      mounted: false,
    };
    return this.signed(encodeMessage(DeviceState, state), { type: 'bb-state' });
  }

  receipt(receipt: Receipt, scope: { readonly device: string; readonly type?: MessageType }): Uint8Array {
    return this.signed(encodeMessage(Receipt, receipt), { type: 'bb-receipt', direction: 'dn', ...scope });
  }

  /** Connected, and listening for its receipts. */
  async connect(url: string): Promise<Session> {
    const client = await connect(url, this.login);
    const session = new Session(this, client, this.crypto);
    await client.subscribeAsync(downlinkFilter(this.id), { qos: 1 });
    return session;
  }
}

export class Session {
  readonly client: MqttClient;
  readonly receipts: Receipt[] = [];
  private readonly party: Party;

  constructor(party: Party, client: MqttClient, crypto: Crypto) {
    this.party = party;
    this.client = client;
    const { id: device, gatewayKey } = party.identity;
    client.on('message', (_topic, payload) => {
      const scope = { type: 'bb-receipt', direction: 'dn', device } as const;
      const receipt = unseal(Receipt, Uint8Array.from(payload), scope, gatewayKey, crypto);
      if (receipt.ok) this.receipts.push(receipt.value);
    });
  }

  /** Resolves at the PUBACK. */
  async publish(bytes: Uint8Array, topic = uplinkTopic(this.party.id, 'frame')): Promise<void> {
    await this.client.publishAsync(topic, Buffer.from(bytes), { qos: 1 });
  }

  /** True when such a receipt came, within 5 s. */
  async hears(wanted: (receipt: Receipt) => boolean): Promise<boolean> {
    return within(ANSWER_MS, () => this.receipts.some(wanted));
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}

export async function connect(url: string, options: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options }, false);
  client.on('error', () => undefined);
  return client;
}

/** What a client hears when it is not let in. */
export async function refusal(url: string, options: IClientOptions): Promise<string> {
  try {
    const client = await connect(url, options);
    await client.endAsync(true);
    return 'let in';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export async function within(ms: number, holds: () => boolean): Promise<boolean> {
  const limitMs = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > limitMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}
