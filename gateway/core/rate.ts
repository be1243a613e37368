export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** A window of 8 frames, resent, and notices stay far below this; a device gone mad does not. */
export const DEVICE_RATE: RateLimit = { perSecond: 200, burst: 2000 };

/** A token bucket per enrolled device, so that one device cannot take the time of all others. */
export class RateGate {
  private readonly limit: RateLimit;
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limit: RateLimit = DEVICE_RATE) {
    this.limit = limit;
  }

  take(device: string, nowMs: number): boolean {
    const { perSecond, burst } = this.limit;
    let bucket = this.buckets.get(device);
    if (bucket === undefined) {
      bucket = { tokens: burst, atMs: nowMs };
      this.buckets.set(device, bucket);
    }
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1000);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
