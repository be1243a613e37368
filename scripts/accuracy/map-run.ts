/** Map matching over drives of known truth: how much of the way is put on the right road and given the right limit. */

import { Match } from '../../gateway/map/match.ts';
import { Nearest } from '../../gateway/map/nearest.ts';
import { roadGraph } from '../../gateway/map/road-graph.ts';
import { roadMapOf } from '../../gateway/map/road-map.ts';
import type { Rng } from '../../simulator/rng.ts';
import { LOST_LIMITS, readTruth, TRACES_FILE, type TruthAndCopy } from './map-data.ts';
import { received, simulatedDrives, type TrueDrive } from './map-drives.ts';
import { sumoDrives } from './map-traces.ts';

/** Of the receiver's error from the truth, and how long it lasts (numbers.md 6). */
const RADIAL_M = [3, 5, 7, 10] as const;
const CORRELATION_S = [30, 90] as const;

export interface MatchTally {
  readonly radialM: number;
  /** Driven distance of known truth, metres, and parts of it. */
  drivenM: number;
  rightRoadM: number;
  /** The same for the road that is nearest, whatever came before: what following the track is worth. */
  nearestRightM: number;
  /** The limit that scoring is told is the one that its map has for the road that was driven. */
  rightLimitM: number;
  /** It is also what the sign says, of which the map has lost some. */
  asSignedM: number;
  noRoadM: number;
  /** Without a truth to compare with; in no other figure. */
  unknownM: number;
}

export interface MatchSet {
  readonly trips: number;
  readonly tallies: readonly MatchTally[];
}

export interface MapRun {
  readonly roads: number;
  readonly lostLimits: number;
  readonly drives: MatchSet;
  readonly sumo: MatchSet;
}

/** What is right for a sample, in terms of the copy and of the truth. */
class Judge {
  readonly #truth: TruthAndCopy;

  constructor(truth: TruthAndCopy) {
    this.#truth = truth;
  }

  add(tally: MatchTally, right: readonly number[], matched: number, drivenM: number): void {
    if (right.length === 0) {
      tally.unknownM += drivenM;
      return;
    }
    tally.drivenM += drivenM;
    if (matched < 0) {
      tally.noRoadM += drivenM;
      return;
    }
    const { copyOf } = this.#truth;
    if (this.isRight(right, matched)) tally.rightRoadM += drivenM;
    if (right.some((road) => this.#toldKmh(copyOf[road]) === this.#toldKmh(matched))) tally.rightLimitM += drivenM;
    if (right.some((road) => this.#signedKmh(road) === this.#toldKmh(matched))) tally.asSignedM += drivenM;
  }

  isRight(right: readonly number[], road: number): boolean {
    return right.some((each) => this.#truth.copyOf[each] === road);
  }

  #signedKmh(road: number): number {
    return this.#truth.roads[road].limitKmh ?? 0;
  }

  #toldKmh(road: number): number {
    return this.#truth.copy.map.roads.limitKmh[road];
  }
}

function matchAll(drives: readonly TrueDrive[], truth: TruthAndCopy, rng: Rng, onDrive: () => void): MatchSet {
  const graph = roadGraph(truth.copy.map);
  const match = new Match(graph);
  const nearest = new Nearest(graph);
  const judge = new Judge(truth);
  const tallies = RADIAL_M.map((radialM) => ({
    radialM,
    drivenM: 0,
    rightRoadM: 0,
    nearestRightM: 0,
    rightLimitM: 0,
    asSignedM: 0,
    noRoadM: 0,
    unknownM: 0,
  }));
  for (const [i, each] of drives.entries()) {
    for (const tally of tallies) {
      const error = { radialM: tally.radialM, correlationS: CORRELATION_S[i % CORRELATION_S.length] };
      const track = received(each, error, rng.fork(`receiver ${i} ${tally.radialM}`));
      const matched = match.roadsUnder(track);
      for (let k = 0; k < track.count; k++) {
        const segment = nearest.segmentAt(track.latE6[k], track.lonE6[k]);
        judge.add(tally, each.roads[k], matched[k], each.speedMs[k]);
        if (segment >= 0 && judge.isRight(each.roads[k], graph.segments.road[segment]))
          tally.nearestRightM += each.speedMs[k];
      }
    }
    onDrive();
  }
  return { trips: drives.length, tallies };
}

/** `onProgress` is told how many drives there are so far. */
export function runMap(root: Rng, hours: number, onProgress: (drives: number) => void): MapRun {
  const truth = readTruth(root.fork('copy'));
  let done = 0;
  const onDrive = (): void => onProgress(++done);
  const drives = simulatedDrives(truth, root.fork('drives'), hours, onDrive);
  const byWay = roadGraph(roadMapOf({ name: 'ways', places: [] }, truth.roads));
  const nearest = new Nearest(byWay);
  const traces = sumoDrives(TRACES_FILE, truth.roads, (latDeg, lonDeg) => {
    const segment = nearest.segmentAt(Math.round(latDeg * 1e6), Math.round(lonDeg * 1e6));
    return segment < 0 ? -1 : byWay.segments.road[segment];
  });
  return {
    roads: truth.copy.map.roads.count,
    lostLimits: LOST_LIMITS,
    drives: matchAll(drives, truth, root.fork('drives'), onDrive),
    sumo: matchAll(traces, truth, root.fork('sumo'), onDrive),
  };
}
