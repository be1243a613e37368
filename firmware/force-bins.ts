/**
 * The last seconds of specific force in the sensor's own axes, in bins of 100 ms, made out of the ring of raw samples
 * whenever a second is judged.
 */

/** Samples in a ring: 3 s until the last of them are judged (sensing.ts), and a second before for their raw trace. */
export const RING = 200;
export const RING_VALUES = 3 * RING;
/** Blocks of samples and the ring are multiples of it. */
const BIN_SAMPLES = 5;
const BINS_PER_SECOND = 10;
/** A window of 3 s of a receiver that is half a second late, and a bin that is cut. */
const BINS = 36;
/** What is stronger is a blow and says little of the car's speed. */
const BLOW_MG = 1200;

/** One serves all devices of a process: it is filled and read within one call. */
export class ForceBins {
  /** Mean of each bin, mg: x, y, z. */
  private readonly bins = new Float64Array(3 * BINS);
  private of: Int16Array | null = null;
  /** Bins since the device began: the first one here, and the next one to come. */
  private first = 0;
  private next = 0;

  /**
   * `ring` holds `RING_VALUES` numbers, x y z of sample n at 3 (n mod RING); `taken` samples have come, those before
   * number `since` are separated by a gap. Blows are cut off around gravity, whole mg.
   */
  fill(ring: Int16Array, taken: number, since: number, gravityX: number, gravityY: number, gravityZ: number): void {
    const next = Math.floor(taken / BIN_SAMPLES);
    if (this.of === ring && this.next === next) return;
    this.of = ring;
    this.next = next;
    this.first = Math.max(Math.ceil(since / BIN_SAMPLES), next - BINS);
    const { bins } = this;
    for (let bin = this.first; bin < next; bin++) {
      let x = 0;
      let y = 0;
      let z = 0;
      const from = 3 * ((bin * BIN_SAMPLES) % RING);
      for (let at = from; at < from + 3 * BIN_SAMPLES; at += 3) {
        x += clip(ring[at], gravityX);
        y += clip(ring[at + 1], gravityY);
        z += clip(ring[at + 2], gravityZ);
      }
      const into = 3 * (bin % BINS);
      bins[into] = x / BIN_SAMPLES;
      bins[into + 1] = y / BIN_SAMPLES;
      bins[into + 2] = z / BIN_SAMPLES;
    }
  }

  /** Mean over `spanS` seconds that ended `lagS` seconds ago, into `out`; false when there are too few samples. */
  mean(lagS: number, spanS: number, out: Float64Array): boolean {
    const end = this.next - lagS * BINS_PER_SECOND;
    const start = end - spanS * BINS_PER_SECOND;
    if (start < this.first) return false;
    const { bins } = this;
    let x = 0;
    let y = 0;
    let z = 0;
    const last = Math.ceil(end);
    for (let bin = Math.floor(start); bin < last; bin++) {
      // The bins at both ends count by their share.
      const share = Math.min(end, bin + 1) - Math.max(start, bin);
      const at = 3 * (bin % BINS);
      x += share * bins[at];
      y += share * bins[at + 1];
      z += share * bins[at + 2];
    }
    const n = end - start;
    out[0] = x / n;
    out[1] = y / n;
    out[2] = z / n;
    return true;
  }
}

function clip(mg: number, aroundMg: number): number {
  if (mg > aroundMg + BLOW_MG) return aroundMg + BLOW_MG;
  return mg < aroundMg - BLOW_MG ? aroundMg - BLOW_MG : mg;
}
