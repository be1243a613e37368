/** The cheapest sequence of candidates through a track's anchors (Viterbi), up to the place where it is certain. */

import { type Candidates, CANDIDATES_MAX as K } from './nearest.ts';
import { Reach } from './reach.ts';
import type { RoadGraph } from './road-graph.ts';
import { ON_EDGE_M, ON_ROAD_M, ROW } from './segments.ts';

/** A step that ends this far from where the speed says costs 1. */
const STEP_M_PER_COST = 12;
/** How much longer than driven a way by road may be. */
const STEP_SLACK_M = 60;
/** A step between places that are not joined: holes of the map, a search that gave up. */
const BREAK_COST = 30;
/** The nearest place on a road may leap where the road comes back to itself. */
const LEAP_COST_MAX = 3;
/** Keeps the track on a road while two fit alike. */
const TURN_COST = 0.4;
/** A road is entered where it fits about as well as the best: a street that is crossed fits 6 worse. */
const ENTRY_COST_MAX = 1;

/** Anchors in columns; candidate k of anchor a stands at `a * K + k`. */
interface Columns {
  readonly sample: Int32Array;
  readonly count: Int8Array;
  readonly road: Int32Array;
  readonly edge: Int32Array;
  /** The candidate of the anchor before that the cheapest sequence comes from. */
  readonly origin: Int8Array;
}

function newColumns(anchors: number): Columns {
  return {
    sample: new Int32Array(anchors),
    count: new Int8Array(anchors),
    road: new Int32Array(anchors * K),
    edge: new Int32Array(anchors * K),
    origin: new Int8Array(anchors * K),
  };
}

export class Sequence {
  readonly #graph: RoadGraph;
  readonly #reach: Reach;
  #roads = new Int32Array(0);
  #edges = new Int32Array(0);
  #columns = newColumns(256);
  #anchors = 0;
  /** Of the last anchor's candidates: cost of the cheapest sequence that ends there, and where on the network. */
  #total = new Float64Array(K);
  #onEdgeM = new Float64Array(K);
  #onRoadM = new Float64Array(K);
  /** The same of the anchor that is being added. */
  #nextTotal = new Float64Array(K);
  #nextOnEdgeM = new Float64Array(K);
  #nextOnRoadM = new Float64Array(K);

  constructor(graph: RoadGraph) {
    this.#graph = graph;
    this.#reach = new Reach(graph);
  }

  /** False before the first anchor and after `settle`. */
  get open(): boolean {
    return this.#anchors > 0;
  }

  /** From now on the roads and edges of anchors go into these, at the numbers of their samples. */
  begin(roads: Int32Array<ArrayBuffer>, edges: Int32Array<ArrayBuffer>): void {
    this.#roads = roads;
    this.#edges = edges;
    this.#anchors = 0;
  }

  /** Extends all sequences. `drivenM`: since the anchor before. */
  add(sample: number, here: Candidates, drivenM: number): void {
    const { rows } = this.#graph.segments;
    this.#takePlace(sample, here);
    for (let k = 0; k < here.count; k++) {
      const row = ROW * here.segment[k];
      this.#nextOnEdgeM[k] = rows[row + ON_EDGE_M] + here.alongM[k];
      this.#nextOnRoadM[k] = rows[row + ON_ROAD_M] + here.alongM[k];
      this.#nextTotal[k] = this.#anchors === 1 ? here.cost[k] : Infinity;
    }
    if (this.#anchors > 1) {
      this.#stayOnRoads(here, drivenM);
      this.#changeRoads(here, drivenM);
    }
    this.#goOn();
    if (here.count === 1 && this.#anchors > 1) this.#settleUpToLast();
  }

  /** The anchor that was added is now the last one. */
  #goOn(): void {
    const total = this.#total;
    const onEdgeM = this.#onEdgeM;
    const onRoadM = this.#onRoadM;
    this.#total = this.#nextTotal;
    this.#onEdgeM = this.#nextOnEdgeM;
    this.#onRoadM = this.#nextOnRoadM;
    this.#nextTotal = total;
    this.#nextOnEdgeM = onEdgeM;
    this.#nextOnRoadM = onRoadM;
  }

  /** Ends the sequence: what comes next does not depend on it. */
  settle(): void {
    if (this.#anchors === 0) return;
    const last = this.#anchors - 1;
    let best = 0;
    for (let k = 1; k < this.#columns.count[last]; k++) if (this.#total[k] < this.#total[best]) best = k;
    this.#walkBack(best);
    this.#anchors = 0;
  }

  #takePlace(sample: number, here: Candidates): void {
    if (this.#anchors === this.#columns.sample.length) this.#grow();
    const a = this.#anchors++;
    this.#columns.sample[a] = sample;
    this.#columns.count[a] = here.count;
    for (let k = 0; k < here.count; k++) {
      this.#columns.road[a * K + k] = here.road[k];
      this.#columns.edge[a * K + k] = this.#graph.segments.edge[here.segment[k]];
    }
  }

  #grow(): void {
    const old = this.#columns;
    this.#columns = newColumns(2 * old.sample.length);
    this.#columns.sample.set(old.sample);
    this.#columns.count.set(old.count);
    this.#columns.road.set(old.road);
    this.#columns.edge.set(old.edge);
    this.#columns.origin.set(old.origin);
  }

  #stayOnRoads(here: Candidates, drivenM: number): void {
    const { road, count } = this.#columns;
    const before = (this.#anchors - 2) * K;
    const at = (this.#anchors - 1) * K;
    for (let b = 0; b < count[this.#anchors - 2]; b++) {
      for (let k = 0; k < here.count; k++) {
        if (here.road[k] !== road[before + b]) continue;
        const byRoadM = Math.abs(this.#nextOnRoadM[k] - this.#onRoadM[b]);
        const step = Math.min(LEAP_COST_MAX, Math.abs(byRoadM - drivenM) / STEP_M_PER_COST);
        this.#nextTotal[k] = this.#total[b] + step + here.cost[k];
        this.#columns.origin[at + k] = b;
      }
    }
  }

  /** Only what a turn could make cheaper is measured. */
  #changeRoads(here: Candidates, drivenM: number): void {
    const { road, edge, count, origin } = this.#columns;
    const before = (this.#anchors - 2) * K;
    const at = (this.#anchors - 1) * K;
    for (let b = 0; b < count[this.#anchors - 2]; b++) {
      const least = this.#total[b] + TURN_COST;
      this.#reach.from(edge[before + b], this.#onEdgeM[b], drivenM + STEP_SLACK_M);
      for (let k = 0; k < here.count; k++) {
        if (here.cost[k] > here.cost[0] + ENTRY_COST_MAX) break;
        if (least + here.cost[k] >= this.#nextTotal[k] || here.road[k] === road[before + b]) continue;
        const byRoadM = this.#reach.to(edge[at + k], this.#nextOnEdgeM[k]);
        const step = Math.min(BREAK_COST, Math.abs(byRoadM - drivenM) / STEP_M_PER_COST + TURN_COST);
        const total = this.#total[b] + step + here.cost[k];
        if (total >= this.#nextTotal[k]) continue;
        this.#nextTotal[k] = total;
        origin[at + k] = b;
      }
    }
  }

  /** The last anchor has one candidate: all sequences end in it, and it begins the next ones. */
  #settleUpToLast(): void {
    this.#walkBack(0);
    const { sample, count, road, edge } = this.#columns;
    const last = this.#anchors - 1;
    sample[0] = sample[last];
    count[0] = 1;
    road[0] = road[last * K];
    edge[0] = edge[last * K];
    this.#anchors = 1;
    this.#total[0] = 0;
  }

  #walkBack(from: number): void {
    const { sample, road, edge, origin } = this.#columns;
    let k = from;
    for (let a = this.#anchors - 1; a >= 0; a--) {
      this.#roads[sample[a]] = road[a * K + k];
      this.#edges[sample[a]] = edge[a * K + k];
      k = origin[a * K + k];
    }
  }
}
