/** Phones that a gateway knows. */

import { randomBytes } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import type { OperatorAction, OperatorDone, OperatorReason } from '../../gateway/core/access/operator.ts';
import { PARTY, type PartyRecord } from '../../gateway/core/access/party-record.ts';
import { readRecord, splitKey } from '../../gateway/core/access/record-kind.ts';
import { operate } from '../../gateway/edge/access-operator.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { secretFromFile } from '../../gateway/edge/key-file.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { Result } from '../../protocol/result.ts';

/** Does what an operator may do, on a data folder whose gateway may be running. */
export async function operateOn(
  folder: string,
  action: OperatorAction,
  crypto: Crypto,
): Promise<Result<OperatorDone, OperatorReason>> {
  const { database, gatewayKey } = dataFolder(folder);
  const log = deviceIdOf(crypto.publicKey(secretFromFile(gatewayKey)), crypto);
  // The first connection makes the tables, if this folder is new.
  const devices = new SqliteStore(database);
  const store = new SqliteAccessStore(database, { crypto, log });
  try {
    const random = (count: number): Uint8Array => Uint8Array.from(randomBytes(count));
    return await operate(store, action, { crypto, now: () => Date.now(), random });
  } finally {
    await store.close();
    await devices.close();
  }
}

export interface KnownParty extends PartyRecord {
  readonly id: string;
}

/** All phones that were registered, revoked ones too. */
export function partiesIn(folder: string): readonly KnownParty[] {
  const database = new DatabaseSync(dataFolder(folder).database, { readOnly: true });
  try {
    const rows = database
      .prepare("select key, json from access_documents where key like 'party/%' order by key")
      .all() as unknown as readonly { readonly key: string; readonly json: string }[];
    return rows.map(({ key, json }) => ({ id: splitKey(key).id, ...readRecord(PARTY, key, json) }));
  } finally {
    database.close();
  }
}
