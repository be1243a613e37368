/** What a demonstration needs before anything moves: a town, its map, keys, a manifest, a gateway process. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../gateway/edge/data-folder.ts';
import { SqliteStore } from '../gateway/edge/sqlite-store.ts';
import type { RoadMap } from '../gateway/map/road-map.ts';
import type { Crypto } from '../protocol/crypto.ts';
import type { Town } from '../simulator/town.ts';
import { GatewayProcess } from './gateway-process.ts';
import { seededTown } from './seeded-town.ts';
import { surveyTown } from './survey.ts';
import { enrolTestDevices } from './test-keys.ts';

export interface DemoSetup {
  readonly town: Town;
  readonly map: RoadMap;
  readonly gateway: GatewayProcess;
  /** Removes what was made. */
  clear(): void;
}

export interface DemoSetupOptions {
  readonly seed: number;
  readonly crypto: Crypto;
  readonly devices: readonly Uint8Array[];
}

export async function setUpDemo({ seed, crypto, devices }: DemoSetupOptions): Promise<DemoSetup> {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-demo-'));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    return { ...(await furnish(folder, { seed, crypto, devices })), clear };
  } catch (error) {
    clear();
    throw error;
  }
}

async function furnish(folder: string, { seed, crypto, devices }: DemoSetupOptions): Promise<Omit<DemoSetup, 'clear'>> {
  const town = seededTown(seed);
  const map = surveyTown(town);
  const mapFile = join(folder, 'town.map.json');
  writeFileSync(mapFile, JSON.stringify(map));
  // The gateway is not running yet, so its store is ours to open.
  const store = new SqliteStore(dataFolder(folder).database);
  await enrolTestDevices(store, devices, crypto);
  await store.close();
  const gateway = new GatewayProcess({ dataDir: folder, mapFile });
  await gateway.start();
  return { town, map, gateway };
}
