/** How many bytes may be handed to the line now, so that what is urgent never waits behind a full buffer. */

/** What a timer that comes late may catch up. */
const LEAD_S = 0.02;
const LEAD_BYTES_MIN = 256;

export class Pacing {
  private readonly bytesPerSecond: number;
  private readonly leadBytes: number;
  private bytes: number;
  private atMs = Number.NEGATIVE_INFINITY;

  /** A byte takes ten bits on the line. Infinity: as fast as it is taken. */
  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
    this.leadBytes = Math.max(LEAD_BYTES_MIN, bytesPerSecond * LEAD_S);
    this.bytes = this.leadBytes;
  }

  may(frameBytes: number, now: number): boolean {
    this.refill(now);
    return this.bytes >= frameBytes;
  }

  spend(bytes: number): void {
    this.bytes -= bytes;
  }

  /** From when on `may` is true. */
  readyMs(frameBytes: number): number {
    if (this.bytes >= frameBytes) return this.atMs;
    return this.atMs + Math.max(1, Math.ceil(((frameBytes - this.bytes) * 1000) / this.bytesPerSecond));
  }

  private refill(now: number): void {
    const { bytesPerSecond, leadBytes, atMs } = this;
    this.atMs = now;
    if (atMs === Number.NEGATIVE_INFINITY || bytesPerSecond === Number.POSITIVE_INFINITY) this.bytes = leadBytes;
    else this.bytes = Math.min(leadBytes, this.bytes + ((now - atMs) * bytesPerSecond) / 1000);
  }
}
