/** SUMO's traces as drives of known truth: the lane's name holds the number of the way that the road was made of. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cos, M_PER_DEG, RAD_PER_DEG } from '../../protocol/trig.ts';
import { parseXml } from '../../simulator/replay/xml-events.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { NodedRoad } from '../map/merge-roads.ts';
import type { TrueDrive } from './map-drives.ts';

/** No lane is farther from the middle of its road. */
const LANE_M_MAX = 15;
/** A trace of less than a minute is somebody who leaves the map. */
const SECONDS_MIN = 60;

interface Trace {
  readonly latDeg: number[];
  readonly lonDeg: number[];
  readonly speedMs: number[];
  readonly headingDeg: number[];
  /** The way's number; null on a junction. */
  readonly way: (number | null)[];
}

function readTraces(file: string): Trace[] {
  const traces = new Map<string, Trace>();
  const whole = parseXml(gunzipSync(readFileSync(file)), {
    open(name, { id, x, y, speed, angle, lane }) {
      if (name !== 'vehicle') return;
      let trace = traces.get(id);
      if (trace === undefined) {
        trace = { latDeg: [], lonDeg: [], speedMs: [], headingDeg: [], way: [] };
        traces.set(id, trace);
      }
      trace.latDeg.push(Number(y));
      trace.lonDeg.push(Number(x));
      trace.speedMs.push(Number(speed));
      trace.headingDeg.push(Number(angle));
      const way = /^-?(\d+)/.exec(lane)?.[1];
      trace.way.push(way === undefined ? null : Number(way));
    },
    close() {},
  });
  if (!whole) throw new CommandError(EXIT.usage, `${file} is cut or damaged; fetch it again`);
  return [...traces.values()].filter(({ way }) => way.length >= SECONDS_MIN);
}

/** Metres from a point to a road. */
function awayM({ points }: NodedRoad, latDeg: number, lonDeg: number): number {
  const lonM = M_PER_DEG * cos(latDeg * RAD_PER_DEG);
  let least2 = Infinity;
  for (let i = 1; i < points.length; i++) {
    const ax = (points[i - 1][1] / 1e6 - lonDeg) * lonM;
    const ay = (points[i - 1][0] / 1e6 - latDeg) * M_PER_DEG;
    const ux = ((points[i][1] - points[i - 1][1]) / 1e6) * lonM;
    const uy = ((points[i][0] - points[i - 1][0]) / 1e6) * M_PER_DEG;
    const uu = ux * ux + uy * uy;
    const share = uu === 0 ? 0 : Math.min(1, Math.max(0, -(ax * ux + ay * uy) / uu));
    const [x, y] = [ax + share * ux, ay + share * uy];
    least2 = Math.min(least2, x * x + y * y);
  }
  return Math.sqrt(least2);
}

/**
 * SUMO joins ways of one kind into a road that keeps the first one's number. Where that way is far from the lane,
 * the truth is the way under the lane, if it is of the same kind.
 */
class TruthFinder {
  readonly #roads: readonly NodedRoad[];
  readonly #numbers = new Map<number, number[]>();
  readonly #under: (latDeg: number, lonDeg: number) => number;

  constructor(roads: readonly NodedRoad[], under: (latDeg: number, lonDeg: number) => number) {
    this.#roads = roads;
    this.#under = under;
    for (const [i, { id }] of roads.entries()) this.#numbers.set(id, [...(this.#numbers.get(id) ?? []), i]);
  }

  /** The roads that are right at sample i; empty where the truth is not known. */
  at({ latDeg, lonDeg, way }: Trace, i: number): readonly number[] {
    const named = this.#numbers.get(way[i] ?? -1);
    if (named === undefined) return [];
    if (awayM(this.#roads[named[0]], latDeg[i], lonDeg[i]) <= LANE_M_MAX) return named;
    const under = this.#under(latDeg[i], lonDeg[i]);
    const alike = under >= 0 && this.#isAlike(this.#roads[under], this.#roads[named[0]]);
    return alike ? [under] : [];
  }

  #isAlike(a: NodedRoad, b: NodedRoad): boolean {
    return a.limitKmh === b.limitKmh && a.limitKind === b.limitKind && a.oneWay === b.oneWay;
  }
}

/** `under` gives the road that is nearest to a point, or -1. On a junction the roads before and after it are right. */
export function sumoDrives(
  file: string,
  roads: readonly NodedRoad[],
  under: (latDeg: number, lonDeg: number) => number,
): TrueDrive[] {
  const finder = new TruthFinder(roads, under);
  return readTraces(file).map((trace) => {
    const right = trace.way.map((_, i) => finder.at(trace, i));
    return {
      ...trace,
      roads: trace.way.map((way, i) => (way === null ? [...onBothSides(trace, right, i)] : right[i])),
    };
  });
}

function onBothSides({ way }: Trace, right: readonly (readonly number[])[], i: number): readonly number[] {
  let before = i;
  let after = i;
  while (before >= 0 && way[before] === null) before--;
  while (after < way.length && way[after] === null) after++;
  return [...(right[before] ?? []), ...(right[after] ?? [])];
}
