/**
 * What the privacy operations ask of the store, beside the contracts of recordings, access and audit. A person is
 * known by a subject: the id of a sensor, of a box, or of a phone.
 */

import type { AccessDocument } from '../access/access-store.ts';
import type { ConfigurationRow } from '../configuration.ts';
import type { QuarantineRow } from '../drop-reason.ts';
import type { BootRow } from '../received.ts';
import type { OutboxRow, StateRow, StoredFrame } from '../store.ts';
import type { TripRow } from '../trips.ts';
import type { PrivacyRecord } from './privacy-record.ts';
import type { StatisticsRow } from './statistics.ts';

/** By what rows of a subject are known. */
export interface Marks {
  readonly subject: string;
  /** Under which tenants know it. */
  readonly pseudonyms: readonly string[];
}

export interface Holdings {
  readonly trips: readonly TripRow[];
  readonly boots: readonly BootRow[];
  readonly state: StateRow | null;
  readonly configuration: ConfigurationRow | null;
  /** Events that no broker has yet. */
  readonly outbox: readonly OutboxRow[];
  readonly quarantine: readonly QuarantineRow[];
}

/** Rows that went, by table. */
export type Removed = Readonly<Record<'enrolment' | 'frames' | 'trips' | 'boots' | 'events' | 'quarantine', number>>;

export interface PrivacyStore {
  /** `version` 0 and an empty record where there is none. */
  load(subject: string): Promise<{ readonly record: PrivacyRecord; readonly version: number }>;
  /** False, and nothing is written, when the record is no longer at this version. */
  save(subject: string, record: PrivacyRecord, version: number): Promise<boolean>;
  /** Subjects with something to be done until `nowMs`, the longest overdue first. */
  due(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Subjects whose trips must not be scored or reported at present. */
  stopped(): Promise<ReadonlySet<string>>;
  holdings(marks: Marks): Promise<Holdings>;
  /** Raw frames, oldest first; memory keeps only those of trips. */
  frames(device: string): Promise<readonly StoredFrame[]>;
  /** All records of access. */
  documents(): Promise<readonly AccessDocument[]>;
  /**
   * Takes out everything of a subject but records of access and payloads of the audit log, in one transaction, and
   * adds what remains of it as statistics. A device is as unknown afterwards as one that was never enrolled.
   */
  remove(marks: Marks, remains: readonly StatisticsRow[]): Promise<Removed>;
  /** Takes events that wait for a broker aside; `release` puts them back. */
  hold(marks: Marks): Promise<number>;
  release(subject: string): Promise<number>;
  /** In an order that has nothing to do with how they came. */
  statistics(): Promise<readonly StatisticsRow[]>;
  /** Removes what was not believed before a time. */
  forgetQuarantine(beforeMs: number): Promise<number>;
  /**
   * Leaves no byte of what was removed before: in free pages, in gaps of pages, in the log of the file. False when
   * others hold the file; what was removed stays removed, and this has to be called again.
   */
  scour(): Promise<boolean>;
  /** Whether something was removed since `scour` succeeded last. */
  needsScour(): Promise<boolean>;
  close(): Promise<void>;
}
