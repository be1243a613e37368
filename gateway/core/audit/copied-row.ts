/** Rows of a copy of the store that nobody vouches for: every column can hold anything. */

import { accept, type Result, refuse } from '../../../protocol/result.ts';
import { type AuditEntry, HASH_BYTES, SALT_BYTES } from './entry.ts';

export type CopiedRow = Readonly<Record<string, unknown>>;

/** A copy of the audit log, read once from end to end. */
export interface AuditCopy {
  /** Entries with `salt`, `payload` and `blocked` beside them, by `chain` and `seq`. */
  entries(): Iterable<CopiedRow>;
  /** `log`, `position` and `hash` of entries, by `log` and `position`. */
  places(): Iterable<CopiedRow>;
  /** `chain` and `seq` of payloads that no entry commits to. */
  strayPayloads(): Iterable<CopiedRow>;
  /** `log`, `number` and `signed`, by `log` and `number`. */
  checkpoints(): Iterable<CopiedRow>;
}

/** What lies beside an entry. */
export interface CopiedSecret {
  readonly salt: Uint8Array;
  readonly payload: Uint8Array;
  readonly blocked: boolean;
}

export interface CopiedEntry {
  readonly entry: AuditEntry;
  readonly secret: CopiedSecret | null;
}

/** The name of the first column that cannot be what it should be. */
export function readEntry(row: CopiedRow): Result<CopiedEntry, string> {
  const { chain, seq, previous, at_ms: atMs, commitment, log, position, hash } = row;
  if (!isText(chain)) return refuse('chain');
  if (!isCount(seq)) return refuse('seq');
  if (!isBytes(previous, HASH_BYTES)) return refuse('previous');
  if (!isCount(atMs)) return refuse('at_ms');
  if (!isBytes(commitment, HASH_BYTES)) return refuse('commitment');
  if (!isText(log)) return refuse('log');
  if (!isCount(position)) return refuse('position');
  if (!isBytes(hash, HASH_BYTES)) return refuse('hash');
  const secret = readSecret(row);
  if (!secret.ok) return secret;
  return accept({ entry: { chain, seq, previous, atMs, commitment, log, position, hash }, secret: secret.value });
}

function readSecret({ salt, payload, blocked }: CopiedRow): Result<CopiedSecret | null, string> {
  // A join that found nothing gives null in every column.
  if (salt === null && payload === null && blocked === null) return accept(null);
  if (!isBytes(salt, SALT_BYTES)) return refuse('salt');
  if (!(payload instanceof Uint8Array)) return refuse('payload');
  if (blocked !== 0 && blocked !== 1) return refuse('blocked');
  return accept({ salt, payload, blocked: blocked === 1 });
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}
