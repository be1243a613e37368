/** Who takes part in the second act of a demonstration, and what a gateway has to know of them. */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { BoxIdentity } from '../firmware/box-hal.ts';
import { operate } from '../gateway/edge/access-operator.ts';
import type { DataFolder } from '../gateway/edge/data-folder.ts';
import { secretFromFile } from '../gateway/edge/key-file.ts';
import { SqliteAccessStore } from '../gateway/edge/sqlite-access-store.ts';
import type { SqliteStore } from '../gateway/edge/sqlite-store.ts';
import { IssuerSet } from '../protocol/access-messages.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { seal } from '../protocol/envelope.ts';
import { deviceIdOf } from '../protocol/identity.ts';
import { type Party, partyOf } from '../simulator/peers/party.ts';
import { enrolTestDevices, testKey } from './test-keys.ts';

export const DEMO_CARRIER = 'DHL';

export interface DemoCast {
  readonly box: BoxIdentity;
  readonly owner: Party;
  readonly courier: Party;
  /** With which the gateway signs leases and replies. */
  readonly issuer: Uint8Array;
}

/** Registers all of them in a folder whose gateway does not run yet. */
export async function enrolCast(
  folder: DataFolder,
  store: SqliteStore,
  seed: number,
  crypto: Crypto,
): Promise<DemoCast> {
  const issuer = crypto.publicKey(secretFromFile(folder.gatewayKey));
  const root = testKey('root', crypto);
  const issuers = { number: 1, keys: [issuer] };
  const scope = { type: 'bb-issuers', direction: 'dn', device: 'issuers' } as const;
  writeFileSync(folder.issuers, seal(IssuerSet, issuers, scope, root, crypto));
  const [box, owner, courier] = ['box', 'owner', 'courier'].map((role) =>
    partyOf(testKey(`demo ${role} ${seed}`, crypto), crypto),
  );
  await enrolTestDevices(store, [box.publicKey], crypto, 'box');
  const access = new SqliteAccessStore(folder.database, { crypto, log: deviceIdOf(issuer, crypto) });
  const ports = { crypto, now: () => Date.now(), random: (count: number) => Uint8Array.from(randomBytes(count)) };
  const { publicKey } = courier;
  for (const done of [
    await operate(access, { kind: 'register', publicKey: owner.publicKey, role: 'user' }, ports),
    await operate(access, { kind: 'register', publicKey, role: 'courier', carrier: DEMO_CARRIER }, ports),
  ]) {
    if (!done.ok) throw new Error(`a phone of the demonstration: ${done.reason}`);
  }
  await access.close();
  return { box: { ...box, rootKey: crypto.publicKey(root), issuers }, owner, courier, issuer };
}
