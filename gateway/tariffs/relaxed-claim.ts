/** be relaxed: what a loss is answered with (F1..F3, F6, F7, F9). The first rule that speaks decides. */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import { type Day, isoDay } from './calendar.ts';
import { type Explanation, euros, explain } from './explanation.ts';
import type { LockEntry } from './lock-history.ts';
import type { RelaxedCover } from './relaxed-cover.ts';
import type { RelaxedTerms } from './relaxed-terms.ts';

export const PERILS = [
  'operating-error',
  'fall',
  'break',
  'liquid',
  // F1: the list is not exhaustive
  'other-damage',
  'burglary',
  'robbery',
  'left-behind',
] as const;
export type Peril = (typeof PERILS)[number];

export interface Claim {
  readonly peril: Peril;
  readonly happened: Day;
  /** When the customer came to know of it. */
  readonly known: Day;
  readonly reported: Day;
  readonly fault: 'none' | 'gross-negligence' | 'intent';
  /** A third party or a warranty has to answer for it (F6). */
  readonly othersLiable: boolean;
  /** False where the device is gone or cannot be repaired. */
  readonly repairable: boolean;
  /** For burglary and robbery only. */
  readonly place: 'locked-room' | 'car' | 'elsewhere';
  /** What the lock history says of the car (F2). */
  readonly carLock: LockEntry['state'];
  readonly police: { readonly day: Day; readonly copy: boolean } | null;
  readonly simBlocked: boolean;
}

export interface ClaimContract {
  /** On the day of the loss. */
  readonly cover: Pick<RelaxedCover, 'state'>;
  readonly theft: boolean;
  readonly deductibleCents: number;
}

export interface ClaimResult {
  /** `in-question`: a duty was not kept or a fact is missing; a person decides. Never money (F3). */
  readonly outcome: 'repair' | 'replacement' | 'in-question' | 'none';
  /** 0 where there is no benefit. */
  readonly deductibleCents: number;
  readonly why: Explanation;
}

type Answer = readonly [outcome: 'in-question' | 'none', rule: string, requirement: string, sentence: string];

function isTheft({ peril }: Claim): boolean {
  return peril === 'burglary' || peril === 'robbery';
}

function exclusion(claim: Claim, { cover, theft }: ClaimContract): Answer | null {
  if (cover.state === 'not-started' || cover.state === 'ended')
    return ['none', 'no cover', 'F11', `There was no cover on ${isoDay(claim.happened)}.`];
  if (claim.fault === 'intent') return ['none', 'intent', 'F6', 'What is done on purpose is not insured.'];
  if (claim.peril === 'left-behind')
    return ['none', 'left behind', 'F6', 'What is left behind, forgotten or lost is not insured.'];
  if (claim.othersLiable)
    return ['none', 'others liable', 'F6', 'Somebody else, or a warranty, has to answer for this loss.'];
  if (isTheft(claim) && !theft)
    return ['none', 'theft not agreed', 'F2, F6', 'Burglary and robbery are not part of this contract.'];
  return null;
}

/** F2: only from a locked room of a building, or from a locked car. */
function burglaryPlace({ peril, place, carLock }: Claim): Answer | null {
  if (peril !== 'burglary' || place === 'locked-room') return null;
  if (place === 'elsewhere')
    return ['none', 'not locked away', 'F2', 'Burglary is insured from a locked room or a locked car only.'];
  if (carLock === 'unlocked')
    return ['none', 'car not locked', 'F2', 'The lock history shows that the car was not locked.'];
  if (carLock === 'unknown')
    return [
      'in-question',
      'lock not known',
      'F2',
      'The lock history does not say whether the car was locked: prove it otherwise.',
    ];
  return null;
}

function duties(claim: Claim, { reportDays, policeDays }: RelaxedTerms): Answer | null {
  if (claim.reported - claim.known > reportDays) {
    const sentence = `The loss was reported on ${isoDay(claim.reported)}, more than ${reportDays} days after ${isoDay(claim.known)}.`;
    return ['in-question', 'reported late', 'F9', sentence];
  }
  if (!isTheft(claim)) return null;
  if (claim.police === null || claim.police.day - claim.known > policeDays)
    return [
      'in-question',
      'police not told in time',
      'F9',
      `The police had to be told within ${policeDays} days of ${isoDay(claim.known)}.`,
    ];
  if (!claim.police.copy)
    return ['in-question', 'no copy', 'F9', 'The copy of the report to the police is missing: send it.'];
  if (!claim.simBlocked) return ['in-question', 'SIM not blocked', 'F9', 'The SIM has to be blocked: have that done.'];
  return null;
}

function doubts(claim: Claim, { cover }: ClaimContract): Answer | null {
  if (cover.state === 'at-risk')
    return ['in-question', 'premium late', 'F5', 'A premium was not paid when the loss happened: cover is at risk.'];
  if (claim.fault === 'gross-negligence')
    return [
      'in-question',
      'gross negligence',
      'F6',
      'Gross negligence reduces the benefit; by how much is for a person to say.',
    ];
  return null;
}

function faultOf({ happened, known, reported }: Claim): string | null {
  if (known < happened)
    return `the loss was known on ${isoDay(known)}, before it happened on ${isoDay(happened)}: correct one`;
  if (reported < known) return `the loss was reported on ${isoDay(reported)}, before it was known: correct one`;
  return null;
}

/** The reason for a refusal names the date to correct. */
export function settleClaim(claim: Claim, contract: ClaimContract, terms: RelaxedTerms): Result<ClaimResult, string> {
  const fault = faultOf(claim);
  return fault === null ? accept(settled(claim, contract, terms)) : refuse(fault);
}

function settled(claim: Claim, contract: ClaimContract, terms: RelaxedTerms): ClaimResult {
  const numbers = {
    happened: isoDay(claim.happened),
    known: isoDay(claim.known),
    reported: isoDay(claim.reported),
    reportDays: terms.reportDays,
    policeDays: terms.policeDays,
  };
  const answer = exclusion(claim, contract) ?? burglaryPlace(claim) ?? duties(claim, terms) ?? doubts(claim, contract);
  if (answer !== null) {
    const [outcome, rule, requirement, sentence] = answer;
    return { outcome, deductibleCents: 0, why: explain(rule, requirement, numbers, sentence) };
  }
  const outcome = claim.repairable ? 'repair' : 'replacement';
  const { deductibleCents } = contract;
  const benefit = claim.repairable
    ? 'The device is repaired by an appointed company'
    : 'The device is replaced by one of the same kind and quality';
  const sentence = `${benefit}; ${euros(deductibleCents)} are the customer's own.`;
  return { outcome, deductibleCents, why: explain('benefit', 'F1, F3, F7', { ...numbers, deductibleCents }, sentence) };
}
