/**
 * Map matching: which road each sample of a trip was driven on. It follows the track and not the nearest road:
 * of all sequences of candidates it takes the cheapest (Viterbi), where a step costs what the way by road differs
 * from the way the speed says. So a service road beside the Autobahn is entered only where the two are joined.
 */

import type { TripTrack } from '../scoring/closed-trip.ts';
import { Candidates, CANDIDATES_MAX as K, Nearest, type Position } from './nearest.ts';
import { Reach } from './reach.ts';
import type { RoadGraph } from './road-graph.ts';

/** A step that ends this far from where the speed says costs 1. */
const STEP_M_PER_COST = 20;
/** How much longer than driven a way by road may be. */
const STEP_SLACK_M = 60;
/** A step between places that are not joined: holes of the map, a search that gave up. */
const BREAK_COST = 30;
/** Keeps the track on a road while two fit alike. */
const TURN_COST = 0.5;
/** After this long without a fix, or this far without a road, matching starts afresh. */
const GAP_MS_MAX = 10_000;
const GAP_M_MAX = 500;
/** A car that stands stays on its road while its position wanders. */
const MOVING_DMS_MIN = 10;

export class Match {
  readonly #graph: RoadGraph;
  readonly #nearest: Nearest;
  readonly #reach: Reach;
  #before = new Candidates();
  #here = new Candidates();
  #costBefore = new Float64Array(K);
  #costHere = new Float64Array(K);
  #chosen = new Int32Array(0);
  #origin = new Int8Array(0);
  #previous = new Int32Array(0);
  readonly #position: Position = { latE6: 0, lonE6: 0, speedDmS: 0, headingDeg: 0 };

  constructor(graph: RoadGraph) {
    this.#graph = graph;
    this.#nearest = new Nearest(graph);
    this.#reach = new Reach(graph);
  }

  /** Per sample the index of its road, -1 where none is known. */
  roadsUnder(track: TripTrack): Int32Array {
    const roads = new Int32Array(track.count).fill(-1);
    this.#chosen = new Int32Array(track.count * K);
    this.#origin = new Int8Array(track.count * K);
    this.#previous = new Int32Array(track.count).fill(-1);
    let lastFix = -1;
    let last = -1;
    let drivenM = 0;
    for (let i = 0; i < track.count; i++) {
      if (track.fix[i] === 0) continue;
      const gapMs = lastFix < 0 ? 0 : Math.max(0, track.utcMs[i] - track.utcMs[lastFix]);
      if (lastFix >= 0) drivenM += ((track.speedDmS[lastFix] + track.speedDmS[i]) * gapMs) / 20_000;
      lastFix = i;
      if (last >= 0 && (gapMs > GAP_MS_MAX || drivenM > GAP_M_MAX)) {
        this.#settle(last, roads);
        last = -1;
      }
      if (track.speedDmS[i] < MOVING_DMS_MIN || !this.#look(track, i)) continue;
      this.#step(i, last, drivenM);
      last = i;
      drivenM = 0;
    }
    if (last >= 0) this.#settle(last, roads);
    keepWhileStanding(track, roads);
    return roads;
  }

  #look(track: TripTrack, i: number): boolean {
    const at = this.#position;
    at.latE6 = track.latE6[i];
    at.lonE6 = track.lonE6[i];
    at.speedDmS = track.speedDmS[i];
    at.headingDeg = track.headingDeg[i];
    this.#nearest.find(at, this.#here);
    return this.#here.count > 0;
  }

  /** Extends the cheapest sequences by sample i, and makes its candidates those to come from. */
  #step(i: number, last: number, drivenM: number): void {
    const here = this.#here;
    const cost = this.#costHere;
    this.#previous[i] = last;
    for (let k = 0; k < here.count; k++) {
      this.#chosen[i * K + k] = here.segment[k];
      cost[k] = last < 0 ? here.cost[k] : Infinity;
    }
    if (last >= 0) this.#comeFromAll(i, drivenM);
    [this.#before, this.#here] = [this.#here, this.#before];
    [this.#costBefore, this.#costHere] = [this.#costHere, this.#costBefore];
  }

  #comeFromAll(i: number, drivenM: number): void {
    const { segmentRoad } = this.#graph;
    const before = this.#before;
    const here = this.#here;
    for (let b = 0; b < before.count; b++) {
      // The bound keeps a search to the few nodes that a second of driving can pass.
      this.#reach.from(before.segment[b], before.alongM[b], drivenM + STEP_SLACK_M);
      const road = segmentRoad[before.segment[b]];
      for (let k = 0; k < here.count; k++) {
        const byRoadM = this.#reach.to(here.segment[k], here.alongM[k]);
        const turn = segmentRoad[here.segment[k]] === road ? 0 : TURN_COST;
        const step = Math.min(BREAK_COST, Math.abs(byRoadM - drivenM) / STEP_M_PER_COST + turn);
        const total = this.#costBefore[b] + step + here.cost[k];
        if (total < this.#costHere[k]) {
          this.#costHere[k] = total;
          this.#origin[i * K + k] = b;
        }
      }
    }
  }

  /** Walks back from sample `last` along the cheapest sequence. */
  #settle(last: number, roads: Int32Array): void {
    let k = 0;
    for (let other = 1; other < this.#before.count; other++) {
      if (this.#costBefore[other] < this.#costBefore[k]) k = other;
    }
    for (let i = last; i >= 0; i = this.#previous[i]) {
      roads[i] = this.#graph.segmentRoad[this.#chosen[i * K + k]];
      k = this.#origin[i * K + k];
    }
  }
}

/** Stretches of standing belong to the road on which the car came to stand. */
function keepWhileStanding(track: TripTrack, roads: Int32Array): void {
  let road = -1;
  for (let i = 0; i < track.count; i++) {
    if (track.fix[i] === 0) continue;
    if (track.speedDmS[i] >= MOVING_DMS_MIN) road = roads[i];
    else roads[i] = road;
  }
}
