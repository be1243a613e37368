/** The last seconds of specific force in the sensor's own axes, in bins of 100 ms. */

export const BIN_SAMPLES = 5;
const BINS_PER_SECOND = 10;
/** A window of 3 s of a receiver that is half a second late, and a bin that is cut. */
const BINS = 36;
/** Mean of each bin, mg: x, y, z. */
export const HISTORY_VALUES = 3 * BINS;

export class ForceHistory {
  private readonly bins: Int16Array;
  private readonly base: number;
  private count = 0;

  /** `HISTORY_VALUES` of `bins` are its own, from `base` on. */
  constructor(bins: Int16Array, base: number) {
    this.bins = bins;
    this.base = base;
  }

  /** Sums over the `BIN_SAMPLES` samples of the next bin, mg. */
  add(x: number, y: number, z: number): void {
    const { bins } = this;
    const at = this.base + 3 * (this.count++ % BINS);
    bins[at] = Math.round(x / BIN_SAMPLES);
    bins[at + 1] = Math.round(y / BIN_SAMPLES);
    bins[at + 2] = Math.round(z / BIN_SAMPLES);
  }

  clear(): void {
    this.count = 0;
  }

  /** Mean over `spanS` seconds that ended `lagS` seconds ago, into `out`; false when history is too short. */
  mean(lagS: number, spanS: number, out: Float64Array): boolean {
    const end = this.count - lagS * BINS_PER_SECOND;
    const start = end - spanS * BINS_PER_SECOND;
    if (start < 0 || start < this.count - BINS) return false;
    const { bins, base } = this;
    let x = 0;
    let y = 0;
    let z = 0;
    const last = Math.ceil(end);
    for (let bin = Math.floor(start); bin < last; bin++) {
      // The bins at both ends count by their share.
      const share = Math.min(end, bin + 1) - Math.max(start, bin);
      const at = base + 3 * (bin % BINS);
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
