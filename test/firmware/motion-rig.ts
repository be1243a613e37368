import { Motion, type MotionChange } from '../../firmware/motion.ts';
import { Supply } from '../../firmware/supply.ts';
import { Vibration } from '../../firmware/vibration.ts';

export interface Second {
  /** null: no fix. Default 0. */
  readonly kmh?: number | null;
  /** A level, or ten samples. Default 12.4 V. */
  readonly mV?: number | readonly number[];
  /** Of the sensor up and down; 2 is its noise, 10 an idling engine. Default 2. */
  readonly shakeMg?: number;
  /** Mean force forward: acceleration or a ramp. */
  readonly forwardMg?: number;
}

export const AT_REST: Second = { mV: 12_400 };
/** A classic alternator at a standstill. */
export const IDLING: Second = { mV: 14_200, shakeMg: 10 };
/** A smart one. */
export const IDLING_LOW: Second = { mV: 12_200, shakeMg: 10 };
/** A starter for one second. */
export const CRANKING: Second = {
  mV: [8000, 9500, 9600, 10_400, 11_400, 11_400, 10_300, 9500, 9600, 12_000],
  shakeMg: 40,
};

export interface Seen {
  readonly atMs: number;
  readonly change: MotionChange;
}

/** The three machines that decide about trips, second by second. */
export class MotionRig {
  readonly supply: Supply;
  readonly vibration = new Vibration();
  readonly motion: Motion;
  readonly seen: Seen[] = [];
  /** How often an engine start was reported. */
  starts = 0;
  now = 0;

  constructor(engineSeen = true, resumed = false) {
    this.supply = new Supply(engineSeen);
    this.motion = new Motion(resumed);
  }

  run(seconds: number, { kmh = 0, mV = 12_400, shakeMg = 2, forwardMg = 0 }: Second): this {
    const axes = new Int16Array(150);
    for (let i = 0; i < 50; i++) axes.set([forwardMg, 0, 1000 + (i % 2 === 0 ? shakeMg : -shakeMg)], 3 * i);
    const line = typeof mV === 'number' ? new Uint16Array(10).fill(mV) : Uint16Array.from(mV);
    for (let s = 0; s < seconds; s++) {
      this.vibration.block(axes);
      const startMs = this.now;
      this.now += 1000;
      if (this.supply.block(line, startMs, this.now)) this.starts++;
      const cmS = kmh === null ? null : Math.round(kmh / 0.036);
      const change = this.motion.second(cmS, 2 * shakeMg, this.vibration, this.supply, this.now);
      if (change.kind !== 'none') this.seen.push({ atMs: this.now, change });
    }
    return this;
  }

  /** Kinds of what was seen so far, in order. */
  get kinds(): string[] {
    return this.seen.map(({ change }) => change.kind);
  }
}
