/** A shell in virtual time over any store, with everything that leaves it on record. */

import type { Store } from '../../gateway/core/store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { GatewayShell, type ShellLimits } from '../../gateway/edge/shell.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Configuration, Receipt } from '../../protocol/messages.ts';
import { crypto, filled, type MadeDevice } from './frame-maker.ts';

export const GATEWAY_KEY = filled(32, 9);

export interface BackendMessage {
  readonly topic: string;
  readonly json: string;
  readonly event: CloudEvent;
}

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class ShellRig {
  readonly store: Store;
  readonly shell: GatewayShell;
  readonly receipts: { device: string; receipt: Receipt }[] = [];
  readonly configurations: ({ readonly device: string } & Configuration)[] = [];
  readonly published: BackendMessage[] = [];
  readonly logged: string[] = [];
  nowMs = 1_780_000_500_000;
  brokerAway = false;
  /** Called whenever something leaves; may throw. */
  onLeave: () => void = () => undefined;

  constructor(store: Store = new MemoryStore(), limits: Partial<ShellLimits> = {}) {
    this.store = store;
    this.shell = new GatewayShell(
      {
        store,
        crypto,
        gatewaySecretKey: GATEWAY_KEY,
        tenants: [{ name: 'insurer', pseudonymKey: filled(32, 3) }],
        scorer: fahrstilScorer(),
        roads: null,
        placeOf: (latE6, lonE6) => `cell ${Math.floor(latE6 / 50_000)}/${Math.floor(lonE6 / 50_000)}`,
        now: () => this.nowMs,
        sendDownlink: (device, channel, bytes) => {
          this.onLeave();
          if (channel === 'config') this.configurations.push({ device, ...openConfiguration(device, bytes) });
          else this.receipts.push({ device, receipt: openReceipt(device, bytes) });
        },
        publishBackend: async (topic, json) => {
          if (this.brokerAway) throw new Error('away');
          this.onLeave();
          this.published.push({ topic, json, event: JSON.parse(json) });
        },
        log: (line) => this.logged.push(line),
      },
      limits,
    );
  }

  async enrol(...devices: readonly MadeDevice[]): Promise<void> {
    await enrolIn(this.store, devices);
  }

  /** The latest receipt for a device. */
  lastReceipt(device: MadeDevice): Receipt | undefined {
    return this.receipts.findLast((sent) => sent.device === device.id)?.receipt;
  }

  events(type: string): CloudEvent[] {
    return this.published.filter(({ event }) => event.type === type).map(({ event }) => event);
  }
}

export async function enrolIn(store: Store, devices: readonly MadeDevice[]): Promise<void> {
  await store.enrol({ manufacturer: filled(32, 1), number: 1, devices: devices.map(({ record }) => record) });
}

function openConfiguration(device: string, bytes: Uint8Array): Configuration {
  const scope = { type: 'bb-config', direction: 'dn', device } as const;
  const configuration = unseal(Configuration, bytes, scope, crypto.publicKey(GATEWAY_KEY), crypto);
  if (!configuration.ok) throw new Error(`a configuration that no device would believe: ${configuration.reason}`);
  return configuration.value;
}

export function openReceipt(device: string, bytes: Uint8Array): Receipt {
  const scope = { type: 'bb-receipt', direction: 'dn', device } as const;
  const receipt = unseal(Receipt, bytes, scope, crypto.publicKey(GATEWAY_KEY), crypto);
  if (!receipt.ok) throw new Error(`a receipt that no device would believe: ${receipt.reason}`);
  return receipt.value;
}
