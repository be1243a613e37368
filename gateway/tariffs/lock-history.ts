/** Was the car locked at a time (F2)? Answered from the lock history, which is kept for 30 days. */

import { clockAt } from './calendar.ts';
import { type Explanation, explain } from './explanation.ts';

/** From `utcMs` on, until the next entry. `unknown`: no word of the box, or none that can be believed. */
export interface LockEntry {
  readonly utcMs: number;
  readonly state: 'locked' | 'unlocked' | 'unknown';
}

export interface LockVerdict {
  readonly state: LockEntry['state'];
  readonly why: Explanation;
}

const DAY_MS = 86_400_000;
/** Of two words about one instant the one that proves less counts. */
const DOUBT: Readonly<Record<LockEntry['state'], number>> = { locked: 0, unknown: 1, unlocked: 2 };

/** Entries in any order. `keptDays`: how long they are kept. */
export function lockedAt(
  history: readonly LockEntry[],
  utcMs: number,
  nowUtcMs: number,
  keptDays: number,
): LockVerdict {
  const at = clockAt(utcMs);
  const verdict = (state: LockEntry['state'], sentence: string, since?: number): LockVerdict => {
    const numbers: Explanation['numbers'] =
      since === undefined ? { at, keptDays } : { at, keptDays, since: clockAt(since) };
    return { state, why: explain('lock history', 'F2', numbers, sentence) };
  };
  if (utcMs > nowUtcMs) return verdict('unknown', `${at} is yet to come.`);
  if (nowUtcMs - utcMs > keptDays * DAY_MS)
    return verdict('unknown', `The lock history is kept for ${keptDays} days and does not reach back to ${at}.`);
  let last: LockEntry | null = null;
  for (const entry of history) {
    if (entry.utcMs > utcMs) continue;
    const later = last === null || entry.utcMs > last.utcMs;
    const doubts = last !== null && entry.utcMs === last.utcMs && DOUBT[entry.state] > DOUBT[last.state];
    if (later || doubts) last = entry;
  }
  if (last === null) return verdict('unknown', `No word of the box is as old as ${at}.`);
  const since = clockAt(last.utcMs);
  if (last.state === 'unknown') return verdict('unknown', `From ${since} on there is no word of the box.`, last.utcMs);
  return verdict(last.state, `At ${at} the car was ${last.state}, since ${since}.`, last.utcMs);
}
