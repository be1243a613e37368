/** A look at the key that a message says it was signed with. Nothing of it is believed before it has been verified. */

import { decodeCbor } from '../protocol/cbor.ts';
import type { Codec } from '../protocol/codec.ts';
import { decodeMessage, type OpenReason } from '../protocol/envelope.ts';
import { type Result, refuse } from '../protocol/result.ts';

/** The payload of a COSE_Sign1, unverified. */
export function payloadOf<T>(codec: Codec<T>, bytes: Uint8Array): Result<T, OpenReason> {
  const item = decodeCbor(bytes);
  if (!item.ok) return refuse(item.reason === 'too-large' ? 'too-large' : 'framing');
  const payload = Array.isArray(item.value) ? item.value[2] : null;
  return payload instanceof Uint8Array ? decodeMessage(codec, payload) : refuse('framing');
}
