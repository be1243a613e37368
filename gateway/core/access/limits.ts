/** Every bound of access in one place (decisions.md, Access). Times in the unit of their names. */

import { LEASES_MAX, REVOKED_MAX, SHARED_KEYS_MAX } from '../../../protocol/access-messages.ts';

const MINUTE_MS = 60_000;
const DAY_S = 86_400;
export const DAY_MS = DAY_S * 1000;

export interface AccessLimits {
  /** A7: a lease is computed from a signed message of the box that is at most so old. */
  readonly clockFreshMs: number;
  /** A7: a lease lasts as long as the box needs to wake up, and so much longer. */
  readonly leaseSpareMs: number;
  /** From `iat` to `exp` of a request, at most. */
  readonly requestWindowS: number;
  /** So far may the clock of a phone be ahead. */
  readonly phoneAheadS: number;
  /** Requests of one phone in an hour of UTC. */
  readonly quotaPerHour: number;
  /** Requests that may wait for one box. */
  readonly waitingMax: number;
  readonly leasesMax: number;
  readonly sharedKeysMax: number;
  readonly revokedKeysMax: number;
  /** B43: a shared key ends after a leap year at the latest. */
  readonly keyLifeS: number;
  /** B39: how long ago a phone may have been beside the box that shares a key, by the box's own clock. */
  readonly presenceMs: number;
  readonly deliveriesMax: number;
  readonly deliveryWindowS: number;
  readonly deliveryAheadS: number;
  /** A15: a TAN is valid from its window's start to so long after its end. */
  readonly tanGraceS: number;
  /** A17: so many wrong attempts pause a delivery ... */
  readonly wrongPause: number;
  readonly pauseMs: number;
  /** ... and so many end it. */
  readonly wrongEnd: number;
  /** A12: the same request repeats what the box said for so long. */
  readonly bodyKeptMs: number;
  /** A18: an opening that is not secured by then alerts the owner ... */
  readonly alertMs: number;
  /** ... and by then the hotline may free the courier. */
  readonly hotlineMs: number;
  /** How long the verdict of a request can be asked for. */
  readonly verdictKeptMs: number;
  /** How long leases and reports are known after their end, so that what comes again counts once. */
  readonly answersKeptMs: number;
  readonly deliveryKeptMs: number;
  readonly handOverKeptMs: number;
}

export const ACCESS_LIMITS: AccessLimits = {
  clockFreshMs: MINUTE_MS,
  leaseSpareMs: 30_000,
  requestWindowS: 600,
  phoneAheadS: 60,
  quotaPerHour: 3600,
  waitingMax: LEASES_MAX,
  leasesMax: LEASES_MAX,
  sharedKeysMax: SHARED_KEYS_MAX,
  revokedKeysMax: REVOKED_MAX,
  keyLifeS: 366 * DAY_S,
  presenceMs: MINUTE_MS,
  deliveriesMax: 16,
  deliveryWindowS: 7 * DAY_S,
  deliveryAheadS: 60 * DAY_S,
  tanGraceS: DAY_S,
  wrongPause: 5,
  pauseMs: 15 * MINUTE_MS,
  wrongEnd: 10,
  bodyKeptMs: 10 * MINUTE_MS,
  alertMs: 5 * MINUTE_MS,
  hotlineMs: 10 * MINUTE_MS,
  verdictKeptMs: 7 * DAY_MS,
  answersKeptMs: 90 * DAY_MS,
  deliveryKeptMs: 30 * DAY_MS,
  handOverKeptMs: 400 * DAY_MS,
};
