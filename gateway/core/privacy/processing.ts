/** What is processed, why, on which legal basis, for whom, and how long (B10, B14, B105): the table an export names. */

import type { LegalBasis } from '../../../protocol/services.ts';
import { DAY_MS } from '../access/limits.ts';

export interface Processing {
  readonly data: string;
  readonly purpose: string;
  readonly basis: LegalBasis;
  readonly recipients: readonly string[];
  readonly kept: string;
  readonly requirement: string;
}

/** C59: two days less than the shortest seven years, so that it is never later. */
const ANONYMISED_AFTER_DAYS = 7 * 365;

export interface Retention {
  /** From the contract's end to the anonymisation of driving data (C59). */
  readonly anonymisedAfterMs: number;
  /** A26 names no period: the regular limitation period (BGB 195) of three years. */
  readonly openingsKeptMs: number;
  /** Heads of messages that were not believed. */
  readonly quarantineKeptMs: number;
}

export const RETENTION: Retention = {
  anonymisedAfterMs: ANONYMISED_AFTER_DAYS * DAY_MS,
  openingsKeptMs: 3 * 365 * DAY_MS,
  quarantineKeptMs: 30 * DAY_MS,
};

export const PROCESSING: readonly Processing[] = [
  {
    data: 'driving data: road type, kilometres, speed, acceleration, braking, cornering, day, time, start and end',
    purpose: 'score, and with it the discount of the next year',
    basis: 'contract',
    recipients: ['policy holder', 'telematics provider (pseudonymous)', 'insurer'],
    kept: 'until the contract has ended, and then made anonymous within 7 years',
    requirement: 'C49, C54, C59',
  },
  {
    data: 'starts of the device, its last state, what it was told to be, and its key',
    purpose: 'operation of the device, and trust in what it says',
    basis: 'contract',
    recipients: ['operator'],
    kept: 'as long as the driving data',
    requirement: 'B14, C50',
  },
  {
    data: 'pairing, keys, requests, leases, deliveries, hand-overs',
    purpose: 'the service that was asked for',
    basis: 'contract',
    recipients: ['owner', 'key holder', 'courier', 'insurer (hand-overs)'],
    kept: 'minutes to 400 days, by kind of record (docs/SPEC.md)',
    requirement: 'A8, A13, A24',
  },
  {
    data: 'log of everything that may move a lock',
    purpose: 'that each opening can be followed afterwards',
    basis: 'legitimate-interest',
    recipients: ['owner', 'operator'],
    kept: '3 years; unpairing blocks it at once',
    requirement: 'A16, A26, B12, B37',
  },
  {
    data: 'first 64 bytes of messages that were not believed',
    purpose: 'protection against attacks',
    basis: 'legitimate-interest',
    recipients: ['operator'],
    kept: '30 days, and 1000 rows at the most',
    requirement: 'B14',
  },
  {
    data: 'consents and withdrawals, restrictions, blocks, rights that were exercised',
    purpose: 'proof that the law was kept',
    basis: 'legal-duty',
    recipients: ['operator'],
    kept: 'as long as the data they are about',
    requirement: 'B109, B112, C65',
  },
];
