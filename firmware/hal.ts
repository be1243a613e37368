/**
 * What a board must provide, and what reaches the firmware.
 *
 * What is instant in hardware is called (`Hal`). What takes time or has a peer arrives as an `Input`
 * and leaves as an `Effect`. `now` is integer milliseconds since this boot; wall time is a separate value.
 */

import type { DownlinkChannel, UplinkChannel } from '../protocol/topics.ts';

export interface FlashGeometry {
  readonly sectorBytes: number;
  readonly pageBytes: number;
  readonly sectors: number;
}

/** NOR flash: erased bytes are 0xff, programming only clears bits, within one page. */
export interface Flash {
  readonly geometry: FlashGeometry;
  /** Fills `into` from `address`. */
  read(address: number, into: Uint8Array): void;
  /** Clears bits from `address` on, never across a page. Returns how long the part is busy, in microseconds. */
  program(address: number, bytes: Uint8Array): number;
  /** Sets a whole sector to 0xff. Returns how long the part is busy, in microseconds. */
  erase(sector: number): number;
}

export type ResetReason = 'power-on' | 'brown-out' | 'watchdog' | 'software';

export interface Reset {
  readonly reason: ResetReason;
  /** How long the power was off; undefined when the board cannot know (C32). */
  readonly offMs: number | undefined;
}

export interface Hal {
  readonly flash: Flash;
  readonly reset: Reset;
  /** Fills the array with random bytes that a stranger cannot predict. */
  random(into: Uint8Array): void;
  led(green: boolean): void;
}

/** One GNSS solution as the receiver reports it. */
export interface GnssFix {
  readonly latE7: number;
  readonly lonE7: number;
  /** Speed over ground, cm/s. */
  readonly speedCmS: number;
  /** Course over ground, 0..35999 hundredths of a degree, clockwise from north. */
  readonly headingCdeg: number;
  readonly altitudeM: number;
  /** Estimated horizontal error, 1 sigma, cm. */
  readonly accuracyCm: number;
  /** UTC milliseconds, unsigned and not vouched for. */
  readonly utcMs: number;
}

/** 50 Hz acceleration, `x0 y0 z0 x1 y1 z1 ...` in the sensor's own axes, specific force in mg (1 g up at rest). */
export interface ImuBlock {
  readonly kind: 'imu';
  /** When the first sample of the block was taken. */
  readonly startMs: number;
  readonly axesMg: Int16Array;
}

/** The same at 400 Hz, in blocks without a gap for 10 s around a wake-up by the accelerometer (B68). */
export interface ImuBurst {
  readonly kind: 'imu-burst';
  readonly startMs: number;
  readonly axesMg: Int16Array;
}

/** 10 Hz supply voltage in mV, oldest first; the first sample was taken at `startMs`. */
export interface SupplyBlock {
  readonly kind: 'supply';
  readonly startMs: number;
  readonly mV: Uint16Array;
}

/** Once a second: a solution, or none. */
export interface GnssTick {
  readonly kind: 'gnss';
  readonly fix: GnssFix | null;
}

/** The modem's session with the broker came up or went down. */
export interface LinkChange {
  readonly kind: 'link';
  readonly up: boolean;
}

/** Bytes that arrived on the device's downlink, not yet believed. */
export interface Downlink {
  readonly kind: 'downlink';
  readonly channel: DownlinkChannel;
  readonly bytes: Uint8Array;
}

/** An image is being installed, or no longer (C28). */
export interface UpdateState {
  readonly kind: 'update';
  readonly installing: boolean;
}

/** The under-voltage comparator at 5.5 V changed. Hold-up time starts when it goes low. */
export interface UnderVoltage {
  readonly kind: 'undervoltage';
  readonly low: boolean;
}

export type Input = ImuBlock | ImuBurst | SupplyBlock | GnssTick | LinkChange | Downlink | UpdateState | UnderVoltage;

/** Open the session with the broker; `will` is published on `state` if the link dies, `proof` shows whose it is. */
export interface Connect {
  readonly kind: 'connect';
  readonly proof: Uint8Array;
  readonly will: Uint8Array;
}

/** Send at QoS 1. A loss is repaired by the uplink's own resending, never by the modem's. */
export interface Publish {
  readonly kind: 'publish';
  readonly channel: UplinkChannel;
  readonly bytes: Uint8Array;
  readonly retain: boolean;
}

export type Effect = Connect | Publish;

export const NO_EFFECTS: readonly Effect[] = Object.freeze([]);

/** The kernel's face towards a board or the world. */
export interface Device {
  /** First call after a reset. */
  boot(now: number): readonly Effect[];
  handle(input: Input, now: number): readonly Effect[];
  /** When `onTimeout` wants to be called; Infinity for never. */
  nextTimeout(): number;
  /** Calling early is a no-op. */
  onTimeout(now: number): readonly Effect[];
}
