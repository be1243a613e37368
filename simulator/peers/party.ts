/** Somebody with a key of their own: a phone of an owner, of a key's holder, of a courier. */

import type { Crypto } from '../../protocol/crypto.ts';
import { deviceIdOf } from '../../protocol/identity.ts';

export interface Party {
  /** Device id of the key. */
  readonly id: string;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function partyOf(secretKey: Uint8Array, crypto: Crypto): Party {
  const publicKey = crypto.publicKey(secretKey);
  return { id: deviceIdOf(publicKey, crypto), secretKey, publicKey };
}
