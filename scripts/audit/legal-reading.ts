import { randomBytes } from 'node:crypto';
import { GATEWAY_CHAIN, SALT_BYTES } from '../../gateway/core/audit/entry.ts';
import { AuditAct } from '../../gateway/core/audit/payload.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { readSecret } from '../../gateway/edge/key-file.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { encodeMessage } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';

/** B12: whoever reads a blocked payload for the legal purpose leaves an entry that says so, before he reads it. */
export async function noteLegalReading(data: string, chain: string, seq: number, why: string): Promise<void> {
  const crypto = nodeCrypto();
  const { database, gatewayKey } = dataFolder(data);
  const log = deviceIdOf(crypto.publicKey(readSecret(gatewayKey)), crypto);
  const store = new SqliteAccessStore(database, { crypto, log });
  const box = chain === GATEWAY_CHAIN ? undefined : chain;
  const payload = encodeMessage(AuditAct, { kind: 'act', who: 'operator', what: `read ${seq}: ${why}`, box });
  const draft = { chain, atMs: Date.now(), payload, salt: randomBytes(SALT_BYTES) };
  try {
    await store.commit({ documents: [], audit: [draft], events: [], counts: new Map() });
  } finally {
    await store.close();
  }
}
