/** Who drives: three temperaments by day, and people who drive like the calm ones by night. */

import type { Temperament } from '../../simulator/temperament.ts';

export const GROUPS = ['calm', 'normal', 'hasty', 'night-shift'] as const;
export type Group = (typeof GROUPS)[number];

export interface Person {
  readonly index: number;
  readonly group: Group;
  readonly temperament: Temperament;
  /**
   * Whose seed draws car, home, routes and luck. A night-shift worker is the twin of a calm person: what differs
   * between the two are the hours and nothing else (E42).
   */
  readonly likeIndex: number;
}

/** Of ten people three are calm, four normal, two hasty, and one is calm by night; of four there is one of each. */
const TEN: readonly Group[] = [
  'calm',
  'normal',
  'hasty',
  'night-shift',
  'normal',
  'calm',
  'normal',
  'hasty',
  'calm',
  'normal',
];
const TWIN_BEFORE = TEN.indexOf('night-shift') - TEN.indexOf('calm');

/** It depends on the index only, so that more people change nobody. */
export function personOf(index: number): Person {
  const group = TEN[index % TEN.length];
  if (group !== 'night-shift') return { index, group, temperament: group, likeIndex: index };
  return { index, group, temperament: 'calm', likeIndex: index - TWIN_BEFORE };
}
