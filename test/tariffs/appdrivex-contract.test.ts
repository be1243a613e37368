import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ContractRequest,
  cancellation,
  checkContract,
  sfClass,
} from '../../gateway/tariffs/appdrivex-contract.ts';
import { APPDRIVEX_TERMS } from '../../gateway/tariffs/appdrivex-terms.ts';
import { isoDay } from '../../gateway/tariffs/calendar.ts';
import { bookOnDemand, isActive, ON_DEMAND_KINDS, type OnDemandKind } from '../../gateway/tariffs/on-demand.ts';
import { d, granted, reasonOf, t } from './dates.ts';

const TERMS = APPDRIVEX_TERMS;
const FITS: ContractRequest = {
  liability: true,
  comprehensive: 'partial',
  directDebit: true,
  expectedKmPerYear: 20_000,
  use: 'private',
  typeClass: 30,
  valueEuros: 100_000,
  tuningEuros: 10_000,
  firstRegistration: d('2006-04-15'),
  start: d('2026-04-15'),
  seasonalPlate: false,
  phone: { system: 'ios', version: 13 },
};

test('E17: a contract at all its limits fits', () => {
  const { fits, faults, why } = checkContract(FITS, TERMS);
  assert.deepEqual([fits, faults, why.requirement], [true, [], 'E17']);
  assert.equal(why.sentence, 'The contract is within all limits.');
  assert.match(
    checkContract({ ...FITS, typeClass: 31, liability: false }, TERMS).why.sentence,
    /liability.*; type class 31/,
  );
  assert.equal(checkContract({ ...FITS, phone: null }, TERMS).fits, true);
});

const BEYOND: readonly (readonly [what: string, parts: Partial<ContractRequest>, fault: RegExp])[] = [
  ['20,001 km a year', { expectedKmPerYear: 20_001 }, /20,001 km a year are more than 20,000/],
  ['type class 31', { typeClass: 31 }, /type class 31 is above 30/],
  ['a value of 100,001 EUR', { valueEuros: 100_001 }, /above 100,000\.00 EUR/],
  ['tuning for 10,001 EUR', { tuningEuros: 10_001 }, /above 10,000\.00 EUR/],
  ['a car of 20 years and a day', { firstRegistration: d('2006-04-14') }, /older than 20 years/],
  ['a seasonal plate', { seasonalPlate: true }, /seasonal plate/],
  ['business use', { use: 'business' }, /private use/],
  ['no direct debit', { directDebit: false }, /direct debit/],
  ['no comprehensive cover', { comprehensive: 'none' }, /comprehensive cover/],
  ['no liability cover', { liability: false }, /liability/],
  ['E21: iOS 12', { phone: { system: 'ios', version: 12 } }, /version 13/],
  ['E21: Android 7', { phone: { system: 'android', version: 7 } }, /version 8/],
];

for (const [what, parts, fault] of BEYOND) {
  test(`E17: ${what} does not fit, and is the only reason`, () => {
    const { fits, faults } = checkContract({ ...FITS, ...parts }, TERMS);
    assert.equal(fits, false);
    assert.equal(faults.length, 1);
    assert.match(faults[0], fault);
  });
}

test('E17: full comprehensive cover, and E21: Android 8, fit', () => {
  assert.equal(
    checkContract({ ...FITS, comprehensive: 'full', phone: { system: 'android', version: 8 } }, TERMS).fits,
    true,
  );
});

test('E18: a class for each full year with a licence, SF-0 to SF-4', () => {
  const sf = (licensed: string): number => granted(sfClass(d(licensed), d('2026-04-15'), TERMS)).sf;
  assert.deepEqual(
    ['2026-04-15', '2025-04-16', '2025-04-15', '2022-04-16', '2022-04-15', '2010-01-01'].map(sf),
    [0, 0, 1, 3, 4, 4],
  );
  assert.match(reasonOf(sfClass(d('2026-04-16'), d('2026-04-15'), TERMS)), /later than the start/);
});

test('E19: a cancellation ends the contract at the end of the following month', () => {
  const end = (received: string): string => isoDay(granted(cancellation(d(received), true, TERMS)).end);
  assert.deepEqual(['2027-01-01', '2027-01-31', '2024-01-31', '2026-11-30', '2026-12-01'].map(end), [
    '2027-02-28',
    '2027-02-28',
    '2024-02-29',
    '2026-12-31',
    '2027-01-31',
  ]);
  assert.match(reasonOf(cancellation(d('2027-01-01'), false, TERMS)), /text form/);
});

test('E25, E26: three covers for 1, 3 or 10 days and nothing between', () => {
  for (const kind of Object.keys(ON_DEMAND_KINDS) as OnDemandKind[]) {
    for (const days of [1, 3, 10]) {
      const { startUtcMs, endUtcMs } = granted(bookOnDemand(kind, days, 1000, TERMS));
      assert.equal(endUtcMs - startUtcMs, days * 86_400_000);
    }
  }
  for (const days of [0, 2, 4, 9, 11])
    assert.match(reasonOf(bookOnDemand('damage-abroad', days, 0, TERMS)), /1, 3, 10 days/);
});

test('E27, E28: the confirmation says until when, in local time, and that there is no withdrawal', () => {
  const cover = granted(bookOnDemand('additional-driver', 1, t('2026-03-28T18:00:00Z'), TERMS));
  assert.match(
    cover.why.sentence,
    /Zusatzfahrer covers 1 day, from 2026-03-28 19:00 \(UTC\+1\) to 2026-03-29 20:00 \(UTC\+2\)/,
  );
  assert.match(cover.why.sentence, /cannot be withdrawn/);
});

test('E27: a cover is active from its start until just before its end', () => {
  const cover = granted(bookOnDemand('occupants-and-animals', 3, 1_000_000, TERMS));
  const at = [cover.startUtcMs - 1, cover.startUtcMs, cover.endUtcMs - 1, cover.endUtcMs];
  assert.deepEqual(
    at.map((utcMs) => isActive(cover, utcMs)),
    [false, true, true, false],
  );
});
