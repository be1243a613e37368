/** Reads the wire format of Protocol Buffers: varints and length-delimited fields. */

export type ProtobufField = number | Uint8Array;

export function readProtobuf(bytes: Uint8Array): Map<number, ProtobufField> {
  const fields = new Map<number, ProtobufField>();
  const reader = new Varints(bytes);
  while (!reader.ended) {
    const tag = reader.next();
    const field = Math.floor(tag / 8);
    fields.set(field, tag % 8 === 0 ? reader.next() : reader.bytes(reader.next()));
  }
  return fields;
}

/** A packed repeated sint32. */
export function readPacked(field: ProtobufField | undefined): number[] {
  if (!(field instanceof Uint8Array)) throw new Error('not a packed field');
  const reader = new Varints(field);
  const values: number[] = [];
  while (!reader.ended) {
    const folded = reader.next();
    values.push(folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2);
  }
  return values;
}

class Varints {
  private readonly source: Uint8Array;
  private at = 0;

  constructor(source: Uint8Array) {
    this.source = source;
  }

  get ended(): boolean {
    return this.at === this.source.length;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      if (this.ended) throw new Error('a varint is cut off');
      const byte = this.source[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  bytes(count: number): Uint8Array {
    const from = this.at;
    this.at += count;
    if (this.at > this.source.length) throw new Error('a field is cut off');
    return this.source.subarray(from, this.at);
  }
}
