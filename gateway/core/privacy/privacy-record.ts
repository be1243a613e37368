/** What is known of a person's rights, under the pseudonym by which the gateway knows the person: a device id (C50). */

import { flag, listOf, orNull, type Shaped, shape, text, whole } from '../access/shape.ts';
import { RETENTION, type Retention } from './processing.ts';

const consent = shape({
  purpose: text,
  /** Version of the statement that was agreed to, or that the withdrawal is about. */
  statement: text,
  given: flag,
  atMs: whole,
});

const guard = shape({
  /** In the order of time; nothing is ever taken out of it (B112). */
  consents: listOf(consent),
  /** B109: data are kept and nothing is done with them. */
  restricted: orNull(shape({ ground: text, sinceMs: whole })),
  /** B12: for the legal purpose only, until the day on which they are deleted. */
  blocked: orNull(shape({ why: text, sinceMs: whole, untilMs: whole })),
  contractEndMs: orNull(whole),
  /** Rights that were exercised, and how the identity was verified (B113). */
  acts: listOf(shape({ right: text, verified: text, atMs: whole })),
});
export type PrivacyRecord = Shaped<typeof guard>;

export const NEW_RECORD: PrivacyRecord = {
  consents: [],
  restricted: null,
  blocked: null,
  contractEndMs: null,
  acts: [],
};

/** Null when the text is no record of this version. */
export function readPrivacyRecord(json: string): PrivacyRecord | null {
  try {
    const value: unknown = JSON.parse(json);
    return guard(value) ? value : null;
  } catch {
    return null;
  }
}

/** E49, C65: the purpose without whose consent nothing is scored. Where none was ever recorded, the contract holds. */
export const TELEMATICS = 'telematics';

/** Whether a purpose that rests on consent may be followed now; a later word replaces an earlier one. */
export function hasConsent({ consents }: PrivacyRecord, purpose: string): boolean {
  return consents.findLast((entry) => entry.purpose === purpose)?.given === true;
}

/** Whether trips must not be scored or reported at present: restricted, blocked, or consent withdrawn. */
export function isStopped(record: PrivacyRecord): boolean {
  const withdrawn = record.consents.some(({ purpose }) => purpose === TELEMATICS) && !hasConsent(record, TELEMATICS);
  return record.restricted !== null || record.blocked !== null || withdrawn;
}

export interface Due {
  readonly atMs: number;
  readonly what: 'delete' | 'anonymise';
}

/** What has to be done next, and when. A restriction keeps the data until it is lifted (B109). */
export function dueOf(record: PrivacyRecord, { anonymisedAfterMs }: Retention = RETENTION): Due | null {
  if (record.restricted !== null) return null;
  if (record.blocked !== null) return { atMs: record.blocked.untilMs, what: 'delete' };
  if (record.contractEndMs === null) return null;
  return { atMs: record.contractEndMs + anonymisedAfterMs, what: 'anonymise' };
}
