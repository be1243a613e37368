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
  /** The search that `distanceM` of a junction belongs to. */
  readonly #stamp: Int32Array;
  readonly #open = new Int32Array(4 * SETTLED_MAX);
  #openCount = 0;
  #search = 0;
  #edge = -1;
  #onEdgeM = 0;
  #boundM = 0;
  #searched = false;

  constructor(graph: RoadGraph) {
    this.#graph = graph;
    this.#distanceM = new Float64Array(graph.junctions);
    this.#stamp = new Int32Array(graph.junctions);
  }

  /** Starts at `onEdgeM` metres of `edge` and goes no farther than `boundM`. */
  from(edge: number, onEdgeM: number, boundM: number): void {
    this.#edge = edge;
    this.#onEdgeM = onEdgeM;
    this.#boundM = boundM;
    this.#searched = false;
  }

  /** Metres by road to `onEdgeM` of `edge`; Infinity when out of reach. */
  to(edge: number, onEdgeM: number): number {
    if (edge === this.#edge) return Math.abs(onEdgeM - this.#onEdgeM);
    const joinedM = this.#overOneJunction(edge, onEdgeM);
    if (joinedM < Infinity) return joinedM;
    if (!this.#searched) this.#searchAll();
    const { edges } = this.#graph;
    return Math.min(this.#at(edges.from[edge]) + onEdgeM, this.#at(edges.to[edge]) + edges.lengthM[edge] - onEdgeM);
  }

  /** Most turns are from an edge into one that begins where it ends: no search is needed for them. */
  #overOneJunction(edge: number, onEdgeM: number): number {
    const { from, to, lengthM } = this.#graph.edges;
    const here = this.#edge;
    const restM = lengthM[here] - this.#onEdgeM;
    const otherRestM = lengthM[edge] - onEdgeM;
    let leastM = Infinity;
    if (from[here] === from[edge]) leastM = this.#onEdgeM + onEdgeM;
    if (from[here] === to[edge]) leastM = Math.min(leastM, this.#onEdgeM + otherRestM);
    if (to[here] === from[edge]) leastM = Math.min(leastM, restM + onEdgeM);
    if (to[here] === to[edge]) leastM = Math.min(leastM, restM + otherRestM);
    return leastM;
  }

  #searchAll(): void {
    const { edges } = this.#graph;
    this.#searched = true;
    this.#search++;
    this.#openCount = 0;
    this.#see(edges.from[this.#edge], this.#onEdgeM);
    this.#see(edges.to[this.#edge], edges.lengthM[this.#edge] - this.#onEdgeM);
    for (let settled = 0; settled < SETTLED_MAX && this.#openCount > 0; settled++) {
      const junction = this.#nearestOpen();
      for (let j = edges.joinedStart[junction]; j < edges.joinedStart[junction + 1]; j++) {
        const e = edges.joined[j];
        const other = edges.from[e] === junction ? edges.to[e] : edges.from[e];
        this.#see(other, this.#distanceM[junction] + edges.lengthM[e]);
      }
    }
  }

  #at(junction: number): number {
    return this.#stamp[junction] === this.#search ? this.#distanceM[junction] : Infinity;
  }

  #see(junction: number, distanceM: number): void {
    if (distanceM > this.#boundM || distanceM >= this.#at(junction) || this.#openCount === this.#open.length) return;
    this.#stamp[junction] = this.#search;
    this.#distanceM[junction] = distanceM;
    this.#open[this.#openCount++] = junction;
  }

  /** A handful is open at a time, so a plain scan beats a heap. */
  #nearestOpen(): number {
    let best = 0;
    for (let k = 1; k < this.#openCount; k++) {
      if (this.#distanceM[this.#open[k]] < this.#distanceM[this.#open[best]]) best = k;
    }
    const junction = this.#open[best];
    this.#open[best] = this.#open[--this.#openCount];
    return junction;
  }
}
