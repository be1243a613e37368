/** A stopwatch between the world and the firmware: what the device's calls cost, without what its flash costs. */

import type { Device, Effect, Flash, FlashGeometry, Hal, Input } from '../../firmware/hal.ts';

export class Stopwatch {
  /** Inside the device's calls, simulated flash included. */
  deviceMs = 0;
  /** Inside the simulated flash: a part of the world that the firmware calls. */
  flashMs = 0;
  /** Seconds of samples that devices were given. */
  deviceSeconds = 0;

  get firmwareMs(): number {
    return this.deviceMs - this.flashMs;
  }

  reset(): void {
    this.deviceMs = 0;
    this.flashMs = 0;
    this.deviceSeconds = 0;
  }
}

class TimedFlash implements Flash {
  private readonly flash: Flash;
  private readonly watch: Stopwatch;

  constructor(flash: Flash, watch: Stopwatch) {
    this.flash = flash;
    this.watch = watch;
  }

  get geometry(): FlashGeometry {
    return this.flash.geometry;
  }

  read(address: number, into: Uint8Array): void {
    const startedMs = performance.now();
    this.flash.read(address, into);
    this.watch.flashMs += performance.now() - startedMs;
  }

  program(address: number, bytes: Uint8Array): number {
    const startedMs = performance.now();
    const busyUs = this.flash.program(address, bytes);
    this.watch.flashMs += performance.now() - startedMs;
    return busyUs;
  }

  erase(sector: number): number {
    const startedMs = performance.now();
    const busyUs = this.flash.erase(sector);
    this.watch.flashMs += performance.now() - startedMs;
    return busyUs;
  }
}

export function timedHal(hal: Hal, watch: Stopwatch): Hal {
  return { flash: new TimedFlash(hal.flash, watch), reset: hal.reset, random: hal.random, led: hal.led };
}

export class TimedDevice implements Device {
  private readonly device: Device;
  private readonly watch: Stopwatch;
  private timeoutMs = Number.POSITIVE_INFINITY;

  constructor(device: Device, watch: Stopwatch) {
    this.device = device;
    this.watch = watch;
  }

  boot(now: number): readonly Effect[] {
    const startedMs = performance.now();
    const effects = this.device.boot(now);
    this.stop(startedMs);
    return effects;
  }

  handle(input: Input, now: number): readonly Effect[] {
    if (input.kind === 'imu') this.watch.deviceSeconds++;
    const startedMs = performance.now();
    const effects = this.device.handle(input, now);
    this.stop(startedMs);
    return effects;
  }

  /** Asked for within the measured time of the last call: only calls change it. */
  nextTimeout(): number {
    return this.timeoutMs;
  }

  onTimeout(now: number): readonly Effect[] {
    const startedMs = performance.now();
    const effects = this.device.onTimeout(now);
    this.stop(startedMs);
    return effects;
  }

  private stop(startedMs: number): void {
    this.timeoutMs = this.device.nextTimeout();
    this.watch.deviceMs += performance.now() - startedMs;
  }
}
