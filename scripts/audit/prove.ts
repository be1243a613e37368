import type { AuditReader, StoredEntry } from '../../gateway/core/audit/audit-store.ts';
import { consistencyPath, inclusionPath } from '../../gateway/core/audit/merkle.ts';
import type { AuditProof } from '../../gateway/core/audit/proof.ts';
import { Checkpoint } from '../../protocol/audit-messages.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage } from '../../protocol/envelope.ts';
import { CommandError, EXIT } from '../exit.ts';

/**
 * The proof of an entry under the last checkpoint of its log. It says what lies there: whether a checkpoint is signed
 * by the right key is for whoever checks the proof.
 */
export async function proofOf(
  reader: AuditReader,
  entry: StoredEntry,
  since: Uint8Array | undefined,
  crypto: Crypto,
): Promise<AuditProof> {
  const last = await reader.lastCheckpoint(entry.log);
  const size = last === undefined ? 0 : sizeOf(last.signed);
  if (last === undefined || size <= entry.position) {
    throw new CommandError(EXIT.failed, 'audit: no checkpoint covers this entry yet; a running gateway makes one soon');
  }
  const leaves = await reader.leaves(entry.log, 0, size);
  const before = since === undefined ? null : sizeOf(since);
  if (before !== null && (before < 1 || before > leaves.length)) {
    throw new CommandError(
      EXIT.failed,
      `audit: the checkpoint of --since signs ${before} entries, this log has ${size}`,
    );
  }
  if (leaves.length < size) throw new CommandError(EXIT.failed, 'audit: entries are missing; run bordbox audit verify');
  const { secret } = entry;
  return {
    entry,
    secret: secret === null || secret.blocked ? null : secret,
    checkpoint: last.signed,
    inclusion: inclusionPath(leaves, entry.position, crypto),
    since: since && before ? { checkpoint: since, path: consistencyPath(leaves, before, crypto) } : null,
  };
}

function sizeOf(signed: Uint8Array): number {
  const item = decodeCbor(signed);
  const payload = item.ok && Array.isArray(item.value) ? item.value[2] : undefined;
  const checkpoint = payload instanceof Uint8Array ? decodeMessage(Checkpoint, payload) : undefined;
  if (checkpoint?.ok) return checkpoint.value.size;
  throw new CommandError(EXIT.failed, 'audit: a checkpoint cannot be read; run bordbox audit verify');
}
