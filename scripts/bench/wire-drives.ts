/** The drives that the wire is measured on: simulated ones of three temperaments, and all recorded ones. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Car } from '../../simulator/car.ts';
import type { SensorFeed } from '../../simulator/feed.ts';
import { fleetSetting } from '../../simulator/fleet.ts';
import { Playback } from '../../simulator/replay/playback.ts';
import { readRecordings } from '../../simulator/replay/read-recordings.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Temperament } from '../../simulator/temperament.ts';
import { CommandError, EXIT } from '../exit.ts';
import { readInput } from '../input-files.ts';

export interface WireDrive {
  readonly name: string;
  readonly startUtcMs: number;
  readonly feed: SensorFeed;
}

const RECORDED: readonly (readonly string[])[] = [
  ['envirocar/track10.json.gz'],
  ['envirocar/track11.json.gz'],
  ['envirocar/track48.json.gz'],
  ['envirocar/track_a1_bremen.json.gz'],
  ['ndsbr/driver_A.csv.gz'],
  ['ndsbr/driver_B.csv.gz'],
  ['polidriving/20231123_094610_col.csv.gz'],
  ['polidriving/20231229_151643_col.csv.gz'],
  ['quat-orient/accel.2020-10-15-21.csv', 'quat-orient/gps.2020-10-15-21.csv'],
];

const TEMPERAMENTS: readonly Temperament[] = ['calm', 'normal', 'hasty'];
const SEEDS = [1, 2];
const START_UTC_MS = 1_772_433_000_000;
const DRIVE_S = 1800;

/** `folder` holds the recorded drives. */
export function wireDrives(folder: string): WireDrive[] {
  return [...simulatedDrives(), ...RECORDED.flatMap((files) => recordedDrive(folder, files))];
}

function simulatedDrives(): WireDrive[] {
  return SEEDS.flatMap((seed) => {
    const { town } = fleetSetting(seed);
    return TEMPERAMENTS.map((temperament) => ({
      name: `town ${seed}, ${temperament}`,
      startUtcMs: START_UTC_MS,
      feed: new Car(Rng.seeded(seed).fork(`wire ${temperament}`), town, {
        temperament,
        startUtcMs: START_UTC_MS,
        legs: [{ parkBeforeS: 20, driveS: DRIVE_S, parkAfterS: 180 }],
      }),
    }));
  });
}

function recordedDrive(folder: string, files: readonly string[]): WireDrive[] {
  const paths = files.map((file) => resolve(folder, file));
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new CommandError(EXIT.usage, `${missing} is not there; give its folder by --drives`);
  const read = readRecordings(paths.map(readInput));
  if (!read.ok) throw new CommandError(EXIT.usage, read.reason);
  return read.recordings.map((recording) => {
    const feed = new Playback(recording);
    return { name: files[0].replace(/\..*$/, ''), startUtcMs: feed.startUtcMs, feed };
  });
}
