import { randomFillSync } from 'node:crypto';
import type { Connect, Device, Effect, Flash, Hal, Input, Publish, Reset } from '../hal.ts';

export interface BoardModem {
  connect(effect: Connect): void;
  publish(message: Publish): Promise<boolean>;
}

export interface BoardOptions {
  readonly flash: Flash;
  readonly reset: Reset;
  readonly makeDevice: (hal: Hal) => Device;
  readonly makeModem: (toDevice: (input: Input) => void) => BoardModem;
  readonly onLed?: (green: boolean) => void;
  /** Milliseconds since this boot, on the device's own clock. */
  readonly now: () => number;
  /** Device milliseconds per millisecond of this machine. */
  readonly pace: number;
}

/** Joins the firmware to a machine's flash, clock and modem. Sensors are handed in by the owner. */
export class Board {
  private readonly device: Device;
  private readonly modem: BoardModem;
  private readonly options: BoardOptions;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: BoardOptions) {
    this.options = options;
    this.modem = options.makeModem((input) => this.input(input));
    this.device = options.makeDevice({
      flash: options.flash,
      reset: options.reset,
      random: (into) => randomFillSync(into),
      led: (green) => options.onLed?.(green),
    });
  }

  boot(): void {
    this.apply(this.device.boot(this.now()));
  }

  /** Sensors, the link and downlinks. `atMs` is for sensor blocks, which know their own time. */
  input(input: Input, atMs: number = this.now()): void {
    this.apply(this.device.handle(input, atMs));
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private now(): number {
    return Math.floor(this.options.now());
  }

  private apply(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'connect') this.modem.connect(effect);
      // Whether the broker heard it does not matter here: the uplink waits for receipts.
      else void this.modem.publish(effect);
    }
    this.arm();
  }

  private arm(): void {
    clearTimeout(this.timer);
    const dueMs = this.device.nextTimeout();
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(1, Math.ceil((dueMs - this.now()) / this.options.pace));
    this.timer = setTimeout(() => this.apply(this.device.onTimeout(this.now())), waitMs);
  }
}
