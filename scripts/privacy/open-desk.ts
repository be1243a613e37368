import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tenant } from '../../gateway/core/backend.ts';
import { type DataFolder, dataFolder } from '../../gateway/edge/data-folder.ts';
import { readSecret } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { PrivacyDesk } from '../../gateway/edge/privacy-desk.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { SqlitePrivacyStore } from '../../gateway/edge/sqlite-privacy-store.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { loadRoadMap } from '../../gateway/map/map-file.ts';
import { roadSourceFromMap } from '../../gateway/map/map-source.ts';
import { placeOf } from '../../gateway/map/place.ts';
import type { RoadMap } from '../../gateway/map/road-map.ts';
import { appdrivexRater } from '../../gateway/scoring/appdrivex.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { CommandError, EXIT } from '../exit.ts';

/** Works over the data folder of a gateway, which may run meanwhile. */
export async function withDesk<T>(
  data: string,
  map: string | undefined,
  work: (desk: PrivacyDesk) => Promise<T>,
): Promise<T> {
  if (!existsSync(join(data, 'gateway.db'))) {
    throw new CommandError(EXIT.usage, `privacy: ${data} is no data folder of a gateway; give one with --data`);
  }
  const folder = dataFolder(data);
  const roads = map === undefined ? null : readMap(map);
  const crypto = nodeCrypto();
  const log = deviceIdOf(crypto.publicKey(readSecret(folder.gatewayKey)), crypto);
  const closing: { close(): Promise<void> }[] = [];
  const opened = <S extends { close(): Promise<void> }>(store: S): S => {
    closing.unshift(store);
    return store;
  };
  try {
    const desk = new PrivacyDesk({
      store: opened(new SqliteStore(folder.database)),
      access: opened(new SqliteAccessStore(folder.database, { crypto, log })),
      privacy: opened(new SqlitePrivacyStore(folder.database)),
      crypto,
      tenants: tenantsOf(data, folder),
      scorer: fahrstilScorer(),
      rater: appdrivexRater(),
      roads: roads === null ? null : roadSourceFromMap(roads),
      placeOf: (latE6, lonE6) => placeOf(roads, latE6, lonE6),
      now: () => Date.now(),
      random: (count) => Uint8Array.from(randomBytes(count)),
    });
    return await work(desk);
  } finally {
    for (const store of closing) await store.close();
  }
}

/** All that ever had a key here: an event that waits may be for one that the gateway does not serve at present. */
function tenantsOf(data: string, folder: DataFolder): Tenant[] {
  const names = readdirSync(data).map((file) => /^tenant-([a-z0-9-]{1,32})\.key$/.exec(file)?.[1]);
  return names
    .filter((name) => name !== undefined)
    .map((name) => ({ name, pseudonymKey: readSecret(folder.tenantKey(name)) }));
}

function readMap(file: string): RoadMap {
  if (!existsSync(file)) throw new CommandError(EXIT.usage, `privacy: --map ${file} does not exist`);
  const map = loadRoadMap(readFileSync(file));
  if (!map.ok) throw new CommandError(EXIT.usage, `privacy: --map ${file}: ${map.reason}`);
  return map.value;
}
