/** Which roads a position may lie on: the nearest segment of each road within reach, with what speaks against it. */

import { cos, RAD_PER_DEG, sin } from '../../protocol/trig.ts';
import { lonScale, M_PER_E6, type RoadGraph } from './road-graph.ts';

/** Three times the largest usual error of 10 m, and half a carriageway. */
const REACH_M = 35;
/** Kept per position, cheapest first. */
export const CANDIDATES_MAX = 8;
/** numbers.md 6: 10..20 m match better than the receiver's nominal 2.5 m, since neighbouring errors are alike. */
const SIGMA_M = 15;
const COST_PER_M2 = 1 / (2 * SIGMA_M * SIGMA_M);
/** Against a road that crosses at a right angle; twice that against the wrong way of a one-way road. */
const HEADING_COST = 4;
/** Below this a course over ground says nothing. */
const HEADING_SPEED_DMS_MIN = 30;

const EAST = Float64Array.from({ length: 360 }, (_, deg) => sin(deg * RAD_PER_DEG));
const NORTH = Float64Array.from({ length: 360 }, (_, deg) => cos(deg * RAD_PER_DEG));

export interface Position {
  latE6: number;
  lonE6: number;
  speedDmS: number;
  headingDeg: number;
}

/** One position's candidates in columns; reused from position to position. */
export class Candidates {
  count = 0;
  readonly segment = new Int32Array(CANDIDATES_MAX);
  /** Where on the segment, in metres from its `from`. */
  readonly alongM = new Float64Array(CANDIDATES_MAX);
  readonly cost = new Float64Array(CANDIDATES_MAX);
}

/** The foot of a position on a segment. */
interface Foot {
  alongM: number;
  cost: number;
}

export class Nearest {
  readonly #graph: RoadGraph;
  readonly #foot: Foot = { alongM: 0, cost: 0 };

  constructor(graph: RoadGraph) {
    this.#graph = graph;
  }

  /** Fills `into`; costs have no unit and add up with those of `Match`. */
  find(at: Position, into: Candidates): void {
    into.count = 0;
    const { index } = this.#graph;
    if (index === null) return;
    const scale = lonScale(at.latE6);
    const dLat = REACH_M / M_PER_E6;
    const dLon = dLat / Math.max(0.01, scale);
    for (const segment of index.search(at.lonE6 - dLon, at.latE6 - dLat, at.lonE6 + dLon, at.latE6 + dLat)) {
      if (this.#project(at, segment, scale)) this.#offer(segment, into);
    }
  }

  /** False when the segment is out of reach. */
  #project(at: Position, segment: number, scale: number): boolean {
    const g = this.#graph;
    const a = g.segmentFrom[segment];
    const b = g.segmentTo[segment];
    const ax = (g.nodeLonE6[a] - at.lonE6) * M_PER_E6 * scale;
    const ay = (g.nodeLatE6[a] - at.latE6) * M_PER_E6;
    const ux = (g.nodeLonE6[b] - g.nodeLonE6[a]) * M_PER_E6 * scale;
    const uy = (g.nodeLatE6[b] - g.nodeLatE6[a]) * M_PER_E6;
    const uu = ux * ux + uy * uy;
    const share = Math.min(1, Math.max(0, -(ax * ux + ay * uy) / uu));
    const x = ax + share * ux;
    const y = ay + share * uy;
    const away2 = x * x + y * y;
    if (away2 > REACH_M * REACH_M) return false;
    let cost = away2 * COST_PER_M2;
    if (at.speedDmS >= HEADING_SPEED_DMS_MIN) {
      const degree = ((at.headingDeg % 360) + 360) % 360;
      const along = (EAST[degree] * ux + NORTH[degree] * uy) / Math.sqrt(uu);
      cost += HEADING_COST * (1 - (g.segmentOneWay[segment] === 1 ? along : Math.abs(along)));
    }
    this.#foot.alongM = share * g.segmentLengthM[segment];
    this.#foot.cost = cost;
    return true;
  }

  /** Keeps the best segment of each road, and of those the cheapest; of equals the lower number. */
  #offer(segment: number, into: Candidates): void {
    let at = this.#slotOf(this.#graph.segmentRoad[segment], into);
    if (at === into.count && into.count < CANDIDATES_MAX) into.count++;
    else {
      at = Math.min(at, CANDIDATES_MAX - 1);
      if (!this.#isCheaper(segment, into, at)) return;
    }
    for (; at > 0 && this.#isCheaper(segment, into, at - 1); at--) {
      into.segment[at] = into.segment[at - 1];
      into.alongM[at] = into.alongM[at - 1];
      into.cost[at] = into.cost[at - 1];
    }
    into.segment[at] = segment;
    into.alongM[at] = this.#foot.alongM;
    into.cost[at] = this.#foot.cost;
  }

  /** Where the road's candidate stands; `count` when it has none. */
  #slotOf(road: number, candidates: Candidates): number {
    const { segmentRoad } = this.#graph;
    for (let k = 0; k < candidates.count; k++) if (segmentRoad[candidates.segment[k]] === road) return k;
    return candidates.count;
  }

  #isCheaper(segment: number, than: Candidates, k: number): boolean {
    const { cost } = this.#foot;
    return cost < than.cost[k] || (cost === than.cost[k] && segment < than.segment[k]);
  }
}
