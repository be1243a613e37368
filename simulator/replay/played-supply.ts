/** 10 Hz supply voltage for the sensor: the recorded one, or that of a common car (numbers.md 4). */

import { SUPPLY_PER_SECOND } from '../feed.ts';
import { Cursor } from './cursor.ts';
import { NumberColumn } from './number-column.ts';
import type { RecordedPoint } from './recording.ts';
import type { Span } from './timeline.ts';

export const REST_MV = 12_400;
export const RUNNING_MV = 14_200;
const CRANK_DIP_MV = 8000;
const CRANK_MV = 10_500;
/** Seconds of the lead-in before the starter, which then turns for one second. */
const REST_S = 4;
export const SUPPLY_GAP_MS_MAX = 30_000;
const SAMPLE_MS = 1000 / SUPPLY_PER_SECOND;

export interface SupplySource {
  /** Fills 10 samples in mV for the second that begins at `startMs`, the `second`-th of its span. */
  fill(supplyMv: Uint16Array, startMs: number, span: Span, second: number): void;
}

function engineIsOff(span: Span): boolean {
  return span.kind === 'parked' || span.kind === 'dark';
}

export class DerivedSupply implements SupplySource {
  fill(supplyMv: Uint16Array, _startMs: number, span: Span, second: number): void {
    const rests = engineIsOff(span) || (span.kind === 'lead-in' && second < REST_S);
    const cranks = span.kind === 'lead-in' && second === REST_S;
    supplyMv.fill(rests ? REST_MV : cranks ? CRANK_MV : RUNNING_MV);
    if (cranks) supplyMv[0] = CRANK_DIP_MV;
  }
}

/** Between readings at most 30 s apart a straight line, in longer gaps the last one, before the first the first. */
export class RecordedSupply implements SupplySource {
  readonly #tMs: Float64Array;
  readonly #mV: Float64Array;
  readonly #cursor: Cursor;

  /** `points` needs at least one with a voltage. */
  constructor(points: readonly RecordedPoint[]) {
    const tMs = new NumberColumn();
    const mV = new NumberColumn();
    for (const point of points) {
      if (point.supplyV === null) continue;
      tMs.push(point.tMs);
      mV.push(Math.max(0, Math.min(65_535, point.supplyV * 1000)));
    }
    this.#tMs = tMs.values();
    this.#mV = mV.values();
    this.#cursor = new Cursor(this.#tMs);
  }

  fill(supplyMv: Uint16Array, startMs: number, span: Span): void {
    const off = engineIsOff(span);
    for (let k = 0; k < SUPPLY_PER_SECOND; k++) {
      const mV = this.#at(startMs + k * SAMPLE_MS);
      // A car whose charging shows nothing, at 11.7 V all along, does not gain a volt when its engine stops.
      supplyMv[k] = Math.round(off ? Math.min(REST_MV, mV) : mV);
    }
  }

  #at(ms: number): number {
    const i = this.#cursor.seek(ms);
    if (i < 0) return this.#mV[0] as number;
    const before = this.#mV[i] as number;
    const gapMs = (this.#tMs[i + 1] as number) - (this.#tMs[i] as number);
    if (!(gapMs <= SUPPLY_GAP_MS_MAX)) return before;
    return before + (((this.#mV[i + 1] as number) - before) * (ms - (this.#tMs[i] as number))) / gapMs;
  }
}
