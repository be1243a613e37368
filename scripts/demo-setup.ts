/** What a demonstration needs before anything moves: a town, its map, keys, a manifest, a gateway process. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../gateway/edge/data-folder.ts';
import { SqliteStore } from '../gateway/edge/sqlite-store.ts';
import { encodeRoadMap } from '../gateway/map/map-file.ts';
import type { RoadMap } from '../gateway/map/road-map.ts';
import type { Crypto } from '../protocol/crypto.ts';
import type { Town } from '../simulator/town.ts';
import { type DemoCast, enrolCast } from './demo-cast.ts';
import { GatewayProcess } from './gateway-process.ts';
import { seededTown } from './seeded-town.ts';
import { surveyTown } from './survey.ts';
import { enrolTestDevices } from './test-keys.ts';

export interface DemoSetup {
  readonly town: Town;
  readonly map: RoadMap;
  readonly gateway: GatewayProcess;
  /** The gateway's data folder. */
  readonly folder: string;
  readonly cast: DemoCast;
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
  const mapFile = join(folder, 'town.map');
  writeFileSync(mapFile, encodeRoadMap(map));
  // The gateway is not running yet, so its store is ours to open.
  const place = dataFolder(folder);
  const store = new SqliteStore(place.database);
  await enrolTestDevices(store, devices, crypto);
  const cast = await enrolCast(place, store, seed, crypto);
  await store.close();
  const gateway = new GatewayProcess({ dataDir: folder, mapFile });
  await gateway.start();
  return { town, map, gateway, folder, cast };
}
