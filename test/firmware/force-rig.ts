/** A car without noise in front of the sensing machine: what it does is given second by second. */

import type { Rotation } from '../../firmware/axis-fit.ts';
import { Sensing } from '../../firmware/sensing.ts';
import type { Occurrence } from '../../protocol/messages.ts';

export const UPRIGHT: Rotation = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]);
const G_CM_S2 = 980.665;

export class ForceRig {
  readonly sensing = new Sensing();
  readonly events: Occurrence[] = [];
  speedCmS = 0;
  gravityForwardMg = 0;
  /** What hits the device and not the car, forward. */
  blowMg: (i: number) => number = () => 0;
  private second = 0;
  private readonly axesMg = new Int16Array(150);

  constructor(speedKmh: number) {
    this.speedCmS = speedKmh / 0.036;
  }

  get nowMs(): number {
    return this.second * 1000;
  }

  /** One second; forces of the car in mg at each 20 ms, forward and left. */
  drive(forwardMg: (i: number) => number, leftMg: (i: number) => number = () => 0, fix = true): void {
    for (let i = 0; i < 50; i++) {
      this.axesMg[3 * i] = Math.round(forwardMg(i) + this.gravityForwardMg + this.blowMg(i));
      this.axesMg[3 * i + 1] = Math.round(leftMg(i));
      this.axesMg[3 * i + 2] = 1000;
      this.speedCmS = Math.max(0, this.speedCmS + (forwardMg(i) / 1000) * G_CM_S2 * 0.02);
    }
    this.sensing.block(this.axesMg, this.nowMs);
    this.second++;
    this.sensing.locate(fix ? Math.round(this.speedCmS) : null, 0);
    this.sensing.judge(this.events);
  }

  cruise(seconds: number): void {
    for (let s = 0; s < seconds; s++) this.drive(() => 0);
  }

  /** Samples go missing. */
  skip(seconds: number): void {
    this.second += seconds;
  }
}

export function mountedRig(speedKmh: number): ForceRig {
  const rig = new ForceRig(speedKmh);
  rig.cruise(2);
  rig.sensing.mount(UPRIGHT);
  rig.cruise(10);
  return rig;
}
