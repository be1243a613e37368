/** How far it is by road from one place on the network, up to a bound. */

import type { RoadGraph } from './road-graph.ts';

/** Ends a search in a town so dense that it would take too long. */
const SETTLED_MAX = 512;

/**
 * Shortest ways out of one place (Dijkstra with a bound). The network counts as open both ways: a position that
 * slips back by its error must not look like a wrong-way driver.
 */
export class Reach {
  readonly #graph: RoadGraph;
  readonly #distanceM: Float64Array;
  /** The search that `distanceM` of a node belongs to. */
  readonly #stamp: Int32Array;
  readonly #open = new Int32Array(4 * SETTLED_MAX);
  #openCount = 0;
  #search = 0;
  #segment = -1;
  #alongM = 0;

  constructor(graph: RoadGraph) {
    this.#graph = graph;
    this.#distanceM = new Float64Array(graph.nodeLatE6.length);
    this.#stamp = new Int32Array(graph.nodeLatE6.length);
  }

  /** Starts at `alongM` metres of `segment` and goes no farther than `boundM`. */
  from(segment: number, alongM: number, boundM: number): void {
    const g = this.#graph;
    this.#search++;
    this.#openCount = 0;
    this.#segment = segment;
    this.#alongM = alongM;
    this.#see(g.segmentFrom[segment], alongM, boundM);
    this.#see(g.segmentTo[segment], g.segmentLengthM[segment] - alongM, boundM);
    for (let settled = 0; settled < SETTLED_MAX && this.#openCount > 0; settled++) {
      const node = this.#nearestOpen();
      for (let j = g.joinedStart[node]; j < g.joinedStart[node + 1]; j++) {
        const s = g.joined[j];
        const other = g.segmentFrom[s] === node ? g.segmentTo[s] : g.segmentFrom[s];
        this.#see(other, this.#distanceM[node] + g.segmentLengthM[s], boundM);
      }
    }
  }

  /** Metres by road to `alongM` of `segment`; Infinity when out of reach. */
  to(segment: number, alongM: number): number {
    if (segment === this.#segment) return Math.abs(alongM - this.#alongM);
    const g = this.#graph;
    return Math.min(
      this.#at(g.segmentFrom[segment]) + alongM,
      this.#at(g.segmentTo[segment]) + g.segmentLengthM[segment] - alongM,
    );
  }

  #at(node: number): number {
    return this.#stamp[node] === this.#search ? this.#distanceM[node] : Infinity;
  }

  #see(node: number, distanceM: number, boundM: number): void {
    if (distanceM > boundM || distanceM >= this.#at(node) || this.#openCount === this.#open.length) return;
    this.#stamp[node] = this.#search;
    this.#distanceM[node] = distanceM;
    this.#open[this.#openCount++] = node;
  }

  /** A handful is open at a time, so a plain scan beats a heap. */
  #nearestOpen(): number {
    let best = 0;
    for (let k = 1; k < this.#openCount; k++) {
      if (this.#distanceM[this.#open[k]] < this.#distanceM[this.#open[best]]) best = k;
    }
    const node = this.#open[best];
    this.#open[best] = this.#open[--this.#openCount];
    return node;
  }
}
