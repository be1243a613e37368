import * as ed from '@noble/ed25519';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { type Crypto, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './crypto.ts';
import { accept, type Result, refuse } from './result.ts';

ed.hashes.sha512 = sha512;

export const nobleCrypto: Crypto = {
  sha256: (message) => sha256(message),
  hmacSha256: (key, message) => hmac(sha256, key, message),
  publicKey: (secretKey) => ed.getPublicKey(secretKey),
  sign: (secretKey, message) => ed.sign(message, secretKey),
  verify(publicKey, message, signature) {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    try {
      // noble's strict check multiplies by the cofactor and so accepts an R with a torsion part; node:crypto
      // does not. Every verifier of ours must give the same verdict (decisions.md, Trust).
      if (!ed.Point.fromBytes(signature.subarray(0, 32), false).isTorsionFree()) return false;
      return ed.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};

export type KeyReason = 'key-length' | 'key-not-canonical' | 'key-low-order' | 'key-mixed-order';

/** Whether a public key may be registered. A check for once, 1 ms: it makes all verifiers agree afterwards. */
export function checkPublicKey(publicKey: Uint8Array): Result<Uint8Array, KeyReason> {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return refuse('key-length');
  try {
    const point = ed.Point.fromBytes(publicKey, false);
    if (point.isSmallOrder()) return refuse('key-low-order');
    if (!point.isTorsionFree()) return refuse('key-mixed-order');
  } catch {
    return refuse('key-not-canonical');
  }
  return accept(publicKey);
}
