/** Why a result is what it is: one explanation a result. */

export interface Explanation {
  /** Name of the rule that decided. */
  readonly rule: string;
  /** IDs of the requirements behind it. */
  readonly requirement: string;
  /** What the rule looked at and what came out, units in the names. */
  readonly numbers: Readonly<Record<string, number | string>>;
  /** For the person whom it concerns. */
  readonly sentence: string;
}

export function explain(
  rule: string,
  requirement: string,
  numbers: Explanation['numbers'],
  sentence: string,
): Explanation {
  return { rule, requirement, numbers, sentence };
}

/** `12,000` */
export function grouped(value: number): string {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 ? `-${digits}` : digits;
}

/** `1,240.50 EUR` */
export function euros(cents: number): string {
  const [whole, rest] = [Math.floor(Math.abs(cents) / 100), Math.abs(cents) % 100];
  return `${cents < 0 ? '-' : ''}${grouped(whole)}.${String(rest).padStart(2, '0')} EUR`;
}

/** Half up, for whole numbers that are not negative. */
export function divideRounded(dividend: number, divisor: number): number {
  return Math.floor((2 * dividend + divisor) / (2 * divisor));
}

/** `1 month`, `2 months` */
export function counted(count: number, one: string): string {
  return `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
}
