/**
 * What may move a lock, declared once: requests of phones, leases, results, keys, deliveries. `docs/SPEC.md` says what
 * the messages mean. Claims that CWT knows (RFC 8392) have its keys: iss 1, aud 3, exp 4, iat 6, cti 7; ours are
 * private use, below -65536. Times in `S` are seconds since 1970-01-01 UTC, times in `Ms` are milliseconds since the
 * boot that the message names.
 */

import { boot, bootMs, id, key, party, sealed, UTC_MAX_S, uint32, utcS } from './access-fields.ts';
import { asciiText, choice, field, flag, type Infer, integer, list, optional, record } from './codec.ts';
import { DAY_MS } from './messages.ts';

export const TAN_CHARS = 8;
/** What a courier may type; a longer one is refused before it is looked at. */
export const TAN_CHARS_MAX = 64;
export const LEASES_MAX = 32;
export const REVOKED_MAX = 64;
/** decisions.md: digital key. */
export const SHARED_KEYS_MAX = 8;

/** What a box can do for a lease or a key. */
export const ACTIONS = {
  lock: 1,
  unlock: 2,
  trunk: 3,
  lights: 4,
  horn: 5,
  'climate-on': 6,
  'climate-off': 7,
  'charge-start': 8,
  'charge-stop': 9,
  status: 10,
  immobilise: 11,
  release: 12,
  arm: 13,
  disarm: 14,
  'track-on': 15,
  'track-off': 16,
  locate: 17,
  'valet-off': 18,
  start: 19,
  'profile-on': 20,
  'profile-off': 21,
  'online-off': 22,
} as const;
export type Action = keyof typeof ACTIONS;

/** What a phone may ask the gateway: any action, and what concerns records only. */
export const REQUEST_KINDS = {
  ...ACTIONS,
  pair: 64,
  unpair: 65,
  share: 66,
  revoke: 67,
  keys: 68,
  order: 80,
  'cancel-order': 81,
  load: 82,
  'locate-once': 83,
  redeem: 84,
  delivery: 85,
  'hand-over': 96,
  'hand-back': 97,
  outcome: 112,
} as const;
export type RequestKind = keyof typeof REQUEST_KINDS;

/** A phone's request (CWT). `cti` makes it one request, however often it arrives. */
export const Request = record('request', {
  iss: field(1, party, 'device id of the phone'),
  aud: field(3, party, 'device id of the box'),
  exp: field(4, utcS),
  iat: field(6, utcS),
  cti: field(7, id),
  kind: field(-65537, choice(REQUEST_KINDS)),
  delivery: optional(-65538, id, 'cancel-order, load, locate-once, redeem, delivery'),
  tan: optional(-65539, asciiText(TAN_CHARS_MAX), 'redeem'),
  carrier: optional(-65540, asciiText(32), 'order'),
  fromS: optional(-65541, utcS, 'order, share: begin'),
  toS: optional(-65542, utcS, 'order, share: end'),
  grant: optional(-65543, sealed, 'share: signed grant'),
  ticket: optional(-65544, sealed, 'pair: what the QR code shows'),
  presence: optional(-65545, sealed, "pair, share: the box's proof that this phone is beside it"),
  subject: optional(-65546, id, 'revoke: the grant; outcome: the request asked about'),
  person: optional(-65547, party, 'hand-over: device id of the phone that takes over'),
  celsius: optional(-65548, integer(10, 32), 'climate-on: degree C'),
  clock: optional(-65549, sealed, "the box's clock over the short-range link"),
});
export type Request = Infer<typeof Request>;

export const OUTCOMES = { executed: 1, refused: 2, expired: 3, interrupted: 4, 'no-motion': 5 } as const;
export type Outcome = keyof typeof OUTCOMES;

/** Why something was refused, by the gateway or by the box; the field's word for each stands in SPEC. */
export const REFUSALS = {
  // Both.
  'services-off': 1,
  scope: 2,
  'key-revoked': 3,
  'key-early': 4,
  'key-late': 5,
  'key-unknown': 6,
  arguments: 7,
  moving: 8,
  // The box.
  'other-box': 20,
  'other-boot': 21,
  issuer: 22,
  burnt: 23,
  'table-full': 24,
  'no-time': 25,
  'no-contact': 26,
  presence: 27,
  valet: 28,
  'engine-on': 29,
  'lid-open': 30,
  armed: 31,
  // The gateway.
  oversize: 40,
  framing: 41,
  signature: 42,
  schema: 43,
  'request-window': 44,
  account: 45,
  'box-unknown': 46,
  'box-away': 47,
  'box-owned': 48,
  ticket: 49,
  quota: 50,
  'keys-full': 51,
  'delivery-unknown': 60,
  'delivery-ended': 61,
  'delivery-paused': 62,
  'wrong-courier': 63,
  'wrong-tan': 64,
  'tan-used': 65,
  'tan-reserved': 66,
  early: 67,
  late: 68,
  'located-already': 69,
  'in-use': 70,
  /** The id of another request of this phone. */
  'id-reused': 71,
} as const;
export type Refusal = keyof typeof REFUSALS;

export const ALARM_STATES = { off: 1, armed: 2, alarm: 3 } as const;

/** Doors and windows as a mask: 1 front left, 2 front right, 4 rear left, 8 rear right. */
const mask = integer(0, 15);

/** What a box says of its car. An item is absent unless a service that is on may send it. */
export const BodyState = record('body-state', {
  doorsOpen: optional(1, mask),
  doorsLocked: optional(2, flag),
  trunkOpen: optional(3, flag),
  trunkLocked: optional(4, flag),
  windowsOpen: optional(5, mask),
  alarm: optional(6, choice(ALARM_STATES)),
  engineOn: optional(7, flag),
  immobilised: optional(8, flag),
  odometerKm: optional(9, uint32),
  batteryMv: optional(10, integer(0, 65535)),
  chargePercent: optional(11, integer(0, 100)),
  charging: optional(12, flag),
  climateOn: optional(13, flag),
  cabinC: optional(14, integer(-60, 100)),
  latE6: optional(15, integer(-90_000_000, 90_000_000), '1e-6 degree'),
  lonE6: optional(16, integer(-180_000_000, 180_000_000), '1e-6 degree'),
  speedDmS: optional(17, integer(0, 2000), '0.1 m/s'),
  headingDeg: optional(18, integer(0, 359)),
  valet: optional(19, flag),
  keys: optional(20, integer(0, SHARED_KEYS_MAX), 'shared keys that the box has met'),
  tyresKpa: optional(21, list(integer(0, 1000), 4)),
  consumptionDl: optional(22, integer(0, 65535), '0.1 l or 0.1 kWh for 100 km'),
  remainingMin: optional(23, integer(0, 65535), 'until the battery is full'),
});
export type BodyState = Infer<typeof BodyState>;

/** The gateway's word to a phone. `pending` is news on the way; any other verdict is the end, and is always the same. */
export const VERDICTS = { ...OUTCOMES, pending: 16 } as const;
export type Verdict = keyof typeof VERDICTS;

export const SharedKey = record('shared-key', {
  grant: field(1, id),
  holder: field(2, party),
  fromS: field(3, utcS),
  toS: field(4, utcS),
  revoked: field(5, flag),
});
export type SharedKey = Infer<typeof SharedKey>;

export const DELIVERY_STATES = {
  ordered: 1,
  loaded: 2,
  opening: 3,
  open: 4,
  done: 5,
  cancelled: 6,
  failed: 7,
  ended: 8,
} as const;
export type DeliveryState = keyof typeof DELIVERY_STATES;

export const Reply = record('reply', {
  cti: field(7, id, 'of the request'),
  verdict: field(-65537, choice(VERDICTS)),
  reason: optional(-65538, choice(REFUSALS)),
  delivery: optional(-65539, id),
  tan: optional(-65540, asciiText(TAN_CHARS), 'shown once'),
  body: optional(-65541, BodyState),
  keys: optional(-65542, list(SharedKey, 32)),
  lease: optional(-65543, sealed, 'to be handed over the short-range link as well'),
  state: optional(-65544, choice(DELIVERY_STATES)),
  time: optional(-65545, sealed, 'network time for the box, to be handed over as well'),
  registration: optional(-65546, sealed, 'share: goes to the holder with the grant'),
});
export type Reply = Infer<typeof Reply>;

export const POWER_STATES = { awake: 1, edrx: 2, 'deep-sleep': 3 } as const;
export type PowerState = keyof typeof POWER_STATES;

/** How the box stands; also its word over the short-range link, and what a lease's end is computed from. */
export const BoxClock = record('box-clock', {
  boot: field(1, boot),
  atMs: field(2, bootMs),
  nonce: field(3, id, 'for one use of a key or one proof of presence'),
  power: field(4, choice(POWER_STATES)),
  wakeMs: field(5, integer(0, DAY_MS), 'until it hears the next downlink, at most'),
  issuers: field(6, uint32, 'number of the set of issuer keys that it holds'),
  binding: field(7, uint32, 'number of the binding that it holds'),
  /** False when flash was lost: then nothing is known of leases before this boot. */
  intact: field(8, flag, 'its records of leases are whole'),
  online: field(9, flag),
  profile: field(10, flag),
});
export type BoxClock = Infer<typeof BoxClock>;

/** At `atMs` of that boot it was `utcMs` at the latest; when the box hears this, it is `utcMs` at the earliest. */
export const NetworkTime = record('network-time', {
  boot: field(1, boot),
  atMs: field(2, bootMs, 'echo of the clock that asked'),
  utcMs: field(3, integer(0, UTC_MAX_S * 1000)),
  binding: optional(4, uint32, 'number of the binding in force; shared keys wait until the box holds it'),
});
export type NetworkTime = Infer<typeof NetworkTime>;

/** A command with an end on the box's own clock. An id acts at most once. */
export const Lease = record('lease', {
  iss: field(1, party, "device id of the issuer's key"),
  aud: field(3, party, 'device id of the box'),
  cti: field(7, id),
  action: field(-65537, choice(ACTIONS)),
  boot: field(-65538, boot),
  endMs: field(-65539, bootMs),
  holder: field(-65540, party, 'who asked, for the log of the box'),
  delivery: optional(-65541, id),
  celsius: optional(-65542, integer(10, 32)),
});
export type Lease = Infer<typeof Lease>;

/** By what right the box acted. */
export const CAUSES = { lease: 1, key: 2, mechanical: 3, local: 4 } as const;
export type Cause = keyof typeof CAUSES;

/** What became of a lease or of a use of a key; kept in flash until it is settled. */
export const BoxResult = record('box-result', {
  id: field(1, id, 'of the lease, or the nonce of a key use'),
  cause: field(2, choice(CAUSES)),
  holder: field(3, party),
  action: field(4, choice(ACTIONS)),
  boot: field(5, boot),
  atMs: field(6, bootMs),
  outcome: field(7, choice(OUTCOMES)),
  reason: optional(8, choice(REFUSALS)),
  grant: optional(9, id),
  body: optional(10, BodyState),
});
export type BoxResult = Infer<typeof BoxResult>;

export const HAPPENINGS = {
  'trunk-opened': 1,
  'trunk-closed': 2,
  /** Closed and locked: the end of an opening (A18). */
  secured: 3,
  'left-open': 4,
  relocked: 5,
  'door-opened': 6,
  'door-closed': 7,
  locked: 8,
  unlocked: 9,
  alarm: 10,
  immobilised: 11,
  released: 12,
  tracked: 13,
  'switches-changed': 14,
  'valet-on': 15,
  'valet-off': 16,
  'mechanical-key': 17,
  'start-refused': 18,
  erased: 19,
} as const;
export type HappeningKind = keyof typeof HAPPENINGS;

/** Something that happened at the car; kept in flash until it is settled. */
export const BoxReport = record('box-report', {
  id: field(1, id),
  boot: field(2, boot),
  atMs: field(3, bootMs),
  what: field(4, choice(HAPPENINGS)),
  /** The lease under which the lid is open. */
  opening: optional(5, id),
  body: optional(6, BodyState),
});
export type BoxReport = Infer<typeof BoxReport>;

/** Results and reports that are durable at the gateway. */
export const Settled = record('settled', {
  ids: field(1, list(id, LEASES_MAX)),
});
export type Settled = Infer<typeof Settled>;

/** What became of these leases? An id that the box does not know is burnt and answered as refused. */
export const Inquiry = record('inquiry', {
  ids: field(1, list(id, LEASES_MAX)),
});
export type Inquiry = Infer<typeof Inquiry>;

/** A numbered set of issuer keys, signed by the offline root that the box pins; a lower number is refused. */
export const IssuerSet = record('issuer-set', {
  number: field(1, uint32),
  keys: field(2, list(key, 8)),
});
export type IssuerSet = Infer<typeof IssuerSet>;

/** Whose box it is, and which shared keys have ended. Numbered; without an owner it erases (B37). */
export const Binding = record('binding', {
  number: field(1, uint32),
  owner: optional(2, key),
  revoked: field(3, list(id, REVOKED_MAX), 'grants that have not ended by themselves'),
  pairing: optional(4, uint32, 'number of the binding with which the owner was paired'),
});
export type Binding = Infer<typeof Binding>;
