/** The set of issuer keys that a gateway hands out. Boxes check the root's signature; a gateway has no root key. */

import { existsSync, readFileSync } from 'node:fs';
import { IssuerSet } from '../../protocol/access-messages.ts';
import { sameBytes, toHex } from '../../protocol/bytes.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import { decodeMessage } from '../../protocol/envelope.ts';
import type { SealedIssuers } from './access-speech.ts';
import { KeyFileError } from './key-file.ts';

/** Null where there is no such file. Throws a KeyFileError for a set that boxes would lock this gateway out with. */
export function issuersFromFile(file: string, issuerKey: Uint8Array): SealedIssuers | null {
  if (!existsSync(file)) return null;
  const bytes = Uint8Array.from(readFileSync(file));
  const set = setIn(bytes);
  if (set === null) throw new KeyFileError(`${file} holds no set of issuer keys; sign one with bordbox issuer sign`);
  if (set.keys.some((key) => sameBytes(key, issuerKey))) return { number: set.number, bytes };
  throw new KeyFileError(`${file} does not name this gateway's issuer key ${toHex(issuerKey)}; sign a set that does`);
}

function setIn(bytes: Uint8Array): IssuerSet | null {
  const item = decodeCbor(bytes);
  const payload = item.ok && Array.isArray(item.value) ? item.value[2] : null;
  if (!(payload instanceof Uint8Array)) return null;
  const set = decodeMessage(IssuerSet, payload);
  return set.ok ? set.value : null;
}
