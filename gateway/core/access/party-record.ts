/** `party/<id>`: a phone that the operator has registered; who it is, and by which key. */

import { fromHex } from '../../../protocol/bytes.ts';
import { recordKind } from './record-kind.ts';
import { flag, oneOf, orNull, type Shaped, shape, text } from './shape.ts';

/** A `user` owns boxes and holds keys; a `courier` loads and delivers for one carrier. */
const ROLES = { user: 1, courier: 2 } as const;
export type Role = keyof typeof ROLES;

const guard = shape({
  /** 64 hexadecimal digits. */
  publicKey: text,
  role: oneOf(ROLES),
  carrier: orNull(text),
  revoked: flag,
});
export type PartyRecord = Shaped<typeof guard>;

export const PARTY = recordKind<PartyRecord>('party', guard);

export function keyOfParty({ publicKey }: PartyRecord): Uint8Array {
  const key = fromHex(publicKey);
  if (key === null) throw new TypeError('a registered key is not hexadecimal');
  return key;
}
