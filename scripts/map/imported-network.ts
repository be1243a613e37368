import type { ImportedNetwork } from '../../simulator/imported-roads.ts';
import type { NodedRoad } from './merge-roads.ts';
import type { OsmData } from './osm-data.ts';

/** Imported roads as something to drive on. What is only assumed of a limit is taken for true there. */
export function importedNetwork(name: string, roads: readonly NodedRoad[], data: OsmData): ImportedNetwork {
  return {
    name,
    lights: new Set(data.spots.filter(({ tags }) => tags.highway === 'traffic_signals').map(({ node }) => node)),
    roads: roads.map((road) => ({
      name: road.name,
      roadClass: road.class,
      limitKmh: road.limitKind === 'advisory' ? null : road.limitKmh,
      builtUp: road.builtUp,
      oneWay: road.oneWay,
      points: road.points.map(([latE6, lonE6]) => ({ latDeg: latE6 / 1e6, lonDeg: lonE6 / 1e6 })),
      nodes: road.nodes,
    })),
  };
}
