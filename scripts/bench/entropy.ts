/** Order-0 entropy: what an ideal coder would need that knows each column's distribution beforehand and nothing else. */
export class Entropy {
  private readonly columns: Map<number, number>[] = [];

  add(column: number, values: Iterable<number>): void {
    this.columns[column] ??= new Map();
    const counts = this.columns[column];
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }

  /** Bits per row: the columns' entropies, summed. */
  bits(): number {
    return this.columns.reduce((sum, counts) => sum + entropyBits([...counts.values()]), 0);
  }
}

function entropyBits(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}
