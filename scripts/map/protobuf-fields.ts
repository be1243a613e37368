/** The outermost layer of Protocol Buffers: fields one after another. Enough to look into a PBF file's frames. */

export class ProtobufError extends Error {}

/** `value` of a varint; `bytes` of a length-delimited field. */
export interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array | null;
}

const WIDTHS: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Throws `ProtobufError` for what is no protobuf message. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const at = { at: 0 };
  while (at.at < message.length) {
    const key = varint(message, at);
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) {
      yield { number, value: varint(message, at), bytes: null };
      continue;
    }
    const length = wire === 2 ? varint(message, at) : WIDTHS[wire];
    if (length === undefined || length > message.length - at.at) throw new ProtobufError('a field runs past the end');
    yield { number, value: 0, bytes: message.subarray(at.at, at.at + length) };
    at.at += length;
  }
}

/** Exact up to 2^53; what is larger has lost its last bits. */
function varint(message: Uint8Array, at: { at: number }): number {
  let value = 0;
  for (let unit = 1; at.at < message.length && unit < 2 ** 70; unit *= 128) {
    const byte = message[at.at++];
    value += (byte & 127) * unit;
    if (byte < 128) return value;
  }
  throw new ProtobufError('a number has no end');
}
