/** CBOR that is small and wants to become large, deep or slow. */

const SIZE = 2000;

function repeated(...pattern: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: SIZE }, (_, i) => pattern[i % pattern.length]);
}

export const CBOR_BOMBS: readonly Uint8Array[] = [
  // Arrays in arrays, 2000 deep; maps in maps; tags on tags.
  repeated(0x81),
  repeated(0xa1, 0x00),
  repeated(0xc1),
  // An array of 2^64 - 1 items, a map of 2^32 - 1, a byte string of 2^63 bytes.
  Uint8Array.of(0x9b, 255, 255, 255, 255, 255, 255, 255, 255),
  Uint8Array.of(0xba, 255, 255, 255, 255),
  Uint8Array.of(0x5b, 128, 0, 0, 0, 0, 0, 0, 0),
  // Lengths that are not told.
  repeated(0x9f),
  repeated(0x5f),
  // A number of 15,000 bits.
  Uint8Array.from([0xc2, 0x59, 0x07, 0x80, ...repeated(0xff).subarray(0, 0x0780)]),
  // One key twice, and a second item behind the first.
  Uint8Array.of(0xa2, 1, 1, 1, 2),
  Uint8Array.of(0x80, 0x80),
  // Text that is no UTF-8, and a head that is cut.
  Uint8Array.of(0x62, 0xc3, 0x28),
  Uint8Array.of(0x1b, 1, 2),
];
