/**
 * A road map made ready for look-ups. Roads are cut at junctions into edges, which the way by road is counted in, and
 * edges into straight segments, which a position is projected on. All in columns.
 */

import type { RoadMap } from './road-map.ts';
import { SegmentIndex } from './segment-index.ts';
import {
  EAST_M,
  LAT_E6,
  LON_E6,
  LonScale,
  M_PER_E6,
  NORTH_M,
  ON_EDGE_M,
  ON_ROAD_M,
  ONE_WAY,
  PER_LENGTH,
  ROW,
  SegmentColumns,
  type Segments,
} from './segments.ts';

/** A longer leg becomes several segments, so that each lies in a handful of cells of the index. */
const SEGMENT_M_MAX = 128;

/** Stretches between junctions. Two roads are joined where they share a node: a bridge is joined to nothing below it. */
export interface Edges {
  readonly count: number;
  /** Junctions. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly lengthM: Float64Array;
  /** Edges at junction j: `joined[joinedStart[j]] .. joined[joinedStart[j + 1] - 1]`. */
  readonly joinedStart: Int32Array;
  readonly joined: Int32Array;
}

export interface RoadGraph {
  readonly segments: Segments;
  readonly edges: Edges;
  readonly junctions: number;
  readonly index: SegmentIndex;
}

/** The number of each node as a junction, -1 for those inside a road that no other road touches. */
function junctionNumbers({ nodeLatE6, roads }: RoadMap): { readonly of: Int32Array; readonly count: number } {
  const touched = new Uint8Array(nodeLatE6.length);
  for (let r = 0; r < roads.count; r++) {
    for (let i = roads.start[r]; i < roads.start[r + 1]; i++) {
      const end = i === roads.start[r] || i === roads.start[r + 1] - 1;
      const node = roads.node[i];
      touched[node] = end ? 2 : Math.min(2, touched[node] + 1);
    }
  }
  const of = new Int32Array(nodeLatE6.length).fill(-1);
  let count = 0;
  for (let n = 0; n < of.length; n++) if (touched[n] === 2) of[n] = count++;
  return { of, count };
}

class GraphBuilder {
  readonly #map: RoadMap;
  readonly #junctionOf: Int32Array;
  readonly #junctions: number;
  readonly #segments: SegmentColumns;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #lengthM: number[] = [];
  readonly #scale = new LonScale();

  constructor(map: RoadMap) {
    this.#map = map;
    const { of, count } = junctionNumbers(map);
    this.#junctionOf = of;
    this.#junctions = count;
    this.#segments = new SegmentColumns(map.roads.node.length);
  }

  build(): RoadGraph {
    for (let r = 0; r < this.#map.roads.count; r++) this.#cut(r);
    const segments = this.#segments.finished();
    return {
      segments,
      edges: {
        count: this.#from.length,
        from: Int32Array.from(this.#from),
        to: Int32Array.from(this.#to),
        lengthM: Float64Array.from(this.#lengthM),
        ...join(this.#junctions, this.#from, this.#to),
      },
      junctions: this.#junctions,
      index: new SegmentIndex(segments),
    };
  }

  #cut(r: number): void {
    const { start, node } = this.#map.roads;
    let onRoadM = 0;
    let onEdgeM = 0;
    this.#from.push(this.#junctionOf[node[start[r]]]);
    for (let i = start[r] + 1; i < start[r + 1]; i++) {
      const lengthM = this.#addLeg(r, i, onRoadM, onEdgeM);
      onRoadM += lengthM;
      onEdgeM += lengthM;
      const junction = this.#junctionOf[node[i]];
      if (junction < 0) continue;
      this.#to.push(junction);
      this.#lengthM.push(onEdgeM);
      onEdgeM = 0;
      if (i < start[r + 1] - 1) this.#from.push(junction);
    }
  }

  /** The leg that ends at point i of road r. Two nodes on one point make no segment. Returns its length, metres. */
  #addLeg(r: number, i: number, onRoadM: number, onEdgeM: number): number {
    const { nodeLatE6, nodeLonE6, roads } = this.#map;
    const a = roads.node[i - 1];
    const b = roads.node[i];
    const latE6 = nodeLatE6[b] - nodeLatE6[a];
    const lonE6 = nodeLonE6[b] - nodeLonE6[a];
    const eastM = lonE6 * M_PER_E6 * this.#scale.at(nodeLatE6[a]);
    const northM = latE6 * M_PER_E6;
    const lengthM = Math.sqrt(eastM * eastM + northM * northM);
    const pieces = Math.ceil(lengthM / SEGMENT_M_MAX);
    for (let piece = 0; piece < pieces; piece++) {
      const at = this.#segments.add(r, this.#lengthM.length);
      const { rows, ends } = this.#segments;
      const row = ROW * at;
      const corner = 4 * at;
      ends[corner] = nodeLatE6[a] + Math.round((piece * latE6) / pieces);
      ends[corner + 1] = nodeLonE6[a] + Math.round((piece * lonE6) / pieces);
      ends[corner + 2] = nodeLatE6[a] + Math.round(((piece + 1) * latE6) / pieces);
      ends[corner + 3] = nodeLonE6[a] + Math.round(((piece + 1) * lonE6) / pieces);
      rows[row + LAT_E6] = ends[corner];
      rows[row + LON_E6] = ends[corner + 1];
      rows[row + EAST_M] = eastM / pieces;
      rows[row + NORTH_M] = northM / pieces;
      rows[row + PER_LENGTH] = pieces / lengthM;
      rows[row + ONE_WAY] = roads.oneWay[r];
      rows[row + ON_EDGE_M] = onEdgeM + (piece * lengthM) / pieces;
      rows[row + ON_ROAD_M] = onRoadM + (piece * lengthM) / pieces;
    }
    return lengthM;
  }
}

function join(
  junctions: number,
  from: readonly number[],
  to: readonly number[],
): Pick<Edges, 'joinedStart' | 'joined'> {
  const joinedStart = new Int32Array(junctions + 1);
  for (const junction of from) joinedStart[junction + 1]++;
  for (const junction of to) joinedStart[junction + 1]++;
  for (let j = 0; j < junctions; j++) joinedStart[j + 1] += joinedStart[j];
  const next = joinedStart.slice(0, junctions);
  const joined = new Int32Array(2 * from.length);
  for (let e = 0; e < from.length; e++) {
    joined[next[from[e]]++] = e;
    joined[next[to[e]]++] = e;
  }
  return { joinedStart, joined };
}

/** A segment's road is an index into the map's. */
export function roadGraph(map: RoadMap): RoadGraph {
  return new GraphBuilder(map).build();
}
