/**
 * Map matching: which road each sample of a trip was driven on. It follows the track and not the nearest road:
 * of all sequences of candidates it takes the cheapest, where a step costs what the way by road differs from the way
 * the speed says. So a service road beside the Autobahn is entered only where the two are joined.
 *
 * Neighbouring errors are alike, so that a sample a few metres after another says nothing new: one every 30 m or so
 * is an anchor of the sequence, and what lies between two anchors on one road is on that road.
 */

import type { TripTrack } from '../scoring/closed-trip.ts';
import { Candidates, Nearest } from './nearest.ts';
import type { RoadGraph } from './road-graph.ts';
import { Sequence } from './sequence.ts';

/** After this long without a fix, or this far without a road, matching starts afresh. */
const GAP_MS_MAX = 10_000;
const GAP_M_MAX = 500;
/** A car that stands stays on its road while its position wanders. */
const MOVING_DMS_MIN = 10;
/** From anchor to anchor, at least. */
const ANCHOR_M = 30;

/** What a sample is to the matcher. */
const NOTHING = 0;
const ANCHOR = 1;
/** The first one after a gap. */
const FIRST_ANCHOR = 2;
const BETWEEN = 3;

export class Match {
  readonly #graph: RoadGraph;
  readonly #nearest: Nearest;
  readonly #sequence: Sequence;
  readonly #here = new Candidates();
  #kind = new Uint8Array(0);
  /** Of anchors. */
  #edges = new Int32Array(0);

  constructor(graph: RoadGraph) {
    this.#graph = graph;
    this.#nearest = new Nearest(graph);
    this.#sequence = new Sequence(graph);
  }

  /** Per sample the index of its road, -1 where none is known. */
  roadsUnder(track: TripTrack): Int32Array {
    const roads = new Int32Array(track.count).fill(-1);
    if (this.#kind.length < track.count) {
      this.#kind = new Uint8Array(2 * track.count);
      this.#edges = new Int32Array(2 * track.count);
    }
    this.#sequence.begin(roads, this.#edges);
    this.#chooseAnchors(track);
    this.#sequence.settle();
    this.#fillBetween(track, roads);
    keepWhileStanding(track, roads);
    return roads;
  }

  #chooseAnchors(track: TripTrack): void {
    const { utcMs, speedDmS } = track;
    const sequence = this.#sequence;
    let lastFix = -1;
    let sinceAnchorM = 0;
    for (let i = 0; i < track.count; i++) {
      this.#kind[i] = NOTHING;
      if (track.fix[i] === 0) continue;
      const gapMs = lastFix < 0 ? 0 : Math.max(0, utcMs[i] - utcMs[lastFix]);
      if (lastFix >= 0) sinceAnchorM += ((speedDmS[lastFix] + speedDmS[i]) * gapMs) / 20_000;
      lastFix = i;
      if (gapMs > GAP_MS_MAX || sinceAnchorM > GAP_M_MAX) sequence.settle();
      if (speedDmS[i] < MOVING_DMS_MIN) continue;
      if (sequence.open && sinceAnchorM < ANCHOR_M) {
        this.#kind[i] = BETWEEN;
        continue;
      }
      this.#nearest.find(track, i, this.#here);
      if (this.#here.count === 0) continue;
      this.#kind[i] = sequence.open ? ANCHOR : FIRST_ANCHOR;
      sequence.add(i, this.#here, sinceAnchorM);
      sinceAnchorM = 0;
    }
  }

  #fillBetween(track: TripTrack, roads: Int32Array<ArrayBuffer>): void {
    let last = -1;
    for (let i = 0; i < track.count; i++) {
      if (this.#kind[i] === BETWEEN) roads[i] = roads[last];
      if (this.#kind[i] !== ANCHOR && this.#kind[i] !== FIRST_ANCHOR) continue;
      if (this.#kind[i] === ANCHOR && roads[i] !== roads[last]) {
        if (this.#isJoined(last, i)) this.#turn(track, roads, last, i);
        else this.#passOver(track, roads, last, i);
      }
      last = i;
    }
  }

  #isJoined(a: number, b: number): boolean {
    const { from, to } = this.#graph.edges;
    const [x, y] = [this.#edges[a], this.#edges[b]];
    return from[x] === from[y] || from[x] === to[y] || to[x] === from[y] || to[x] === to[y];
  }

  /** Finds the sample from which on the road is that of anchor `to`, where all before it have that of `from`. */
  #turn(track: TripTrack, roads: Int32Array<ArrayBuffer>, from: number, to: number): void {
    const nearest = this.#nearest;
    let change = to;
    let least = 0;
    let sum = 0;
    for (let i = to - 1; i > from; i--) {
      if (this.#kind[i] !== BETWEEN) continue;
      nearest.compare(track, i, roads[from], roads[to]);
      sum += nearest.costB - nearest.costA;
      if (sum >= least) continue;
      least = sum;
      change = i;
    }
    for (let i = change; i < to; i++) if (this.#kind[i] === BETWEEN) roads[i] = roads[to];
  }

  /** The same sequence once more with every sample between two anchors whose roads are known: others lie between. */
  #passOver(track: TripTrack, roads: Int32Array<ArrayBuffer>, from: number, to: number): void {
    const { utcMs, speedDmS } = track;
    const sequence = this.#sequence;
    sequence.begin(roads, this.#edges);
    let drivenM = 0;
    let lastFix = from;
    for (let i = from; i <= to; i++) {
      if (track.fix[i] === 0) continue;
      drivenM += ((speedDmS[lastFix] + speedDmS[i]) * Math.max(0, utcMs[i] - utcMs[lastFix])) / 20_000;
      lastFix = i;
      if (this.#kind[i] === NOTHING) continue;
      this.#nearest.find(track, i, this.#here);
      if (i === from || i === to) this.#here.keepOnly(roads[i]);
      if (this.#here.count === 0) continue;
      sequence.add(i, this.#here, drivenM);
      drivenM = 0;
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
