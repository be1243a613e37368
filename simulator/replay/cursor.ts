/** Finds the place of an instant in ascending times when asked in ascending order: amortised one step. */
export class Cursor {
  readonly #tMs: Float64Array;
  /** Index of the last time at or before the sought one; -1 before the first. */
  index = -1;

  constructor(tMs: Float64Array) {
    this.#tMs = tMs;
  }

  seek(tMs: number): number {
    while (this.index + 1 < this.#tMs.length && (this.#tMs[this.index + 1] as number) <= tMs) this.index++;
    return this.index;
  }
}
