/** The trip so far: what every frame carries, so that a lost frame costs detail and not kilometres. */

import type { Occurrence, Summary } from '../protocol/messages.ts';
import { cos, M_PER_DEG, RAD_PER_DEG } from '../protocol/trig.ts';
import { ROW, ROW_VALUES } from './row.ts';

/** Below this speed a change of position is the receiver's noise and not the car's movement. */
const MOVING_DM_S = 7;

export class Meter {
  private distanceM: number;
  private durationS: number;
  private topSpeedDmS: number;
  private accelerations: number;
  private brakings: number;
  private cornerings: number;
  private anchored = false;
  private anchorLatE6 = 0;
  private anchorLonE6 = 0;

  constructor(from: Summary | null) {
    this.distanceM = from?.distanceM ?? 0;
    this.durationS = from?.durationS ?? 0;
    this.topSpeedDmS = from?.topSpeedDmS ?? 0;
    this.accelerations = from?.accelerations ?? 0;
    this.brakings = from?.brakings ?? 0;
    this.cornerings = from?.cornerings ?? 0;
  }

  second(rows: Int32Array, row: number): void {
    const base = row * ROW_VALUES;
    this.durationS++;
    if (rows[base + ROW.fix] === 0) return;
    const speedDmS = rows[base + ROW.speedDmS];
    if (speedDmS > this.topSpeedDmS) this.topSpeedDmS = speedDmS;
    const latE6 = rows[base + ROW.latE6];
    const lonE6 = rows[base + ROW.lonE6];
    if (this.anchored && speedDmS < MOVING_DM_S) return;
    if (this.anchored) this.distanceM += stepM(this.anchorLatE6, this.anchorLonE6, latE6, lonE6);
    this.anchored = true;
    this.anchorLatE6 = latE6;
    this.anchorLonE6 = lonE6;
  }

  count(occurrence: Occurrence): void {
    if (occurrence.kind === 'harsh-acceleration') this.accelerations++;
    else if (occurrence.kind === 'harsh-braking') this.brakings++;
    else if (occurrence.kind === 'harsh-cornering') this.cornerings++;
  }

  summary(): Summary {
    return {
      distanceM: Math.round(this.distanceM),
      durationS: this.durationS,
      topSpeedDmS: this.topSpeedDmS,
      accelerations: this.accelerations,
      brakings: this.brakings,
      cornerings: this.cornerings,
    };
  }
}

/** Metres between two positions in 1e-6 degree that are seconds apart; flat-earth error is below 1e-5 there. */
function stepM(latA: number, lonA: number, latB: number, lonB: number): number {
  const north = ((latB - latA) / 1e6) * M_PER_DEG;
  const east = ((lonB - lonA) / 1e6) * M_PER_DEG * cos((latA / 1e6) * RAD_PER_DEG);
  return Math.sqrt(north * north + east * east);
}
