/**
 * A collision by B68: 2.5 g over the horizontal plane for 20 ms, with a change of speed of 8 km/h within 150 ms,
 * at 400 Hz after a wake-up by the accelerometer. Horizontal is what is not gravity, so no mounting is needed.
 *
 * What falls is no vehicle: after free fall a device has hit the floor, however hard.
 */

const SAMPLE_MS = 2.5;
const PEAK_MG = 2500;
/** From the first sample to the last are 20 ms. */
const HOLD_SAMPLES = 20 / SAMPLE_MS + 1;
/** A power of two above the window. */
const RING = 64;
const WINDOW_SAMPLES = 150 / SAMPLE_MS;
/** 8 km/h as a sum of mg over samples: v / g / dt. */
const DELTA_V_SUM = (8 / 3.6 / 9.80665) * 1000 * (1000 / SAMPLE_MS);
const CM_S_PER_SUM = ((9.80665 * SAMPLE_MS) / 1000) * 0.1;
/** Less force than this for so long is a fall, and what follows within this time is its end. */
const FALL_MG = 400;
const FALL_SAMPLES = 60 / SAMPLE_MS;
const FALL_LEAK = 3;
const FALL_BLIND_SAMPLES = 1500 / SAMPLE_MS;
/** One collision is told once. */
const REST_SAMPLES = 3000 / SAMPLE_MS;

/** Machine output: for the box's eCall, never for the tariff (C57). */
export interface Collision {
  /** When the rule was fulfilled, ms since boot. */
  readonly atMs: number;
  /** Horizontal. It and the next still grow for 150 ms. */
  peakMg: number;
  /** Largest change of speed within 150 ms, cm/s. */
  deltaVCmS: number;
}

// Most devices never wake up, so the window is made when the first burst comes.
const NO_RING = new Int16Array(0);

export class Crash {
  /** How many there were in this boot, and the last of them. */
  count = 0;
  last: Collision | null = null;
  /** Horizontal force of the last samples, mg: x, y, z. */
  private ring = NO_RING;
  private taken = 0;
  private sumX = 0;
  private sumY = 0;
  private sumZ = 0;
  private held = 0;
  private heldAt = Number.NEGATIVE_INFINITY;
  private peak2 = 0;
  private falling = 0;
  private fellAt = Number.NEGATIVE_INFINITY;
  private restUntil = 0;
  private growsUntil = 0;
  private endMs = Number.NaN;

  /** 400 Hz, `x y z x y z ...` in mg; `gravityMg` in the same axes. */
  block(axesMg: Int16Array, startMs: number, gravityMg: Float64Array): void {
    if (!(Math.abs(startMs - this.endMs) <= SAMPLE_MS)) this.begin();
    const [gx, gy, gz] = gravityMg;
    const g2 = Math.max(1, gx * gx + gy * gy + gz * gz);
    for (let i = 0; i < axesMg.length; i += 3) {
      const x = axesMg[i];
      const y = axesMg[i + 1];
      const z = axesMg[i + 2];
      this.watchFall(x * x + y * y + z * z);
      const up = (x * gx + y * gy + z * gz) / g2;
      this.take(x - up * gx, y - up * gy, z - up * gz);
      const sum2 = this.sumX * this.sumX + this.sumY * this.sumY + this.sumZ * this.sumZ;
      if (this.fulfilled(sum2)) this.tell(startMs + (i / 3) * SAMPLE_MS);
      if (this.taken < this.growsUntil) this.grow(sum2);
    }
    this.endMs = startMs + (axesMg.length / 3) * SAMPLE_MS;
  }

  private begin(): void {
    if (this.ring.length === 0) this.ring = new Int16Array(3 * RING);
    this.ring.fill(0);
    this.sumX = 0;
    this.sumY = 0;
    this.sumZ = 0;
    this.held = 0;
    this.falling = 0;
    this.heldAt = Number.NEGATIVE_INFINITY;
  }

  private watchFall(force2: number): void {
    // A single loud sample does not end a fall.
    this.falling = force2 < FALL_MG * FALL_MG ? this.falling + 1 : Math.max(0, this.falling - FALL_LEAK);
    if (this.falling >= FALL_SAMPLES) this.fellAt = this.taken;
  }

  /** One horizontal sample into the window and the hold. */
  private take(x: number, y: number, z: number): void {
    const { ring } = this;
    const oldest = 3 * ((this.taken - WINDOW_SAMPLES) & (RING - 1));
    const at = 3 * (this.taken & (RING - 1));
    this.sumX -= ring[oldest];
    this.sumY -= ring[oldest + 1];
    this.sumZ -= ring[oldest + 2];
    ring[at] = x;
    ring[at + 1] = y;
    ring[at + 2] = z;
    this.sumX += ring[at];
    this.sumY += ring[at + 1];
    this.sumZ += ring[at + 2];
    this.taken++;
    const force2 = x * x + y * y + z * z;
    this.held = force2 >= PEAK_MG * PEAK_MG ? this.held + 1 : 0;
    if (this.held === 1) this.peak2 = 0;
    if (this.held > 0 && force2 > this.peak2) this.peak2 = force2;
    if (this.held >= HOLD_SAMPLES) this.heldAt = this.taken;
  }

  /** The hold and the change of speed lie in one window. */
  private fulfilled(sum2: number): boolean {
    if (this.taken - this.heldAt > WINDOW_SAMPLES - HOLD_SAMPLES) return false;
    if (this.taken < this.restUntil || this.taken - this.fellAt < FALL_BLIND_SAMPLES) return false;
    return sum2 >= DELTA_V_SUM * DELTA_V_SUM;
  }

  private tell(atMs: number): void {
    this.restUntil = this.taken + REST_SAMPLES;
    this.count++;
    this.growsUntil = this.taken + WINDOW_SAMPLES;
    this.last = { atMs: Math.round(atMs), peakMg: 0, deltaVCmS: 0 };
  }

  /** The collision goes on after the rule is fulfilled. */
  private grow(sum2: number): void {
    if (this.last === null) return;
    this.last.peakMg = Math.max(this.last.peakMg, Math.round(Math.sqrt(this.peak2)));
    this.last.deltaVCmS = Math.max(this.last.deltaVCmS, Math.round(Math.sqrt(sum2) * CM_S_PER_SUM));
  }
}
