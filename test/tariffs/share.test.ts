import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Handover, type Participation, type ShareCover, shareCover } from '../../gateway/tariffs/share.ts';
import { t } from './dates.ts';

const FROM = t('2026-07-18T08:00:00Z');
const TO = t('2026-07-18T12:30:00Z');
const HANDOVER: Handover = { id: 'h-1', box: 'box', user: 'Ada', startUtcMs: FROM, endUtcMs: TO };
const TEST: Participation = { startUtcMs: t('2026-06-01T00:00:00Z'), endUtcMs: null };

function at(utcMs: number, handovers: readonly Handover[] = [HANDOVER], participation = TEST): ShareCover {
  return shareCover(handovers, 'box', participation, utcMs);
}

test('A8, A9: cover follows the hand-over, from its start until just before its end', () => {
  assert.deepEqual(
    [FROM - 1, FROM, TO - 1, TO].map((utcMs) => at(utcMs).covered),
    [false, true, true, false],
  );
  assert.equal(at(FROM).handover?.user, 'Ada');
  assert.equal(at(FROM - 1).why.requirement, 'A8');
});

test('A10: the cover during a hand-over has a deductible of 750 EUR', () => {
  const { why } = at(FROM);
  assert.deepEqual([why.numbers.fullDeductibleCents, why.numbers.partialDeductibleCents], [75_000, 75_000]);
  assert.match(why.sentence, /liability with mobility protection; fully comprehensive.*750\.00 EUR/);
});

test('A11: cover only during participation in the test, at no extra cost', () => {
  const until = (endUtcMs: number): ShareCover => at(FROM + 1000, [HANDOVER], { startUtcMs: 0, endUtcMs });
  assert.deepEqual([until(FROM + 1001).covered, until(FROM + 1000).covered], [true, false]);
  assert.equal(until(FROM + 1000).why.requirement, 'A11');
  assert.equal(at(FROM).why.numbers.extraPremiumCents, 0);
});

test('A8: a hand-over that lasts covers on, and one of another box does not count', () => {
  assert.equal(at(TO + 1e9, [{ ...HANDOVER, endUtcMs: null }]).covered, true);
  assert.equal(at(FROM, [{ ...HANDOVER, box: 'other' }]).covered, false);
});

test('A8: of two hand-overs that begin at once the same one counts, whatever their order', () => {
  const two = [HANDOVER, { ...HANDOVER, id: 'h-0', user: 'Bob' }];
  assert.equal(at(FROM, two).handover?.id, 'h-0');
  assert.equal(at(FROM, two.reverse()).handover?.id, 'h-0');
});

test('A8: what cannot be right is set aside with a reason, and nothing else is lost', () => {
  const wrong: Handover[] = [
    { ...HANDOVER, id: 'h-2', user: 'Bob', startUtcMs: TO - 1, endUtcMs: TO + 10 },
    { ...HANDOVER, id: 'h-3', startUtcMs: TO + 100, endUtcMs: TO + 100 },
    { ...HANDOVER, id: 'h-4', user: 'Cy', startUtcMs: TO, endUtcMs: TO + 50 },
  ];
  const { setAside, handover } = at(TO + 5, [...wrong, HANDOVER]);
  assert.deepEqual(setAside, [
    { id: 'h-2', reason: 'it begins while h-1 lasts' },
    { id: 'h-3', reason: 'it ends before it begins' },
  ]);
  assert.equal(handover?.user, 'Cy');
  assert.deepEqual(at(TO + 5, [HANDOVER, ...wrong.reverse()]).setAside, setAside, 'in any order');
});
