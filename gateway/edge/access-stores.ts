/** What access needs of the data folder, or of memory where there is none. */

import { randomBytes } from 'node:crypto';
import type { Crypto } from '../../protocol/crypto.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { AccessStore } from '../core/access/access-store.ts';
import { keyOfParty, PARTY } from '../core/access/party-record.ts';
import { keyOf, readRecord } from '../core/access/record-kind.ts';
import type { AuditStore } from '../core/audit/audit-store.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import type { Store } from '../core/store.ts';
import type { AccessPorts } from './access-shell.ts';
import type { SealedIssuers } from './access-speech.ts';
import type { DataFolder } from './data-folder.ts';
import { issuersFromFile } from './issuer-set.ts';
import { readSecret } from './key-file.ts';
import { MemoryAccessStore } from './memory-access-store.ts';
import { SqliteAccessStore } from './sqlite-access-store.ts';
import { TanKeyFiles, TanKeysInMemory } from './tan-keys.ts';

export interface AccessStores {
  readonly accessStore: AccessStore & { readonly audit: AuditStore; close(): Promise<void> };
  readonly issuerSecretKey: Uint8Array;
  readonly issuers: SealedIssuers | null;
  readonly tanKeys: AccessPorts['tanKeys'];
}

export interface IssuerFiles {
  /** Signs leases; the gateway's own key where it is absent. */
  readonly issuerFile?: string;
  readonly issuersFile?: string;
}

/** Throws a StoreError or KeyFileError that says what to do. */
export function openAccessStores(
  folder: DataFolder | null,
  store: Store,
  gatewaySecretKey: Uint8Array,
  { issuerFile, issuersFile }: IssuerFiles,
  crypto: Crypto,
): AccessStores {
  const issuerSecretKey = issuerFile === undefined ? gatewaySecretKey : readSecret(issuerFile);
  const setFile = issuersFile ?? folder?.issuers;
  const issuers = setFile === undefined ? null : issuersFromFile(setFile, crypto.publicKey(issuerSecretKey));
  const setup = { crypto, log: deviceIdOf(crypto.publicKey(gatewaySecretKey), crypto) };
  if (folder === null) {
    const accessStore = new MemoryAccessStore(store, setup);
    return { accessStore, issuerSecretKey, issuers, tanKeys: new TanKeysInMemory(randomBytes) };
  }
  const accessStore = new SqliteAccessStore(folder.database, setup);
  return { accessStore, issuerSecretKey, issuers, tanKeys: new TanKeyFiles(folder.tanKeys) };
}

/** Who may connect: enrolled devices, and phones that are registered. */
export async function whoConnects(
  device: string,
  store: Store,
  accessStore: AccessStore,
): Promise<DeviceRecord | undefined> {
  const record = (await store.devices([device])).get(device);
  const key = keyOf(PARTY, device);
  const json = (await accessStore.load([key])).get(key)?.json;
  if (json === undefined) return record;
  const party = readRecord(PARTY, key, json);
  const revoked = party.revoked || record?.revoked === true;
  return record === undefined
    ? { device, publicKey: keyOfParty(party), kind: 'phone', serial: '', revoked }
    : { ...record, revoked };
}
