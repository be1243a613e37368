/** What a pacer does for shells, which have no timers of their own. */
interface Paced {
  waiting(): number;
  /** Takes in what waits; false when the store failed. */
  takeIn(): Promise<boolean>;
  tick(): Promise<unknown>;
}

export interface Pace {
  /** How long a frame may wait for others to be committed with it. */
  readonly batchMs: number;
  readonly batchMax: number;
  /** How often silent trips are looked for, and what failed is tried again. */
  readonly tickMs: number;
}

export const PACE: Pace = { batchMs: 10, batchMax: 256, tickMs: 1000 };

/** The live owner of a shell: real timers decide when it takes in and ticks. */
export class Pacer {
  private readonly shell: Paced;
  private readonly pace: Pace;
  private readonly ticking: NodeJS.Timeout;
  private timer: NodeJS.Timeout | null = null;
  private immediate: NodeJS.Immediate | null = null;
  private flushing = false;
  private stopped = false;

  /** With a `batchMs` of 0 only what came in together waits for each other. */
  constructor(shell: Paced, pace: Pace) {
    this.shell = shell;
    this.pace = pace;
    this.ticking = setInterval(() => void this.tick(), pace.tickMs);
  }

  /** Something waits in the shell. */
  notice(): void {
    if (this.stopped || this.flushing) return;
    if (this.shell.waiting() >= this.pace.batchMax) void this.flush();
    else if (this.pace.batchMs === 0) this.immediate ??= setImmediate(() => void this.flush());
    else this.timer ??= setTimeout(() => void this.flush(), this.pace.batchMs);
  }

  /** Something is to be done now, although nothing may wait. */
  hurry(): void {
    if (!this.stopped && !this.flushing) this.immediate ??= setImmediate(() => void this.flush());
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.ticking);
    this.clearTimer();
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.immediate !== null) clearImmediate(this.immediate);
    this.timer = null;
    this.immediate = null;
  }

  private async flush(): Promise<void> {
    this.clearTimer();
    this.flushing = true;
    const stored = await this.shell.takeIn();
    this.flushing = false;
    // After a failure the next tick tries again.
    if (stored && this.shell.waiting() > 0) this.notice();
  }

  private async tick(): Promise<void> {
    if (this.flushing) return;
    await this.flush();
    await this.shell.tick();
  }
}
