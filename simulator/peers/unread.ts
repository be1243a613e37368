import { decodeCbor } from '../../protocol/cbor.ts';
import type { Codec } from '../../protocol/codec.ts';
import { decodeMessage } from '../../protocol/envelope.ts';

/**
 * What a signed message says, its signature not looked at; null for anything else. For a phone that carries what it
 * cannot judge: it does not know the box's key, and a nonce that is not the box's is refused by the box.
 */
export function unread<T>(codec: Codec<T>, bytes: Uint8Array): T | null {
  const item = decodeCbor(bytes);
  if (!item.ok || !Array.isArray(item.value) || !(item.value[2] instanceof Uint8Array)) return null;
  const message = decodeMessage(codec, item.value[2]);
  return message.ok ? message.value : null;
}
