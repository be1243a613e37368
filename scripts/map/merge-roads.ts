/**
 * One road out of ways that follow each other and differ in nothing: an editor cuts a street at every bridge and
 * crossing, and a map of the gateway need not.
 */

import type { MapPoint, MapRoad } from '../../gateway/map/road-map.ts';
import { lonScale } from '../../gateway/map/segments.ts';

/** A road with nodes, as an import makes it. */
export type NodedRoad = MapRoad & { readonly nodes: readonly number[] };

export interface MergedRoads {
  readonly roads: readonly NodedRoad[];
  /** Per road that went in, the one that it is a part of. */
  readonly mergedOf: Int32Array;
}

/** Cosine between the directions of two ways that still run on: 60 degrees. */
const STRAIGHT_MIN = 0.5;

interface End {
  readonly road: number;
  readonly atStart: boolean;
}

interface Pair {
  readonly a: End;
  readonly b: End;
  readonly straight: number;
}

function sameKind(a: MapRoad, b: MapRoad): boolean {
  return (
    a.name === b.name &&
    a.class === b.class &&
    a.limitKind === b.limitKind &&
    a.limitKmh === b.limitKmh &&
    a.oneWay === b.oneWay &&
    a.builtUp === b.builtUp
  );
}

/** Unit vector away from an end, into its road. */
function inward({ points }: MapRoad, atStart: boolean): readonly [number, number] {
  const [latA, lonA] = atStart ? points[0] : points[points.length - 1];
  const [latB, lonB] = atStart ? points[1] : points[points.length - 2];
  const north = latB - latA;
  const east = (lonB - lonA) * lonScale(latA);
  const length = Math.max(1, Math.sqrt(north * north + east * east));
  return [north / length, east / length];
}

/** 1 for two ends that run straight on into each other, -1 for a turn on the spot. */
function straightness(a: MapRoad, b: MapRoad, { atStart }: End, end: End): number {
  const [na, ea] = inward(a, atStart);
  const [nb, eb] = inward(b, end.atStart);
  return -(na * nb + ea * eb);
}

class Merger {
  readonly #roads: readonly NodedRoad[];
  /** The end that follows: at `2 * road` for its start, `2 * road + 1` for its end; -1 for none. */
  readonly #next: Int32Array;
  /** How many ways lead away from a node. */
  readonly #branches = new Map<number, number>();

  constructor(roads: readonly NodedRoad[]) {
    this.#roads = roads;
    this.#next = new Int32Array(2 * roads.length).fill(-1);
    for (const { nodes } of roads) {
      for (const [i, node] of nodes.entries()) {
        const ways = i === 0 || i === nodes.length - 1 ? 1 : 2;
        this.#branches.set(node, (this.#branches.get(node) ?? 0) + ways);
      }
    }
  }

  run(): MergedRoads {
    for (const pair of this.#pairs()) this.#connect(pair);
    const mergedOf = new Int32Array(this.#roads.length).fill(-1);
    const merged: NodedRoad[] = [];
    for (let r = 0; r < this.#roads.length; r++) {
      if (mergedOf[r] >= 0) continue;
      const chain = this.#chainOf(r);
      for (const { road } of chain) mergedOf[road] = merged.length;
      merged.push(this.#joined(chain));
    }
    return { roads: merged, mergedOf };
  }

  /** What could be joined, the straightest first. */
  #pairs(): Pair[] {
    const endsAt = new Map<number, End[]>();
    for (const [road, { nodes }] of this.#roads.entries()) {
      if (nodes[0] === nodes[nodes.length - 1]) continue;
      for (const atStart of [true, false]) {
        const node = atStart ? nodes[0] : nodes[nodes.length - 1];
        const ends = endsAt.get(node);
        if (ends === undefined) endsAt.set(node, [{ road, atStart }]);
        else ends.push({ road, atStart });
      }
    }
    const pairs: Pair[] = [];
    for (const [node, ends] of endsAt) {
      for (const [i, a] of ends.entries())
        for (const b of ends.slice(i + 1)) if (this.#fits(node, a, b)) pairs.push(this.#pair(a, b));
    }
    return pairs.sort((x, y) => y.straight - x.straight || x.a.road - y.a.road || x.b.road - y.b.road);
  }

  /** Without a name only what has no branch there is known to go on. */
  #fits(node: number, a: End, b: End): boolean {
    const roadA = this.#roads[a.road];
    const roadB = this.#roads[b.road];
    if (a.road === b.road || !sameKind(roadA, roadB)) return false;
    if (roadA.oneWay && a.atStart === b.atStart) return false;
    if (roadA.name === '') return this.#branches.get(node) === 2;
    return straightness(roadA, roadB, a, b) >= STRAIGHT_MIN;
  }

  #pair(a: End, b: End): Pair {
    return { a, b, straight: straightness(this.#roads[a.road], this.#roads[b.road], a, b) };
  }

  #connect({ a, b }: Pair): void {
    const from = slotOf(a);
    const to = slotOf(b);
    if (this.#next[from] >= 0 || this.#next[to] >= 0 || this.#farEnd(from) === to) return;
    this.#next[from] = to;
    this.#next[to] = from;
  }

  /** The open end on the other side of the chain that begins with the open end `slot`. */
  #farEnd(slot: number): number {
    let end = slot ^ 1;
    while (this.#next[end] >= 0) end = this.#next[end] ^ 1;
    return end;
  }

  /** All parts in order, each with the end that comes first. */
  #chainOf(road: number): End[] {
    let slot = 2 * road;
    while (this.#next[slot] >= 0) slot = this.#next[slot] ^ 1;
    const chain: End[] = [];
    for (let at = slot; at >= 0; at = this.#next[at ^ 1]) chain.push({ road: at >> 1, atStart: (at & 1) === 0 });
    // A one-way road has to be told from its beginning.
    return this.#roads[road].oneWay && !chain[0].atStart
      ? chain.reverse().map((end) => ({ road: end.road, atStart: !end.atStart }))
      : chain;
  }

  #joined(chain: readonly End[]): NodedRoad {
    const points: MapPoint[] = [];
    const nodes: number[] = [];
    for (const [i, { road, atStart }] of chain.entries()) {
      const part = this.#roads[road];
      const own = atStart ? part.points : [...part.points].reverse();
      const ownNodes = atStart ? part.nodes : [...part.nodes].reverse();
      points.push(...own.slice(i === 0 ? 0 : 1));
      nodes.push(...ownNodes.slice(i === 0 ? 0 : 1));
    }
    return { ...this.#roads[chain[0].road], points, nodes };
  }
}

function slotOf({ road, atStart }: End): number {
  return 2 * road + (atStart ? 0 : 1);
}

export function mergeRoads(roads: readonly NodedRoad[]): MergedRoads {
  return new Merger(roads).run();
}
