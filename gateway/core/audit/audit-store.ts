/** What the audit log asks of the store besides the entries that the access store appends. */

import type { Crypto } from '../../../protocol/crypto.ts';
import type { BackendEvent } from '../backend.ts';
import type { AuditEntry } from './entry.ts';

/** A payload beside the chain. */
export interface AuditSecret {
  readonly payload: Uint8Array;
  readonly salt: Uint8Array;
  /** Readable for the legal purpose only (B12). */
  readonly blocked: boolean;
}

export interface StoredEntry extends AuditEntry {
  /** Null when it was erased. */
  readonly secret: AuditSecret | null;
}

export interface StoredCheckpoint {
  readonly log: string;
  /** From 1, without gaps. */
  readonly number: number;
  /** COSE_Sign1. */
  readonly signed: Uint8Array;
}

export interface ChainSummary {
  readonly chain: string;
  readonly entries: number;
  readonly lastMs: number;
}

export interface AuditReader {
  /** All chains, in the order of their names. */
  chains(): Promise<readonly ChainSummary[]>;
  /** In the order of their numbers. */
  entries(chain: string, fromSeq: number, limit: number): Promise<readonly StoredEntry[]>;
  /** Undefined past the end. */
  entryAt(log: string, position: number): Promise<StoredEntry | undefined>;
  /** Hashes of entries in the order of the log. */
  leaves(log: string, fromPosition: number, limit: number): Promise<readonly Uint8Array[]>;
  checkpoints(log: string, fromNumber: number, limit: number): Promise<readonly StoredCheckpoint[]>;
  lastCheckpoint(log: string): Promise<StoredCheckpoint | undefined>;
}

export interface AuditStore extends AuditReader {
  /** With its events in one transaction. False, and nothing is written, when its number is taken. */
  keepCheckpoint(checkpoint: StoredCheckpoint, events: readonly BackendEvent[]): Promise<boolean>;
}

/** What a store needs to append entries. */
export interface AuditSetup {
  readonly crypto: Crypto;
  /** Device id of the key that signs this gateway's checkpoints. */
  readonly log: string;
}
