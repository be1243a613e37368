/** The last seconds of specific force in the sensor's own axes, in bins of 100 ms. */

export const BIN_SAMPLES = 5;
const BINS_PER_SECOND = 10;
/** 4 s: a window of 3 s of a receiver that is half a second late, and room. */
const BINS = 40;

export class ForceHistory {
  /** Mean of each bin, mg: x, y, z. */
  private readonly bins = new Int16Array(3 * BINS);
  private count = 0;

  /** Sums over the `BIN_SAMPLES` samples of the next bin, mg. */
  add(x: number, y: number, z: number): void {
    const at = 3 * (this.count++ % BINS);
    this.bins[at] = Math.round(x / BIN_SAMPLES);
    this.bins[at + 1] = Math.round(y / BIN_SAMPLES);
    this.bins[at + 2] = Math.round(z / BIN_SAMPLES);
  }

  clear(): void {
    this.count = 0;
  }

  /** Mean over `spanS` seconds that ended `lagS` seconds ago, into `out`; false when history is too short. */
  mean(lagS: number, spanS: number, out: Float64Array): boolean {
    const end = this.count - lagS * BINS_PER_SECOND;
    const start = end - spanS * BINS_PER_SECOND;
    if (start < 0 || start < this.count - BINS) return false;
    out.fill(0);
    const last = Math.ceil(end);
    for (let bin = Math.floor(start); bin < last; bin++) {
      // The bins at both ends count by their share.
      const share = Math.min(end, bin + 1) - Math.max(start, bin);
      const at = 3 * (bin % BINS);
      out[0] += share * this.bins[at];
      out[1] += share * this.bins[at + 1];
      out[2] += share * this.bins[at + 2];
    }
    const n = end - start;
    out[0] /= n;
    out[1] /= n;
    out[2] /= n;
    return true;
  }
}
