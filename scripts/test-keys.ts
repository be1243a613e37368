/** Keys that are the same in every run, for demonstrations, fleets and replays. No gateway trusts them by default. */

import { readManifest, signManifest } from '../gateway/core/enrolment.ts';
import type { Store } from '../gateway/core/store.ts';
import { utf8 } from '../protocol/bytes.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { type DeviceIdentity, deviceIdOf } from '../protocol/identity.ts';
import type { EnrolledDevice } from '../protocol/messages.ts';

export function testKey(label: string, crypto: Crypto): Uint8Array {
  return crypto.sha256(utf8(`bordbox test key: ${label}`));
}

/** A device that believes the gateway of `gatewayKey`. */
export function testIdentity(label: string, gatewayKey: Uint8Array, crypto: Crypto): DeviceIdentity {
  const secretKey = testKey(label, crypto);
  const publicKey = crypto.publicKey(secretKey);
  return { id: deviceIdOf(publicKey, crypto), secretKey, publicKey, gatewayKey };
}

/** Registers devices the way a gateway does: by a manifest that a pinned manufacturer signed. */
export async function enrolTestDevices(
  store: Store,
  publicKeys: readonly Uint8Array[],
  crypto: Crypto,
  kind: EnrolledDevice['kind'] = 'sensor',
): Promise<void> {
  const manufacturer = testKey('manufacturer', crypto);
  await store.pin(crypto.publicKey(manufacturer));
  const [{ lastNumber }] = await store.manufacturers();
  const devices = publicKeys.map((publicKey, i) => ({ publicKey, kind, serial: `TEST-${i + 1}` }));
  const manifest = signManifest({ number: lastNumber + 1, devices }, manufacturer, crypto);
  const enrolment = readManifest(manifest, await store.manufacturers(), crypto);
  if (!enrolment.ok) throw new Error(`test manifest: ${enrolment.reason}`);
  await store.enrol(enrolment.value);
}
