/** A German town that does not exist, with an Autobahn beside it: what the simulated cars drive on. */

import { cos, M_PER_DEG, RAD_PER_DEG } from '../protocol/trig.ts';
import type { RoadClass } from './road-class.ts';

/** Metres east and north of the town's origin. */
export interface PointM {
  readonly xM: number;
  readonly yM: number;
}

export interface Junction extends PointM {
  readonly id: number;
  readonly trafficLight: boolean;
}

/** One edge of the road graph, from junction to junction. */
export interface Road {
  readonly id: number;
  /** For people; several roads in a row share one name. */
  readonly name: string;
  readonly roadClass: RoadClass;
  /** null: no limit, the advisory speed of 130 km/h applies. */
  readonly limitKmh: number | null;
  readonly builtUp: boolean;
  /** True: from `from` to `to` only. */
  readonly oneWay: boolean;
  readonly from: number;
  readonly to: number;
  /** The first and the last point are the junctions. */
  readonly points: readonly PointM[];
  readonly lengthM: number;
}

/** Something with a name that is no address (C24). */
export interface Place extends PointM {
  readonly name: string;
  readonly radiusM: number;
}

export interface Town {
  readonly name: string;
  readonly originLatDeg: number;
  readonly originLonDeg: number;
  readonly places: readonly Place[];
  /** A junction's id is its index. */
  readonly junctions: readonly Junction[];
  /** A road's id is its index. */
  readonly roads: readonly Road[];
}

export const ADVISORY_KMH = 130;

export interface LatLon {
  readonly latDeg: number;
  readonly lonDeg: number;
}

/** Equirectangular about the town's origin; good to a few centimetres over its 15 km. */
export function toLatLon(town: Town, point: PointM): LatLon {
  return {
    latDeg: town.originLatDeg + point.yM / M_PER_DEG,
    lonDeg: town.originLonDeg + point.xM / (M_PER_DEG * cos(town.originLatDeg * RAD_PER_DEG)),
  };
}

export function toLocal(town: Town, at: LatLon): PointM {
  return {
    xM: (at.lonDeg - town.originLonDeg) * M_PER_DEG * cos(town.originLatDeg * RAD_PER_DEG),
    yM: (at.latDeg - town.originLatDeg) * M_PER_DEG,
  };
}

export function lengthM(points: readonly PointM[]): number {
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    const dx = points[i].xM - points[i - 1].xM;
    const dy = points[i].yM - points[i - 1].yM;
    sum += Math.sqrt(dx * dx + dy * dy);
  }
  return sum;
}
