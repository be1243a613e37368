/** Ed25519 (RFC 8032), SHA-256 and HMAC as an argument: noble by default, node:crypto where an edge injects it. */
export interface Crypto {
  sha256(message: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** The 32-byte public key of a 32-byte secret key. */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** 64 bytes. */
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** False for anything that is not a good signature, of whatever length; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
