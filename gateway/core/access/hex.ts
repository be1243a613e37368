import { fromHex } from '../../../protocol/bytes.ts';

/** Bytes of a text that this gateway wrote itself. */
export function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new TypeError('a record holds a text that is not hexadecimal');
  return bytes;
}
