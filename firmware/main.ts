/** The device as a process: the firmware on a board made of files, MQTT and a real clock, with sensors that are fed. */

import type { Crypto } from '../protocol/crypto.ts';
import type { DeviceIdentity } from '../protocol/identity.ts';
import { newSensorSecond, type SensorFeed } from '../simulator/feed.ts';
import { Board, type BoardModem } from './board/board.ts';
import { FileFlash } from './board/file-flash.ts';
import { Modem } from './board/modem.ts';
import type { BrokerAccess } from './board/mqtt-session.ts';
import type { Input, Reset } from './hal.ts';
import { Sensor } from './sensor.ts';

const SECOND_MS = 1000;
/** Real time behind the pace from which on it is said. */
const BEHIND_MS = 500;

type ClosableModem = BoardModem & { close(): Promise<void> };
export type ModemMaker = (toDevice: (input: Input) => void) => ClosableModem;

export interface DeviceOptions {
  readonly identity: DeviceIdentity;
  readonly crypto: Crypto;
  /** A broker, or what else there is instead of a modem. */
  readonly broker: BrokerAccess | ModemMaker;
  readonly flashFile: string;
  readonly feed: SensorFeed;
  /** Device seconds per second of this machine. */
  readonly pace: number;
  /** Real milliseconds after the feed's end for the last receipts. */
  readonly drainMs: number;
  readonly stop: AbortSignal;
  readonly log: (line: string) => void;
  readonly onLed?: (green: boolean) => void;
}

export interface DeviceResult {
  readonly framesJournaled: number;
  readonly transmissions: number;
  readonly receipts: number;
  /** In flash, without a receipt; they are sent when the device is started again. */
  readonly waiting: number;
  readonly behindMsMax: number;
}

/** Runs until the feed is over and all frames are receipted, or it is told to stop. */
export async function runDevice(options: DeviceOptions): Promise<DeviceResult> {
  const process = new DeviceProcess(options);
  return process.run();
}

class DeviceProcess {
  private readonly options: DeviceOptions;
  private readonly flash: FileFlash;
  private readonly second = newSensorSecond();
  private readonly startedMs = performance.now();
  private board: Board | null = null;
  private modem: ClosableModem | null = null;
  private sensor: Sensor | null = null;
  /** Device time of the present boot's start, on the feed's clock. */
  private bootMs = 0;
  private offSinceMs: number | undefined;
  private ticks = 0;
  /** Number of the last trip that was logged, and whether it was said that receipts are refused. */
  private trips = 0;
  private refusedTold = false;
  private behindMsMax = 0;

  constructor(options: DeviceOptions) {
    this.options = options;
    this.flash = new FileFlash(options.flashFile);
  }

  async run(): Promise<DeviceResult> {
    const { feed, stop } = this.options;
    while (!stop.aborted && feed.fill(this.second)) {
      if (this.second.powered && this.board === null) this.powerOn();
      else if (!this.second.powered && this.board !== null) await this.powerOff();
      await this.nextTick();
      this.deliver();
      this.report();
    }
    await this.drain();
    const { sensor } = this;
    await this.powerOff();
    this.flash.close();
    return {
      framesJournaled: sensor?.journal.stats.framesJournaled ?? 0,
      transmissions: sensor?.uplink.stats.transmissions ?? 0,
      receipts: sensor?.uplink.stats.receipts ?? 0,
      waiting: sensor?.journal.waiting ?? 0,
      behindMsMax: Math.round(this.behindMsMax),
    };
  }

  /** Device time never runs past the next tick: a machine that is late makes the device's world late with it. */
  private clockMs(): number {
    const paced = (performance.now() - this.startedMs) * this.options.pace;
    return Math.min(paced, (this.ticks + 1) * SECOND_MS - 1) - this.bootMs;
  }

  private async nextTick(): Promise<void> {
    const dueMs = this.startedMs + ((this.ticks + 1) * SECOND_MS) / this.options.pace;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else if (-waitMs > this.behindMsMax) this.behind(-waitMs);
    this.ticks++;
  }

  private behind(ms: number): void {
    const before = this.behindMsMax;
    this.behindMsMax = ms;
    if (ms >= BEHIND_MS && ms >= before * 2) {
      this.options.log(`device: ${(ms / 1000).toFixed(1)} s behind; nothing is left out`);
    }
  }

  private deliver(): void {
    const { board, second } = this;
    if (board === null) return;
    const now = this.ticks * SECOND_MS - this.bootMs;
    const startMs = now - SECOND_MS;
    board.input({ kind: 'imu', startMs, axesMg: second.axesMg }, now);
    board.input({ kind: 'supply', startMs, mV: second.supplyMv }, now);
    board.input({ kind: 'gnss', fix: second.fix }, now);
  }

  private powerOn(): void {
    const { identity, crypto, broker, pace, log, onLed } = this.options;
    const nowMs = this.ticks * SECOND_MS;
    const offMs = this.offSinceMs === undefined ? undefined : nowMs - this.offSinceMs;
    const reset: Reset = { reason: 'power-on', offMs };
    this.bootMs = nowMs;
    this.board = new Board({
      flash: this.flash,
      reset,
      makeDevice: (hal) => {
        this.sensor = new Sensor(hal, identity, crypto);
        return this.sensor;
      },
      makeModem: (toDevice) => {
        this.modem = typeof broker === 'function' ? broker(toDevice) : new Modem(broker, toDevice, log);
        return this.modem;
      },
      onLed,
      now: () => this.clockMs(),
      pace,
    });
    this.refusedTold = false;
    this.board.boot();
    this.trips = this.sensor?.journal.settings.trips ?? 0;
  }

  /** What a person who watches wants to know, once each. */
  private report(): void {
    const { sensor } = this;
    const { log } = this.options;
    if (sensor === null) return;
    const { trips } = sensor.journal.settings;
    if (trips !== this.trips) log(`device: trip ${trips} began`);
    this.trips = trips;
    if (sensor.refusedDownlinks === 0 || this.refusedTold) return;
    this.refusedTold = true;
    log("device: receipts are refused: is --gateway-key the gateway's key?");
  }

  private async powerOff(): Promise<void> {
    this.board?.stop();
    this.board = null;
    this.offSinceMs = this.ticks * SECOND_MS;
    await this.modem?.close();
    this.modem = null;
  }

  private async drain(): Promise<void> {
    const limitMs = performance.now() + this.options.drainMs;
    while ((this.sensor?.journal.waiting ?? 0) > 0 && performance.now() < limitMs && !this.options.stop.aborted) {
      // Device time goes on, so that what was lost is sent again.
      await this.nextTick();
      this.report();
    }
  }
}
