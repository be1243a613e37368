/** Compares the axes that the firmware found with what the recording's own speed says, outside the firmware. */

import type { SensorFeed, SensorSecond } from '../simulator/feed.ts';

/** Seconds over which both signals are averaged: GNSS speed lags and is rounded to 0.1 km/h. */
const SMOOTH_S = 2;
const MOVING_CM_S = 100;

interface Sample {
  readonly force: readonly [number, number, number];
  readonly speedCmS: number | null;
}

/** A feed that listens to another one. */
export class AxisCheck implements SensorFeed {
  private readonly feed: SensorFeed;
  private readonly samples: Sample[] = [];

  constructor(feed: SensorFeed) {
    this.feed = feed;
  }

  fill(second: SensorSecond): boolean {
    if (!this.feed.fill(second)) return false;
    const sum: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < second.axesMg.length; i++) sum[i % 3] += second.axesMg[i];
    const n = second.axesMg.length / 3;
    this.samples.push({ force: [sum[0] / n, sum[1] / n, sum[2] / n], speedCmS: second.fix?.speedCmS ?? null });
    return true;
  }

  /** Pearson correlation of the force along the found forward axis with the acceleration from GNSS speed. */
  against(rotation: Float64Array | null): { found: boolean; forwardCorrelation: number | null } {
    if (rotation === null) return { found: false, forwardCorrelation: null };
    const forward: number[] = [];
    const bySpeed: number[] = [];
    for (let i = SMOOTH_S; i < this.samples.length; i++) {
      const from = this.samples[i - SMOOTH_S].speedCmS;
      const to = this.samples[i].speedCmS;
      if (from === null || to === null || Math.max(from, to) < MOVING_CM_S) continue;
      bySpeed.push((to - from) / SMOOTH_S);
      let sum = 0;
      for (let s = i - SMOOTH_S + 1; s <= i; s++) {
        const [x, y, z] = this.samples[s].force;
        sum += rotation[0] * x + rotation[1] * y + rotation[2] * z;
      }
      forward.push(sum / SMOOTH_S);
    }
    const r = correlation(forward, bySpeed);
    return { found: true, forwardCorrelation: r === null ? null : Math.round(r * 1000) / 1000 };
  }
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const n = a.length;
  if (n < 2) return null;
  const meanA = a.reduce((sum, value) => sum + value, 0) / n;
  const meanB = b.reduce((sum, value) => sum + value, 0) / n;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) * (a[i] - meanA);
    bb += (b[i] - meanB) * (b[i] - meanB);
  }
  return aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb);
}
