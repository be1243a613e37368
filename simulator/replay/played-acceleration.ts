/** 50 Hz acceleration for the sensor: the recorder's own, or that of a car which moves along the course. */

import { IMU_PER_SECOND } from '../feed.ts';
import { type Course, JOIN_MS_MAX } from './course.ts';
import { Cursor } from './cursor.ts';
import type { RecordedAcceleration } from './recording.ts';
import type { Span } from './timeline.ts';

const G_M_S2 = 9.80665;
const MG_PER_M_S2 = 1000 / G_M_S2;
const SAMPLE_MS = 1000 / IMU_PER_SECOND;
/** Recorded samples farther apart are not joined. */
const SAMPLE_GAP_MS_MAX = 1000;
/** The measuring range of the sensor. */
const RANGE_MG = 16_000;

export interface AccelerationSource {
  /** Fills 50 x (x, y, z) in mg for the second that begins at `startMs`. */
  fill(axesMg: Int16Array, startMs: number, span: Span): void;
}

function milliG(mS2: number): number {
  return Math.max(-RANGE_MG, Math.min(RANGE_MG, Math.round(mS2 * MG_PER_M_S2)));
}

/** x forward, y left, z up. */
export class DerivedAcceleration implements AccelerationSource {
  readonly #course: Course;
  readonly #cursor: Cursor;

  constructor(course: Course) {
    this.#course = course;
    this.#cursor = new Cursor(course.tMs);
  }

  fill(axesMg: Int16Array, startMs: number, span: Span): void {
    const { tMs, forwardMS2, leftMS2 } = this.#course;
    for (let k = 0; k < IMU_PER_SECOND; k++) {
      const ms = startMs + k * SAMPLE_MS;
      let forward = 0;
      let left = 0;
      if (span.kind === 'recorded') {
        const i = this.#cursor.seek(ms);
        const gapMs = i < 0 ? Number.POSITIVE_INFINITY : (tMs[i + 1] as number) - (tMs[i] as number);
        if (gapMs <= JOIN_MS_MAX) {
          const share = (ms - (tMs[i] as number)) / gapMs;
          forward = (forwardMS2[i] as number) * (1 - share) + (forwardMS2[i + 1] as number) * share;
          left = (leftMS2[i] as number) * (1 - share) + (leftMS2[i + 1] as number) * share;
        }
      }
      axesMg[k * 3] = milliG(forward);
      axesMg[k * 3 + 1] = milliG(left);
      axesMg[k * 3 + 2] = 1000;
    }
  }
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The recorder's own axes. Where it has no samples the car is level: its mean direction, at 1 g. */
export class ResampledAcceleration implements AccelerationSource {
  readonly #recorded: RecordedAcceleration;
  readonly #cursor: Cursor;
  readonly #level: readonly [number, number, number];

  constructor(recorded: RecordedAcceleration) {
    this.#recorded = recorded;
    this.#cursor = new Cursor(recorded.tMs);
    const [x, y, z] = [mean(recorded.x), mean(recorded.y), mean(recorded.z)];
    const norm = Math.sqrt(x * x + y * y + z * z);
    const toG = norm > 0 ? G_M_S2 / norm : 0;
    this.#level = norm > 0 ? [x * toG, y * toG, z * toG] : [0, 0, G_M_S2];
  }

  fill(axesMg: Int16Array, startMs: number, span: Span): void {
    const { tMs, x, y, z } = this.#recorded;
    for (let k = 0; k < IMU_PER_SECOND; k++) {
      const ms = startMs + k * SAMPLE_MS;
      const i = this.#cursor.seek(ms);
      const gapMs = i < 0 ? Number.POSITIVE_INFINITY : (tMs[i + 1] as number) - (tMs[i] as number);
      if (span.kind === 'recorded' && gapMs <= SAMPLE_GAP_MS_MAX) {
        const share = (ms - (tMs[i] as number)) / gapMs;
        axesMg[k * 3] = milliG((x[i] as number) * (1 - share) + (x[i + 1] as number) * share);
        axesMg[k * 3 + 1] = milliG((y[i] as number) * (1 - share) + (y[i + 1] as number) * share);
        axesMg[k * 3 + 2] = milliG((z[i] as number) * (1 - share) + (z[i + 1] as number) * share);
      } else {
        axesMg[k * 3] = milliG(this.#level[0]);
        axesMg[k * 3 + 1] = milliG(this.#level[1]);
        axesMg[k * 3 + 2] = milliG(this.#level[2]);
      }
    }
  }
}
