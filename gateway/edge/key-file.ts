import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fromHex, toHex } from '../../protocol/bytes.ts';

export const SECRET_BYTES = 32;

/** A file that should hold 64 hexadecimal digits and does not. */
export class KeyFileError extends Error {}

/** The 32 secret bytes in the file, made at random and readable for its owner only if there is no file yet. */
export function secretFromFile(file: string): Uint8Array {
  const made = toHex(randomBytes(SECRET_BYTES));
  try {
    // "wx" makes one of two processes that start together win, and both use its key.
    writeFileSync(file, `${made}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readSecret(file);
}

export function readSecret(file: string): Uint8Array {
  const secret = fromHex(readFileSync(file, 'utf8').trim());
  if (secret?.length !== SECRET_BYTES) {
    throw new KeyFileError(`${file} does not hold a key of 64 hexadecimal digits; remove it or put one there`);
  }
  return secret;
}
