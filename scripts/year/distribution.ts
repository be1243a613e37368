/** A few numbers for many: what a group of people came to. */

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Between the two in the middle, where there are two; null for nobody. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return {
    min: sorted[0],
    median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2,
    max: sorted[sorted.length - 1],
  };
}

/** How many have each value, in the order of `of`. */
export function countsOf<K extends number>(values: readonly (number | null)[], of: readonly K[]): Record<K, number> {
  const entries = of.map((key) => [key, values.filter((value) => value === key).length]);
  return Object.fromEntries(entries) as Record<K, number>;
}
