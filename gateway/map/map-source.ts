/** The map as a source of roads for scoring. */

import type { RoadAt, RoadSource } from '../scoring/closed-trip.ts';
import { Match } from './match.ts';
import { roadGraph } from './road-graph.ts';
import { LIMIT_KINDS, ROAD_CLASSES, type RoadMap } from './road-map.ts';

/** What scoring is told of road `r`. */
export function roadAt({ names, roads }: RoadMap, r: number): RoadAt {
  const limitKmh = roads.limitKmh[r];
  return {
    name: names[roads.name[r]],
    roadClass: ROAD_CLASSES[roads.class[r]],
    limitKmh: limitKmh === 0 ? null : limitKmh,
    limitKind: LIMIT_KINDS[roads.limitKind[r]],
  };
}

/** Builds the index at once; keep the source for as long as the map. */
export function roadSourceFromMap(map: RoadMap): RoadSource {
  const match = new Match(roadGraph(map));
  const roads = Array.from({ length: map.roads.count }, (_, r) => roadAt(map, r));
  return {
    name: `map ${map.name}`,
    roadsUnder: (track) => {
      const under = new Array<RoadAt | null>(track.count);
      const matched = match.roadsUnder(track);
      for (let i = 0; i < track.count; i++) under[i] = matched[i] < 0 ? null : roads[matched[i]];
      return under;
    },
  };
}
