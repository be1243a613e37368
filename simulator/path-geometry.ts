/** From a polyline with corners to a path that a car can follow: smoothed, sampled every 2 m, with its curvature. */

import { atan2 } from '../protocol/trig.ts';
import { altitudeM } from './terrain.ts';
import type { PointM } from './town.ts';

export const STEP_M = 2;
/** Half width of the moving average that rounds corners, samples; two passes give turns of about 10 m radius. */
const SMOOTH_SAMPLES = 4;

/** All arrays have one entry per `STEP_M` of the path. */
export interface PathGeometry {
  readonly lengthM: number;
  readonly xM: Float64Array;
  readonly yM: Float64Array;
  readonly altitudeM: Float64Array;
  /** Mathematical angle of travel, counter-clockwise from east. */
  readonly headingRad: Float64Array;
  /** 1 / radius, positive to the left. */
  readonly curvature: Float64Array;
  /** Rise over run. */
  readonly grade: Float64Array;
  /** How far along the polyline that it was made from. */
  readonly sourceM: Float64Array;
}

interface Samples {
  readonly xM: Float64Array;
  readonly yM: Float64Array;
  readonly sourceM: Float64Array;
}

/** Equidistant samples of a polyline that carries a third value along. */
function resample(from: Samples): Samples {
  const n = from.xM.length;
  const along = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const dx = from.xM[i] - from.xM[i - 1];
    const dy = from.yM[i] - from.yM[i - 1];
    along[i] = along[i - 1] + Math.sqrt(dx * dx + dy * dy);
  }
  const count = Math.floor(along[n - 1] / STEP_M) + 1;
  const to = { xM: new Float64Array(count), yM: new Float64Array(count), sourceM: new Float64Array(count) };
  let k = 0;
  for (let i = 0; i < count; i++) {
    while (k < n - 2 && along[k + 1] < i * STEP_M) k++;
    const span = along[k + 1] - along[k];
    const t = span > 0 ? (i * STEP_M - along[k]) / span : 0;
    to.xM[i] = from.xM[k] + t * (from.xM[k + 1] - from.xM[k]);
    to.yM[i] = from.yM[k] + t * (from.yM[k + 1] - from.yM[k]);
    to.sourceM[i] = from.sourceM[k] + t * (from.sourceM[k + 1] - from.sourceM[k]);
  }
  return to;
}

/** Moving average; the window narrows towards the ends so that they stay where they are. */
function smooth(values: Float64Array, half: number): Float64Array {
  const n = values.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const w = Math.min(half, i, n - 1 - i);
    let sum = 0;
    for (let k = i - w; k <= i + w; k++) sum += values[k];
    out[i] = sum / (2 * w + 1);
  }
  return out;
}

function wrapRad(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

function headings(xM: Float64Array, yM: Float64Array): Float64Array {
  const n = xM.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = Math.max(0, i - 1);
    const b = Math.min(n - 1, i + 1);
    out[i] = atan2(yM[b] - yM[a], xM[b] - xM[a]);
  }
  return out;
}

/** `polyline`: at least 20 m long. */
export function pathGeometry(polyline: readonly PointM[]): PathGeometry {
  const sourceM = new Float64Array(polyline.length);
  for (let i = 1; i < polyline.length; i++) {
    const dx = polyline[i].xM - polyline[i - 1].xM;
    const dy = polyline[i].yM - polyline[i - 1].yM;
    sourceM[i] = sourceM[i - 1] + Math.sqrt(dx * dx + dy * dy);
  }
  const raw = resample({
    xM: Float64Array.from(polyline, (p) => p.xM),
    yM: Float64Array.from(polyline, (p) => p.yM),
    sourceM,
  });
  const round = (values: Float64Array): Float64Array => smooth(smooth(values, SMOOTH_SAMPLES), SMOOTH_SAMPLES);
  const path = resample({ xM: round(raw.xM), yM: round(raw.yM), sourceM: raw.sourceM });
  const n = path.xM.length;
  const headingRad = headings(path.xM, path.yM);
  const bend = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) bend[i] = wrapRad(headingRad[i + 1] - headingRad[i - 1]) / (2 * STEP_M);
  const height = Float64Array.from(path.xM, (xM, i) => altitudeM({ xM, yM: path.yM[i] }));
  const grade = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) grade[i] = (height[i + 1] - height[i - 1]) / (2 * STEP_M);
  return {
    lengthM: (n - 1) * STEP_M,
    ...path,
    altitudeM: height,
    headingRad,
    curvature: smooth(bend, 1),
    grade,
  };
}
