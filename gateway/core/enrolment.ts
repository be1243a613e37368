/** Where trust begins: manifests of device keys, signed by a manufacturer whose key is pinned (decisions.md, Trust). */

import type { Scope } from '../../protocol/cose.ts';
import { open1 } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage, seal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { type EnrolledDevice, MANIFEST_LIMITS, Manifest } from '../../protocol/messages.ts';
import { checkPublicKey, type KeyReason } from '../../protocol/noble.ts';
import { accept, type Result, refuse } from '../../protocol/result.ts';

export interface DeviceRecord {
  readonly device: string;
  readonly publicKey: Uint8Array;
  readonly kind: EnrolledDevice['kind'];
  readonly serial: string;
  readonly revoked: boolean;
}

/** A pinned manufacturer key and the number of the last manifest accepted from it. */
export interface Manufacturer {
  readonly publicKey: Uint8Array;
  /** -1 before the first. */
  readonly lastNumber: number;
}

export interface Enrolment {
  readonly manufacturer: Uint8Array;
  readonly number: number;
  readonly devices: readonly DeviceRecord[];
}

export type EnrolmentReason =
  | 'too-large'
  | 'framing'
  | 'no-manufacturer'
  | 'signature'
  | 'schema'
  | 'number-not-higher'
  | 'duplicate-key'
  | KeyReason;

export const MANIFEST_SCOPE: Scope = { type: 'bb-manifest', direction: 'enrol', device: 'manifest' };

export function signManifest(manifest: Manifest, manufacturerSecretKey: Uint8Array, crypto: Crypto): Uint8Array {
  return seal(Manifest, manifest, MANIFEST_SCOPE, manufacturerSecretKey, crypto);
}

/** The devices to register, or why not a single one of them is. */
export function readManifest(
  bytes: Uint8Array,
  pinned: readonly Manufacturer[],
  crypto: Crypto,
): Result<Enrolment, EnrolmentReason> {
  const opened = openWithAny(bytes, pinned, crypto);
  if (!opened.ok) return opened;
  const { manufacturer, payload } = opened.value;
  const manifest = decodeMessage(Manifest, payload, MANIFEST_LIMITS);
  if (!manifest.ok) return refuse('schema');
  const { number, devices } = manifest.value;
  if (number <= manufacturer.lastNumber) return refuse('number-not-higher');
  const records = new Map<string, DeviceRecord>();
  for (const { publicKey, kind, serial } of devices) {
    const key = checkPublicKey(publicKey);
    if (!key.ok) return key;
    const device = deviceIdOf(publicKey, crypto);
    if (records.has(device)) return refuse('duplicate-key');
    records.set(device, { device, publicKey, kind, serial, revoked: false });
  }
  return accept({ manufacturer: manufacturer.publicKey, number, devices: [...records.values()] });
}

function openWithAny(
  bytes: Uint8Array,
  pinned: readonly Manufacturer[],
  crypto: Crypto,
): Result<{ manufacturer: Manufacturer; payload: Uint8Array }, EnrolmentReason> {
  if (pinned.length === 0) return refuse('no-manufacturer');
  for (const manufacturer of pinned) {
    const payload = open1(bytes, MANIFEST_SCOPE, manufacturer.publicKey, crypto, MANIFEST_LIMITS);
    if (payload.ok) return accept({ manufacturer, payload: payload.value });
    if (payload.reason !== 'signature') return refuse(payload.reason === 'too-large' ? 'too-large' : 'framing');
  }
  return refuse('signature');
}

const ADVICE: Record<EnrolmentReason, string> = {
  'too-large': 'is larger than a manifest of 10,000 devices; split it',
  framing: 'is not a manifest; pass the file that `bordbox enrol --sign` or the manufacturer made',
  'no-manufacturer': 'cannot be checked: no manufacturer key is pinned; pin one with `bordbox enrol --pin HEX`',
  signature: 'is not signed by a pinned manufacturer; pin its key with `bordbox enrol --pin HEX` if you trust it',
  schema: 'is signed but its content is not a manifest of this version',
  'number-not-higher': 'is not newer than the last one from this manufacturer; ask for one with a higher number',
  'duplicate-key': 'names one key twice; nothing was imported',
  'key-length': 'holds a key that is not 32 bytes; nothing was imported',
  'key-not-canonical': 'holds a key that is not a canonical point; nothing was imported',
  'key-low-order': 'holds a weak key (low order); nothing was imported',
  'key-mixed-order': 'holds a weak key (mixed order); nothing was imported',
};

/** A predicate for "<manifest> ..." that says what to do. */
export function enrolmentAdvice(reason: EnrolmentReason): string {
  return ADVICE[reason];
}
