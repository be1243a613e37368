/**
 * Everybody whom access needs, for measurements and races: gateways on one data folder and a box, each a process of
 * its own, and the phones of an owner and a courier in this one. The box is paired the way people do it.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessLimits } from '../../gateway/core/access/limits.ts';
import type { AccessBounds } from '../../gateway/edge/access-shell.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import type { GatewayConfig } from '../../gateway/main.ts';
import type { Reply } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Party } from '../../simulator/peers/party.ts';
import { LivePhone } from '../access/live-phone.ts';
import { type DemoCast, enrolCast } from '../demo-cast.ts';
import { CommandError, EXIT } from '../exit.ts';
import { enrolTestDevices } from '../test-keys.ts';
import type { BoxCounts, BoxReady, BoxSetup } from './box-child.ts';
import { Child } from './child.ts';
import type { GatewayCounts, GatewayReady } from './gateway-child.ts';

const WAIT_S = 30;

export interface StageOptions {
  readonly gateways: number;
  readonly access?: Partial<AccessLimits & AccessBounds>;
  /** Public keys of sensors that are enrolled as well. */
  readonly sensors?: readonly Uint8Array[];
}

export class AccessStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'bordbox-access-'));
  readonly crypto = nodeCrypto();
  /** Of the gateways' brokers. */
  readonly urls: string[] = [];
  private readonly gateways: Child[] = [];
  private readonly phones: LivePhone[] = [];
  private box: Child | null = null;
  private cast: DemoCast | null = null;
  private near = 0;

  static async open(options: StageOptions): Promise<AccessStage> {
    const stage = new AccessStage();
    try {
      await stage.furnish(options);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get people(): DemoCast {
    if (this.cast === null) throw new Error('nobody has been enrolled');
    return this.cast;
  }

  /** A phone of this process at one of the gateways. */
  async phone(party: Party, gateway = 0, besideBox = false): Promise<LivePhone> {
    const { people, crypto, urls, near } = this;
    const phone = await LivePhone.open({
      file: { format: 'bordbox-phone', secretKey: toHex(party.secretKey), issuers: [toHex(people.issuer)], grants: [] },
      crypto,
      broker: urls[gateway],
      needsGateway: true,
      beside: besideBox ? { host: '127.0.0.1', port: near } : null,
      box: people.box.id,
      log: () => undefined,
    });
    this.phones.push(phone);
    return phone;
  }

  counts(gateway = 0): Promise<GatewayCounts> {
    return this.gateways[gateway].ask({});
  }

  carCounts(): Promise<BoxCounts> {
    if (this.box === null) throw new Error('there is no box');
    return this.box.ask({});
  }

  async close(): Promise<void> {
    for (const phone of this.phones) await phone.close();
    await this.box?.stop();
    for (const gateway of this.gateways) await gateway.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async furnish({ gateways, access, sensors = [] }: StageOptions): Promise<void> {
    const place = dataFolder(this.folder);
    const store = new SqliteStore(place.database);
    const cast = await enrolCast(place, store, 1, this.crypto);
    if (sensors.length > 0) await enrolTestDevices(store, sensors, this.crypto);
    await store.close();
    this.cast = cast;
    for (let n = 0; n < gateways; n++) {
      const config: GatewayConfig = { dataDir: this.folder, port: 0, join: gateways > 1, access };
      const gateway = new Child('gateway-child.ts', config);
      this.gateways.push(gateway);
      const { port } = await gateway.next<GatewayReady>();
      this.urls.push(`mqtt://127.0.0.1:${port}`);
    }
    await this.pair(cast);
  }

  private async pair({ box, owner }: DemoCast): Promise<void> {
    const { number, keys } = box.issuers;
    const setup: BoxSetup = {
      url: this.urls[0],
      secretKey: toHex(box.secretKey),
      rootKey: toHex(box.rootKey),
      issuers: { number, keys: keys.map(toHex) },
    };
    this.box = new Child('box-child.ts', setup);
    const { near, ticket } = await this.box.next<BoxReady>();
    this.near = near;
    const phone = await this.phone(owner, 0, true);
    const code = Uint8Array.from(Buffer.from(ticket, 'base64'));
    const { reply } = await phone.answered(() => phone.owner.pair(code, Date.now()) ?? [], WAIT_S);
    if (reply?.verdict !== 'executed') throw new CommandError(EXIT.failed, `pairing: ${wordsOf(reply)}`);
    // Until the box has heard whose it is.
    await phone.ask({ kind: 'status', box: box.id }, WAIT_S);
    await phone.close();
    this.phones.splice(this.phones.indexOf(phone), 1);
  }
}

export function wordsOf(reply: Reply | null): string {
  return reply === null ? 'no answer' : [reply.verdict, reply.reason].filter(Boolean).join(' ');
}
