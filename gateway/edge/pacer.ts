import type { GatewayShell } from './shell.ts';

export interface Pace {
  /** How long a message may wait for others to be committed with it. */
  readonly batchMs: number;
  readonly batchMax: number;
  /** How often silent trips are looked for, and what failed is tried again. */
  readonly tickMs: number;
}

export const PACE: Pace = { batchMs: 10, batchMax: 256, tickMs: 1000 };

/** The live owner of a shell: real timers decide when it flushes and ticks. */
export class Pacer {
  private readonly shell: GatewayShell;
  private readonly pace: Pace;
  private readonly ticking: NodeJS.Timeout;
  private timer: NodeJS.Timeout | null = null;
  private flushing = false;
  private stopped = false;

  constructor(shell: GatewayShell, pace: Pace) {
    this.shell = shell;
    this.pace = pace;
    this.ticking = setInterval(() => void this.tick(), pace.tickMs);
  }

  /** Something waits in the shell. */
  notice(): void {
    if (this.stopped || this.flushing) return;
    if (this.shell.waiting >= this.pace.batchMax) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), this.pace.batchMs);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.ticking);
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.flushing = true;
    const stored = await this.shell.ingest();
    this.flushing = false;
    // After a failure the next tick tries again.
    if (stored && this.shell.waiting > 0) this.notice();
  }

  private async tick(): Promise<void> {
    if (this.flushing) return;
    await this.flush();
    await this.shell.tick();
  }
}
