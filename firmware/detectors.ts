/**
 * Harsh events at 50 Hz (C5): forward +0.28 g, braking -0.32 g, sideways 0.38 g, for at least 400 ms after a
 * second-order low-pass at 3 Hz, with 17 % hysteresis, above 10 km/h (sideways 30 km/h).
 */

import type { Occurrence, RawTrace } from '../protocol/messages.ts';
import { newRam, RAM } from './ram.ts';

export const SAMPLE_MS = 20;
const HOLD_MS = 400;
const HYSTERESIS = 0.83;
/** What cobbles leave in the filtered force must not lift ordinary driving over a threshold. */
const ROUGH_RISE = 1.3;
export const FORWARD_MG = 280;
export const BRAKING_MG = 320;
export const SIDEWAYS_MG = 380;
const GATE_CM_S = 278;
const SIDEWAYS_GATE_CM_S = 833;

/** Butterworth, 2nd order, 3 Hz at 50 Hz (bilinear transform, w = tan(pi 3/50)). */
const B0 = 0.02785976611713602;
const A1 = -1.4754804435926465;
const A2 = 0.586919508061185;

/**
 * One channel's low-pass in transposed direct form II; no allocation. Its state can be kept elsewhere, so that one
 * object serves all devices.
 */
export class LowPass {
  private s1 = 0;
  private s2 = 0;

  step(x: number): number {
    const y = B0 * x + this.s1;
    this.s1 = 2 * B0 * x - A1 * y + this.s2;
    this.s2 = B0 * x - A2 * y;
    return y;
  }

  /** Two numbers. */
  load(from: Float64Array, at: number): void {
    this.s1 = from[at];
    this.s2 = from[at + 1];
  }

  store(into: Float64Array, at: number): void {
    into[at] = this.s1;
    into[at + 1] = this.s2;
  }

  /** As if `x` had been there for ever. */
  settle(x: number): void {
    this.s1 = (1 - B0) * x;
    this.s2 = (B0 - A2) * x;
  }
}

type HarshKind = 'harsh-acceleration' | 'harsh-braking' | 'harsh-cornering';

interface HarshRule {
  readonly kind: HarshKind;
  readonly thresholdMg: number;
  readonly gateCmS: number;
}

const FORWARD: HarshRule = { kind: 'harsh-acceleration', thresholdMg: FORWARD_MG, gateCmS: GATE_CM_S };
const BRAKING: HarshRule = { kind: 'harsh-braking', thresholdMg: BRAKING_MG, gateCmS: GATE_CM_S };
const SIDEWAYS: HarshRule = { kind: 'harsh-cornering', thresholdMg: SIDEWAYS_MG, gateCmS: SIDEWAYS_GATE_CM_S };

/** Where a detector's numbers lie. */
const SINCE = 0;
const PEAK = 1;
const PEAK_AT = 2;
const TOP = 3;
const DETECTOR_NUMBERS = 4;

/** One threshold with hysteresis, a minimum duration and a speed gate. */
export class Detector {
  /** What the owner keeps of the peak; a higher one makes it void. */
  trace: RawTrace | null = null;
  private readonly rule: HarshRule;
  private readonly ram: Float64Array;
  private readonly at: number;

  /** Its numbers lie in `ram` from `at` on. */
  constructor(rule: HarshRule, ram: Float64Array, at: number) {
    this.rule = rule;
    this.ram = ram;
    this.at = at;
    this.clear();
  }

  /** -1 while nothing runs. */
  get sinceMs(): number {
    return this.ram[this.at + SINCE];
  }

  /** When what runs, or ran last, had its peak. */
  get peakMs(): number {
    return this.ram[this.at + PEAK_AT];
  }

  /**
   * `valueMg` is positive towards this detector's side; `rough`: the road shakes the car. Returns the event when it
   * has ended.
   */
  step(valueMg: number, atMs: number, speedCmS: number, rough: boolean): Occurrence | null {
    const { ram, at } = this;
    const { thresholdMg, gateCmS } = this.rule;
    if (!this.running) {
      if (valueMg < (rough ? ROUGH_RISE : 1) * thresholdMg || speedCmS < gateCmS) return null;
      ram[at + SINCE] = atMs;
      ram[at + TOP] = speedCmS;
      this.peak(valueMg, atMs);
      return null;
    }
    if (valueMg > ram[at + PEAK]) this.peak(valueMg, atMs);
    if (speedCmS > ram[at + TOP]) ram[at + TOP] = speedCmS;
    if (valueMg >= thresholdMg * HYSTERESIS && speedCmS >= gateCmS) return null;
    return this.end(atMs);
  }

  /** Something goes on that may become an event. */
  get running(): boolean {
    return this.ram[this.at + SINCE] >= 0;
  }

  /** Forgets a running event: the axes have changed under it. */
  clear(): void {
    this.ram[this.at + SINCE] = -1;
    this.trace = null;
  }

  private peak(valueMg: number, atMs: number): void {
    this.ram[this.at + PEAK] = valueMg;
    this.ram[this.at + PEAK_AT] = atMs;
    this.trace = null;
  }

  /** The trace of an event stays, for the owner to take. */
  private end(atMs: number): Occurrence | null {
    const { ram, at } = this;
    const startMs = this.sinceMs;
    const durationMs = atMs - startMs;
    ram[at + SINCE] = -1;
    if (durationMs < HOLD_MS) {
      this.trace = null;
      return null;
    }
    return {
      kind: this.rule.kind,
      atMs: startMs,
      durationMs,
      peak: Math.round(ram[at + PEAK] / 10),
      speedDmS: Math.round(ram[at + TOP] / 10),
    };
  }
}

export interface HarshDetectors {
  readonly forward: Detector;
  readonly braking: Detector;
  readonly left: Detector;
  readonly right: Detector;
}

export function harshDetectors(ram: Float64Array = newRam()): HarshDetectors {
  const detector = (rule: HarshRule, n: number): Detector =>
    new Detector(rule, ram, RAM.detectors + n * DETECTOR_NUMBERS);
  return {
    forward: detector(FORWARD, 0),
    braking: detector(BRAKING, 1),
    left: detector(SIDEWAYS, 2),
    right: detector(SIDEWAYS, 3),
  };
}

/** Speeds over 150 km/h are critical whatever the limit is (E43). */
const PEAK_CM_S = 4167;
const PEAK_END_CM_S = 4028;

export class SpeedPeak {
  private sinceMs = -1;
  private peakCmS = 0;

  second(speedCmS: number | null, now: number): Occurrence | null {
    const speed = speedCmS ?? 0;
    if (this.sinceMs < 0) {
      if (speed <= PEAK_CM_S) return null;
      this.sinceMs = now;
      this.peakCmS = speed;
      return null;
    }
    this.peakCmS = Math.max(this.peakCmS, speed);
    if (speed >= PEAK_END_CM_S) return null;
    const peak = Math.round(this.peakCmS / 10);
    const startMs = this.sinceMs;
    this.sinceMs = -1;
    return { kind: 'speed-peak', atMs: startMs, durationMs: now - startMs, peak, speedDmS: peak };
  }
}
