/** What the box keeps in flash (docs/SPEC.md, "Flash of the box"). CBOR like on the wire, read by nobody else. */

import { ID_BYTES } from '../protocol/access-fields.ts';
import { ACTIONS, BoxReport, BoxResult, CAUSES, SHARED_KEYS_MAX } from '../protocol/access-messages.ts';
import {
  asciiText,
  byteString,
  choice,
  field,
  flag,
  type Infer,
  integer,
  list,
  optional,
  record,
} from '../protocol/codec.ts';
import { BOOT_BYTES, DAY_MS } from '../protocol/messages.ts';
import { DEFAULT_SWITCHES } from '../protocol/services.ts';
import { REPORTING } from './box-services.ts';

const YEARS_10_MS = 3660 * DAY_MS;
const UTC_MAX_S = 7_258_118_400;
export const SALT_BYTES = 16;

const id = byteString(ID_BYTES, ID_BYTES);
const boot = byteString(BOOT_BYTES, BOOT_BYTES);

/** A burnt id. It is in flash before anything moves; the result follows in a second record of the same id. */
export const Burn = record('burn', {
  id: field(1, id),
  cause: field(2, choice(CAUSES)),
  holder: field(3, asciiText(26)),
  action: field(4, choice(ACTIONS)),
  boot: field(5, boot),
  endMs: field(6, integer(0, YEARS_10_MS)),
  delivery: optional(7, id),
  grant: optional(8, id),
  result: optional(9, BoxResult),
});
export type Burn = Infer<typeof Burn>;

/** A report that no Settled has named, and the service for which it may leave. */
export const KeptReport = record('kept-report', {
  id: field(1, id),
  service: field(2, choice(REPORTING)),
  report: field(3, BoxReport),
});
export type KeptReport = Infer<typeof KeptReport>;

const MetKey = record('met-key', {
  grant: field(1, id),
  toS: field(2, integer(0, UTC_MAX_S)),
});

/** A lid that was opened and is not yet closed and locked (A18). */
const Opening = record('opening', {
  lease: field(1, id),
  delivery: optional(2, id),
  /** Whether the lid was seen open. */
  seen: field(3, flag),
  /** It has ended without that: `secured` was said. A lid that springs even so makes it go on. */
  ended: optional(4, flag),
  /** It has gone on. */
  again: optional(5, flag),
});
export type Opening = Infer<typeof Opening>;

export const Valet = record('valet', {
  salt: field(1, byteString(SALT_BYTES, SALT_BYTES)),
  hash: field(2, byteString(32, 32)),
  /** Wrong attempts since the last pause. */
  wrong: field(3, integer(0, 255)),
});
export type Valet = Infer<typeof Valet>;

/** How the box stands; one record, written when something in it changes. */
export const Standing = record('standing', {
  /** The gateway knows of every loss of flash that there was. */
  intact: field(1, flag),
  online: field(2, flag),
  profile: field(3, flag),
  /** Seconds of UTC that have surely passed. */
  floorS: field(4, integer(0, UTC_MAX_S)),
  alarmArmed: field(5, flag),
  alarmFromAfar: field(6, flag),
  immobiliserArmed: field(7, flag),
  /** The armed immobiliser has taken effect. */
  immobilised: field(8, flag),
  tracking: field(9, flag),
  /** Unlocked, and no door or lid was opened since. */
  relock: field(10, flag),
  met: field(11, list(MetKey, SHARED_KEYS_MAX)),
  opening: optional(12, Opening),
  valet: optional(13, Valet),
  /** For whom it has collected; another owner, or none, finds it erased (B37). */
  owner: optional(14, byteString(32, 32)),
  /** Under which pairing: the same owner who pairs anew begins with nothing. */
  pairing: optional(15, integer(0, 0xffffffff)),
});
export type Standing = Infer<typeof Standing>;

/** B87: online services are off until somebody switches them on in the car. */
export const FACTORY_STANDING: Standing = {
  intact: false,
  ...DEFAULT_SWITCHES,
  floorS: 0,
  alarmArmed: false,
  alarmFromAfar: false,
  immobiliserArmed: false,
  immobilised: false,
  tracking: false,
  relock: false,
  met: [],
};
