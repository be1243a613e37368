/** Drives of known truth for map matching: a polyline driven at 1 Hz, and the same with a receiver's correlated error. */

import { type RoadGraph, roadGraph } from '../../gateway/map/road-graph.ts';
import { type MapPoint, type MapRoad, type RoadMap, roadMapOf } from '../../gateway/map/road-map.ts';
import type { TripTrack } from '../../gateway/scoring/closed-trip.ts';
import { atan2, cos, M_PER_DEG, RAD_PER_DEG } from '../../protocol/trig.ts';
import { CALM_MS, HOME, type Sample, trackOf } from '../scoring/track-maker.ts';

export interface At {
  readonly xM: number;
  readonly yM: number;
}

const LON_SCALE = cos((HOME.latE6 / 1e6) * RAD_PER_DEG);

export function pointAt(at: At): MapPoint {
  return [
    HOME.latE6 + Math.round((at.yM / M_PER_DEG) * 1e6),
    HOME.lonE6 + Math.round((at.xM / (M_PER_DEG * LON_SCALE)) * 1e6),
  ];
}

export function roadOf(id: number, name: string, line: readonly At[], more: Partial<MapRoad> = {}): MapRoad {
  return {
    id,
    name,
    class: 'town-street',
    limitKmh: 50,
    limitKind: 'limit',
    oneWay: false,
    builtUp: true,
    points: line.map(pointAt),
    ...more,
  };
}

export function mapOf(roads: readonly MapRoad[], more: Partial<RoadMap> = {}): RoadMap {
  return { ...roadMapOf({ name: 'test 1', places: [] }, roads), ...more };
}

export function graphOf(roads: readonly MapRoad[]): RoadGraph {
  return roadGraph(mapOf(roads));
}

/** A leg of a drive: along a line, on a road. */
export interface Leg {
  readonly road: number;
  readonly line: readonly At[];
  readonly speedMS: number;
}

export interface Drive {
  readonly track: TripTrack;
  /** Per sample the road's index. */
  readonly truth: Int32Array;
}

/** Gauss-Markov error of both axes (numbers.md 6): `sigmaM` each, fading over `tauS`. */
export interface ReceiverError {
  readonly sigmaM: number;
  readonly tauS: number;
  readonly random: () => number;
}

function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}

export function driveAlong(legs: readonly Leg[], error: ReceiverError | null): Drive {
  const samples: Sample[] = [];
  const truth: number[] = [];
  const fade = error === null ? 0 : 1 - 1 / error.tauS;
  const kick = error === null ? 0 : error.sigmaM * Math.sqrt(1 - fade * fade);
  let ex = error === null ? 0 : error.sigmaM * normal(error.random);
  let ey = error === null ? 0 : error.sigmaM * normal(error.random);
  let carryM = 0;
  for (const leg of legs) {
    for (let p = 1; p < leg.line.length; p++) {
      const a = leg.line[p - 1];
      const dx = leg.line[p].xM - a.xM;
      const dy = leg.line[p].yM - a.yM;
      const lengthM = Math.sqrt(dx * dx + dy * dy);
      for (; carryM < lengthM; carryM += leg.speedMS) {
        if (error !== null) {
          ex = ex * fade + kick * normal(error.random);
          ey = ey * fade + kick * normal(error.random);
        }
        const share = carryM / lengthM;
        const [latE6, lonE6] = pointAt({ xM: a.xM + share * dx + ex, yM: a.yM + share * dy + ey });
        const headingDeg = (Math.round(atan2(dx, dy) / RAD_PER_DEG) + 360) % 360;
        const utcMs = CALM_MS + samples.length * 1000;
        samples.push({ utcMs, latE6, lonE6, headingDeg, speedDmS: Math.round(leg.speedMS * 10) });
        truth.push(leg.road);
      }
      carryM -= lengthM;
    }
  }
  return { track: trackOf(samples), truth: Int32Array.from(truth) };
}

/** Share of the driven distance for which `isRight` holds. */
export function shareOfDistance(drive: Drive, isRight: (i: number) => boolean): number {
  let right = 0;
  let all = 0;
  for (let i = 0; i < drive.track.count; i++) {
    all += drive.track.speedDmS[i];
    if (isRight(i)) right += drive.track.speedDmS[i];
  }
  return right / all;
}

export interface Grid {
  readonly roads: readonly MapRoad[];
  readonly legs: readonly Leg[];
}

/** A town of square blocks, one road a block side, and a drive through it that never turns back. */
export function gridDrive(blocks: number, blockM: number, legCount: number, random: () => number): Grid {
  const roads: MapRoad[] = [];
  const roadOfStep = new Map<string, number>();
  const add = (x: number, y: number, dx: number, dy: number): void => {
    const line = [x, x + dx / 2, x + dx].map((xi, k) => ({ xM: xi * blockM, yM: (y + (dy * k) / 2) * blockM }));
    roadOfStep.set(`${x},${y},${x + dx},${y + dy}`, roads.length);
    roadOfStep.set(`${x + dx},${y + dy},${x},${y}`, roads.length);
    roads.push(roadOf(roads.length, dx === 1 ? `Row ${y}` : `Column ${x}`, line));
  };
  for (let y = 0; y <= blocks; y++) for (let x = 0; x < blocks; x++) add(x, y, 1, 0);
  for (let y = 0; y < blocks; y++) for (let x = 0; x <= blocks; x++) add(x, y, 0, 1);

  const legs: Leg[] = [];
  let at = { x: Math.floor(blocks / 2), y: Math.floor(blocks / 2) };
  let from = at;
  while (legs.length < legCount) {
    const [dx, dy] = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ][Math.floor(random() * 4)];
    const to = { x: at.x + dx, y: at.y + dy };
    const road = roadOfStep.get(`${at.x},${at.y},${to.x},${to.y}`);
    if (road === undefined || (to.x === from.x && to.y === from.y)) continue;
    const line = [at, to].map((p) => ({ xM: p.x * blockM, yM: p.y * blockM }));
    legs.push({ road, line, speedMS: 7 + Math.floor(random() * 7) });
    from = at;
    at = to;
  }
  return { roads, legs };
}
