/** Signed checkpoints of one gateway's log: made, opened, published. */

import { Checkpoint } from '../../../protocol/audit-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import type { Scope } from '../../../protocol/cose.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { seal, unseal } from '../../../protocol/envelope.ts';
import type { Result } from '../../../protocol/result.ts';
import { refuse } from '../../../protocol/result.ts';
import { type BackendEvent, eventsOf, type Tenant } from '../backend.ts';
import type { StoredCheckpoint } from './audit-store.ts';
import { NO_HASH } from './entry.ts';

const CHECKPOINT_SCOPE: Scope = { type: 'bb-checkpoint', direction: 'up', device: 'checkpoint' };

export function openCheckpoint(signed: Uint8Array, key: Uint8Array, crypto: Crypto): Result<Checkpoint, 'checkpoint'> {
  const opened = unseal(Checkpoint, signed, CHECKPOINT_SCOPE, key, crypto);
  return opened.ok ? opened : refuse('checkpoint');
}

/** What the next checkpoint names as the one before it. */
export function checkpointHash(signed: Uint8Array | undefined, crypto: Crypto): Uint8Array {
  return signed === undefined ? NO_HASH : crypto.sha256(signed);
}

/** `last`: the checkpoint before it, if there is one. */
export function sealCheckpoint(
  tree: Pick<Checkpoint, 'size' | 'root'>,
  last: StoredCheckpoint | undefined,
  atMs: number,
  secretKey: Uint8Array,
  crypto: Crypto,
): { readonly checkpoint: Checkpoint; readonly signed: Uint8Array } {
  const { size, root } = tree;
  const number = (last?.number ?? 0) + 1;
  const checkpoint = { number, size, root, previous: checkpointHash(last?.signed, crypto), atMs };
  return { checkpoint, signed: seal(Checkpoint, checkpoint, CHECKPOINT_SCOPE, secretKey, crypto) };
}

/** So that others hold it: whoever has it notices when the log is cut off behind it. */
export function checkpointEvents(
  { log, number, signed }: StoredCheckpoint,
  { size, root, atMs }: Checkpoint,
  tenants: readonly Tenant[],
  crypto: Crypto,
): BackendEvent[] {
  const data = { log, number, size, root: toHex(root), signed: toHex(signed) };
  const identity = `${log}/${number}`;
  return eventsOf({ type: 'audit.checkpoint', device: log, identity, trip: null, atMs, data }, tenants, crypto);
}
