/** Bytes of a file as text. */

const HEAD_BYTES = 16_384;
const CHUNK_BYTES = 65_536;
/** JavaScript strings end near 512 Mi characters; a longer file is refused before it is decoded. */
export const TEXT_BYTES_MAX = 256 * 1024 * 1024;

/** RFC 1952: two magic bytes. Such a file must be unpacked before it is read here. */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The beginning of the file, for recognition. Bytes that are not UTF-8 become U+FFFD. */
export function headText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)).trimStart();
}

export function fileText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The same text in pieces, for parsers that need not hold all of it. */
export function* textChunks(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    yield decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true });
  }
  yield decoder.decode();
}
