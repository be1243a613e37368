/** An OpenStreetMap file in, a map for the gateway out, with an account of it. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { RoadMap } from '../../gateway/map/road-map.ts';
import { CommandError, EXIT } from '../exit.ts';
import { gatewayMap } from './gateway-map.ts';
import { type ImportCounts, importRoads } from './import-roads.ts';
import { placesOf } from './places.ts';
import { readOsm } from './read-osm.ts';

export interface ImportReport {
  readonly name: string;
  /** Of the data, null where the file does not say. */
  readonly date: string | null;
  /** In the map, after ways that go on alike became one road. */
  readonly roads: number;
  readonly places: number;
  readonly imported: ImportCounts;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new CommandError(EXIT.usage, `map: ${file} ${why}; name a file`);
  }
}

/** `bad-hersfeld 2021-10-27`, for a score names its map with its edition. */
function nameOf(file: string, date: string | null): string {
  const stem = basename(file).replace(/(\.osm)?(\.xml|\.pbf)?(\.gz)?$/, '');
  return date === null ? stem : `${stem} ${date}`;
}

/** What is wrong with the file is thrown as a `CommandError` of one line. */
export function importMap(file: string, name?: string): { readonly map: RoadMap; readonly report: ImportReport } {
  const read = readOsm(readBytes(file));
  if (!read.ok) throw new CommandError(EXIT.usage, `map: ${file} ${read.reason}`);
  const data = read.value;
  const { roads, counts } = importRoads(data);
  if (roads.length === 0)
    throw new CommandError(EXIT.usage, `map: ${file} has no road that a car may drive; get an extract with roads`);
  const places = placesOf(data);
  const { map } = gatewayMap(name ?? nameOf(file, data.date), roads, places);
  const report = {
    name: map.name,
    date: data.date,
    roads: map.roads.count,
    places: places.length,
    imported: counts,
  };
  return { map, report };
}
