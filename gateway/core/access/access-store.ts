/**
 * What the gateway keeps about access, as a contract. Several gateways may share one store: what a decision has read
 * carries a version, and a commit holds only if none of it has changed meanwhile. A commit is one transaction, durable
 * when the promise resolves; audit entries are appended in it to the chain of their box, so that no effect is ahead
 * of its entry.
 */

import type { AuditDraft } from '../audit/entry.ts';
import type { BackendEvent } from '../backend.ts';
import type { Counts } from '../store.ts';

/** A record under a key such as `box/<device id>` or `delivery/<hex>`. */
export interface AccessDocument {
  readonly key: string;
  /** Grows with each write; 0 where there is no record. */
  readonly version: number;
  /** Absent where there is no record. */
  readonly json: string | undefined;
}

export interface DocumentWrite {
  readonly key: string;
  /** The version that was read; 0: there was none. */
  readonly expected: number;
  /** Null removes the record. */
  readonly json: string | null;
  /** UTC ms at which the gateway wants to look at it again; null for never. */
  readonly dueMs: number | null;
}

export interface AccessWrites {
  readonly documents: readonly DocumentWrite[];
  readonly audit: readonly AuditDraft[];
  readonly events: readonly BackendEvent[];
  readonly counts: Counts;
}

export interface AccessStore {
  /** An entry for each key, in no order. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, AccessDocument>>;
  /** Keys of records that are due until `nowMs`, the longest overdue first. */
  due(nowMs: number, limit: number): Promise<readonly string[]>;
  /** False, and nothing is written, when one of `documents` is no longer at its `expected` version. */
  commit(writes: AccessWrites): Promise<boolean>;
}
