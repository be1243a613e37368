/** The gateway's map out of imported roads. */

import { type MapPlace, type RoadMap, roadMapOf } from '../../gateway/map/road-map.ts';
import { mergeRoads, type NodedRoad } from './merge-roads.ts';
import { simplify } from './simplify.ts';

export const OSM_ATTRIBUTION = '(c) OpenStreetMap contributors, ODbL 1.0';

export interface GatewayMap {
  readonly map: RoadMap;
  /** Per road that went in, the road of the map that it is a part of. */
  readonly roadOf: Int32Array;
}

export function gatewayMap(name: string, roads: readonly NodedRoad[], places: readonly MapPlace[]): GatewayMap {
  const merged = mergeRoads(roads);
  const map = roadMapOf({ name, attribution: OSM_ATTRIBUTION, places }, simplify(merged.roads));
  return { map, roadOf: merged.mergedOf };
}
