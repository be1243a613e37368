/** One real gateway process on a temporary folder, the honest device, and the parties that misbehave. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import type { GatewayStats } from '../../gateway/edge/stats.ts';
import { fromHex } from '../../protocol/bytes.ts';
import { Rng } from '../../simulator/rng.ts';
import { planTown } from '../../simulator/town-plan.ts';
import { GatewayProcess } from '../gateway-process.ts';
import { SensorMaker } from '../simulated-device.ts';
import { enrolTestDevices, testIdentity } from '../test-keys.ts';
import { HonestDevice } from './honest.ts';
import { Party } from './party.ts';
import { baseline, type Counts, type Growth, hasStack, judgeCounts, reached, type Verdict } from './verdict.ts';

/** The gateway writes refusals to its store once a second. */
const SETTLE_MS = 5000;
const LOOK_MS = 20;
const NO_KEY = new Uint8Array(32);

export class Stage {
  readonly crypto = nodeCrypto();
  /** Temporary; all files of all cases lie here. */
  readonly folder: string;
  readonly gatewayFolder: string;
  readonly gateway: GatewayProcess;
  /** The gateway's own store, seen by a second process. */
  readonly store: SqliteStore;
  readonly honest: HonestDevice;
  /** Enrolled, and up to no good. */
  readonly mallory: Party;
  readonly flooder: Party;
  readonly revoked: Party;
  /** Enrolled and innocent, but never here: others speak in its name. */
  readonly bystander: Party;
  /** Has a key of its own, and nobody enrolled it. */
  readonly stranger: Party;
  private readonly lines: string[];
  private readonly undo: (() => unknown)[] = [];
  private last: Counts = {};

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'bordbox-hostile-'));
    const gatewayFolder = join(folder, 'gateway');
    const crypto = nodeCrypto();
    const publicKeys = ['honest', 'mallory', 'flooder', 'revoked', 'bystander'].map(
      (label) => testIdentity(label, NO_KEY, crypto).publicKey,
    );
    const lines: string[] = [];
    const gateway = new GatewayProcess({ dataDir: gatewayFolder, onLine: (line) => lines.push(line) });
    try {
      const store = new SqliteStore(dataFolder(gatewayFolder).database);
      await enrolTestDevices(store, publicKeys, crypto);
      await gateway.start();
      const stage = new Stage(folder, gateway, store, lines);
      stage.last = await stage.counts();
      return stage;
    } catch (error) {
      await gateway.kill();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(folder: string, gateway: GatewayProcess, store: SqliteStore, lines: string[]) {
    this.folder = folder;
    this.gatewayFolder = join(folder, 'gateway');
    this.gateway = gateway;
    this.store = store;
    this.lines = lines;
    const { crypto } = this;
    const { url, access } = gateway;
    const gatewayKey = fromHex(access.publicKey) ?? NO_KEY;
    const party = (label: string): Party => new Party(testIdentity(label, gatewayKey, crypto), crypto);
    this.mallory = party('mallory');
    this.flooder = party('flooder');
    this.revoked = party('revoked');
    this.bystander = party('bystander');
    this.stranger = party('stranger');
    const maker = new SensorMaker(testIdentity('honest', gatewayKey, crypto), crypto);
    const town = planTown(Rng.seeded(1).fork('town'));
    this.honest = new HonestDevice({ maker, town, url, store, crypto });
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  get port(): number {
    return this.gateway.access.port;
  }

  /** Done when the stage is cleared, whatever happens. */
  onClear(step: () => unknown): void {
    this.undo.push(step);
  }

  /** Does the work and waits until the counters have moved as they should, or for 5 s. Nothing between cases is missed. */
  async counted(wish: Growth, work: () => Promise<unknown>): Promise<Verdict> {
    const before = baseline(this.last, await this.counts());
    await work();
    const limitMs = performance.now() + SETTLE_MS;
    let now = await this.counts();
    while (!reached(before, now, wish) && performance.now() < limitMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      now = await this.counts();
    }
    const verdict = judgeCounts(before, now, wish);
    this.last = now;
    return verdict;
  }

  /** Resident memory of the gateway's process in MiB; null where the system does not tell. */
  gatewayMiB(): number | null {
    try {
      const status = readFileSync(`/proc/${this.gateway.pid}/status`, 'utf8');
      const match = /^VmRSS:\s+(\d+) kB/m.exec(status);
      return match === null ? null : Number(match[1]) / 1024;
    } catch {
      return null;
    }
  }

  /** Stops the gateway in good order. */
  async end(): Promise<{ stats: GatewayStats; flaws: readonly string[] }> {
    await this.honest.close();
    const stats = await this.gateway.stop();
    const flaws = hasStack(this.lines.join('\n')) ? ['the gateway printed a stack trace'] : [];
    return { stats, flaws };
  }

  async clear(): Promise<void> {
    await this.gateway.kill();
    for (const step of this.undo.reverse()) await step();
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async counts(): Promise<Counts> {
    const { counts } = await this.store.stats();
    const dropped = [...counts].filter(([name]) => name.startsWith('quarantine/'));
    const quarantined = dropped.reduce((sum, [, count]) => sum + count, 0);
    return { ...Object.fromEntries(counts), quarantined };
  }
}
