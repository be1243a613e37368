import type { Crypto } from './crypto.ts';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** 26 characters of Crockford base 32: the first 128 bits of SHA-256 over the public key (decisions.md, Trust). */
export function deviceIdOf(publicKey: Uint8Array, crypto: Crypto): string {
  const digest = crypto.sha256(publicKey);
  const id: string[] = [];
  let bits = 0;
  let held = 0;
  for (let i = 0; i < 16; i++) {
    held = (held << 8) | digest[i];
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id.push(CROCKFORD[(held >> bits) & 31]);
    }
    held &= (1 << bits) - 1;
  }
  id.push(CROCKFORD[(held << (5 - bits)) & 31]);
  // Joined at once: a text that grew letter by letter is kept as a chain of its parts, by each of many devices.
  return id.join('');
}

export function isDeviceId(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}

/** A device's own keys and the one gateway key that it believes. */
export interface DeviceIdentity {
  readonly id: string;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Signs receipts. */
  readonly gatewayKey: Uint8Array;
}
