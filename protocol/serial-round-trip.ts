/** How long to wait for an acknowledgement (RFC 6298, with the bounds of a cable). */

const FIRST_MS = 250;
const MIN_MS = 40;
const MAX_MS = 1000;
/** Loss is noise here and not congestion, so that waiting longer and longer would gain nothing. */
const LATE_FACTOR_MAX = 4;

export class RoundTrip {
  private meanMs = 0;
  private deviationMs = 0;
  private lateFactor = 1;

  get timeoutMs(): number {
    const estimateMs = this.meanMs === 0 ? FIRST_MS : this.meanMs + 4 * this.deviationMs;
    return Math.min(MAX_MS, Math.max(MIN_MS, Math.ceil(estimateMs)) * this.lateFactor);
  }

  /** Of a frame that was sent once. */
  sample(ms: number): void {
    this.lateFactor = 1;
    const taken = Math.max(1, ms);
    if (this.meanMs === 0) {
      this.meanMs = taken;
      this.deviationMs = taken / 2;
      return;
    }
    this.deviationMs = 0.75 * this.deviationMs + 0.25 * Math.abs(this.meanMs - taken);
    this.meanMs = 0.875 * this.meanMs + 0.125 * taken;
  }

  /** Nothing came in time: the estimate may be too short. */
  late(): void {
    this.lateFactor = Math.min(LATE_FACTOR_MAX, this.lateFactor * 2);
  }

  forget(): void {
    this.meanMs = 0;
    this.deviationMs = 0;
    this.lateFactor = 1;
  }
}
