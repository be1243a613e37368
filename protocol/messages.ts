/**
 * All messages, declared once. `docs/SPEC.md` says what they mean, `protocol/schema.cddl` is printed from here.
 * Times on the wire are milliseconds since the boot that the message names, unless they say UTC.
 */

import type { CborLimits } from './cbor-scan.ts';
import { asciiText, byteString, choice, field, flag, type Infer, integer, list, optional, record } from './codec.ts';

export const BOOT_BYTES = 16;
/** numbers.md 13: a frame holds at most 120 s of samples at 1 Hz. */
export const SAMPLES_MAX = 120;
/** Minimum, maximum and mean of forward, left and up (or x, y, z). */
export const ACCELERATION_COLUMNS = 9;
export const EVENTS_MAX = 32;
export const MISSING_MAX = 64;

const UINT32 = 0xffffffff;
export const DAY_MS = 86_400_000;
/** How far a trip may be dated back at either end. */
export const BACKDATE_MAX_MS = 3_600_000;
const YEARS_10_MS = 3660 * DAY_MS;
/** The year 2200, so that a time in the year 9999 is a wrong message and not a far future. */
const UTC_MAX_MS = 7_258_118_400_000;

const BOOT_NOTE = '128 random bits of this start';

const boot = byteString(BOOT_BYTES, BOOT_BYTES);
const uint32 = integer(0, UINT32);
const bootMs = integer(0, YEARS_10_MS);
const utcMs = integer(0, UTC_MAX_MS);
/** 0.1 m/s. */
const speedDmS = integer(0, 2000);

export const EVENT_KINDS = {
  'harsh-acceleration': 1,
  'harsh-braking': 2,
  'harsh-cornering': 3,
  'speed-peak': 4,
  'trip-start': 5,
  'trip-end': 6,
  'mounting-found': 7,
  carried: 8,
  'power-gap': 9,
} as const;
export type EventKind = keyof typeof EVENT_KINDS;

/** 2 s at 50 Hz (numbers.md 13). */
export const TRACE_SAMPLES_MAX = 100;
/** Forward, left and up. */
export const TRACE_AXES = 3;

/** Raw accelerations around a harsh event; SPEC "Raw traces" says how each axis is packed. */
export const RawTrace = record('raw-trace', {
  fromMs: field(1, integer(-60_000, DAY_MS), "ms from the occurrence's atMs to the first sample"),
  cadenceMs: field(2, integer(1, 1000), 'ms from sample to sample'),
  count: field(3, integer(1, TRACE_SAMPLES_MAX)),
  axes: field(4, list(byteString(1, 240), TRACE_AXES), 'three columns: forward, left, up, 0.01 g'),
});
export type RawTrace = Infer<typeof RawTrace>;

/** Something that happened at one time. `peak` is in 0.01 g for accelerations, in 0.1 m/s for speeds. */
export const Occurrence = record('occurrence', {
  kind: field(1, choice(EVENT_KINDS)),
  atMs: field(2, bootMs, 'ms since boot'),
  durationMs: field(3, integer(0, DAY_MS)),
  peak: field(4, integer(0, 65535), '0.01 g for accelerations, 0.1 m/s for speeds'),
  speedDmS: field(5, speedDmS),
  trace: optional(6, RawTrace, 'of harsh events, when there was room'),
});
export type Occurrence = Infer<typeof Occurrence>;

const ENDINGS = { parked: 1, stood: 2, 'power-lost': 3, blocked: 4 } as const;
export type Ending = keyof typeof ENDINGS;

/** Which trip a frame belongs to. A trip that began in an earlier boot names that boot. */
export const TripPart = record('trip-part', {
  number: field(1, uint32, 'counts the trips of a boot'),
  boot: optional(2, boot, 'where the trip began, if not in this boot'),
  /** 0, 1, 2 ... within the trip: the trip is whole when parts 0..n are there and n has an ending. */
  part: field(3, integer(0, 65535), '0, 1, 2 ... within the trip'),
  /** In part 0: how long before the frame's start the trip began (E47: back-dated to the engine). */
  leadMs: optional(4, integer(0, BACKDATE_MAX_MS), "ms from the trip's begin to the frame's start"),
  ending: optional(5, choice(ENDINGS), 'only in the last part'),
  /** In a last part: how long before the frame's end the trip ended. */
  tailMs: optional(6, integer(0, BACKDATE_MAX_MS), "ms from the trip's end to the frame's end"),
});
export type TripPart = Infer<typeof TripPart>;

/** The trip so far, in every frame, so that a lost one costs detail and not kilometres. */
export const Summary = record('summary', {
  distanceM: field(1, uint32),
  durationS: field(2, uint32),
  topSpeedDmS: field(3, speedDmS),
  accelerations: field(4, uint32),
  brakings: field(5, uint32),
  cornerings: field(6, uint32),
});
export type Summary = Infer<typeof Summary>;

/** Columns of 1 Hz samples; SPEC "Columns" says how each byte string is packed. */
export const PackedSamples = record('samples', {
  count: field(1, integer(1, SAMPLES_MAX)),
  cadenceMs: field(2, integer(1, 60_000), 'ms from sample to sample'),
  /** A bit per sample, first sample in the highest bit; absent when all have a fix. */
  fix: optional(3, byteString(1, 15), 'a bit per sample; absent when all have a fix'),
  /** First values: latitude and longitude 1e-6 degree, speed 0.1 m/s, heading 1 degree, altitude 1 m. */
  origin: optional(4, list(integer(-180_000_000, 180_000_000), 5), '1e-6 degree, 1e-6 degree, 0.1 m/s, degree, m'),
  latitude: optional(5, byteString(1, 720), 'column, 1e-6 degree'),
  longitude: optional(6, byteString(1, 720), 'column, 1e-6 degree'),
  speed: optional(7, byteString(1, 640), 'column, 0.1 m/s'),
  heading: optional(8, byteString(1, 640), 'column, degree'),
  altitude: optional(9, byteString(1, 640), 'column, m'),
  /** Per second minimum, maximum and mean of three accelerations in 0.01 g: nine columns. */
  acceleration: optional(10, list(byteString(1, 320), ACCELERATION_COLUMNS), 'nine columns, 0.01 g'),
  /** True when the accelerations are forward, left, up; false while the mounting is not known. */
  vehicleAxes: optional(11, flag, "true: forward, left, up; false: the sensor's own x, y, z"),
});
export type PackedSamples = Infer<typeof PackedSamples>;

export const DROPPED_MAX = 32;

/** Frames `from` .. `from + count - 1` of a boot, which were given up when flash was full. */
export const DroppedRange = record('dropped-range', {
  boot: field(1, boot, 'this boot or an earlier one'),
  from: field(2, uint32, 'the first seq'),
  count: field(3, integer(1, UINT32)),
});
export type DroppedRange = Infer<typeof DroppedRange>;

export const Frame = record('frame', {
  boot: field(1, boot, BOOT_NOTE),
  seq: field(2, uint32, 'counts the frames of a boot from 0'),
  startMs: field(3, bootMs, 'ms since boot'),
  /** UTC at `startMs` by GNSS, which nobody vouches for; absent before the first fix. */
  utcMs: optional(4, utcMs, 'ms since 1970-01-01 UTC, at startMs'),
  trip: optional(5, TripPart),
  samples: optional(6, PackedSamples),
  occurrences: field(7, list(Occurrence, EVENTS_MAX)),
  summary: optional(8, Summary),
  /**
   * A gap frame: it has a number of its own and stands for these ranges, which count as received. It may carry
   * the trip part and summary of the last frame given up, without samples. A frame that arrives although a gap
   * frame stands for it (it was on its way) is stored like any other; that is no fork.
   */
  dropped: optional(9, list(DroppedRange, DROPPED_MAX), 'a gap frame: these were given up'),
});
export type Frame = Infer<typeof Frame>;

/** Early notice of what a frame will say; it may be lost. */
export const Notice = record('notice', {
  boot: field(1, boot, BOOT_NOTE),
  number: field(2, uint32, 'counts the notices of a boot'),
  what: field(3, Occurrence),
  utcMs: optional(4, utcMs, 'ms since 1970-01-01 UTC, at the occurrence'),
  trip: optional(5, TripPart),
});
export type Notice = Infer<typeof Notice>;

export const RESET_REASONS = { 'power-on': 1, 'brown-out': 2, watchdog: 3, software: 4 } as const;

/** Birth (online) and last will (offline), both retained. */
export const DeviceState = record('state', {
  boot: field(1, boot, BOOT_NOTE),
  online: field(2, flag, 'birth: true; last will: false'),
  atMs: field(3, bootMs, 'ms since boot'),
  firmware: field(4, asciiText(24)),
  reset: field(5, choice(RESET_REASONS)),
  offMs: optional(6, integer(0, YEARS_10_MS), 'ms without power before this boot; absent: unknown'),
  /** Frames in flash that no receipt has covered. */
  waiting: field(7, uint32, 'frames in flash that no receipt has covered'),
  mounted: field(8, flag, 'the mounting is known'),
  configuration: optional(9, uint32, 'number of the configuration that holds; absent: none came yet'),
});
export type DeviceState = Infer<typeof DeviceState>;

/** Durable at the gateway: every seq of `boot` up to `through` that is neither missing nor refused. */
export const Receipt = record('receipt', {
  boot: field(1, boot, 'the boot of the frames'),
  through: field(2, uint32, 'the highest seq that this receipt speaks of'),
  missing: field(3, list(uint32, MISSING_MAX), 'send these again'),
  refused: field(4, list(uint32, MISSING_MAX), 'never send these again'),
});
export type Receipt = Infer<typeof Receipt>;

/** What the gateway wants the device to be: the whole of it, so that the highest number alone says everything. */
export const Configuration = record('configuration', {
  number: field(1, uint32, 'a device takes only a higher one than the last'),
  vehicle: field(2, uint32, 'another one than before: the device sits in another vehicle'),
  blocker: field(3, flag, 'true: no trip is recorded'),
});
export type Configuration = Infer<typeof Configuration>;

/** Proof at CONNECT that the client holds the device's key; base64url of the COSE_Sign1 is the password. */
export const ConnectProof = record('connect-proof', {
  boot: field(1, boot, BOOT_NOTE),
});
export type ConnectProof = Infer<typeof ConnectProof>;

export const DEVICE_KINDS = { sensor: 1, box: 2, phone: 3 } as const;

const EnrolledDevice = record('enrolled-device', {
  publicKey: field(1, byteString(32, 32), 'Ed25519'),
  kind: field(2, choice(DEVICE_KINDS)),
  serial: field(3, asciiText(32)),
});
export type EnrolledDevice = Infer<typeof EnrolledDevice>;

export const MANIFEST_DEVICES_MAX = 10_000;

/** Signed by the manufacturer: devices that exist, and their keys. */
export const Manifest = record('manifest', {
  number: field(1, uint32, 'higher than in the last manifest of that manufacturer'),
  devices: field(2, list(EnrolledDevice, MANIFEST_DEVICES_MAX)),
});
export type Manifest = Infer<typeof Manifest>;

const ITEMS_PER_DEVICE = 7;
/** For `unseal` and `decodeMessage`: a manifest is far larger than what a device sends. */
export const MANIFEST_LIMITS: CborLimits = {
  maxBytes: Manifest.maxBytes + 128,
  maxDepth: 4,
  maxItems: 16 + ITEMS_PER_DEVICE * MANIFEST_DEVICES_MAX,
};

/** In the order of the CDDL file. */
export const RULES = [
  Frame,
  TripPart,
  PackedSamples,
  Occurrence,
  RawTrace,
  Summary,
  DroppedRange,
  Notice,
  DeviceState,
  Receipt,
  Configuration,
  ConnectProof,
  Manifest,
  EnrolledDevice,
] as const;
