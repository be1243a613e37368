/** A device in the world: its socket, its sensors, its flash, its radio and its LED. */

import type { Device, Effect, Flash, Hal, Input, Reset } from '../firmware/hal.ts';
import { type LineEdge, newSensorSecond, type SensorFeed } from './feed.ts';
import { PowerCut } from './flash.ts';
import type { Network, RadioProfile } from './radio.ts';
import { CALM_RADIO, Radio } from './radio.ts';
import type { Rng } from './rng.ts';
import type { World } from './world.ts';

export interface StationOptions {
  /** The broker knows the device under this name. */
  readonly name: string;
  readonly world: World;
  /** The station's own stream. */
  readonly rng: Rng;
  readonly feed: SensorFeed;
  readonly flash: Flash;
  readonly network: Network;
  readonly makeDevice: (hal: Hal) => Device;
  readonly radio?: RadioProfile;
  /** From the under-voltage signal to the end; 0: no signal at all. */
  readonly holdUpMs?: number;
  /** How long a power cut in the flash lasts. */
  readonly cutOffMs?: number;
  /** False: the board cannot tell how long it was off (C32). */
  readonly knowsOffTime?: boolean;
}

export interface LedChange {
  readonly atMs: number;
  readonly green: boolean;
}

const SECOND_MS = 1000;
const DEFAULT_HOLD_UP_MS = 100;
const DEFAULT_CUT_OFF_MS = 200;
const LED_LOG_MAX = 500;

export class Station {
  readonly name: string;
  readonly radio: Radio;
  /** The last changes, in world time. */
  readonly ledLog: LedChange[] = [];
  ledGreen = false;
  boots = 0;
  /** The feed has no more seconds. */
  feedEnded = false;
  private readonly options: StationOptions;
  private readonly world: World;
  private readonly chips: Rng;
  private readonly second = newSensorSecond();
  private readonly imu = { kind: 'imu' as const, startMs: 0, axesMg: this.second.axesMg };
  private readonly supply = { kind: 'supply' as const, startMs: 0, mV: this.second.supplyMv };
  private device: Device | null = null;
  private powered = false;
  private line: LineEdge['line'] = 'good';
  /** World time at which this boot's clock was zero. */
  private bootMs = 0;
  private offSinceMs: number | undefined;
  private lostMs = 0;
  private secondStartMs = Number.NaN;
  private wakeMs = Number.POSITIVE_INFINITY;

  constructor(options: StationOptions) {
    this.options = options;
    this.name = options.name;
    this.world = options.world;
    this.chips = options.rng.fork('hal random');
    this.radio = new Radio(
      options.world,
      options.rng.fork('radio'),
      options.radio ?? CALM_RADIO,
      options.name,
      options.network,
      (input) => this.input(input),
    );
  }

  /** Ticks by itself each second from now on. A fleet ticks its stations instead. */
  start(): void {
    const tick = (): void => {
      this.tick();
      if (!this.feedEnded) this.world.schedule(this.world.nowMs + SECOND_MS, tick);
    };
    this.world.schedule(this.world.nowMs, tick);
  }

  /** At each full second: hands over what the sensors saw in the last one and draws the next. */
  tick(): void {
    this.deliverSecond();
    if (!this.options.feed.fill(this.second)) {
      this.feedEnded = true;
      this.secondStartMs = Number.NaN;
      return;
    }
    this.secondStartMs = this.world.nowMs;
    if (this.second.powered && !this.powered) this.powerOn();
    else if (!this.second.powered && this.powered) this.powerGone();
    for (const edge of this.second.edges ?? []) {
      this.world.schedule(this.world.nowMs + edge.atMs, () => this.lineIs(edge.line));
    }
  }

  /** Hands any input to the device; nothing happens while it is off. */
  input(input: Input): void {
    const { device } = this;
    if (device !== null) this.call(() => device.handle(input, this.deviceNowMs()));
  }

  /** The power fails now, without a warning, for `offMs`. */
  cutPower(offMs: number = this.options.cutOffMs ?? DEFAULT_CUT_OFF_MS): void {
    if (this.device === null) return;
    this.drop();
    const { boots } = this;
    this.world.schedule(this.world.nowMs + offMs, () => {
      if (this.powered && this.device === null && this.boots === boots) this.boot('brown-out');
    });
  }

  get running(): boolean {
    return this.device !== null;
  }

  private deviceNowMs(): number {
    return this.world.nowMs - this.bootMs;
  }

  private deliverSecond(): void {
    // A device that booted in the middle of the second has no whole block of it.
    if (this.device === null || !(this.bootMs <= this.secondStartMs)) return;
    const startMs = this.secondStartMs - this.bootMs;
    this.imu.startMs = startMs;
    this.supply.startMs = startMs;
    if (this.second.burstMg !== null) {
      this.input({ kind: 'imu-burst', startMs, axesMg: this.second.burstMg });
    }
    this.input(this.imu);
    this.input(this.supply);
    this.input({ kind: 'gnss', fix: this.second.fix });
  }

  private powerOn(): void {
    this.powered = true;
    // A long hold-up can outlast the gap.
    if (this.device === null) this.boot('power-on');
    else this.input({ kind: 'undervoltage', low: false });
  }

  private powerGone(): void {
    this.powered = false;
    const holdUpMs = this.options.holdUpMs ?? DEFAULT_HOLD_UP_MS;
    if (holdUpMs === 0) {
      this.drop();
      return;
    }
    const { boots } = this;
    this.input({ kind: 'undervoltage', low: true });
    this.world.schedule(this.world.nowMs + holdUpMs, () => {
      if (!this.powered && this.boots === boots) this.drop();
    });
  }

  /** A crank pulls the line down for less than a second (numbers.md 4). */
  private lineIs(line: LineEdge['line']): void {
    const before = this.line;
    this.line = line;
    if (!this.powered) return;
    if (line !== 'lost' && this.device === null) this.boot('brown-out');
    else if ((line === 'good') !== (before === 'good')) this.input({ kind: 'undervoltage', low: line !== 'good' });
    if (line !== 'lost' || before === 'lost') return;
    const lostMs = this.world.nowMs;
    this.lostMs = lostMs;
    const gone = (): void => {
      if (this.line === 'lost' && this.lostMs === lostMs) this.drop();
    };
    const holdUpMs = this.options.holdUpMs ?? DEFAULT_HOLD_UP_MS;
    if (holdUpMs === 0) gone();
    else this.world.schedule(lostMs + holdUpMs, gone);
  }

  private boot(reason: Reset['reason']): void {
    const { options, world } = this;
    const knows = options.knowsOffTime ?? true;
    const offMs = this.offSinceMs === undefined || !knows ? undefined : world.nowMs - this.offSinceMs;
    this.boots++;
    this.bootMs = world.nowMs;
    this.wakeMs = Number.POSITIVE_INFINITY;
    const device = options.makeDevice({
      flash: options.flash,
      reset: { reason, offMs },
      random: (into) => this.chips.fillBytes(into),
      led: (green) => this.led(green),
    });
    this.device = device;
    this.call(() => device.boot(0));
  }

  /** A reset drops the object and keeps the flash. */
  private drop(): void {
    if (this.device === null) return;
    this.device = null;
    this.offSinceMs = this.world.nowMs;
    this.wakeMs = Number.POSITIVE_INFINITY;
    this.radio.powerOff();
    this.led(false);
  }

  private call(work: () => readonly Effect[]): void {
    try {
      for (const effect of work()) {
        if (effect.kind === 'connect') this.radio.connect(effect);
        else this.radio.publish(effect);
      }
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.cutPower();
    }
    this.arm(this.world.nowMs);
  }

  private arm(earliestMs: number): void {
    if (this.device === null) return;
    const atMs = Math.max(earliestMs, Math.ceil(this.bootMs + this.device.nextTimeout()));
    if (atMs >= this.wakeMs || atMs === Number.POSITIVE_INFINITY) return;
    this.wakeMs = atMs;
    this.world.schedule(atMs, this.wake);
  }

  private readonly wake = (): void => {
    const { device, world } = this;
    if (device === null || world.nowMs !== this.wakeMs) return;
    // Until the call is over nothing may be armed for this instant again, or a device that stays due would spin.
    this.call(() => device.onTimeout(this.deviceNowMs()));
    if (this.wakeMs <= world.nowMs) {
      this.wakeMs = Number.POSITIVE_INFINITY;
      this.arm(world.nowMs + 1);
    }
  };

  private led(green: boolean): void {
    if (green === this.ledGreen) return;
    this.ledGreen = green;
    this.ledLog.push({ atMs: this.world.nowMs, green });
    if (this.ledLog.length > LED_LOG_MAX) this.ledLog.shift();
  }
}
