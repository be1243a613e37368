/** Each story with several seeds: other roads, batteries, engines, mountings and noise. */

import type { Crypto } from '../../protocol/crypto.ts';
import type { OutageMs } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Story } from '../../simulator/trip-stories.ts';
import { type StoryCar, StoryFeed, type TrueDrive } from '../../simulator/trip-stories-feed.ts';
import type { Phase } from '../../simulator/trip-stories-phase.ts';
import { Judge, type Run, type StoryResult } from './judge.ts';
import { runFeed } from './run-feed.ts';

/** Monday, 2 March 2026, 06:30 UTC. */
export const START_UTC_MS = 1_772_433_000_000;
/** E47: an engine that is off for longer ends a trip. */
const PARKED_MS = 120_000;
const LOST_MV = 5_000;

export async function runStory(
  story: Story,
  seeds: number,
  crypto: Crypto,
  log: (line: string) => void,
): Promise<StoryResult> {
  const judge = new Judge(story);
  const runs = Math.min(seeds, story.seedsMax ?? seeds);
  for (let seed = 1; seed <= runs; seed++) judge.take(await runSeed(story, seed, crypto, log));
  return judge.result();
}

async function runSeed(story: Story, seed: number, crypto: Crypto, log: (line: string) => void): Promise<Run> {
  const rng = Rng.seeded(seed).fork(story.name);
  const car: StoryCar = {
    alternator: seed % 2 === 0 ? 'smart' : 'classic',
    socket: 'permanent',
    lostMv: LOST_MV,
    ...story.car,
  };
  const phases = story.phases(rng.fork('phases'));
  const startUtcMs = story.startUtcMs ?? START_UTC_MS;
  const feed = new StoryFeed(rng.fork('feed'), phases, car, startUtcMs);
  const holdUpMs = story.holdUpMs ?? (seed % 4 < 2 ? 0 : 100);
  const outages = outagesOf(phases);
  const result = await runFeed({ feed, seed, startUtcMs, holdUpMs, outages }, crypto, log);
  const countFromMs = 1000 * (story.preludeS?.(rng.fork('phases')) ?? 0);
  return { seed, startUtcMs, countFromMs, drives: joined(feed.drives, car, countFromMs), result };
}

/** Drives with no more than 120 s between them are one trip, unless the socket was dead meanwhile. */
function joined(drives: readonly TrueDrive[], car: StoryCar, countFromMs: number): TrueDrive[] {
  const trips: TrueDrive[] = [];
  for (const drive of drives) {
    if (drive.startMs < countFromMs || drive.distanceM === 0) continue;
    const last = trips[trips.length - 1];
    const joins = last !== undefined && car.socket === 'permanent' && drive.startMs - last.endMs <= PARKED_MS;
    if (!joins) trips.push(drive);
    else {
      trips[trips.length - 1] = {
        startMs: last.startMs,
        endMs: drive.endMs,
        distanceM: last.distanceM + drive.distanceM,
        unseenM: last.unseenM + drive.unseenM,
      };
    }
  }
  return trips;
}

function outagesOf(phases: readonly Phase[]): OutageMs[] {
  const outages: OutageMs[] = [];
  let fromMs = 0;
  for (const { seconds, cell } of phases) {
    const toMs = fromMs + 1000 * seconds;
    const last = outages[outages.length - 1];
    if (cell === false && last?.toMs === fromMs) outages[outages.length - 1] = { fromMs: last.fromMs, toMs };
    else if (cell === false) outages.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return outages;
}
