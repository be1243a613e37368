/** Joins the box's firmware to a machine: files as flash, MQTT, a local port, a car, a real clock. */

import { randomFillSync } from 'node:crypto';
import type { PowerState } from '../../protocol/access-messages.ts';
import type { BoxDevice, BoxEffect, BoxHal, BoxInput, CarBody, Command, Show } from '../box-hal.ts';
import type { Flash, Reset } from '../hal.ts';
import type { BoxModem } from './box-modem.ts';
import { passwordHash } from './password-hash.ts';

/** What the car is for the box. Times are the box's own. */
export interface CarMachine {
  readonly body: CarBody;
  command(command: Command, nowMs: number): void;
  /** When something moves by itself: a lid that comes down, an alarm that ends. */
  nextTimeout(): number;
  onTimeout(nowMs: number): void;
}

export interface BoxBoardOptions {
  readonly flash: Flash;
  readonly reset: Reset;
  readonly makeBox: (hal: BoxHal) => BoxDevice;
  readonly makeModem: (
    toDevice: (input: BoxInput) => void,
  ) => Pick<BoxModem, 'connect' | 'publish' | 'disconnect' | 'power'>;
  readonly car: CarMachine;
  readonly onAir: (peer: string, bytes: Uint8Array) => void;
  readonly onShow: (show: Show) => void;
  readonly onPower: (state: PowerState) => void;
  /** Milliseconds since this boot, on the box's own clock. */
  readonly now: () => number;
  /** Box milliseconds per millisecond of this machine. */
  readonly pace: number;
}

export class BoxBoard {
  private readonly options: BoxBoardOptions;
  private readonly box: BoxDevice;
  private readonly modem: ReturnType<BoxBoardOptions['makeModem']>;
  private seen: CarBody | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(options: BoxBoardOptions) {
    this.options = options;
    this.modem = options.makeModem((input) => this.input(input));
    this.box = options.makeBox({
      flash: options.flash,
      reset: options.reset,
      random: (into) => randomFillSync(into),
      passwordHash,
    });
  }

  boot(): void {
    this.apply(this.box.boot(this.now()));
  }

  input(input: BoxInput): void {
    if (!this.stopped) this.apply(this.box.handle(input, this.now()));
  }

  /** After somebody has done something at the car. */
  look(): void {
    if (!this.stopped) this.apply([]);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  now(): number {
    return Math.floor(this.options.now());
  }

  private apply(effects: readonly BoxEffect[]): void {
    for (const effect of effects) this.carryOut(effect);
    // What moved may make the box move more.
    while (this.options.car.body !== this.seen) {
      this.seen = this.options.car.body;
      const more = this.box.handle({ kind: 'body', body: this.seen }, this.now());
      for (const effect of more) this.carryOut(effect);
    }
    this.arm();
  }

  private carryOut(effect: BoxEffect): void {
    const { car, onAir, onShow, onPower } = this.options;
    if (effect.kind === 'connect') this.modem.connect(effect);
    else if (effect.kind === 'publish') this.modem.publish(effect);
    else if (effect.kind === 'disconnect') void this.modem.disconnect();
    else if (effect.kind === 'actuate') car.command(effect.command, this.now());
    else if (effect.kind === 'short-range') onAir(effect.peer, effect.bytes);
    else if (effect.kind === 'display') onShow(effect.show);
    else {
      this.modem.power(effect.state);
      onPower(effect.state);
    }
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const { car, pace } = this.options;
    const dueMs = Math.min(this.box.nextTimeout(), car.nextTimeout());
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(1, Math.ceil((dueMs - this.now()) / pace));
    this.timer = setTimeout(() => this.onTimer(), Math.min(waitMs, 0x7fffffff));
  }

  private onTimer(): void {
    this.options.car.onTimeout(this.now());
    this.apply(this.box.onTimeout(this.now()));
  }
}
