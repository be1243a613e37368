/**
 * What phones and boxes say to each other beside the car, and what a phone carries for a box: pairing, proofs of
 * presence, digital keys. `docs/SPEC.md`, chapter 9.
 */

import { boot, bootMs, id, key, party, sealed, uint32, utcS } from './access-fields.ts';
import { ACTIONS } from './access-messages.ts';
import { byteString, choice, field, type Infer, list, optional, record } from './codec.ts';

/** Signed by the owner, verified by the box offline (B38). */
export const Grant = record('grant', {
  id: field(1, id),
  holder: field(2, key),
  actions: field(3, list(choice(ACTIONS), 16)),
  fromS: field(4, utcS),
  toS: field(5, utcS),
});
export type Grant = Infer<typeof Grant>;

/** The gateway has registered this grant under this pairing, and can revoke it; without it the grant opens nothing. */
export const KeyRegistration = record('key-registration', {
  grant: field(1, id),
  pairing: field(2, uint32, 'of the binding under which it was registered'),
});
export type KeyRegistration = Infer<typeof KeyRegistration>;

/** What the QR code in the car shows (B34). */
export const PairingTicket = record('pairing-ticket', {
  box: field(1, party),
  nonce: field(2, id),
  boot: field(3, boot),
  endMs: field(4, bootMs, '5 min after it was shown'),
});
export type PairingTicket = Infer<typeof PairingTicket>;

/** A phone over the short-range link: I am here. `nonce`: of the ticket, or of the last clock. */
export const PresenceAsk = record('presence-ask', {
  nonce: field(1, id),
  phone: field(2, key),
});
export type PresenceAsk = Infer<typeof PresenceAsk>;

/** The box: this phone was beside me. */
export const Presence = record('presence', {
  nonce: field(1, id),
  phone: field(2, party),
  boot: field(3, boot),
  atMs: field(4, bootMs),
});
export type Presence = Infer<typeof Presence>;

/** Use of a digital key over the short-range link, signed by its holder. The owner's own key needs no grant. */
export const KeyUse = record('key-use', {
  nonce: field(1, id, 'of the last clock'),
  action: field(2, choice(ACTIONS)),
  holder: field(3, key),
  grant: optional(4, sealed),
  registration: optional(5, sealed, 'of the grant'),
});
export type KeyUse = Infer<typeof KeyUse>;

export const SHORT_RANGE_KINDS = {
  // Phone to box.
  hello: 1,
  'presence-ask': 2,
  'key-use': 3,
  lease: 4,
  time: 5,
  issuers: 6,
  binding: 7,
  settled: 8,
  inquiry: 9,
  // Box to phone.
  clock: 16,
  presence: 17,
  result: 18,
  report: 19,
} as const;
export type ShortRangeKind = keyof typeof SHORT_RANGE_KINDS;

/** One message on the short-range link. `body` is signed, except of a hello, which is empty. */
export const ShortRange = record('short-range', {
  kind: field(1, choice(SHORT_RANGE_KINDS)),
  body: field(2, byteString(0, 2048)),
});
export type ShortRange = Infer<typeof ShortRange>;

export const FERRIED = { clock: 1, result: 2, report: 3 } as const;

/** A phone carries what a box without network says; the box's own signature is inside. */
export const Ferry = record('ferry', {
  box: field(1, party),
  kind: field(2, choice(FERRIED)),
  body: field(3, byteString(1, 2048)),
});
export type Ferry = Infer<typeof Ferry>;
