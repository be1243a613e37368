import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { APPDRIVEX_TERMS } from '../../gateway/tariffs/appdrivex-terms.ts';
import { isoDay } from '../../gateway/tariffs/calendar.ts';
import {
  type Mileage,
  type MileageFacts,
  mileageOf,
  monthsOf,
  reconcile,
  reportWindow,
} from '../../gateway/tariffs/cashback.ts';
import { d, granted, reasonOf } from './dates.ts';

const TERMS = APPDRIVEX_TERMS;
const LATER = d('2027-06-01');

const YEAR: MileageFacts = {
  year: 2026,
  start: d('2024-05-01'),
  exchanged: null,
  startKm: 50_000,
  report: null,
  directDebit: true,
};

function driven(km: number, parts: Partial<MileageFacts> = {}): Mileage {
  const report = { day: d('2027-01-15'), km: YEAR.startKm + km };
  return granted(mileageOf({ ...YEAR, report, ...parts }, LATER, TERMS));
}

/** Positive for the customer. */
function cents({ kind, cents: amount }: Mileage): number {
  return kind === 'extra-payment' ? -amount : amount;
}

test('E1, E2: less than 12,000 km is cashback, more is extra payment, 1 cent a kilometre', () => {
  const { kind, cents: amount, agreedKm, drivenKm, why } = driven(10_000);
  assert.deepEqual([kind, amount, agreedKm, drivenKm], ['cashback', 2000, 12_000, 10_000]);
  assert.equal(why.requirement, 'E2, E4');
  const more = driven(13_000);
  assert.deepEqual([more.kind, more.cents, more.why.requirement], ['extra-payment', 1000, 'E2, E3']);
  assert.match(more.why.sentence, /13,000 km were driven in 12 months of 2026, 1,000 km more than agreed: 10\.00 EUR/);
});

test('E5: a difference of 250 km is nothing, of 251 km is paid in full, on both sides', () => {
  assert.deepEqual(
    [12_250, 12_251, 11_750, 11_749].map((km) => cents(driven(km))),
    [0, -251, 0, 251],
  );
  assert.deepEqual([driven(12_250).kind, driven(12_250).why.requirement], ['none', 'E5']);
});

test('E3: from 36,000 km on the extra payment is 240 EUR', () => {
  assert.deepEqual(
    [35_999, 36_000, 36_001, 90_000].map((km) => cents(driven(km))),
    [-23_999, -24_000, -24_000, -24_000],
  );
});

test('E4: no kilometre at all gives 120 EUR', () => {
  assert.deepEqual([driven(0), driven(1)].map(cents), [12_000, 11_999]);
});

test('E6: the odometer is reported from 01.01. to 31.01. of the year after', () => {
  assert.deepEqual(reportWindow(2026, TERMS).map(isoDay), ['2027-01-01', '2027-01-31']);
  const reported = (day: string): boolean => driven(10_000, { report: { day: d(day), km: 60_000 } }).assumed;
  assert.deepEqual(['2026-12-31', '2027-01-01', '2027-01-31', '2027-02-01'].map(reported), [true, false, false, true]);
});

test('E6: until 31.01. a missing report is waited for', () => {
  const on = (asOf: string): Mileage => granted(mileageOf(YEAR, d(asOf), TERMS));
  assert.deepEqual([on('2027-01-31').kind, on('2027-02-01').kind], ['pending', 'extra-payment']);
  assert.equal(on('2027-01-31').why.requirement, 'E6');
});

test('E9: without a report 36,000 km are assumed, which costs 240 EUR', () => {
  const { kind, cents: amount, assumed, drivenKm, why } = granted(mileageOf(YEAR, LATER, TERMS));
  assert.deepEqual([kind, amount, assumed, drivenKm], ['extra-payment', 24_000, true, 36_000]);
  assert.equal(why.requirement, 'E2, E3, E9');
});

test('E10: cashback waits for direct debit, an extra payment does not', () => {
  const { payable, cents: amount, why } = driven(10_000, { directDebit: false });
  assert.deepEqual([payable, amount, why.requirement], [false, 2000, 'E2, E4, E10']);
  assert.equal(driven(13_000, { directDebit: false }).payable, true);
  assert.equal(driven(10_000).payable, true);
});

test('E13: the month of the start counts as begun, on its first and on its last day', () => {
  for (const [start, months] of [
    ['2026-04-01', 9],
    ['2026-04-30', 9],
    ['2026-05-01', 8],
    ['2026-01-01', 12],
    ['2026-12-31', 1],
    ['2025-12-31', 12],
  ] as const) {
    const facts = { ...YEAR, start: d(start) };
    assert.equal(monthsOf(facts), months, start);
    const result = driven(0, { start: d(start) });
    assert.equal(result.agreedKm, 1000 * months);
    assert.equal(result.cents, 1000 * months, 'E4: shrinks with the months');
  }
});

test('E13: 12,000 and 36,000 km shrink with the months, 250 km and 1 cent do not', () => {
  const half = { start: d('2026-07-20') };
  assert.deepEqual(
    [6250, 6251, 5750, 5749].map((km) => cents(driven(km, half))),
    [0, -251, 0, 251],
  );
  assert.equal(cents(granted(mileageOf({ ...YEAR, ...half }, LATER, TERMS))), -12_000);
  assert.equal(cents(driven(30_000, half)), -12_000, 'to report more than is assumed never costs more');
});

test('E14: a car that is exchanged is settled at once, and its month belongs to the new car', () => {
  const day = d('2026-09-17');
  const old = granted(mileageOf({ ...YEAR, exchanged: day, report: { day, km: 57_000 } }, day, TERMS));
  assert.deepEqual([old.months, old.agreedKm, old.kind, old.cents], [8, 8000, 'cashback', 1000]);
  const next = driven(3000, { start: day });
  assert.deepEqual([next.months, next.agreedKm, next.cents], [4, 4000, 1000]);
  const without = mileageOf({ ...YEAR, exchanged: day }, day, TERMS);
  assert.match(reasonOf(without), /last odometer value of the old car is missing.*\(E14\)/);
});

test('E14: a car that is exchanged in its first month has no months, and nothing is paid', () => {
  const day = d('2026-09-17');
  const { months, kind } = granted(
    mileageOf({ ...YEAR, start: day, exchanged: day, report: { day, km: 53_000 } }, day, TERMS),
  );
  assert.deepEqual([months, kind], [0, 'none']);
});

test('E14: the months of two cars are those of the year', () => {
  fc.assert(
    fc.property(fc.integer({ min: d('2026-01-01'), max: d('2026-12-31') }), (count) => {
      const day = count as MileageFacts['start'];
      assert.equal(monthsOf({ ...YEAR, exchanged: day }) + monthsOf({ ...YEAR, start: day }), 12);
    }),
  );
});

const WRONG: readonly (readonly [what: string, parts: Partial<MileageFacts>, reason: RegExp])[] = [
  [
    'E12: an odometer that runs backwards',
    { report: { day: d('2027-01-15'), km: 49_999 } },
    /49,999 km after 50,000 km and cannot run backwards/,
  ],
  ['a start after the year', { start: d('2027-01-01') }, /starts on 2027-01-01, after the year 2026/],
  ['an exchange in another year', { exchanged: d('2025-12-31') }, /which is not in 2026/],
  ['an exchange before the start', { start: d('2026-03-02'), exchanged: d('2026-03-01') }, /before it was insured/],
  ['a fraction of a kilometre', { startKm: 0.5 }, /no odometer value/],
];

for (const [what, parts, reason] of WRONG) {
  test(`${what} is refused with what to correct`, () => {
    assert.match(
      reasonOf(mileageOf({ ...YEAR, report: { day: d('2027-01-15'), km: 60_000 }, ...parts }, LATER, TERMS)),
      reason,
    );
  });
}

test('E12: an odometer that has not moved is no mistake', () => {
  assert.equal(driven(0).kind, 'cashback');
});

test('E2..E5, E13: more kilometres never pay more, and nothing leaves its bounds', () => {
  const start = fc.integer({ min: d('2025-06-01'), max: d('2026-12-31') });
  fc.assert(
    fc.property(fc.nat({ max: 100_000 }), fc.nat({ max: 5000 }), start, (km, more, count) => {
      const parts = { start: count as MileageFacts['start'] };
      const [less, most] = [driven(km, parts), driven(km + more, parts)];
      assert.ok(cents(most) <= cents(less));
      assert.ok(cents(less) <= 12_000 && cents(less) >= -24_000 && Number.isInteger(less.cents));
      assert.ok(
        cents(granted(mileageOf({ ...YEAR, ...parts }, LATER, TERMS))) <= cents(most),
        'to report nothing is never better',
      );
    }),
  );
});

test('E15: entered and recorded kilometres may differ by 100 km or 5 %', () => {
  const agrees = (entered: number, recorded: number): boolean => reconcile(entered, recorded, TERMS).agrees;
  assert.deepEqual(
    [agrees(1000, 1100), agrees(1000, 1101), agrees(1000, 900), agrees(1000, 899)],
    [true, false, true, false],
  );
  assert.deepEqual([agrees(10_000, 10_500), agrees(10_000, 10_501)], [true, false]);
  assert.equal(reconcile(1000, 2000, TERMS).why.requirement, 'E15');
});
