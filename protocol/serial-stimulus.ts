/**
 * What the stimulus channel carries: what a rig lets the device's sensors see (firmware/hal.ts, box-hal.ts).
 *
 * `atMs` is the rig's time at which the device gets it, and never smaller than that of the stimulus before it. Blocks
 * of samples also say when their first sample was taken.
 */

import { asciiText, byteString, choice, field, flag, type Infer, integer, optional, record } from './codec.ts';
import { DAY_MS } from './messages.ts';
import { kind, type OneOf } from './serial-message.ts';

const UTC_MAX_MS = 7_258_118_400_000;
const INT32_MAX = 2_147_483_647;
const XYZ_BYTES = 6;
/** A second at 400 Hz. */
const BURST_SAMPLES_MAX = 400;
/** A second at 50 Hz, or at twice that. */
const SECOND_SAMPLES_MAX = 100;
const SUPPLY_SAMPLES_MAX = 100;

/** Milliseconds since the rig's zero. */
export const rigMs = integer(0, 3660 * DAY_MS);
/** As wide as a receiver's mistakes may be. */
const int32 = integer(-INT32_MAX, INT32_MAX);
const axes = byteString(XYZ_BYTES, XYZ_BYTES * BURST_SAMPLES_MAX);
const volts = byteString(2, 2 * SUPPLY_SAMPLES_MAX);

const AT_NOTE = "the rig's time";
const START_NOTE = "the rig's time of the first sample";
const AXES_NOTE = 'mg, int16 each, x y z x y z ...';
const VOLTS_NOTE = 'mV, uint16 each, 100 ms apart';

const RigFix = record('rig-fix', {
  latE7: field(1, int32, '1e-7 degree'),
  lonE7: field(2, int32, '1e-7 degree'),
  speedCmS: field(3, int32, 'cm/s'),
  headingCdeg: field(4, int32, '0.01 degree clockwise from north'),
  altitudeM: field(5, int32),
  accuracyCm: field(6, int32, 'cm, 1 sigma'),
  utcMs: field(7, integer(0, UTC_MAX_MS), 'ms since 1970-01-01 UTC'),
});

/** What a part of the car can be told to be; the unit is in the second column of SPEC's table. */
export const BODY_PARTS = {
  'doors-open': 1,
  'doors-locked': 2,
  'lid-open': 3,
  'lid-latched': 4,
  'trunk-locked': 5,
  'windows-open': 6,
  engine: 7,
  'start-pressed': 8,
  'mechanical-key': 9,
  immobilised: 10,
  lights: 11,
  horn: 12,
  siren: 13,
  climate: 14,
  charging: 15,
  speed: 16,
  odometer: 17,
  battery: 18,
  charge: 19,
  'charge-remaining': 20,
  cabin: 21,
  'panel-pair': 32,
  'panel-online': 33,
  'panel-profile': 34,
  airbag: 48,
  'button-112': 49,
  'button-breakdown': 50,
} as const;

const Block = record('stimulus-imu', {
  atMs: field(1, rigMs, AT_NOTE),
  startMs: field(2, rigMs, START_NOTE),
  axes: field(3, axes, AXES_NOTE),
});

export const STIMULI = {
  imu: kind(1, Block),
  'imu-burst': kind(2, Block),
  supply: kind(
    3,
    record('stimulus-supply', {
      atMs: field(1, rigMs, AT_NOTE),
      startMs: field(2, rigMs, START_NOTE),
      mV: field(3, volts, VOLTS_NOTE),
    }),
  ),
  gnss: kind(
    4,
    record('stimulus-gnss', {
      atMs: field(1, rigMs, AT_NOTE),
      fix: optional(2, RigFix, 'absent: the receiver has no solution'),
    }),
  ),
  undervoltage: kind(
    5,
    record('stimulus-undervoltage', { atMs: field(1, rigMs, AT_NOTE), low: field(2, flag, 'below 5.5 V') }),
  ),
  update: kind(6, record('stimulus-update', { atMs: field(1, rigMs, AT_NOTE), installing: field(2, flag) })),
  body: kind(
    7,
    record('stimulus-body', {
      atMs: field(1, rigMs, AT_NOTE),
      part: field(2, choice(BODY_PARTS)),
      value: field(3, int32, 'what the part is from now on'),
    }),
  ),
  'short-range': kind(
    8,
    record('stimulus-short-range', {
      atMs: field(1, rigMs, AT_NOTE),
      peer: field(2, asciiText(32), 'names the connection and nobody'),
      bytes: optional(3, byteString(1, 3072), 'absent: the phone is out of range'),
    }),
  ),
  /** All that the sensors saw in the second that ends at `atMs`, and in `repeat - 1` more that are like it. */
  second: kind(
    9,
    record('stimulus-second', {
      atMs: field(1, rigMs, AT_NOTE),
      axes: field(2, byteString(XYZ_BYTES, XYZ_BYTES * SECOND_SAMPLES_MAX), AXES_NOTE),
      mV: field(3, volts, VOLTS_NOTE),
      burst: optional(4, axes, 'the same second at 400 Hz'),
      fix: optional(5, RigFix, 'at the end of the second; absent: no solution'),
      repeat: optional(6, integer(2, 86_400), 'so many such seconds in a row'),
    }),
  ),
};
export type Stimulus = OneOf<typeof STIMULI>;
export type RigFix = Infer<typeof RigFix>;

/** Big-endian, as everything on the wire. */
export function int16Bytes(values: Int16Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setInt16(2 * i, values[i]);
  return bytes;
}

export function int16sOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(2 * i));
}
