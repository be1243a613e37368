/** Leaves out points that a road needs neither for its shape nor for a junction (Douglas and Peucker). */

import type { MapRoad } from '../../gateway/map/road-map.ts';
import { lonScale, M_PER_E6 } from '../../gateway/map/segments.ts';
import type { NodedRoad } from './merge-roads.ts';

/** Far below what a receiver knows. */
const TOLERANCE_M = 0.5;

/** Nodes that are met more than once, by whatever road. */
function meetings(roads: readonly NodedRoad[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const met = new Set<number>();
  for (const { nodes } of roads) {
    for (const node of nodes) {
      if (seen.has(node)) met.add(node);
      seen.add(node);
    }
  }
  return met;
}

/** Marks what to keep between two points that are kept. */
function keepBetween(xM: Float64Array, yM: Float64Array, first: number, last: number, keep: Uint8Array): void {
  const open = [[first, last]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [a, b] = span;
    let farthest = -1;
    let mostM = TOLERANCE_M;
    for (let i = a + 1; i < b; i++) {
      const awayM = distanceM(xM, yM, a, b, i);
      if (awayM <= mostM) continue;
      mostM = awayM;
      farthest = i;
    }
    if (farthest < 0) continue;
    keep[farthest] = 1;
    open.push([a, farthest], [farthest, b]);
  }
}

/** Of point i from the leg between a and b. */
function distanceM(xM: Float64Array, yM: Float64Array, a: number, b: number, i: number): number {
  const ux = xM[b] - xM[a];
  const uy = yM[b] - yM[a];
  const uu = ux * ux + uy * uy;
  const along = (xM[i] - xM[a]) * ux + (yM[i] - yM[a]) * uy;
  const share = uu === 0 ? 0 : Math.min(1, Math.max(0, along / uu));
  const dx = xM[i] - xM[a] - share * ux;
  const dy = yM[i] - yM[a] - share * uy;
  return Math.sqrt(dx * dx + dy * dy);
}

export function simplify(roads: readonly NodedRoad[]): MapRoad[] {
  const met = meetings(roads);
  return roads.map((road) => {
    const { points, nodes } = road;
    const scale = lonScale(points[0][0]) * M_PER_E6;
    const xM = Float64Array.from(points, ([, lonE6]) => (lonE6 - points[0][1]) * scale);
    const yM = Float64Array.from(points, ([latE6]) => (latE6 - points[0][0]) * M_PER_E6);
    const keep = new Uint8Array(points.length);
    let last = 0;
    keep[0] = 1;
    for (let i = 1; i < points.length; i++) {
      if (i < points.length - 1 && !met.has(nodes[i])) continue;
      keep[i] = 1;
      keepBetween(xM, yM, last, i, keep);
      last = i;
    }
    return { ...road, points: points.filter((_, i) => keep[i] === 1), nodes: nodes.filter((_, i) => keep[i] === 1) };
  });
}
