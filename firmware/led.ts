/**
 * One green LED for three requirements (contradiction 2 in requirements.md). The earlier in this list wins:
 * off for no supply or a fault, continuous while an update is installed (C28), 5 s at engine start (C29),
 * 1 s when plugged in (C27).
 */

export const PLUGGED_IN_MS = 1000;
export const ENGINE_START_MS = 5000;

export class Led {
  private readonly set: (green: boolean) => void;
  private litUntilMs = 0;
  private installing = false;
  private fault = false;
  private green = false;

  constructor(set: (green: boolean) => void) {
    this.set = set;
    set(false);
  }

  pluggedIn(now: number): void {
    this.lightUntil(now + PLUGGED_IN_MS, now);
  }

  engineStarted(now: number): void {
    this.lightUntil(now + ENGINE_START_MS, now);
  }

  update(installing: boolean, now: number): void {
    this.installing = installing;
    this.show(now);
  }

  /** A self-test failed: no green (C34). */
  failed(now: number): void {
    this.fault = true;
    this.show(now);
  }

  nextTimeout(): number {
    return this.green && !this.installing ? this.litUntilMs : Number.POSITIVE_INFINITY;
  }

  onTimeout(now: number): void {
    this.show(now);
  }

  private lightUntil(ms: number, now: number): void {
    this.litUntilMs = Math.max(this.litUntilMs, ms);
    this.show(now);
  }

  private show(now: number): void {
    const green = !this.fault && (this.installing || now < this.litUntilMs);
    if (green !== this.green) this.set(green);
    this.green = green;
  }
}
