import { scrypt } from '@noble/hashes/scrypt.js';
import { utf8 } from '../../protocol/bytes.ts';

/** scrypt (RFC 7914) with 16 MiB, which takes a box under a second: 32 bytes over a password (B98). */
export function passwordHash(password: string, salt: Uint8Array): Uint8Array {
  return scrypt(utf8(password), salt, { N: 16_384, r: 8, p: 1, dkLen: 32 });
}
