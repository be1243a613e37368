/** The map as a source of roads for scoring. */

import type { RoadAt, RoadSource } from '../scoring/closed-trip.ts';
import { Match } from './match.ts';
import { roadGraph } from './road-graph.ts';
import type { MapRoad, RoadMap } from './road-map.ts';

function roadAt(road: MapRoad): RoadAt {
  return { name: road.name, roadClass: road.class, limitKmh: road.limitKmh, limitKind: road.limitKind };
}

/** Builds the index at once; keep the source for as long as the map. */
export function roadSourceFromMap(map: RoadMap): RoadSource {
  const match = new Match(roadGraph(map.roads));
  const roads = map.roads.map(roadAt);
  return {
    name: `map ${map.name}`,
    roadsUnder: (track) => Array.from(match.roadsUnder(track), (road) => (road < 0 ? null : roads[road])),
  };
}
