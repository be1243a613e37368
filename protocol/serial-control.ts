/**
 * What the control channel carries: a rig's commands, the device's answers, and what the rig sees the device do.
 * Each command has an id and gets one answer; the same id again gets the same answer and does nothing twice.
 */

import { asciiText, byteString, choice, field, flag, integer, list, optional, record } from './codec.ts';
import { PUBLIC_KEY_BYTES } from './crypto.ts';
import { DEVICE_KINDS, RESET_REASONS } from './messages.ts';
import type { Result } from './result.ts';
import { decodeOneOf, encodeOneOf, kind, type MessageReason, type OneOf } from './serial-message.ts';
import { rigMs } from './serial-stimulus.ts';

const uint32 = integer(0, 0xffffffff);
const id = field(1, uint32, 'of the command');
const key = byteString(PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES);

/** `manual`: time stands still but for `advance`. `live`: it runs by the device's own clock. */
const TIME_MODES = { live: 1, manual: 2 } as const;
export type TimeMode = keyof typeof TIME_MODES;

export const COMMANDS = {
  query: kind(1, record('command-query', { id })),
  capabilities: kind(2, record('command-capabilities', { id })),
  /** While the power is off: who the device is from its next boot on. */
  identity: kind(
    3,
    record('command-identity', {
      id,
      seed: field(2, byteString(1, 32), 'the key is SHA-256 of it, see SPEC'),
      gatewayKey: field(3, key, 'signs what the device believes'),
      manifestNumber: field(4, uint32, 'of the manifest in the answer'),
      erase: field(5, flag, 'the flash is blank, as on the first day'),
    }),
  ),
  time: kind(
    4,
    record('command-time', {
      id,
      mode: field(2, choice(TIME_MODES)),
      nowMs: optional(3, rigMs, "the rig's time is this now; only while the power is off"),
    }),
  ),
  /** In manual time: lets time pass up to `toMs`, or to the first thing that the rig can see. */
  advance: kind(
    5,
    record('command-advance', {
      id,
      toMs: field(2, rigMs),
      stimuli: field(3, uint32, 'messages on stimulus up to toMs, since time was set'),
      downlinks: field(4, uint32, 'messages on downlink before time moves, since time was set'),
      stopAtOutput: field(5, flag, 'stop when an uplink or a sight has been sent'),
    }),
  ),
  'power-on': kind(
    6,
    record('command-power-on', {
      id,
      reason: field(2, choice(RESET_REASONS)),
      knowsOffTime: field(3, flag, 'false: the board cannot tell how long it was off'),
    }),
  ),
  /** The supply fails now. With `holdUpMs` the under-voltage comparator says so, and the power goes so much later. */
  'power-cut': kind(
    7,
    record('command-power-cut', {
      id,
      holdUpMs: field(2, integer(0, 60_000), '0: without a warning'),
      offMs: optional(3, rigMs, 'the power comes back by itself after this; absent: at power-on'),
    }),
  ),
  reset: kind(8, record('command-reset', { id, reason: field(2, choice(RESET_REASONS)) })),
};
export type Command = OneOf<typeof COMMANDS>;

const VERDICTS = {
  done: 0,
  'not-supported': 1,
  /** The power is on where it has to be off, or the other way round; time is live where it has to be manual. */
  'wrong-state': 2,
  'in-the-past': 3,
  'bad-message': 4,
  /** Another command came before this one was answered. */
  interrupted: 5,
} as const;
export type Verdict = keyof typeof VERDICTS;

/** Why time stands still. */
const STOPS = { reached: 0, output: 1, waiting: 2 } as const;
export type Stop = keyof typeof STOPS;

export const ANSWERS = {
  state: kind(
    65,
    record('answer-state', {
      id,
      verdict: field(2, choice(VERDICTS)),
      nowMs: field(3, rigMs),
      mode: field(4, choice(TIME_MODES)),
      powered: field(5, flag),
      boots: field(6, uint32, 'since the rig build was started'),
      led: field(7, flag, 'green'),
      stimuli: field(8, uint32, 'taken so far, since time was set'),
      downlinks: field(9, uint32, 'taken so far, since time was set'),
      uplinks: field(10, uint32, 'sent so far, since time was set'),
      sights: field(11, uint32, 'sent so far, since time was set'),
      refused: field(12, uint32, 'stimuli that were not understood, late, or not supported'),
      stopped: field(13, choice(STOPS)),
    }),
  ),
  identity: kind(
    66,
    record('answer-identity', {
      id,
      device: field(2, asciiText(26), 'device id'),
      publicKey: field(3, key),
      manifest: field(4, byteString(1, 512), "signed by the rig's issuer"),
    }),
  ),
  capabilities: kind(
    67,
    record('answer-capabilities', {
      id,
      device: field(2, choice(DEVICE_KINDS)),
      firmware: field(3, asciiText(24)),
      commands: field(4, list(integer(0, 255), 32), 'kinds that are understood'),
      stimuli: field(5, list(integer(0, 255), 32), 'kinds that are understood'),
      parts: field(6, list(integer(0, 255), 64), 'parts of the body that exist'),
      manualTime: field(7, flag),
      keepsLine: field(8, flag, 'the line stays up when the device loses its power'),
    }),
  ),
};

/** What can be seen of a device from outside; `value` is 0 or 1 unless SPEC says otherwise. */
const SIGHTS = {
  led: 1,
  booted: 2,
  off: 3,
  doors: 16,
  trunk: 17,
  lights: 18,
  horn: 19,
  siren: 20,
  climate: 21,
  charger: 22,
  immobiliser: 23,
  display: 24,
  power: 25,
} as const;
export type Sight = keyof typeof SIGHTS;

export const REPORTS = {
  ...ANSWERS,
  seen: kind(
    80,
    record('seen', {
      atMs: field(1, rigMs),
      what: field(2, choice(SIGHTS)),
      value: field(3, integer(-2_147_483_647, 2_147_483_647)),
    }),
  ),
  'short-range': kind(
    81,
    record('seen-short-range', {
      atMs: field(1, rigMs),
      peer: field(2, asciiText(32)),
      bytes: field(3, byteString(1, 3072)),
    }),
  ),
};
export type Report = OneOf<typeof REPORTS>;
export type StateAnswer = Extract<Report, { readonly kind: 'state' }>;

export function decodeCommand(bytes: Uint8Array): Result<Command, MessageReason> {
  return decodeOneOf(COMMANDS, bytes);
}

export function encodeReport(report: Report): Uint8Array {
  return encodeOneOf(REPORTS, report);
}
