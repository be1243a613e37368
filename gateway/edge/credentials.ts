/** Who may connect to the embedded broker: enrolled devices by a signed proof, tenants by a password. */

import { timingSafeEqual } from 'node:crypto';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { isDeviceId } from '../../protocol/identity.ts';
import { ConnectProof } from '../../protocol/messages.ts';
import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { RefusalReason } from '../core/drop-reason.ts';
import type { DeviceRecord } from '../core/enrolment.ts';

export interface TenantLogin {
  readonly name: string;
  readonly password: string;
}

export type Party =
  | { readonly kind: 'device'; readonly device: string }
  | { readonly kind: 'tenant'; readonly tenant: string };

export interface Credentials {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  /** Common name of the client certificate; null where none is asked for. */
  readonly certificateName: string | null;
}

/** The MQTT password of a device for one boot. */
export function connectPassword(device: string, boot: Uint8Array, secretKey: Uint8Array, crypto: Crypto): string {
  return Buffer.from(seal(ConnectProof, { boot }, proofScope(device), secretKey, crypto)).toString('base64url');
}

export async function identify(
  { clientId, username, password, certificateName }: Credentials,
  tenants: readonly TenantLogin[],
  deviceRecord: (device: string) => Promise<DeviceRecord | undefined>,
  crypto: Crypto,
): Promise<Result<Party, RefusalReason>> {
  if (username === undefined || password === undefined) return refuse('no-credentials');
  if (certificateName !== null && certificateName !== username) return refuse('certificate');
  if (isDeviceId(username)) {
    if (clientId !== username) return refuse('client-id');
    const record = await deviceRecord(username);
    if (record === undefined || record.revoked) return refuse('bad-proof');
    const bytes = Uint8Array.from(Buffer.from(Buffer.from(password).toString('latin1'), 'base64url'));
    const proof = unseal(ConnectProof, bytes, proofScope(username), record.publicKey, crypto);
    return proof.ok ? accept({ kind: 'device', device: username }) : refuse('bad-proof');
  }
  // A tenant under a device's client id would throw that device out.
  if (isDeviceId(clientId)) return refuse('client-id');
  const tenant = tenants.find(({ name }) => name === username);
  if (tenant === undefined || !samePassword(tenant.password, password, crypto)) return refuse('bad-password');
  return accept({ kind: 'tenant', tenant: tenant.name });
}

function proofScope(device: string) {
  return { type: 'bb-connect', direction: 'up', device } as const;
}

function samePassword(expected: string, given: Uint8Array, crypto: Crypto): boolean {
  return timingSafeEqual(crypto.sha256(Buffer.from(expected)), crypto.sha256(given));
}
