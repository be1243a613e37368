import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkImei } from '../../gateway/tariffs/imei.ts';
import { type LockEntry, lockedAt } from '../../gateway/tariffs/lock-history.ts';
import {
  type Claim,
  type ClaimContract,
  type ClaimResult,
  PERILS,
  settleClaim,
} from '../../gateway/tariffs/relaxed-claim.ts';
import { RELAXED_TERMS } from '../../gateway/tariffs/relaxed-terms.ts';
import { d, granted, reasonOf, t } from './dates.ts';

const TERMS = RELAXED_TERMS;
const CLAIM: Claim = {
  peril: 'fall',
  happened: d('2026-09-06'),
  known: d('2026-09-07'),
  reported: d('2026-09-10'),
  fault: 'none',
  othersLiable: false,
  repairable: true,
  place: 'elsewhere',
  carLock: 'unknown',
  police: null,
  simBlocked: false,
};
const STOLEN: Partial<Claim> = {
  peril: 'burglary',
  repairable: false,
  place: 'car',
  carLock: 'locked',
  police: { day: d('2026-09-10'), copy: true },
  simBlocked: true,
};
const CONTRACT: ClaimContract = { cover: { state: 'active' }, theft: true, deductibleCents: 3000 };

function settled(parts: Partial<Claim>, contract: Partial<ClaimContract> = {}): ClaimResult {
  return granted(settleClaim({ ...CLAIM, ...parts }, { ...CONTRACT, ...contract }, TERMS));
}

function verdict(parts: Partial<Claim>, contract: Partial<ClaimContract> = {}): string {
  const { outcome, why } = settled(parts, contract);
  return `${outcome}: ${why.rule} ${why.requirement}`;
}

test('F1, F3, F7: damage is repaired, with the deductible of the tier', () => {
  for (const peril of PERILS.slice(0, 5)) {
    const { outcome, deductibleCents } = settled({ peril }, { theft: false });
    assert.deepEqual([outcome, deductibleCents], ['repair', 3000]);
  }
  assert.match(settled({}).why.sentence, /repaired by an appointed company; 30\.00 EUR/);
});

test('F3: what is lost is replaced, and never paid in cash', () => {
  const { outcome, deductibleCents, why } = settled(STOLEN, { deductibleCents: 6000 });
  assert.deepEqual([outcome, deductibleCents], ['replacement', 6000]);
  assert.match(why.sentence, /same kind and quality; 60\.00 EUR/);
});

test('F9: a loss is reported within 3 days of knowing, 4 days are late', () => {
  assert.equal(settled({ reported: d('2026-09-10') }).outcome, 'repair');
  assert.equal(verdict({ reported: d('2026-09-11') }), 'in-question: reported late F9');
});

test('F9: theft goes to the police within 3 days, with a copy, and the SIM is blocked', () => {
  assert.equal(settled(STOLEN).outcome, 'replacement');
  assert.equal(
    verdict({ ...STOLEN, police: { day: d('2026-09-11'), copy: true } }),
    'in-question: police not told in time F9',
  );
  assert.equal(verdict({ ...STOLEN, police: null }), 'in-question: police not told in time F9');
  assert.equal(verdict({ ...STOLEN, police: { day: d('2026-09-10'), copy: false } }), 'in-question: no copy F9');
  assert.equal(verdict({ ...STOLEN, simBlocked: false }), 'in-question: SIM not blocked F9');
});

test('F2: burglary and robbery only if they were agreed', () => {
  assert.equal(verdict(STOLEN, { theft: false }), 'none: theft not agreed F2, F6');
  assert.equal(
    verdict({ ...STOLEN, peril: 'robbery', place: 'elsewhere' }, { theft: false }),
    'none: theft not agreed F2, F6',
  );
  assert.equal(settled({ ...STOLEN, peril: 'robbery', place: 'elsewhere' }).outcome, 'replacement');
});

test('F2: burglary from a locked room, or from a car that was locked', () => {
  assert.equal(settled({ ...STOLEN, place: 'locked-room', carLock: 'unknown' }).outcome, 'replacement');
  assert.equal(verdict({ ...STOLEN, place: 'elsewhere' }), 'none: not locked away F2');
  assert.equal(verdict({ ...STOLEN, carLock: 'unlocked' }), 'none: car not locked F2');
  assert.equal(verdict({ ...STOLEN, carLock: 'unknown' }), 'in-question: lock not known F2');
});

test('F6: intent, leaving behind, and what others answer for are excluded; gross negligence is for a person', () => {
  assert.equal(verdict({ fault: 'intent' }), 'none: intent F6');
  assert.equal(verdict({ peril: 'left-behind' }), 'none: left behind F6');
  assert.equal(verdict({ othersLiable: true }), 'none: others liable F6');
  assert.equal(verdict({ fault: 'gross-negligence' }), 'in-question: gross negligence F6');
});

test('F5, F11: no cover, no benefit; cover at risk is for a person', () => {
  assert.equal(verdict({}, { cover: { state: 'not-started' } }), 'none: no cover F11');
  assert.equal(verdict({}, { cover: { state: 'ended' } }), 'none: no cover F11');
  assert.equal(verdict({}, { cover: { state: 'at-risk' } }), 'in-question: premium late F5');
});

test('no benefit, no deductible', () => {
  assert.equal(settled({ fault: 'intent' }).deductibleCents, 0);
  assert.equal(settled({ ...STOLEN, police: null }).deductibleCents, 0);
});

test('a loss may be known and reported on the day it happens', () => {
  const day = d('2026-09-06');
  assert.equal(settled({ known: day, reported: day }).outcome, 'repair');
});

test('a loss that was known before it happened is refused', () => {
  assert.match(reasonOf(settleClaim({ ...CLAIM, known: d('2026-09-05') }, CONTRACT, TERMS)), /before it happened/);
  assert.match(reasonOf(settleClaim({ ...CLAIM, reported: d('2026-09-06') }, CONTRACT, TERMS)), /before it was known/);
});

const HISTORY: readonly LockEntry[] = [
  { utcMs: t('2026-09-06T16:00:00Z'), state: 'unlocked' },
  { utcMs: t('2026-09-06T16:05:00Z'), state: 'locked' },
  { utcMs: t('2026-09-07T02:00:00Z'), state: 'unknown' },
];
const NOW = t('2026-09-10T12:00:00Z');

function lockAt(text: string, history: readonly LockEntry[] = HISTORY, now = NOW): LockEntry['state'] {
  const { state, why } = lockedAt(history, t(text), now, TERMS.lockHistoryDays);
  assert.equal(why.requirement, 'F2');
  return state;
}

test('F2: the lock history says whether the car was locked at a time, in any order', () => {
  assert.equal(lockAt('2026-09-06T15:59:59Z'), 'unknown');
  assert.equal(lockAt('2026-09-06T16:00:00Z'), 'unlocked');
  assert.equal(lockAt('2026-09-06T16:04:59Z'), 'unlocked');
  assert.equal(lockAt('2026-09-06T16:05:00Z'), 'locked');
  assert.equal(lockAt('2026-09-07T01:59:59Z'), 'locked');
  assert.equal(lockAt('2026-09-07T02:00:00Z'), 'unknown');
  assert.equal(lockAt('2026-09-06T23:00:00Z', [...HISTORY].reverse()), 'locked');
  assert.equal(lockAt('2026-09-10T12:00:01Z', HISTORY.slice(0, 2)), 'unknown', 'yet to come');
  assert.equal(lockAt('2026-09-10T12:00:00Z', HISTORY.slice(0, 2)), 'locked');
  const { why } = lockedAt(HISTORY, t('2026-09-06T20:00:00Z'), NOW, 30);
  assert.equal(why.numbers.since, '2026-09-06 18:05 (UTC+2)');
});

test('F2: of two words about one instant the one that proves less counts, in any order', () => {
  const utcMs = t('2026-09-08T10:00:00Z');
  const states: LockEntry['state'][] = ['locked', 'unknown', 'unlocked'];
  const both = (a: LockEntry['state'], b: LockEntry['state']): LockEntry['state'] =>
    lockAt('2026-09-08T10:00:00Z', [
      { utcMs, state: a },
      { utcMs, state: b },
    ]);
  for (const [i, a] of states.entries())
    for (const [j, b] of states.entries()) assert.equal(both(a, b), states[Math.max(i, j)]);
});

test('F2: the lock history reaches 30 days back', () => {
  const locked: LockEntry[] = [{ utcMs: t('2026-01-01T00:00:00Z'), state: 'locked' }];
  assert.equal(lockAt('2026-08-11T12:00:00Z', locked), 'locked');
  assert.equal(lockAt('2026-08-11T11:59:59Z', locked), 'unknown');
});

test('F8: an IMEI has 15 digits, the last of which checks the others', () => {
  assert.equal(granted(checkImei('490154203237518')), '490154203237518');
  assert.equal(granted(checkImei('49-015420-323751-8')), '490154203237518');
  for (let digit = 0; digit <= 9; digit++) assert.equal(checkImei(`49015420323751${digit}`).ok, digit === 8);
  assert.match(reasonOf(checkImei('490154203237517')), /does not match/);
  assert.match(reasonOf(checkImei('49015420323751')), /15 digits.*14 characters/);
  assert.equal(checkImei('49015420323751x').ok, false);
});

test('F8: one wrong digit, or two neighbours exchanged, is noticed', () => {
  const right = '352099001761481';
  assert.equal(checkImei(right).ok, true);
  for (let i = 0; i < 15; i++) {
    const wrong = `${right.slice(0, i)}${(Number(right[i]) + 1) % 10}${right.slice(i + 1)}`;
    assert.equal(checkImei(wrong).ok, false, wrong);
    const swapped = `${right.slice(0, i)}${right[i + 1] ?? ''}${right[i]}${right.slice(i + 2)}`;
    // What Luhn cannot see: 09 for 90, and a digit exchanged for itself.
    const blind = right[i] === right[i + 1] || [right[i], right[i + 1]].sort().join('') === '09';
    if (i < 14) assert.equal(checkImei(swapped).ok, blind, swapped);
  }
});
