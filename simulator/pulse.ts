/** Short forces that a road, a door or a hand puts on the device, in vehicle axes, sampled at 400 Hz. */

import { sin } from '../protocol/trig.ts';

export const BURST_PER_SECOND = 400;
const STEP_MS = 1000 / BURST_PER_SECOND;
/** Samples at 400 Hz in one at 50 Hz. */
export const FINE = 8;
const MS2_PER_MG = 0.00980665;

export interface Pulse {
  readonly startMs: number;
  readonly durationMs: number;
  readonly forwardMg: number;
  readonly leftMg: number;
  readonly upMg: number;
  /** Half a sine, or an oscillation of so many Hz that dies away. */
  readonly shape: 'half-sine' | { readonly hz: number };
  /** The whole car gets it, and changes its speed by it. */
  readonly onCar?: boolean;
}

/** The device is in the air. */
export interface Fall {
  readonly startMs: number;
  readonly durationMs: number;
}

/** 0..1 of the pulse's size, `ms` after its start. */
export function pulseAt(pulse: Pulse, ms: number): number {
  const { shape, durationMs } = pulse;
  if (ms < 0 || ms >= durationMs) return 0;
  if (shape === 'half-sine') return sin((Math.PI * ms) / durationMs);
  const left = 1 - ms / durationMs;
  return sin((2 * Math.PI * shape.hz * ms) / 1000) * left * left;
}

/** What pulses and falls do to one second, at 400 Hz. */
export class RoughSecond {
  /** Forward, left, up, mg. */
  readonly forceMg = new Float64Array(3 * BURST_PER_SECOND);
  /** 1 while the device falls and feels nothing of the car. */
  readonly free = new Uint8Array(BURST_PER_SECOND);
  /** What the whole car gets of the forward force, mg. */
  readonly onCarMg = new Float64Array(BURST_PER_SECOND);

  clear(): void {
    this.forceMg.fill(0);
    this.free.fill(0);
    this.onCarMg.fill(0);
  }

  add(pulse: Pulse, secondStartMs: number): void {
    const fromMs = pulse.startMs - secondStartMs;
    const first = Math.max(0, Math.ceil(fromMs / STEP_MS));
    const last = Math.min(BURST_PER_SECOND, Math.ceil((fromMs + pulse.durationMs) / STEP_MS));
    for (let i = first; i < last; i++) {
      const size = pulseAt(pulse, i * STEP_MS - fromMs);
      this.forceMg[3 * i] += size * pulse.forwardMg;
      this.forceMg[3 * i + 1] += size * pulse.leftMg;
      this.forceMg[3 * i + 2] += size * pulse.upMg;
      if (pulse.onCar) this.onCarMg[i] += size * pulse.forwardMg;
    }
  }

  fall(fall: Fall, secondStartMs: number): void {
    const from = Math.round((fall.startMs - secondStartMs) / STEP_MS);
    const to = Math.round((fall.startMs + fall.durationMs - secondStartMs) / STEP_MS);
    this.free.fill(1, Math.max(0, from), Math.max(0, Math.min(BURST_PER_SECOND, to)));
  }

  /** How the car's speed changes in the 50 Hz sample `i`, m/s. */
  carMs(i: number): number {
    let sum = 0;
    for (let k = FINE * i; k < FINE * (i + 1); k++) sum += this.onCarMg[k];
    return (sum * MS2_PER_MG * STEP_MS) / 1000;
  }

  fallingMs(): number {
    return STEP_MS * this.free.reduce((sum, one) => sum + one, 0);
  }

  /** The strongest force. */
  strongestMg(): number {
    let most = 0;
    for (let i = 0; i < this.forceMg.length; i += 3) {
      const [f, l, u] = [this.forceMg[i], this.forceMg[i + 1], this.forceMg[i + 2]];
      most = Math.max(most, f * f + l * l + u * u);
    }
    return Math.sqrt(most);
  }
}
