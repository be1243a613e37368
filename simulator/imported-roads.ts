/** A network that was measured somewhere else as a town to drive in: cut at junctions, without dead corners. */

import { cos, M_PER_DEG, RAD_PER_DEG } from '../protocol/trig.ts';
import type { RoadClass } from './road-class.ts';
import { type Junction, type LatLon, lengthM, type PointM, type Road, type Town } from './town.ts';

/** A road of any length; where two have a node in common one can turn from one into the other. */
export interface ImportedRoad {
  readonly name: string;
  readonly roadClass: RoadClass;
  /** null: no limit. */
  readonly limitKmh: number | null;
  readonly builtUp: boolean;
  readonly oneWay: boolean;
  readonly points: readonly LatLon[];
  /** One a point. */
  readonly nodes: readonly number[];
}

export interface ImportedNetwork {
  readonly name: string;
  readonly roads: readonly ImportedRoad[];
  /** Nodes with a traffic light. */
  readonly lights: ReadonlySet<number>;
}

export interface ImportedTown {
  readonly town: Town;
  /** Per road of the town, which road of the network it is a piece of. */
  readonly sourceOf: Int32Array;
}

interface Piece {
  readonly source: number;
  readonly from: number;
  readonly to: number;
  readonly points: readonly PointM[];
}

/** Nodes where one can turn: ends of roads, and what two roads or two visits of one road share. */
function junctionNodes(roads: readonly ImportedRoad[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const junctions = new Set<number>();
  for (const { nodes } of roads) {
    for (const [i, node] of nodes.entries()) {
      if (i === 0 || i === nodes.length - 1 || seen.has(node)) junctions.add(node);
      seen.add(node);
    }
  }
  return junctions;
}

function centreOf(roads: readonly ImportedRoad[]): LatLon {
  let [south, west, north, east] = [90, 180, -90, -180];
  for (const { points } of roads) {
    for (const { latDeg, lonDeg } of points) {
      south = Math.min(south, latDeg);
      north = Math.max(north, latDeg);
      west = Math.min(west, lonDeg);
      east = Math.max(east, lonDeg);
    }
  }
  return { latDeg: (south + north) / 2, lonDeg: (west + east) / 2 };
}

/** Cut at junctions; what begins and ends at one junction is left out, for nothing lies beyond it. */
function piecesOf(roads: readonly ImportedRoad[], centre: LatLon): Piece[] {
  const junctions = junctionNodes(roads);
  const lonM = M_PER_DEG * cos(centre.latDeg * RAD_PER_DEG);
  const pieces: Piece[] = [];
  for (const [source, { nodes, points }] of roads.entries()) {
    let start = 0;
    const plane = points.map((p) => ({
      xM: (p.lonDeg - centre.lonDeg) * lonM,
      yM: (p.latDeg - centre.latDeg) * M_PER_DEG,
    }));
    for (let i = 1; i < nodes.length; i++) {
      if (!junctions.has(nodes[i])) continue;
      const piece = plane.slice(start, i + 1);
      if (nodes[start] !== nodes[i] && lengthM(piece) > 0)
        pieces.push({ source, from: nodes[start], to: nodes[i], points: piece });
      start = i;
    }
  }
  return pieces;
}

/** Nodes that can be reached from `start` along the pieces, or, with `back`, from which it can be reached. */
function reached(start: number, ways: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const found = new Set([start]);
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of ways.get(node) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

function neighbours(
  pieces: readonly Piece[],
  roads: readonly ImportedRoad[],
  back: boolean,
): ReadonlyMap<number, readonly number[]> {
  const ways = new Map<number, number[]>();
  const add = (a: number, b: number): void => {
    const list = ways.get(a);
    if (list === undefined) ways.set(a, [b]);
    else list.push(b);
  };
  for (const { source, from, to } of pieces) {
    if (!back || !roads[source].oneWay) add(from, to);
    if (back || !roads[source].oneWay) add(to, from);
  }
  return ways;
}

/** The largest part in which one can drive from everywhere to everywhere. */
function connected(pieces: readonly Piece[], roads: readonly ImportedRoad[]): ReadonlySet<number> {
  const out = neighbours(pieces, roads, false);
  const back = neighbours(pieces, roads, true);
  const done = new Set<number>();
  let best: ReadonlySet<number> = new Set();
  for (const { from } of pieces) {
    if (done.has(from)) continue;
    const here = reached(from, out);
    const there = reached(from, back);
    const both = new Set([...here].filter((node) => there.has(node)));
    for (const node of both) done.add(node);
    if (both.size > best.size) best = both;
  }
  return best;
}

/** Null when no two junctions can be driven between both ways. Places are left to the map that scoring sees. */
export function importTown({ name, roads, lights }: ImportedNetwork): ImportedTown | null {
  const centre = centreOf(roads);
  const pieces = piecesOf(roads, centre);
  const kept = connected(pieces, roads);
  if (kept.size < 2) return null;
  const numbers = new Map<number, number>();
  const junctions: Junction[] = [];
  const junctionAt = (node: number, point: PointM): number => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    numbers.set(node, junctions.length);
    junctions.push({ id: junctions.length, ...point, trafficLight: lights.has(node) });
    return junctions.length - 1;
  };
  const townRoads: Road[] = [];
  const sources: number[] = [];
  for (const { source, from, to, points } of pieces) {
    if (!kept.has(from) || !kept.has(to)) continue;
    const { roadClass, limitKmh, builtUp, oneWay, name: roadName } = roads[source];
    townRoads.push({
      id: townRoads.length,
      name: roadName,
      roadClass,
      limitKmh,
      builtUp,
      oneWay,
      from: junctionAt(from, points[0]),
      to: junctionAt(to, points[points.length - 1]),
      points,
      lengthM: lengthM(points),
    });
    sources.push(source);
  }
  const town = {
    name,
    originLatDeg: centre.latDeg,
    originLonDeg: centre.lonDeg,
    places: [],
    junctions,
    roads: townRoads,
  };
  return { town, sourceOf: Int32Array.from(sources) };
}
