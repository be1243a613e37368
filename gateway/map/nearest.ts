/** Which roads a position may lie on: the nearest segment of each road within reach, with what speaks against it. */

import { cos, RAD_PER_DEG, sin } from '../../protocol/trig.ts';
import type { TripTrack } from '../scoring/closed-trip.ts';
import type { RoadGraph } from './road-graph.ts';
import { REACH_M } from './segment-index.ts';
import { EAST_M, LAT_E6, LON_E6, lonScale, M_PER_E6, NORTH_M, ONE_WAY, PER_LENGTH, ROW } from './segments.ts';

/** Kept per position, cheapest first. */
export const CANDIDATES_MAX = 8;
/** numbers.md 6: 10..20 m match better than the receiver's nominal 2.5 m, since neighbouring errors are alike. */
const SIGMA_M = 18;
const COST_PER_M2 = 1 / (2 * SIGMA_M * SIGMA_M);
/** Against a road that crosses at a right angle; twice that against the wrong way of a one-way road. */
const HEADING_COST = 6;
/** What costs so much more than the best is no candidate: a street that is crossed, the wrong way of a one-way road. */
const WORSE_COST_MAX = 5;
/** Against a road that is not within reach at all. */
const ABSENT_COST = 10;
/** Below this a course over ground says nothing. */
const HEADING_SPEED_DMS_MIN = 30;

const EAST = Float64Array.from({ length: 360 }, (_, deg) => sin(deg * RAD_PER_DEG));
const NORTH = Float64Array.from({ length: 360 }, (_, deg) => cos(deg * RAD_PER_DEG));

/** One position's candidates in columns; reused from position to position. Costs have no unit. */
export class Candidates {
  count = 0;
  readonly road = new Int32Array(CANDIDATES_MAX);
  readonly segment = new Int32Array(CANDIDATES_MAX);
  /** Where on the segment, in metres from its beginning. */
  readonly alongM = new Float64Array(CANDIDATES_MAX);
  readonly cost = new Float64Array(CANDIDATES_MAX);

  /** `road` is one of them. */
  keepOnly(road: number): void {
    const k = this.road.indexOf(road);
    this.road[0] = this.road[k];
    this.segment[0] = this.segment[k];
    this.alongM[0] = this.alongM[k];
    this.cost[0] = this.cost[k];
    this.count = 1;
  }
}

/** 0..359, -1 where the car is too slow to have one. */
function courseDeg({ speedDmS, headingDeg }: TripTrack, i: number): number {
  return speedDmS[i] < HEADING_SPEED_DMS_MIN ? -1 : ((headingDeg[i] % 360) + 360) % 360;
}

export class Nearest {
  readonly #graph: RoadGraph;
  readonly #rows: Float64Array;
  readonly #road: Int32Array;
  /** What `compare` found. */
  costA = 0;
  costB = 0;
  /** The foot of a position on a segment. */
  #share = 0;
  #away2 = 0;

  constructor(graph: RoadGraph) {
    this.#graph = graph;
    this.#road = graph.segments.road;
    this.#rows = graph.segments.rows;
  }

  /** The nearest segment by distance alone, -1 when none is within reach. */
  segmentAt(latE6: number, lonE6: number): number {
    const { index } = this.#graph;
    const lonM = M_PER_E6 * lonScale(latE6);
    let best = -1;
    let best2 = REACH_M * REACH_M;
    index.look(latE6, lonE6);
    const { listed } = index;
    for (let i = index.start; i < index.end; i++) {
      this.#project(latE6, lonE6, ROW * listed[i], lonM);
      if (this.#away2 >= best2) continue;
      best2 = this.#away2;
      best = listed[i];
    }
    return best;
  }

  /** Fills `into` with what lies within reach of sample `i`. */
  find(track: TripTrack, i: number, into: Candidates): void {
    const { index } = this.#graph;
    const latE6 = track.latE6[i];
    const lonE6 = track.lonE6[i];
    const lonM = M_PER_E6 * lonScale(latE6);
    const degree = courseDeg(track, i);
    into.count = 0;
    index.look(latE6, lonE6);
    const { listed } = index;
    for (let k = index.start; k < index.end; k++) {
      const row = ROW * listed[k];
      this.#project(latE6, lonE6, row, lonM);
      if (this.#away2 > REACH_M * REACH_M) continue;
      const cost = this.#costAt(row, degree);
      if (into.count === 0 || cost <= into.cost[0] + WORSE_COST_MAX) this.#offer(listed[k], cost, into);
    }
    while (into.count > 1 && into.cost[into.count - 1] > into.cost[0] + WORSE_COST_MAX) into.count--;
  }

  /** Sets `costA` and `costB` to what speaks against two roads. */
  compare(track: TripTrack, i: number, roadA: number, roadB: number): void {
    const { index } = this.#graph;
    const latE6 = track.latE6[i];
    const lonE6 = track.lonE6[i];
    const lonM = M_PER_E6 * lonScale(latE6);
    const degree = courseDeg(track, i);
    this.costA = ABSENT_COST;
    this.costB = ABSENT_COST;
    index.look(latE6, lonE6);
    const { listed } = index;
    for (let k = index.start; k < index.end; k++) {
      const road = this.#road[listed[k]];
      if (road !== roadA && road !== roadB) continue;
      const row = ROW * listed[k];
      this.#project(latE6, lonE6, row, lonM);
      const cost = this.#costAt(row, degree);
      if (road === roadA) this.costA = Math.min(this.costA, cost);
      else this.costB = Math.min(this.costB, cost);
    }
  }

  /** Of the last projection; `degree` is -1 where the course says nothing. */
  #costAt(row: number, degree: number): number {
    const cost = this.#away2 * COST_PER_M2;
    if (degree < 0) return cost;
    const rows = this.#rows;
    const along = (EAST[degree] * rows[row + EAST_M] + NORTH[degree] * rows[row + NORTH_M]) * rows[row + PER_LENGTH];
    return cost + HEADING_COST * (1 - (rows[row + ONE_WAY] === 1 ? along : Math.abs(along)));
  }

  #project(latE6: number, lonE6: number, row: number, lonM: number): void {
    const rows = this.#rows;
    const ax = (rows[row + LON_E6] - lonE6) * lonM;
    const ay = (rows[row + LAT_E6] - latE6) * M_PER_E6;
    const ux = rows[row + EAST_M];
    const uy = rows[row + NORTH_M];
    const perLength = rows[row + PER_LENGTH];
    let share = -(ax * ux + ay * uy) * perLength * perLength;
    if (share < 0) share = 0;
    else if (share > 1) share = 1;
    const x = ax + share * ux;
    const y = ay + share * uy;
    this.#away2 = x * x + y * y;
    this.#share = share;
  }

  /** Keeps the best segment of each road, and of those the cheapest; of equals the one that came first. */
  #offer(s: number, cost: number, into: Candidates): void {
    const road = this.#road[s];
    let at = 0;
    while (at < into.count && into.road[at] !== road) at++;
    if (at === into.count && into.count < CANDIDATES_MAX) into.count++;
    else {
      if (at === CANDIDATES_MAX) at--;
      if (cost >= into.cost[at]) return;
    }
    for (; at > 0 && cost < into.cost[at - 1]; at--) {
      into.road[at] = into.road[at - 1];
      into.segment[at] = into.segment[at - 1];
      into.alongM[at] = into.alongM[at - 1];
      into.cost[at] = into.cost[at - 1];
    }
    into.road[at] = road;
    into.segment[at] = s;
    into.alongM[at] = this.#share / this.#rows[ROW * s + PER_LENGTH];
    into.cost[at] = cost;
  }
}
