/** A phone of the command line: its key, whom it believes, and where it usually connects to. One JSON file. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isDeviceId } from '../../protocol/identity.ts';
import { CommandError, EXIT } from '../exit.ts';

const hexKey = z.string().regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits');
const deviceId = z.string().refine(isDeviceId, 'a device id of 26 characters');

const PhoneFile = z.strictObject({
  format: z.literal('bordbox-phone'),
  secretKey: hexKey,
  /** With which gateways sign replies. */
  issuers: z.array(hexKey).max(8),
  broker: z.string().optional(),
  box: deviceId.optional(),
  beside: z.string().optional(),
  /** Shared keys that others have given to this phone: box, and in base64url the grant and its registration. */
  grants: z.array(z.strictObject({ box: deviceId, grant: z.string(), registration: z.string() })),
});
export type PhoneFile = z.infer<typeof PhoneFile>;

export function readPhoneFile(path: string): PhoneFile {
  if (!existsSync(path)) {
    throw new CommandError(EXIT.usage, `${path} is not there; make a phone with: bordbox phone new ${path}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(EXIT.usage, `${path} is no phone file; make one with: bordbox phone new FILE`);
  }
  const read = PhoneFile.safeParse(json);
  if (read.success) return read.data;
  const [{ path: where, message }] = read.error.issues;
  throw new CommandError(EXIT.usage, `${path} is no phone file of this version (${where.join('.')}: ${message})`);
}

/** Refuses to write over another phone's key. */
export function makePhoneFile(path: string, file: PhoneFile): void {
  if (existsSync(path)) {
    throw new CommandError(EXIT.usage, `${path} is there already; a key is never written over, give another name`);
  }
  write(path, file, 'wx');
}

export function changePhoneFile(path: string, change: Partial<Omit<PhoneFile, 'format' | 'secretKey'>>): PhoneFile {
  const changed = { ...readPhoneFile(path), ...change };
  write(path, changed, 'w');
  return changed;
}

function write(path: string, file: PhoneFile, flag: 'w' | 'wx'): void {
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag });
}
