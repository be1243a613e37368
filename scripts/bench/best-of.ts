/** Rates of a repeated measurement; the best one is the least disturbed by whatever else the machine did. */
export interface Rates {
  readonly best: number;
  readonly runs: readonly number[];
}

/** Units per second from milliseconds per run of `units`. */
export function ratesOf(units: readonly number[], tookMs: readonly number[]): Rates {
  const runs = tookMs.map((ms, i) => Math.round((units[i] * 1000) / ms));
  return { best: Math.max(...runs), runs };
}
