/** What each criterion hands to the total. */

export interface Verdict {
  /** 0..100, or null when there is nothing to judge by. */
  readonly value: number | null;
  readonly why: readonly string[];
}

export function nothing(why: string): Verdict {
  return { value: null, why: [why] };
}

/** Half up, for whole numbers that are not negative. */
export function divideRounded(dividend: number, divisor: number): number {
  return Math.floor((2 * dividend + divisor) / (2 * divisor));
}
