import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, afterMonths, isoDay } from '../../gateway/tariffs/calendar.ts';
import {
  type DiscountSpan,
  discountOn,
  discountSpans,
  type FahrstilHistory,
  type InterruptionCause,
} from '../../gateway/tariffs/fahrstil-discount.ts';
import { type PeriodFacts, percentOf, periodEnding, periodOf } from '../../gateway/tariffs/fahrstil-period.ts';
import { discountedPremium } from '../../gateway/tariffs/fahrstil-premium.ts';
import { FAHRSTIL_TERMS } from '../../gateway/tariffs/fahrstil-terms.ts';
import { anyDay, d, granted, reasonOf } from './dates.ts';

const TERMS = FAHRSTIL_TERMS;

function period(keyYear: number, score: number | null, distanceM = 9_000_000): PeriodFacts {
  return { keyYear, score, distanceM };
}

function since(start: string, ...periods: readonly PeriodFacts[]): FahrstilHistory {
  return { start: d(start), periods, interruptions: [] };
}

function gap(
  history: FahrstilHistory,
  from: string,
  to: string | null,
  cause: InterruptionCause = 'deregistered',
): FahrstilHistory {
  const interruption = { from: d(from), to: to === null ? null : d(to), cause };
  return { ...history, interruptions: [...history.interruptions, interruption] };
}

function on(history: FahrstilHistory, day: string): DiscountSpan {
  return granted(discountOn(history, d(day), TERMS));
}

test('C12: the scores 1..7 give 15, 20, 25, 30, 35, 40, 45 %', () => {
  const given = [1, 2, 3, 4, 5, 6, 7].map(
    (score) => on(since('2026-10-01', period(2027, score)), '2028-01-01').percent,
  );
  assert.deepEqual(given, [15, 20, 25, 30, 35, 40, 45]);
  assert.equal(percentOf(7, TERMS), 45);
});

test('C10: the first insurance year has 30 %, explained by one rule', () => {
  const { percent, score, telematics, why } = on(since('2026-03-15'), '2026-03-15');
  assert.deepEqual([percent, score, telematics], [30, null, true]);
  assert.deepEqual([why.rule, why.requirement, why.numbers.discountPercent], ['start discount', 'C10', 30]);
  assert.match(why.sentence, /30 %/);
});

test('C16: a period lasts from 01.10. to 30.09., and 30.09. is its key date', () => {
  const { from, keyDate } = periodEnding(2026, TERMS);
  assert.deepEqual([isoDay(from), isoDay(keyDate)], ['2025-10-01', '2026-09-30']);
  assert.equal(periodOf(d('2026-09-30'), TERMS).keyYear, 2026);
  assert.equal(periodOf(d('2026-10-01'), TERMS).keyYear, 2027);
  assert.equal(periodOf(d('2024-02-29'), TERMS).keyYear, 2024);
});

test('C16: periods follow each other without a gap, and each day is in one', () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      const { from, keyDate, keyYear } = periodOf(day, TERMS);
      assert.ok(from <= day && day <= keyDate);
      assert.equal(periodOf(addDays(keyDate, 1), TERMS).keyYear, keyYear + 1);
      assert.equal(periodOf(from, TERMS).keyYear, keyYear);
    }),
  );
});

test('C16: the key date decides for the next calendar year, from 01.01. to 31.12.', () => {
  const history = since('2025-10-01', period(2026, 7), period(2027, 1));
  assert.equal(on(history, '2026-12-31').percent, 30);
  const { percent, from, to, why } = on(history, '2027-01-01');
  assert.deepEqual([percent, isoDay(from), to === null ? null : isoDay(to)], [45, '2027-01-01', '2027-12-31']);
  assert.equal(why.requirement, 'C12, C16');
  assert.equal(on(history, '2027-12-31').percent, 45);
  assert.equal(on(history, '2028-01-01').percent, 15);
});

test('C17: a start on 30.09. has a period of one day, a start on 01.10. none before the next key date', () => {
  const short = on(since('2026-09-30', period(2026, 5)), '2027-02-01');
  assert.equal(short.percent, 35);
  assert.equal(short.why.requirement, 'C12, C16, C17');
  assert.equal(short.why.numbers.from, '2026-09-30');
  const none = on(since('2026-10-01', period(2026, 5)), '2027-02-01');
  assert.deepEqual([none.percent, none.why.requirement], [30, 'C10']);
});

test('C18: 999 km give no new score, 1000 km do', () => {
  const after = (distanceM: number): DiscountSpan => on(since('2025-10-01', period(2026, 7, distanceM)), '2027-12-31');
  assert.equal(after(999_999).percent, 30);
  assert.equal(after(1_000_000).percent, 45);
  const { why } = after(999_000);
  assert.equal(why.requirement, 'C18');
  assert.deepEqual([why.numbers.km, why.numbers.kmMin, why.numbers.until], [999, 1000, '2027-12-31']);
});

test('C18: too few kilometres keep the discount in force, not the start discount, until 31.12. of the following year', () => {
  const history = since('2025-10-01', period(2026, 6), period(2027, 1, 400_000), period(2028, 2));
  assert.equal(on(history, '2028-01-01').percent, 40);
  assert.equal(on(history, '2028-12-31').percent, 40);
  assert.equal(on(history, '2028-12-31').score, 6);
  assert.equal(on(history, '2029-01-01').percent, 20);
});

test('C18: kilometres without anything to judge give no new score either', () => {
  const { percent, why } = on(since('2025-10-01', period(2026, null)), '2027-06-01');
  assert.equal(percent, 30);
  assert.match(why.sentence, /nothing in its trips could be judged/);
  const said = (distanceM: number, score: number | null): string =>
    on(since('2025-10-01', period(2026, score, distanceM)), '2027-06-01').why.sentence;
  assert.match(said(1_000_000, null), /nothing in its trips could be judged/);
  assert.match(said(999_999, null), /999 km are less than 1,000 km/);
  assert.match(said(999_999, 3), /999 km are less than 1,000 km/);
});

test('C19: an interruption of exactly 18 months does not end the score, one day more does', () => {
  const history = since('2022-10-01', period(2023, 7));
  const back = (to: string): DiscountSpan => on(gap(history, '2024-01-10', to), to);
  assert.deepEqual([back('2025-07-10').percent, back('2025-07-10').why.requirement], [45, 'C19, C43']);
  assert.deepEqual([back('2025-07-11').percent, back('2025-07-11').why.requirement], [30, 'C10, C19']);
});

test('C19: 18 months from 31 August end with February, in leap years with the 29th', () => {
  const history = since('2021-10-01', period(2022, 7));
  const back = (from: string, to: string): number => on(gap(history, from, to), to).percent;
  assert.equal(back('2024-08-31', '2026-03-01'), 45);
  assert.equal(back('2024-08-31', '2026-03-02'), 30);
  assert.equal(back('2022-08-31', '2024-03-01'), 45);
  assert.equal(back('2022-08-31', '2024-03-02'), 30);
});

test('C19: interruptions without a day of cover between them are one', () => {
  const history = since('2022-10-01', period(2023, 7));
  const twice = gap(gap(history, '2024-01-10', '2025-01-10'), '2025-01-10', '2025-08-01', 'contract-ended');
  assert.equal(on(twice, '2025-08-01').percent, 30);
  const apart = gap(gap(history, '2024-01-10', '2025-01-10'), '2025-01-11', '2025-08-01', 'contract-ended');
  assert.equal(on(apart, '2025-08-01').percent > 30, true);
});

test('C19: after the score has ended only periods from then on count', () => {
  const history = gap(
    since('2020-10-01', period(2021, 7), period(2022, 7), period(2024, 6)),
    '2022-01-01',
    '2023-11-01',
  );
  assert.equal(on(history, '2023-11-01').percent, 30);
  assert.equal(on(history, '2024-01-01').percent, 30, 'the key date of 2023 lay before');
  assert.equal(on(history, '2025-01-01').percent, 40);
});

test('C44, C45, C60, C48: what ends FahrStil ends the discount on that day', () => {
  const causes: readonly (readonly [InterruptionCause, string])[] = [
    ['excluded', 'C44, C45'],
    ['erased', 'C60'],
    ['age', 'C48'],
    ['contract-ended', 'C19'],
  ];
  for (const [cause, requirement] of causes) {
    const history = gap(since('2025-10-01', period(2026, 7)), '2027-05-01', null, cause);
    assert.equal(on(history, '2027-04-30').percent, 45);
    const { percent, telematics, to, why } = on(history, '2027-05-01');
    assert.deepEqual([percent, telematics, to, why.requirement], [0, false, null, requirement]);
    assert.equal(on(history, '2029-01-01').percent, 0, 'a new year brings nothing back');
  }
});

test('C43: a discount that was reached goes on after a short interruption, C60: not after an erasure', () => {
  const history = since('2025-10-01', period(2026, 7));
  assert.equal(on(gap(history, '2027-02-01', '2027-04-01', 'excluded'), '2027-04-01').percent, 45);
  const erased = on(gap(history, '2027-02-01', '2027-02-02', 'erased'), '2027-02-02');
  assert.deepEqual([erased.percent, erased.why.requirement], [30, 'C10, C60']);
  const later = gap(since('2025-10-01', period(2027, 7), period(2028, 6)), '2027-02-01', '2027-11-01', 'erased');
  assert.equal(on(later, '2028-01-01').percent, 30, 'what was scored before the erasure is gone');
  assert.equal(on(later, '2029-01-01').percent, 40);
});

test('C19: a key date within an interruption still decides when its period had the kilometres', () => {
  const history = gap(since('2025-10-01', period(2026, 6)), '2026-08-01', '2027-02-01');
  assert.equal(on(history, '2027-01-15').percent, 0);
  assert.equal(on(history, '2027-02-01').percent, 40);
});

const broken: readonly (readonly [what: string, history: FahrstilHistory, reason: RegExp])[] = [
  ['a score of 8', since('2025-10-01', period(2026, 8)), /a score is 1 to 7, not 8/],
  ['a negative distance', since('2025-10-01', period(2026, 3, -1)), /-1 m is no distance/],
  ['a period twice', since('2025-10-01', period(2026, 3), period(2026, 4)), /two periods that end in 2026/],
  ['an interruption before the start', gap(since('2025-10-01'), '2025-09-30', null), /begins before 2025-10-01/],
  ['one that ends before it begins', gap(since('2025-10-01'), '2026-01-02', '2026-01-02'), /must end after it begins/],
  [
    'overlapping ones',
    gap(gap(since('2025-10-01'), '2026-01-02', '2026-03-01'), '2026-02-01', null),
    /without overlap/,
  ],
  ['one after the end', gap(gap(since('2025-10-01'), '2026-01-02', null), '2026-02-01', null), /ended for good/],
  ['an end of the age', gap(since('2025-10-01'), '2026-01-02', '2026-03-01', 'age'), /\(C48\)/],
];

for (const [what, history, reason] of broken) {
  test(`a history with ${what} is refused with what to correct`, () => {
    assert.match(reasonOf(discountOn(history, d('2027-01-01'), TERMS)), reason);
  });
}

test('a day before the start has no discount', () => {
  assert.match(reasonOf(discountOn(since('2026-03-15'), d('2026-03-14'), TERMS)), /begins on 2026-03-15/);
});

const anyPeriods = fc.uniqueArray(
  fc.record({
    keyYear: fc.integer({ min: 2020, max: 2032 }),
    score: fc.option(fc.integer({ min: 1, max: 7 })),
    distanceM: fc.integer({ min: 0, max: 3_000_000 }),
  }),
  { selector: ({ keyYear }) => keyYear },
);
const start = fc
  .integer({ min: d('2020-01-01'), max: d('2024-12-31') })
  .map((count) => addDays(d('1970-01-01'), count));
const anyHistory: fc.Arbitrary<FahrstilHistory> = fc
  .record({
    start,
    periods: anyPeriods,
    gaps: fc.array(fc.tuple(fc.nat({ max: 900 }), fc.integer({ min: 1, max: 900 })), { maxLength: 3 }),
  })
  .map(({ start: first, periods, gaps }) => {
    let from = first;
    const interruptions = gaps.map(([wait, length]) => {
      const begins = addDays(from, wait);
      from = addDays(begins, length);
      return { from: begins, to: from, cause: 'deregistered' as const };
    });
    return { start: first, periods, interruptions };
  });

test('C10..C19: spans follow each other without a gap, and each has a discount of the table and one reason', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const spans = granted(discountSpans(history, d('2033-06-30'), TERMS));
      assert.equal(spans[0].from, history.start);
      for (const [i, { from, to, percent, telematics, why }] of spans.entries()) {
        assert.ok(telematics ? [15, 20, 25, 30, 35, 40, 45].includes(percent) : percent === 0);
        assert.ok(to !== null && to >= from && why.sentence.length > 0 && why.requirement.length > 0);
        if (i > 0) assert.equal(from, addDays(spans[i - 1].to ?? from, 1));
      }
      const { telematics, to } = spans[spans.length - 1];
      assert.ok(to !== null && (telematics ? to === d('2033-12-31') : to >= d('2033-12-31')));
    }),
  );
});

test('C16: the order of periods is irrelevant, and what comes later changes nothing before', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const until = d('2030-06-30');
      const spans = discountSpans(history, until, TERMS);
      assert.deepEqual(discountSpans({ ...history, periods: [...history.periods].reverse() }, until, TERMS), spans);
      const later = history.periods.filter(({ keyYear }) => keyYear < 2030);
      assert.deepEqual(discountSpans({ ...history, periods: later }, until, TERMS), spans);
    }),
  );
});

test('C12: a better score never gives less', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(), (history, which) => {
      fc.pre(history.periods.length > 0);
      const better = history.periods.map((facts, i) =>
        i === which % history.periods.length && facts.score !== null
          ? { ...facts, score: Math.min(7, facts.score + 1) }
          : facts,
      );
      const [before, after] = [history, { ...history, periods: better }].map((each) =>
        granted(discountSpans(each, d('2033-06-30'), TERMS)).map(({ percent }) => percent),
      );
      for (const [i, percent] of before.entries()) assert.ok(after[i] >= percent);
    }),
  );
});

test('C19: whatever the first day, 18 months keep the score and a day more does not', () => {
  fc.assert(
    fc.property(fc.integer({ min: d('2024-01-01'), max: d('2028-12-31') }), (count) => {
      const from = addDays(d('1970-01-01'), count);
      const back = (days: number): DiscountSpan => {
        const to = addDays(afterMonths(from, 18), days);
        const history: FahrstilHistory = {
          ...since('2022-10-01', period(2023, 1)),
          interruptions: [{ from, to, cause: 'contract-ended' }],
        };
        return granted(discountOn(history, to, TERMS));
      };
      assert.deepEqual([back(0).percent, back(1).percent], [15, 30]);
    }),
  );
});

test('C54: a premium less its discount is whole cents, rounded half up', () => {
  assert.equal(discountedPremium(10_001, { percent: 45 }).cents, 5501);
  assert.equal(discountedPremium(10_010, { percent: 15 }).cents, 8509);
  assert.equal(discountedPremium(10_010, { percent: 0 }).cents, 10_010);
  assert.match(discountedPremium(61_240, { percent: 45 }).why.sentence, /612\.40 EUR less 45 % are 336\.82 EUR/);
});
