/** A new car, a new contract, an age (C41..C43, C48): does FahrStil go on, and with which sensor? */

import { afterMonths, type Day, isoDay } from './calendar.ts';
import { type Explanation, explain } from './explanation.ts';
import type { Interruption } from './fahrstil-discount.ts';
import type { FahrstilTerms } from './fahrstil-terms.ts';

export interface ContractChange {
  readonly day: Day;
  readonly change: 'vehicle' | 'tariff';
  /** Which contract number holds from then on; `unclear` is treated as a new one (C42). */
  readonly contractNumber: 'same' | 'new' | 'unclear';
  /** Whether telematics was agreed for what comes after. */
  readonly telematics: boolean;
}

export interface ChangeResult {
  readonly continues: boolean;
  /** What happens to the sensor: it moves to the new car, stays, is replaced, or is removed. */
  readonly sensor: 'moves' | 'stays' | 'new' | 'removed';
  /** C41: whether the mounting has to be learnt again. */
  readonly newMounting: boolean;
  /** What it means for the discount. */
  readonly interruption: Interruption | null;
  readonly why: Explanation;
}

/** First day of the age up to which FahrStil is sold. */
export function ageReached(birth: Day, { ageYears }: FahrstilTerms): Day {
  return afterMonths(birth, ageYears * 12);
}

function ends(day: Day, cause: 'age' | 'excluded', why: Explanation): ChangeResult {
  const interruption: Interruption = { from: day, to: null, cause };
  return { continues: false, sensor: 'removed', newMounting: false, interruption, why };
}

/** `birth`: of the young driver. */
export function afterChange(change: ContractChange, birth: Day, terms: FahrstilTerms): ChangeResult {
  const day = isoDay(change.day);
  const numbers = { day, ageYears: terms.ageYears, ageReached: isoDay(ageReached(birth, terms)) };
  if (change.day >= ageReached(birth, terms)) {
    const sentence = `FahrStil ends on ${day}: from the age of ${terms.ageYears} it goes on only while car and tariff stay as they are.`;
    return ends(change.day, 'age', explain('change after the age', 'C48', numbers, sentence));
  }
  if (!change.telematics) {
    const sentence = `FahrStil ends on ${day}, because telematics was not agreed again.`;
    return ends(change.day, 'excluded', explain('telematics not agreed', 'C43, C44', numbers, sentence));
  }
  const newMounting = change.change === 'vehicle';
  const goesOn = 'Score and discount go on';
  if (change.contractNumber === 'same') {
    const sensor = newMounting ? 'moves' : 'stays';
    const sentence = newMounting
      ? `${goesOn}: under the same contract number the sensor moves to the new car and learns its place there.`
      : `${goesOn}, and so does the sensor.`;
    const why = explain('same contract number', 'C41, C43', numbers, sentence);
    return { continues: true, sensor, newMounting, interruption: null, why };
  }
  const sentence = `${goesOn} under the new contract, with a new sensor.`;
  const why = explain('new contract number', 'C42, C43', numbers, sentence);
  return { continues: true, sensor: 'new', newMounting: true, interruption: null, why };
}
