/**
 * A proof that one entry is in a gateway's log, for somebody who has nothing but the gateway's public key: the entry,
 * its payload unless that has lapsed, a signed checkpoint, and the path from the one to the other.
 */

import type { Checkpoint } from '../../../protocol/audit-messages.ts';
import { fromHex, sameBytes, toHex } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { deviceIdOf } from '../../../protocol/identity.ts';
import { accept, type Result, refuse } from '../../../protocol/result.ts';
import { openCheckpoint } from './checkpoint.ts';
import { isBytes, isCount, isText } from './copied-row.ts';
import { type AuditEntry, commitmentOf, entryHash, HASH_BYTES, SALT_BYTES } from './entry.ts';
import { includesEntry, isConsistent } from './merkle.ts';
import { type AuditPayload, decodePayload } from './payload.ts';
import { contradictionIn } from './signed-inside.ts';

export interface AuditProof {
  readonly entry: AuditEntry;
  /** Null when it has lapsed. */
  readonly secret: { readonly salt: Uint8Array; readonly payload: Uint8Array } | null;
  /** COSE_Sign1. */
  readonly checkpoint: Uint8Array;
  readonly inclusion: readonly Uint8Array[];
  /** That the tree of an earlier checkpoint is the left part of this one. */
  readonly since: { readonly checkpoint: Uint8Array; readonly path: readonly Uint8Array[] } | null;
}

export interface Proved {
  readonly entry: AuditEntry;
  readonly checkpoint: Checkpoint;
  /** Null when it has lapsed. */
  readonly payload: AuditPayload | null;
}

const FORMAT = 'bordbox-audit-proof-1';
/** A path through a tree of 2^53 entries. */
const PATH_MAX = 64;

export function proofToJson({ entry, secret, checkpoint, inclusion, since }: AuditProof): object {
  const { log, position, chain, seq, previous, atMs, commitment } = entry;
  return {
    format: FORMAT,
    entry: { chain, seq, previous: toHex(previous), atMs, commitment: toHex(commitment), log, position },
    payload: secret && toHex(secret.payload),
    salt: secret && toHex(secret.salt),
    checkpoint: toHex(checkpoint),
    inclusion: inclusion.map(toHex),
    since: since && { checkpoint: toHex(since.checkpoint), path: since.path.map(toHex) },
  };
}

export function proofFromJson(document: unknown, crypto: Crypto): Result<AuditProof, 'format'> {
  const given = fieldsOf(document);
  if (given.format !== FORMAT) return refuse('format');
  const { chain, seq, atMs, log, position, ...hex } = fieldsOf(given.entry);
  const [previous, commitment] = [bytesOf(hex.previous), bytesOf(hex.commitment)];
  if (!isText(chain) || !isCount(seq) || !isCount(atMs) || !isText(log) || !isCount(position)) return refuse('format');
  if (!isBytes(previous, HASH_BYTES) || !isBytes(commitment, HASH_BYTES)) return refuse('format');
  const placed = { chain, seq, previous, atMs, commitment, log, position };
  const [payload, salt, checkpoint] = [given.payload, given.salt, given.checkpoint].map(bytesOf);
  const inclusion = pathOf(given.inclusion);
  const since = given.since === null ? null : sinceOf(fieldsOf(given.since));
  if (checkpoint === null || inclusion === null || since === undefined) return refuse('format');
  const lapsed = given.payload === null && given.salt === null;
  if (!lapsed && (payload === null || !isBytes(salt, SALT_BYTES))) return refuse('format');
  const secret = lapsed || payload === null || salt === null ? null : { payload, salt };
  return accept({ entry: { ...placed, hash: entryHash(placed, crypto) }, secret, checkpoint, inclusion, since });
}

/** `held`: a checkpoint that whoever checks has kept; the proof must be of the same log, and of it or a later one. */
export function checkProof(
  { entry, secret, checkpoint: signed, inclusion, since }: AuditProof,
  keys: readonly Uint8Array[],
  held: Uint8Array | null,
  crypto: Crypto,
): Result<Proved, string> {
  const key = keys.find((one) => deviceIdOf(one, crypto) === entry.log);
  if (key === undefined) return refuse('none of the given keys signs the log of this entry');
  const opened = openCheckpoint(signed, key, crypto);
  if (!opened.ok) return refuse('its checkpoint is not signed by the gateway');
  const { size, root } = opened.value;
  const included = includesEntry({ entry: entry.hash, position: entry.position, size, root, path: inclusion }, crypto);
  if (!included) return refuse('the entry is not in the tree that its checkpoint signs');
  for (const before of [since, held === null || sameBytes(held, signed) ? null : matching(since, held)]) {
    if (before === null) continue;
    if (before === undefined)
      return refuse('it does not lead back to the checkpoint that you have; prove it with that one');
    const earlier = openCheckpoint(before.checkpoint, key, crypto);
    const consistent = earlier.ok && isConsistent(earlier.value, opened.value, before.path, crypto);
    if (!consistent) return refuse('its checkpoint contradicts an earlier one');
  }
  if (secret === null) return accept({ entry, checkpoint: opened.value, payload: null });
  return withPayload(entry, secret, opened.value, crypto);
}

function matching(since: AuditProof['since'], held: Uint8Array): NonNullable<AuditProof['since']> | undefined {
  return since !== null && sameBytes(since.checkpoint, held) ? since : undefined;
}

function withPayload(
  entry: AuditEntry,
  { salt, payload: bytes }: NonNullable<AuditProof['secret']>,
  checkpoint: Checkpoint,
  crypto: Crypto,
): Result<Proved, string> {
  if (!sameBytes(commitmentOf(salt, bytes, crypto), entry.commitment))
    return refuse('its payload is not the one of the entry');
  const payload = decodePayload(bytes);
  if (!payload.ok) return refuse('its payload cannot be read');
  const contradiction = contradictionIn(payload.value, entry.chain, crypto);
  return contradiction === null ? accept({ entry, checkpoint, payload: payload.value }) : refuse(contradiction);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function bytesOf(value: unknown): Uint8Array | null {
  return typeof value === 'string' ? fromHex(value) : null;
}

function pathOf(value: unknown): Uint8Array[] | null {
  if (!Array.isArray(value) || value.length > PATH_MAX) return null;
  const path = value.map(bytesOf).filter((step) => isBytes(step, HASH_BYTES));
  return path.length === value.length ? path : null;
}

function sinceOf({ checkpoint, path }: Readonly<Record<string, unknown>>): AuditProof['since'] | undefined {
  const [signed, steps] = [bytesOf(checkpoint), pathOf(path)];
  return signed === null || steps === null ? undefined : { checkpoint: signed, path: steps };
}
