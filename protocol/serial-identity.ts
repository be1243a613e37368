/**
 * Keys of rig builds. They are computed from what is written here and in a scenario, so that anybody can sign with
 * them. A gateway believes such a device only if somebody has told it to believe the rig's issuer.
 */

import { utf8 } from './bytes.ts';
import type { Crypto } from './crypto.ts';
import { seal } from './envelope.ts';
import { type DeviceIdentity, deviceIdOf } from './identity.ts';
import { type EnrolledDevice, Manifest } from './messages.ts';

const ISSUER_LABEL = 'bordbox rig issuer 1';
const DEVICE_LABEL = 'bordbox rig device 1 ';
const SERIAL = 'RIG';

/** Secret key of the issuer of all rig builds: SHA-256 of a text that stands in SPEC. */
export function rigIssuerKey(crypto: Crypto): Uint8Array {
  return crypto.sha256(utf8(ISSUER_LABEL));
}

export function rigIdentity(seed: Uint8Array, gatewayKey: Uint8Array, crypto: Crypto): DeviceIdentity {
  const label = utf8(DEVICE_LABEL);
  const material = new Uint8Array(label.length + seed.length);
  material.set(label);
  material.set(seed, label.length);
  const secretKey = crypto.sha256(material);
  const publicKey = crypto.publicKey(secretKey);
  return { id: deviceIdOf(publicKey, crypto), secretKey, publicKey, gatewayKey };
}

/** A manifest of this one device. */
export function rigManifest(
  publicKey: Uint8Array,
  kind: EnrolledDevice['kind'],
  number: number,
  crypto: Crypto,
): Uint8Array {
  const scope = { type: 'bb-manifest', direction: 'enrol', device: 'manifest' } as const;
  return seal(
    Manifest,
    { number, devices: [{ publicKey, kind, serial: SERIAL }] },
    scope,
    rigIssuerKey(crypto),
    crypto,
  );
}
