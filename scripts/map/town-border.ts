/** Where a town ends is guessed way by way; a short piece of a road is where the rest of it is. */

export interface Guess {
  /** Empty: nothing is known of where it goes on. */
  readonly name: string;
  readonly refs: readonly number[];
  readonly lengthM: number;
  readonly builtUp: boolean;
  /** Tags or limits say so. */
  readonly sure: boolean;
}

/** What is longer knows better than its neighbours. */
const SHORT_M = 300;

function weightM({ lengthM }: Guess): number {
  return Math.min(lengthM, SHORT_M);
}

/** Whether each way is built up, after a look at those of its name that it begins and ends at. */
export function settleBorders(guesses: readonly Guess[]): boolean[] {
  const endingAt = new Map<string, number[]>();
  const keys = ({ name, refs }: Guess): string[] => [`${refs[0]} ${name}`, `${refs[refs.length - 1]} ${name}`];
  for (const [i, guess] of guesses.entries()) {
    if (guess.name === '') continue;
    for (const key of keys(guess)) endingAt.set(key, [...(endingAt.get(key) ?? []), i]);
  }
  return guesses.map((guess) => {
    if (guess.sure || guess.name === '' || guess.lengthM >= SHORT_M) return guess.builtUp;
    const around = new Set(keys(guess).flatMap((key) => endingAt.get(key) ?? []));
    let insideM = 0;
    for (const other of around) insideM += (guesses[other].builtUp ? 1 : -1) * weightM(guesses[other]);
    return insideM === 0 ? guess.builtUp : insideM > 0;
  });
}
