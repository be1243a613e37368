/** A road map made ready for look-ups: segments in columns, a spatial index over them, and who is joined to whom. */

import Flatbush from 'flatbush';
import { cos, M_PER_DEG, RAD_PER_DEG } from '../../protocol/trig.ts';
import { MAP_SPAN_E6, type MapRoad } from './road-map.ts';

export const M_PER_E6 = M_PER_DEG / 1_000_000;
const RAD_PER_E6 = RAD_PER_DEG / 1_000_000;

/** How much shorter a degree of longitude is than one of latitude. */
export function lonScale(latE6: number): number {
  return cos(latE6 * RAD_PER_E6);
}

/** Nodes are distinct points; two roads are joined where they share one, so a bridge is joined to nothing below it. */
export interface RoadGraph {
  readonly nodeLatE6: Int32Array;
  readonly nodeLonE6: Int32Array;
  readonly segmentRoad: Int32Array;
  readonly segmentFrom: Int32Array;
  readonly segmentTo: Int32Array;
  readonly segmentLengthM: Float64Array;
  /** 1 where driving is allowed from `from` to `to` only. */
  readonly segmentOneWay: Uint8Array;
  /** Segments at node n: `joined[joinedStart[n]] .. joined[joinedStart[n + 1] - 1]`. */
  readonly joinedStart: Int32Array;
  readonly joined: Int32Array;
  /** Boxes `(lon, lat, lon, lat)`, in the order of the segments; null when no road has any length. */
  readonly index: Flatbush | null;
}

interface Nodes {
  readonly latE6: number[];
  readonly lonE6: number[];
}

interface Segments {
  readonly road: number[];
  readonly from: number[];
  readonly to: number[];
  readonly oneWay: number[];
}

interface Corner {
  readonly latE6: number;
  readonly lonE6: number;
}

function southWest(roads: readonly MapRoad[]): Corner {
  let south = Infinity;
  let west = Infinity;
  for (const road of roads) {
    for (const [latE6, lonE6] of road.points) {
      south = Math.min(south, latE6);
      west = Math.min(west, lonE6);
    }
  }
  return { latE6: south, lonE6: west };
}

/** Gives each distinct point one number. */
function nodeNumbering(corner: Corner, nodes: Nodes): (latE6: number, lonE6: number) => number {
  const byPoint = new Map<number, number>();
  return (latE6, lonE6) => {
    // Exact below 2^53, since a map spans no more than `MAP_SPAN_E6`.
    const key = (latE6 - corner.latE6) * (MAP_SPAN_E6.lon + 1) + (lonE6 - corner.lonE6);
    const known = byPoint.get(key);
    if (known !== undefined) return known;
    const node = nodes.latE6.length;
    byPoint.set(key, node);
    nodes.latE6.push(latE6);
    nodes.lonE6.push(lonE6);
    return node;
  };
}

function cutIntoSegments(roads: readonly MapRoad[], nodes: Nodes): Segments {
  const segments: Segments = { road: [], from: [], to: [], oneWay: [] };
  const nodeAt = nodeNumbering(southWest(roads), nodes);
  for (const [index, road] of roads.entries()) {
    let from = -1;
    for (const [latE6, lonE6] of road.points) {
      const to = nodeAt(latE6, lonE6);
      if (from >= 0 && from !== to) {
        segments.road.push(index);
        segments.from.push(from);
        segments.to.push(to);
        segments.oneWay.push(road.oneWay ? 1 : 0);
      }
      from = to;
    }
  }
  return segments;
}

function measure(nodes: Nodes, segments: Segments): Float64Array {
  return Float64Array.from(segments.from, (a, s) => {
    const b = segments.to[s];
    const dy = (nodes.latE6[b] - nodes.latE6[a]) * M_PER_E6;
    const dx = (nodes.lonE6[b] - nodes.lonE6[a]) * M_PER_E6 * lonScale((nodes.latE6[a] + nodes.latE6[b]) / 2);
    return Math.sqrt(dx * dx + dy * dy);
  });
}

function join(nodeCount: number, segments: Segments): { joinedStart: Int32Array; joined: Int32Array } {
  const joinedStart = new Int32Array(nodeCount + 1);
  for (const node of segments.from) joinedStart[node + 1]++;
  for (const node of segments.to) joinedStart[node + 1]++;
  for (let n = 0; n < nodeCount; n++) joinedStart[n + 1] += joinedStart[n];
  const next = joinedStart.slice(0, nodeCount);
  const joined = new Int32Array(2 * segments.from.length);
  for (let s = 0; s < segments.from.length; s++) {
    joined[next[segments.from[s]]++] = s;
    joined[next[segments.to[s]]++] = s;
  }
  return { joinedStart, joined };
}

function indexed(nodes: Nodes, segments: Segments): Flatbush | null {
  if (segments.from.length === 0) return null;
  const index = new Flatbush(segments.from.length, 16, Int32Array);
  for (let s = 0; s < segments.from.length; s++) {
    const a = segments.from[s];
    const b = segments.to[s];
    index.add(
      Math.min(nodes.lonE6[a], nodes.lonE6[b]),
      Math.min(nodes.latE6[a], nodes.latE6[b]),
      Math.max(nodes.lonE6[a], nodes.lonE6[b]),
      Math.max(nodes.latE6[a], nodes.latE6[b]),
    );
  }
  index.finish();
  return index;
}

/** `roads` of a map that `loadRoadMap` accepted; a segment's road is an index into them. */
export function roadGraph(roads: readonly MapRoad[]): RoadGraph {
  const nodes: Nodes = { latE6: [], lonE6: [] };
  const segments = cutIntoSegments(roads, nodes);
  return {
    nodeLatE6: Int32Array.from(nodes.latE6),
    nodeLonE6: Int32Array.from(nodes.lonE6),
    segmentRoad: Int32Array.from(segments.road),
    segmentFrom: Int32Array.from(segments.from),
    segmentTo: Int32Array.from(segments.to),
    segmentLengthM: measure(nodes, segments),
    segmentOneWay: Uint8Array.from(segments.oneWay),
    ...join(nodes.latE6.length, segments),
    index: indexed(nodes, segments),
  };
}
