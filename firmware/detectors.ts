/**
 * Harsh events at 50 Hz (C5): forward +0.28 g, braking -0.32 g, sideways 0.38 g, for at least 400 ms after a
 * second-order low-pass at 3 Hz, with 17 % hysteresis, above 10 km/h (sideways 30 km/h).
 */

import type { Occurrence } from '../protocol/messages.ts';

export const SAMPLE_MS = 20;
const HOLD_MS = 400;
const HYSTERESIS = 0.83;
export const FORWARD_MG = 280;
export const BRAKING_MG = 320;
export const SIDEWAYS_MG = 380;
const GATE_CM_S = 278;
const SIDEWAYS_GATE_CM_S = 833;

/** Butterworth, 2nd order, 3 Hz at 50 Hz (bilinear transform, w = tan(pi 3/50)). */
const B0 = 0.02785976611713602;
const A1 = -1.4754804435926465;
const A2 = 0.586919508061185;

/** One channel's low-pass in transposed direct form II; no allocation. */
export class LowPass {
  private s1 = 0;
  private s2 = 0;

  step(x: number): number {
    const y = B0 * x + this.s1;
    this.s1 = 2 * B0 * x - A1 * y + this.s2;
    this.s2 = B0 * x - A2 * y;
    return y;
  }
}

type HarshKind = 'harsh-acceleration' | 'harsh-braking' | 'harsh-cornering';

/** One threshold with hysteresis, a minimum duration and a speed gate. */
export class Detector {
  private readonly kind: HarshKind;
  private readonly thresholdMg: number;
  private readonly gateCmS: number;
  private sinceMs = -1;
  private peakMg = 0;
  private onsetSpeedCmS = 0;

  constructor(kind: HarshKind, thresholdMg: number, gateCmS: number) {
    this.kind = kind;
    this.thresholdMg = thresholdMg;
    this.gateCmS = gateCmS;
  }

  /** `valueMg` is positive towards this detector's side. Returns the event when it has ended. */
  step(valueMg: number, atMs: number, speedCmS: number): Occurrence | null {
    if (this.sinceMs < 0) {
      if (valueMg < this.thresholdMg) return null;
      this.sinceMs = atMs;
      this.peakMg = valueMg;
      this.onsetSpeedCmS = speedCmS;
      return null;
    }
    if (valueMg > this.peakMg) this.peakMg = valueMg;
    return valueMg >= this.thresholdMg * HYSTERESIS ? null : this.end(atMs, speedCmS);
  }

  /** Forgets a running event: the axes have changed under it. */
  clear(): void {
    this.sinceMs = -1;
  }

  private end(atMs: number, speedCmS: number): Occurrence | null {
    const durationMs = atMs - this.sinceMs;
    const startMs = this.sinceMs;
    this.sinceMs = -1;
    // Braking ends slow and acceleration begins slow: the faster end of the event decides.
    const fastest = Math.max(this.onsetSpeedCmS, speedCmS);
    if (durationMs < HOLD_MS || fastest < this.gateCmS) return null;
    return {
      kind: this.kind,
      atMs: startMs,
      durationMs,
      peak: Math.round(this.peakMg / 10),
      speedDmS: Math.round(fastest / 10),
    };
  }
}

export function harshDetectors(): { forward: Detector; braking: Detector; left: Detector; right: Detector } {
  return {
    forward: new Detector('harsh-acceleration', FORWARD_MG, GATE_CM_S),
    braking: new Detector('harsh-braking', BRAKING_MG, GATE_CM_S),
    left: new Detector('harsh-cornering', SIDEWAYS_MG, SIDEWAYS_GATE_CM_S),
    right: new Detector('harsh-cornering', SIDEWAYS_MG, SIDEWAYS_GATE_CM_S),
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
