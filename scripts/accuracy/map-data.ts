/** The roads of the map accuracy: OpenStreetMap as the truth, and a copy that knows fewer limits for scoring. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Rng } from '../../simulator/rng.ts';
import { CommandError, EXIT } from '../exit.ts';
import { type GatewayMap, gatewayMap } from '../map/gateway-map.ts';
import { importRoads } from '../map/import-roads.ts';
import type { NodedRoad } from '../map/merge-roads.ts';
import type { OsmData, OsmTags } from '../map/osm-data.ts';
import { readOsm } from '../map/read-osm.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
export const MAP_FILE = resolve(DATA, 'maps/bad-hersfeld.osm.xml.gz');
export const TRACES_FILE = resolve(DATA, 'sumo/bad-hersfeld.fcd.xml.gz');

/** Share of the ways whose limit the copy does not know. */
export const LOST_LIMITS = 0.1;

/** Null, or why a file cannot be used. */
export function absent(...files: readonly string[]): string | null {
  const missing = files.find((file) => !existsSync(file));
  return missing === undefined
    ? null
    : `../shared/data does not hold ${basename(missing)}; put it there to measure this`;
}

export interface TruthAndCopy {
  readonly data: OsmData;
  /** Way by way, as OpenStreetMap has them. */
  readonly roads: readonly NodedRoad[];
  readonly copy: GatewayMap;
  /** Per entry of `roads`, the road of the copy's map that it is a part of. */
  readonly copyOf: Int32Array;
}

function withoutLimit(tags: OsmTags): OsmTags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.includes('maxspeed')));
}

export function readTruth(rng: Rng): TruthAndCopy {
  const read = readOsm(readFileSync(MAP_FILE));
  if (!read.ok) throw new CommandError(EXIT.usage, `${MAP_FILE} ${read.reason}`);
  const data = read.value;
  const { roads } = importRoads(data);
  const known = importRoads(data, ({ tags }) =>
    tags.highway !== undefined && rng.chance(LOST_LIMITS) ? withoutLimit(tags) : tags,
  ).roads;
  const copy = gatewayMap('bad-hersfeld with limits missing', known, []);
  return { data, roads, copy, copyOf: Int32Array.from(sameWays(roads, known), (i) => copy.roadOf[i]) };
}

/** Per road, its number among the copy's. A way with a limit a direction is two roads, of which the copy may know one. */
function sameWays(roads: readonly NodedRoad[], known: readonly NodedRoad[]): number[] {
  const numbers = new Map<number, number[]>();
  for (const [i, { id }] of known.entries()) numbers.set(id, [...(numbers.get(id) ?? []), i]);
  return roads.map(({ id, nodes }) => {
    const same = numbers.get(id) ?? [];
    return same.find((i) => known[i].nodes[0] === nodes[0]) ?? same[0];
  });
}
