/** A disk that fills up while the gateway works: nothing is receipted meanwhile, and nothing is missing afterwards. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { GatewayShell } from '../../gateway/edge/shell.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { fromHex } from '../../protocol/bytes.ts';
import { GatewayProcess } from '../gateway-process.ts';
import { enrolTestDevices, testIdentity } from '../test-keys.ts';
import type { HostileCase } from './case.ts';
import { Party, within } from './party.ts';
import { mountTmpfs } from './small-disk.ts';
import type { Stage } from './stage.ts';
import { allOf, fact, type Verdict } from './verdict.ts';

const FRAMES = 20;
/** Longer than the gateway's second between two tries. */
const STAYS_FULL_MS = 1500;
const BACK_MS = 5000;

async function realDisk(stage: Stage): Promise<Verdict> {
  const folder = stage.path('small', 'data');
  const store = new SqliteStore(dataFolder(folder).database);
  await enrolTestDevices(store, [stage.stranger.identity.publicKey], stage.crypto);
  await store.close();
  const lines: string[] = [];
  const gateway = new GatewayProcess({ dataDir: folder, onLine: (line) => lines.push(line) });
  try {
    const { publicKey } = await gateway.start();
    const gatewayKey = fromHex(publicKey) ?? new Uint8Array();
    const device = new Party(testIdentity('stranger', gatewayKey, stage.crypto), stage.crypto);
    const session = await device.connect(gateway.url);
    await session.publish(device.frame(0));
    const begun = await session.hears(({ through }) => through === 0);
    const filler = join(stage.path('small'), 'filler');
    fill(filler);
    for (let seq = 1; seq <= FRAMES; seq++) await session.publish(device.frame(seq));
    const said = await within(BACK_MS, () => lines.some((line) => line.includes('disk is full')));
    await new Promise((resolve) => setTimeout(resolve, STAYS_FULL_MS));
    const early = session.receipts.filter(({ through }) => through > 0).length;
    rmSync(filler);
    const back = await within(BACK_MS, () => session.receipts.some(({ through }) => through === FRAMES));
    await session.close();
    const { frames, storeErrors } = await gateway.stop();
    return allOf(
      fact(said, lines.find((line) => line.includes('disk is full')) ?? 'the gateway says nothing'),
      fact(begun && early === 0, `${early} receipts while full`),
      fact(back && frames.stored === FRAMES + 1, `${frames.stored} of ${FRAMES + 1} stored once there is space`),
      fact(storeErrors > 0, `storeErrors ${storeErrors}, on a tmpfs of 1 MB`),
    );
  } finally {
    await gateway.kill();
  }
}

/** Takes what is left, down to the last byte. */
function fill(file: string): void {
  for (const block of [4096, 1]) {
    try {
      for (;;) writeFileSync(file, new Uint8Array(block), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

/** Without the right to mount: the store's own bound on its pages, in this process. */
async function boundedStore(stage: Stage): Promise<Verdict> {
  const { crypto, stranger } = stage;
  const { database } = dataFolder(stage.path('bounded'));
  const setUp = new SqliteStore(database);
  await enrolTestDevices(setUp, [stranger.identity.publicKey], crypto);
  await setUp.close();
  const said: string[] = [];
  let receipts = 0;
  const shellOn = (store: SqliteStore): GatewayShell =>
    new GatewayShell({
      store,
      crypto,
      gatewaySecretKey: crypto.sha256(stranger.boot),
      tenants: [],
      scorer: fahrstilScorer(),
      roads: null,
      placeOf: () => '',
      now: () => Date.now(),
      sendDownlink: () => receipts++,
      publishBackend: () => Promise.resolve(),
      log: (line) => said.push(line),
    });
  const frames = Array.from({ length: 200 }, (_, seq) => stranger.frame(seq));
  const full = new SqliteStore(database, { pagesMax: 1 });
  const stuck = shellOn(full);
  for (const frame of frames) stuck.receive(stranger.id, 'frame', frame);
  const took = await stuck.flush();
  const early = receipts;
  await full.close();
  const store = new SqliteStore(database);
  const free = shellOn(store);
  for (const frame of frames) free.receive(stranger.id, 'frame', frame);
  await free.flush();
  const stored = (await store.stats()).counts.get('stored') ?? 0;
  await store.close();
  return allOf(
    fact(!took && said.length === 1, said[0] ?? 'the gateway says nothing'),
    fact(early === 0, `${early} receipts while full`),
    fact(stored === frames.length, `${stored} of ${frames.length} stored once there is space, with a bound on pages`),
  );
}

export const DISK_CASES: readonly HostileCase[] = [
  {
    name: 'a full disk',
    run: (stage) => (mountTmpfs(stage, 'small', 'size=1m') ? realDisk(stage) : boundedStore(stage)),
  },
];
