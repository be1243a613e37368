import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, isoDay } from '../../gateway/tariffs/calendar.ts';
import {
  firstPremiumDue,
  lastDay,
  type PremiumPayment,
  type RelaxedContract,
  type RelaxedCover,
  relaxedCover,
} from '../../gateway/tariffs/relaxed-cover.ts';
import { hotline, premiumOf, RELAXED_TERMS } from '../../gateway/tariffs/relaxed-terms.ts';
import { anyDay, d, granted, reasonOf } from './dates.ts';

const TERMS = RELAXED_TERMS;

test('F4, F7, F13: up to 400.00 EUR tier I, from 400.01 EUR tier II, with both prices and deductibles', () => {
  const of = (priceCents: number, theft: boolean): readonly number[] => {
    const { tier, centsPerMonth, deductibleCents } = premiumOf(priceCents, theft, TERMS);
    return [tier, centsPerMonth, deductibleCents];
  };
  assert.deepEqual(of(40_000, false), [1, 395, 3000]);
  assert.deepEqual(of(40_001, false), [2, 495, 6000]);
  assert.deepEqual(of(40_000, true), [1, 690, 3000]);
  assert.deepEqual(of(40_100, true), [2, 790, 6000]);
  const said = (priceCents: number): string => premiumOf(priceCents, true, TERMS).why.sentence;
  assert.match(said(40_000), /400\.00 EUR does not exceed 400\.00 EUR: tier I costs 6\.90 EUR a month/);
  assert.match(said(40_001), /400\.01 EUR exceeds 400\.00 EUR: tier II costs 7\.90 EUR.*60\.00 EUR/);
  assert.equal(premiumOf(40_000, true, TERMS).why.requirement, 'F4, F7, F13');
});

test('F4: the premium holds 19 % insurance tax', () => {
  assert.deepEqual(
    [395, 495, 690, 790].map((cents) => Math.round((cents * 19) / 119)),
    [63, 79, 110, 126],
  );
  const taxes = [
    premiumOf(1, false, TERMS),
    premiumOf(50_000, false, TERMS),
    premiumOf(1, true, TERMS),
    premiumOf(50_000, true, TERMS),
  ];
  assert.deepEqual(
    taxes.map(({ taxCents }) => taxCents),
    [63, 79, 110, 126],
  );
});

test('F12: the hotline costs 20 and 60 cent', () => {
  assert.deepEqual(hotline(TERMS).numbers, { landlineCents: 20, mobileCents: 60 });
});

function paid(...days: readonly (string | null)[]): PremiumPayment[] {
  return days.map((day) => ({ paid: day === null ? null : d(day), excused: false }));
}

const CONTRACT: RelaxedContract = {
  concluded: d('2026-06-01'),
  agreedStart: d('2026-06-10'),
  dataSent: d('2026-06-05'),
  premiums: paid('2026-06-12', '2026-07-10', '2026-08-10'),
  notice: null,
  withdrawn: null,
};

function cover(parts: Partial<RelaxedContract>, day: string, asOf = day): RelaxedCover {
  return granted(relaxedCover({ ...CONTRACT, ...parts }, d(day), d(asOf), TERMS));
}

test('F11: cover starts as agreed, and not before the data were sent', () => {
  assert.deepEqual(
    [cover({}, '2026-06-09', '2026-08-01').state, cover({}, '2026-06-10').state],
    ['not-started', 'active'],
  );
  const late = { dataSent: d('2026-06-20') };
  assert.deepEqual(
    [cover(late, '2026-06-19', '2026-08-01').state, cover(late, '2026-06-20').state],
    ['not-started', 'active'],
  );
});

test('F5: the first premium is due at once after conclusion, not before the agreed start', () => {
  assert.equal(isoDay(firstPremiumDue(CONTRACT)), '2026-06-10');
  assert.equal(isoDay(firstPremiumDue({ ...CONTRACT, agreedStart: d('2026-05-01') })), '2026-06-01');
});

test('F5: a first premium within 14 days of being due is in time, a day later cover starts on its receipt', () => {
  const inTime = cover({ premiums: paid('2026-06-24') }, '2026-06-11', '2026-06-30');
  assert.deepEqual([inTime.state, isoDay(inTime.from ?? d('1970-01-01'))], ['active', '2026-06-10']);
  const late = { premiums: paid('2026-06-25') };
  assert.equal(cover(late, '2026-06-24', '2026-06-30').state, 'not-started');
  assert.deepEqual([cover(late, '2026-06-25').state, cover(late, '2026-06-25').why.requirement], ['active', 'F5']);
});

test('F5: what is paid later is not known before, and the sentence says how the premium stands', () => {
  const said = (parts: Partial<RelaxedContract>, asOf: string): string => cover(parts, '2026-06-12', asOf).why.sentence;
  const later = { premiums: paid('2026-06-20') };
  assert.match(said(later, '2026-06-19'), /if the first premium is paid by 2026-06-24/);
  assert.match(said(later, '2026-06-20'), /was paid in time/);
  assert.match(said({ premiums: [{ paid: d('2026-07-20'), excused: true }] }, '2026-07-20'), /late without fault/);
});

test('F11: notice is known from the day on which it is given', () => {
  const to = (asOf: string): string => isoDay(cover({ notice: d('2026-08-10') }, '2026-07-01', asOf).to);
  assert.deepEqual([to('2026-08-09'), to('2026-08-10')], ['2031-06-09', '2026-09-09']);
  const over = cover({ notice: d('2026-08-10') }, '2026-09-10');
  assert.match(over.why.sentence, /ended on 2026-09-09, by the notice of 2026-08-10/);
});

test('F5: while the first premium is overdue the insurer may withdraw', () => {
  const unpaid = { premiums: [] };
  assert.deepEqual([cover(unpaid, '2026-06-24').state, cover(unpaid, '2026-06-24').insurerMay], ['active', null]);
  const overdue = cover(unpaid, '2026-06-25');
  assert.deepEqual([overdue.state, overdue.insurerMay, overdue.from], ['not-started', 'withdraw', null]);
  const over = cover({ ...unpaid, withdrawn: d('2026-06-25') }, '2026-07-01');
  assert.deepEqual([over.state, over.why.rule], ['ended', 'withdrawal']);
  assert.equal(cover({ ...unpaid, withdrawn: d('2026-06-25') }, '2026-06-25').state, 'ended', 'from the day itself');
  const early = relaxedCover({ ...CONTRACT, withdrawn: d('2026-06-20') }, d('2026-07-01'), d('2026-07-01'), TERMS);
  assert.match(reasonOf(early), /could not withdraw/);
});

test("F5: a delay that is not the customer's fault has no consequence", () => {
  const excused = { premiums: [{ paid: d('2026-07-05'), excused: true }] };
  assert.equal(cover(excused, '2026-06-15', '2026-07-06').state, 'active');
  const later = { premiums: [...paid('2026-06-12'), { paid: null, excused: true }] };
  assert.equal(cover(later, '2026-07-20').state, 'active');
});

test('F5: a later premium that is not paid puts cover at risk from the day after it was due', () => {
  const one = { premiums: paid('2026-06-12') };
  assert.equal(cover(one, '2026-07-10').state, 'active');
  const { state, insurerMay, why } = cover(one, '2026-07-11');
  assert.deepEqual(
    [state, insurerMay, why.numbers.open, why.numbers.since],
    ['at-risk', 'give-notice', 1, '2026-07-10'],
  );
  assert.match(why.sentence, /^1 premium due since 2026-07-10 is not paid/);
  assert.match(cover(one, '2026-08-11').why.sentence, /^2 premiums due since 2026-07-10 are not paid/);
  assert.equal(cover(one, '2026-08-11').why.numbers.open, 2);
  const catching = { premiums: paid('2026-06-12', '2026-07-20') };
  assert.deepEqual([cover(catching, '2026-07-19').state, cover(catching, '2026-07-20').state], ['at-risk', 'active']);
});

test('F11: notice of 30 days ends cover with the month of the contract, of 29 days with the next', () => {
  const end = (notice: string): string => isoDay(lastDay(d('2026-06-10'), d(notice), TERMS));
  assert.equal(end('2026-08-10'), '2026-09-09');
  assert.equal(end('2026-08-11'), '2026-10-09');
  assert.equal(end('2026-06-10'), '2026-08-09', '29 days to the end of the first month');
  const noticed = { notice: d('2026-08-10') };
  assert.equal(cover(noticed, '2026-09-10').state, 'ended');
  assert.notEqual(cover(noticed, '2026-09-09').state, 'ended');
});

test('F11: 1 year, which renews itself, and 5 years at most', () => {
  const monthly = { premiums: Array.from({ length: 60 }, () => ({ paid: d('2026-06-10'), excused: false })) };
  assert.equal(isoDay(cover(monthly, '2027-06-09').renews), '2027-06-09');
  assert.equal(isoDay(cover(monthly, '2027-06-10').renews), '2028-06-09');
  assert.deepEqual([cover(monthly, '2031-06-09').state, cover(monthly, '2031-06-10').state], ['active', 'ended']);
  assert.equal(isoDay(lastDay(d('2024-02-29'), null, TERMS)), '2029-02-28');
  assert.match(cover(monthly, '2031-06-10').why.sentence, /after 5 years/);
});

test('F11: before it was concluded there is no contract', () => {
  assert.equal(cover({}, '2026-06-01').state, 'not-started');
  assert.match(reasonOf(relaxedCover(CONTRACT, d('2026-05-31'), d('2026-06-01'), TERMS)), /concluded on 2026-06-01/);
});

test('F11: whenever notice is given, cover ends 30 to 61 days later or with its fifth year', () => {
  fc.assert(
    fc.property(anyDay, fc.nat({ max: 2000 }), (start, wait) => {
      const notice = addDays(start, wait);
      const end = lastDay(start, notice, TERMS);
      const final = lastDay(start, null, TERMS);
      assert.ok(end === final || (end - notice >= 30 && end - notice <= 61));
      assert.ok(end <= final && final - start <= 5 * 366);
    }),
  );
});
