import { InvalidArgumentError } from 'commander';

/** A number in min..max, for commander's options. */
export function numberIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`give a number from ${min} to ${max}.`);
    }
    return value;
  };
}

export function wholeNumberIn(min: number, max: number): (text: string) => number {
  const within = numberIn(min, max);
  return (text) => {
    const value = within(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError(`give a whole number from ${min} to ${max}.`);
    return value;
  };
}

const UNIT_S: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60, h: 3600 };

/** `120s`, `2min`, `500ms`, `1h` in seconds. */
export function durationS(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('give a duration such as 500ms, 120s, 2min or 1h.');
  return Number(match[1]) * UNIT_S[match[2]];
}
