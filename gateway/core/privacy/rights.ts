/** Rights of a person as changes of the record (B12, B108, B109, B112, B113). What changes data is in the stores. */

import { accept, type Result, refuse } from '../../../protocol/result.ts';
import type { PrivacyRecord } from './privacy-record.ts';
import type { Audience } from './view.ts';

export type Change =
  | { readonly right: 'restrict'; readonly ground: string }
  | { readonly right: 'unrestrict' }
  | { readonly right: 'block'; readonly why: string; readonly untilMs: number }
  | { readonly right: 'consent'; readonly purpose: string; readonly statement: string; readonly given: boolean }
  | { readonly right: 'export' }
  | { readonly right: 'contract-end'; readonly endMs: number };

export type RightsReason =
  | 'identity'
  | 'words'
  | 'not-restricted'
  | 'restricted-already'
  | 'blocked'
  | 'block-past'
  | 'no-consent';

/** B109: the four grounds of Art. 18 GDPR. */
export const GROUNDS = ['accuracy', 'unlawful', 'legal-claim', 'objection'] as const;

const WORDS = /^[\x20-\x7e]{1,80}$/;

/**
 * @param verified how and by whom the identity was verified before (B113); printable, up to 80 characters.
 */
export function changeRecord(
  record: PrivacyRecord,
  change: Change,
  verified: string,
  nowMs: number,
): Result<PrivacyRecord, RightsReason> {
  if (!isVerified(verified)) return refuse('identity');
  const acted = { ...record, acts: [...record.acts, { right: change.right, verified, atMs: nowMs }] };
  if (record.blocked !== null && change.right !== 'contract-end' && change.right !== 'export') return refuse('blocked');
  switch (change.right) {
    case 'restrict':
      if (!GROUNDS.some((ground) => ground === change.ground)) return refuse('words');
      if (record.restricted !== null) return refuse('restricted-already');
      return accept({ ...acted, restricted: { ground: change.ground, sinceMs: nowMs } });
    case 'unrestrict':
      return record.restricted === null ? refuse('not-restricted') : accept({ ...acted, restricted: null });
    case 'block':
      if (!WORDS.test(change.why)) return refuse('words');
      if (!(change.untilMs > nowMs)) return refuse('block-past');
      return accept({ ...acted, blocked: { why: change.why, sinceMs: nowMs, untilMs: change.untilMs } });
    case 'consent':
      return consented(acted, change, nowMs);
    case 'contract-end':
      return accept({ ...acted, contractEndMs: change.endMs });
    case 'export':
      return accept(acted);
  }
}

export function isVerified(verified: string): boolean {
  return WORDS.test(verified) && verified.trim() !== '';
}

function consented(
  record: PrivacyRecord,
  { purpose, statement, given }: Change & { readonly right: 'consent' },
  atMs: number,
): Result<PrivacyRecord, RightsReason> {
  if (![purpose, statement].every((word) => WORDS.test(word))) return refuse('words');
  const last = record.consents.findLast((entry) => entry.purpose === purpose);
  if (!given && last?.given !== true) return refuse('no-consent');
  return accept({ ...record, consents: [...record.consents, { purpose, statement, given, atMs }] });
}

/** Why an audience sees nothing at present; null when it may look. */
export function hiddenFrom(record: PrivacyRecord, audience: Audience, nowMs: number): string | null {
  if (record.blocked !== null) return 'the data are blocked: they are there for the legal purpose only (B12)';
  if (audience !== 'customer') {
    return record.restricted === null ? null : `processing is restricted: ${record.restricted.ground} (B109)`;
  }
  const { contractEndMs } = record;
  // C58: they stay in the insurer's system.
  return contractEndMs !== null && contractEndMs <= nowMs ? 'the contract has ended (C58)' : null;
}

const ADVICE: Readonly<Record<RightsReason, string>> = {
  identity: 'nobody says how the identity was verified; give it with --verified, in up to 80 printable characters',
  words: `a word is not one of those that are possible: grounds are ${GROUNDS.join(', ')}, other words have up to 80 printable characters`,
  'not-restricted': 'is not restricted',
  'restricted-already': 'is restricted already; unrestrict it first',
  blocked: 'is blocked, and nothing but its end changes that',
  'block-past': 'a block ends in the future; give a later date',
  'no-consent': 'there is no consent that could be withdrawn',
};

export function rightsAdvice(reason: RightsReason): string {
  return ADVICE[reason];
}
