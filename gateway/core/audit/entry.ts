/**
 * One hash chain per box (A16). An entry commits to its payload through a salt, and to the entry before it; so the
 * payload can be erased with its salt, and nothing that stands in the chain can be changed. Each entry also has its
 * place in the log of the gateway that wrote it: the order of the Merkle tree that checkpoints sign.
 */

import { concat } from '../../../protocol/bytes.ts';
import { encodeCbor } from '../../../protocol/cbor.ts';
import type { Crypto } from '../../../protocol/crypto.ts';

/** The chain of attempts that name no box we know. */
export const GATEWAY_CHAIN = 'gateway';
export const SALT_BYTES = 16;
export const HASH_BYTES = 32;
/** What the first entry of a chain names as the one before it. */
export const NO_HASH: Uint8Array = new Uint8Array(HASH_BYTES);

/** `blocked`: kept, unreadable for every purpose but the legal one (B12). `erased`: gone with its salt (B37). */
export const LAPSES = { blocked: 1, erased: 2 } as const;
export type LapseKind = keyof typeof LAPSES;

/** What an entry does to payloads of its own chain; `payload.ts` writes the same into the entry (`lapseDraft`). */
export interface Lapse {
  readonly how: LapseKind;
  /** Entries with a lower or the same number lapse; null for all before this one. */
  readonly throughSeq: number | null;
}

/** An entry of the audit log before it has a place in its chain. */
export interface AuditDraft {
  /** Device id of the box; `gateway` for an attempt that names no box we know. */
  readonly chain: string;
  /** UTC milliseconds of the gateway. */
  readonly atMs: number;
  /** Deterministic CBOR of what happened; lies beside the chain and can be erased with its salt. */
  readonly payload: Uint8Array;
  /** 16 random bytes. */
  readonly salt: Uint8Array;
  /** Happens in the same transaction. */
  readonly lapse?: Lapse;
}

/** An entry without its payload. */
export interface AuditEntry {
  /** Device id of the key that signs the checkpoints of this gateway. */
  readonly log: string;
  /** Place in the gateway's log, from 0. */
  readonly position: number;
  readonly chain: string;
  /** Place in the chain, from 1. */
  readonly seq: number;
  /** Hash of the entry before it in its chain; zeros for the first. */
  readonly previous: Uint8Array;
  readonly atMs: number;
  readonly commitment: Uint8Array;
  readonly hash: Uint8Array;
}

/** The last entry of a chain, or what stands for it before the first. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: NO_HASH };

/** SHA-256 over the salt, which has a fixed length, and the payload. */
export function commitmentOf(salt: Uint8Array, payload: Uint8Array, crypto: Crypto): Uint8Array {
  return crypto.sha256(concat(salt, payload));
}

/** SHA-256 over the deterministic CBOR of everything else in the entry. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>, crypto: Crypto): Uint8Array {
  const { log, position, chain, seq, previous, atMs, commitment } = entry;
  return crypto.sha256(encodeCbor([chain, seq, previous, atMs, commitment, log, position]));
}

/** Throws where a salt could be taken for a part of its payload. */
export function assertSalt({ salt }: AuditDraft): void {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
}

/** Gives a draft its place after `head` and at `position` of the log. */
export function placeEntry(
  draft: AuditDraft,
  head: ChainHead,
  { log, position }: Pick<AuditEntry, 'log' | 'position'>,
  crypto: Crypto,
): AuditEntry {
  assertSalt(draft);
  const { chain, atMs, payload, salt } = draft;
  const commitment = commitmentOf(salt, payload, crypto);
  const placed = { log, position, chain, seq: head.seq + 1, previous: head.hash, atMs, commitment };
  return { ...placed, hash: entryHash(placed, crypto) };
}
