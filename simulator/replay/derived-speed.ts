/** Speeds for the points at which a recording has none. */

import { distanceM } from '../../protocol/trig.ts';

export interface Positions {
  readonly tMs: Float64Array;
  readonly latDeg: Float64Array;
  readonly lonDeg: Float64Array;
}

/** Recorded speeds that are this near in time are joined by a straight line. */
const JOIN_MS_MAX = 30_000;
const STANDING_M_S_MAX = 1;
/** A parked receiver wanders this far. */
const WANDER_M_MAX = 100;
/** The speeds into and out of a point differ by no more than a car can brake; if they do, one position is wrong. */
const CHANGE_M_S2_MAX = 10;
const SPEED_M_S_MAX = 100;
const WINDOW_MS = 1000;
const GAP_MS_MAX = 600_000;

const at = (column: Float64Array, index: number): number => column[index] as number;

function stepM({ latDeg, lonDeg }: Positions, a: number, b: number): number {
  return distanceM(at(latDeg, a), at(lonDeg, a), at(latDeg, b), at(lonDeg, b));
}

/** Path over time from point `i` in `direction`, over one second at least; NaN when there is no near point. */
function legSpeed(positions: Positions, i: number, direction: 1 | -1): number {
  const { tMs } = positions;
  let end = i;
  let pathM = 0;
  while (Math.abs(at(tMs, end) - at(tMs, i)) < WINDOW_MS) {
    const next = end + direction;
    if (!(Math.abs(at(tMs, next) - at(tMs, end)) <= GAP_MS_MAX)) break;
    pathM += stepM(positions, end, next);
    end = next;
  }
  return end === i ? Number.NaN : (pathM * 1000) / Math.abs(at(tMs, end) - at(tMs, i));
}

function positionSpeed(positions: Positions, i: number): number {
  const into = legSpeed(positions, i, -1);
  const out = legSpeed(positions, i, 1);
  if (Number.isNaN(into) || Number.isNaN(out)) return Math.min(SPEED_M_S_MAX, Number.isNaN(into) ? out || 0 : into);
  const believed = Math.abs(out - into) <= (CHANGE_M_S2_MAX * WINDOW_MS) / 1000;
  return Math.min(SPEED_M_S_MAX, believed ? (into + out) / 2 : Math.min(into, out));
}

/** A car that stood at point `known` still stands while its positions only wander around it. */
function wandersAround(positions: Positions, speedMS: Float64Array, known: number, from: number, to: number): boolean {
  if (!(at(speedMS, known) < STANDING_M_S_MAX)) return false;
  for (let k = from; k < to; k++) if (stepM(positions, known, k) > WANDER_M_MAX) return false;
  return true;
}

/** Fills points `from` to `to` (exclusive), between the recorded speeds before and after them if there are any. */
function fillRun(positions: Positions, speedMS: Float64Array, from: number, to: number): void {
  const { tMs } = positions;
  const before = from - 1;
  const spanMs = at(tMs, to) - at(tMs, before);
  const stands = wandersAround(positions, speedMS, before, from, to) || wandersAround(positions, speedMS, to, from, to);
  for (let k = from; k < to; k++) {
    if (spanMs <= JOIN_MS_MAX) {
      const share = (at(tMs, k) - at(tMs, before)) / spanMs;
      speedMS[k] = at(speedMS, before) + (at(speedMS, to) - at(speedMS, before)) * share;
    } else speedMS[k] = stands ? 0 : positionSpeed(positions, k);
  }
}

/** Replaces every NaN of `speedMS` and returns how many there were. */
export function fillSpeeds(positions: Positions, speedMS: Float64Array): number {
  let derived = 0;
  for (let from = 0; from < speedMS.length; from++) {
    if (!Number.isNaN(at(speedMS, from))) continue;
    let to = from;
    while (to < speedMS.length && Number.isNaN(at(speedMS, to))) to++;
    fillRun(positions, speedMS, from, to);
    derived += to - from;
    from = to - 1;
  }
  return derived;
}
