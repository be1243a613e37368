/** All stories and all recordings, one after another, and the report on them. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { readRecordings } from '../../simulator/replay/read-recordings.ts';
import { STORIES } from '../../simulator/trip-stories.ts';
import { CommandError, EXIT } from '../exit.ts';
import { readInput } from '../input-files.ts';
import { log } from '../output.ts';
import { progress } from '../progress.ts';
import type { StoryResult } from './judge.ts';
import { type RecordingResult, runRecording } from './run-recordings.ts';
import { runStory } from './run-stories.ts';
import { runTown, TOWN_STORIES } from './run-town.ts';

export interface TripsOptions {
  readonly story?: string;
  readonly seeds: number;
}

export interface TripsReport {
  readonly stories: readonly StoryResult[];
  readonly recordings: readonly RecordingResult[];
  /** Why there are no recordings, if so. */
  readonly recordingsLeftOut?: string;
  readonly merged: number;
  readonly split: number;
  readonly ok: boolean;
}

const DATA = resolve(import.meta.dirname, '../../../shared/data');
/** Files of one drive stand together. */
const FILES: readonly (readonly string[])[] = [
  ['drives/ndsbr/driver_A.csv.gz'],
  ['drives/ndsbr/driver_B.csv.gz'],
  ['drives/polidriving/20231123_094610_col.csv.gz'],
  ['drives/polidriving/20231229_151643_col.csv.gz'],
  ['drives/envirocar/track10.json.gz'],
  ['drives/envirocar/track11.json.gz'],
  ['drives/envirocar/track48.json.gz'],
  ['drives/envirocar/track_a1_bremen.json.gz'],
  ['drives/quat-orient/accel.2020-10-15-21.csv', 'drives/quat-orient/gps.2020-10-15-21.csv'],
  ['sumo/bad-hersfeld.fcd.xml.gz'],
];

interface Work {
  readonly name: string;
  readonly run: (seeds: number, crypto: Crypto) => Promise<StoryResult>;
}

const WORK: readonly Work[] = [
  ...STORIES.map((story) => ({
    name: story.name,
    run: (seeds: number, crypto: Crypto) => runStory(story, seeds, crypto, log),
  })),
  ...TOWN_STORIES.map((story) => ({
    name: story.name,
    run: (seeds: number, crypto: Crypto) => runTown(story, seeds, crypto, log),
  })),
];

export async function runTrips({ story, seeds }: TripsOptions): Promise<TripsReport> {
  const crypto = nodeCrypto();
  const work = WORK.filter(({ name }) => story === undefined || name.toLowerCase().includes(story.toLowerCase()));
  if (work.length === 0) {
    throw new CommandError(EXIT.usage, `no story is named so; there are: ${WORK.map(({ name }) => name).join('; ')}`);
  }
  const bar = progress('trips');
  const stories: StoryResult[] = [];
  for (const { run } of work) {
    stories.push(await run(seeds, crypto));
    bar.at(stories.length / (work.length + 3));
  }
  const leftOut = story !== undefined ? 'only stories were asked for' : missingData();
  const recordings = leftOut === undefined ? await playRecordings(crypto) : [];
  bar.done();
  const all = [...stories, ...recordings];
  return {
    stories,
    recordings,
    recordingsLeftOut: leftOut,
    merged: all.reduce((sum, { merged }) => sum + merged, 0),
    split: all.reduce((sum, { split }) => sum + split, 0),
    ok: all.every(({ ok }) => ok),
  };
}

function missingData(): string | undefined {
  return existsSync(DATA) ? undefined : 'the folder ../shared/data is absent; put the recorded drives there';
}

async function playRecordings(crypto: Crypto): Promise<RecordingResult[]> {
  const results: RecordingResult[] = [];
  for (const files of FILES) {
    const read = readRecordings(files.map((file) => readInput(join(DATA, file))));
    if (!read.ok) throw new CommandError(EXIT.usage, read.reason);
    for (const recording of read.recordings) results.push(await runRecording(recording, crypto, log));
  }
  return results;
}

/** The report for people. */
export function tripsText({ stories, recordings, recordingsLeftOut, merged, split, ok }: TripsReport): string {
  const told = stories.flatMap((story) => {
    const { name, seeds, expected, trips } = story;
    const right = trips.filter((count) => count === expected).length;
    const carried = story.carried > 0 ? `, carried ${story.carried}` : '';
    const gaps = story.powerGaps > 0 ? `, gaps ${story.powerGaps}` : '';
    const errors = `start ${story.startErrorMs / 1000} s, end ${story.endErrorMs / 1000} s, ${story.distanceErrorM} m off`;
    const line = `${mark(story.ok)} ${name}: ${expected} in ${right} of ${seeds} runs${carried}${gaps}; at worst ${errors}`;
    return [line, ...story.faults.map((fault) => `       ${fault}`)];
  });
  const played = recordings.flatMap(({ file, recorded, found, differences, ok: fine }) => {
    if (fine && differences.length === 0 && recorded === 1) return [];
    const reasons = differences.map(({ id, reason }) => `       ${id}: ${reason}`);
    return [`${mark(fine)} ${file}: ${recorded} recorded, ${found} found`, ...reasons];
  });
  const same = recordings.filter(({ ok: fine, differences }) => fine && differences.length === 0).length;
  const of = recordingsLeftOut ?? `${same} of ${recordings.length} recordings exactly as recorded`;
  const sum = `${mark(ok)} ${merged} merged, ${split} split; ${of}`;
  return `${[...told, ...played, sum].join('\n')}\n`;
}

function mark(ok: boolean): string {
  return ok ? 'ok    ' : 'FAILED';
}
