/** The firmware under a rig: power, resets, what goes in and what comes out. Times are the rig's, in milliseconds. */

import type { DeviceIdentity } from '../../protocol/identity.ts';
import { RESET_REASONS } from '../../protocol/messages.ts';
import type { Rng } from '../../simulator/rng.ts';
import type { Device, Effect, Flash, Hal, Input, Reset } from '../hal.ts';

export interface PoweredPorts {
  readonly flash: Flash;
  readonly makeDevice: (hal: Hal, identity: DeviceIdentity) => Device;
  readonly onEffect: (effect: Effect) => void;
  readonly onLed: (green: boolean) => void;
  readonly onPower: (on: boolean, reasonCode: number) => void;
}

interface Running {
  readonly device: Device;
  readonly bootMs: number;
  /** A device that stays due is not called twice within a millisecond. */
  floorMs: number;
}

export class PoweredDevice {
  boots = 0;
  ledGreen = false;
  private readonly ports: PoweredPorts;
  private running: Running | null = null;
  private offSinceMs: number | undefined;
  /** When the hold-up is over, and when the power comes back. */
  private goneMs = Number.POSITIVE_INFINITY;
  private backMs = Number.POSITIVE_INFINITY;
  private offMs: number | undefined;
  private identity: DeviceIdentity | null = null;
  private random: Rng | null = null;

  constructor(ports: PoweredPorts) {
    this.ports = ports;
  }

  get powered(): boolean {
    return this.running !== null;
  }

  get hasIdentity(): boolean {
    return this.identity !== null;
  }

  /** The rig's time of this boot. */
  get bootMs(): number {
    return this.running?.bootMs ?? 0;
  }

  become(identity: DeviceIdentity, random: Rng, erase: boolean): void {
    this.identity = identity;
    this.random = random;
    if (erase)
      for (let sector = 0; sector < this.ports.flash.geometry.sectors; sector++) this.ports.flash.erase(sector);
    if (erase) this.offSinceMs = undefined;
  }

  /** Time was set while the power was off: nobody knows how long it has been. */
  forgetOffTime(): void {
    this.offSinceMs = undefined;
    this.backMs = Number.POSITIVE_INFINITY;
  }

  boot(reason: Reset['reason'], nowMs: number, knowsOffTime: boolean): void {
    const { identity, random, ports } = this;
    if (identity === null || random === null) throw new Error('a device without an identity');
    const known = knowsOffTime && this.offSinceMs !== undefined;
    const reset: Reset = { reason, offMs: known ? nowMs - (this.offSinceMs as number) : undefined };
    this.boots++;
    this.goneMs = Number.POSITIVE_INFINITY;
    this.backMs = Number.POSITIVE_INFINITY;
    ports.onPower(true, RESET_REASONS[reason]);
    const fill = (into: Uint8Array): void => random.fillBytes(into);
    const hal: Hal = { flash: ports.flash, reset, random: fill, led: (green) => this.led(green) };
    const device = ports.makeDevice(hal, identity);
    this.running = { device, bootMs: nowMs, floorMs: nowMs };
    this.apply(device.boot(0));
  }

  /** The supply fails. Without a hold-up the power is gone at once. */
  cut(nowMs: number, holdUpMs: number, offMs: number | undefined): void {
    this.offMs = offMs;
    if (holdUpMs === 0) {
      this.drop(nowMs);
      return;
    }
    this.goneMs = nowMs + holdUpMs;
    this.input({ kind: 'undervoltage', low: true }, nowMs);
  }

  /** The supply is back while the hold-up still lasts. False when there is none. */
  restore(nowMs: number): boolean {
    if (this.goneMs === Number.POSITIVE_INFINITY) return false;
    this.goneMs = Number.POSITIVE_INFINITY;
    this.input({ kind: 'undervoltage', low: false }, nowMs);
    return true;
  }

  /** The object goes, the flash stays, and the supply is as it was. */
  reset(reason: Reset['reason'], nowMs: number): void {
    const { goneMs } = this;
    this.running = null;
    this.offSinceMs = nowMs;
    this.led(false);
    this.boot(reason, nowMs, true);
    this.goneMs = goneMs;
  }

  input(input: Input, nowMs: number): void {
    if (this.running !== null) this.apply(this.running.device.handle(input, nowMs - this.running.bootMs));
  }

  /** When the supply changes by itself. */
  get nextPowerMs(): number {
    return Math.min(this.goneMs, this.backMs);
  }

  onPowerTime(nowMs: number): void {
    if (nowMs >= this.goneMs) this.drop(nowMs);
    else if (nowMs >= this.backMs) this.boot('brown-out', nowMs, true);
  }

  /** When the device wants to be called. */
  get nextTimeoutMs(): number {
    const { running } = this;
    if (running === null) return Number.POSITIVE_INFINITY;
    return Math.max(running.floorMs, Math.ceil(running.bootMs + running.device.nextTimeout()));
  }

  onTimeout(nowMs: number): void {
    const { running } = this;
    if (running === null) return;
    running.floorMs = nowMs + 1;
    this.apply(running.device.onTimeout(nowMs - running.bootMs));
  }

  private drop(nowMs: number): void {
    this.running = null;
    this.offSinceMs = nowMs;
    this.goneMs = Number.POSITIVE_INFINITY;
    this.backMs = this.offMs === undefined ? Number.POSITIVE_INFINITY : nowMs + this.offMs;
    this.led(false);
    this.ports.onPower(false, 0);
  }

  private led(green: boolean): void {
    if (green === this.ledGreen) return;
    this.ledGreen = green;
    this.ports.onLed(green);
  }

  private apply(effects: readonly Effect[]): void {
    for (const effect of effects) this.ports.onEffect(effect);
  }
}
