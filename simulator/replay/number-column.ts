/** A column of numbers of unknown length: a typed array that doubles, 8 bytes a value. */
export class NumberColumn {
  #values: Float64Array;
  length = 0;

  constructor(capacity = 64) {
    this.#values = new Float64Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  /** The value at `index`, NaN beyond the end. */
  at(index: number): number {
    return index < this.length ? (this.#values[index] as number) : Number.NaN;
  }

  /** A copy of exactly the pushed values. */
  values(): Float64Array {
    return this.#values.slice(0, this.length);
  }
}
