/** Integers of any size up to 2^53 in as few bytes as they need: seven bits a byte, the lowest first. */

export class MapWriter {
  #bytes = new Uint8Array(1024);
  #at = 0;

  bytes(part: Uint8Array): void {
    this.#room(part.length);
    this.#bytes.set(part, this.#at);
    this.#at += part.length;
  }

  /** An integer from 0. */
  plain(value: number): void {
    this.#room(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = 128 | (rest % 128);
    this.#bytes[this.#at++] = rest;
  }

  /** An integer of either sign: 0, -1, 1, -2, 2 .. are 0, 1, 2, 3, 4 .. */
  signed(value: number): void {
    this.plain(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Unsigned 32 bits, lowest byte first. */
  u32(value: number): void {
    this.bytes(Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  }

  written(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#at + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what `MapWriter` wrote. Past the end everything is 0 and `overrun` is true. */
export class MapReader {
  overrun = false;
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  plain(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let unit = 1; this.at < this.#end && unit < Number.MAX_SAFE_INTEGER; unit *= 128) {
      const byte = bytes[this.at++];
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
    }
    this.overrun = true;
    return 0;
  }

  signed(): number {
    const value = this.plain();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

export function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
