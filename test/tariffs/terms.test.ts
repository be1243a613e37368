import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPDRIVEX_TERMS, agreeAppdrivex } from '../../gateway/tariffs/appdrivex-terms.ts';
import { euros, grouped } from '../../gateway/tariffs/explanation.ts';
import { agreeFahrstil, FAHRSTIL_TERMS } from '../../gateway/tariffs/fahrstil-terms.ts';
import { agreeRelaxed, RELAXED_TERMS } from '../../gateway/tariffs/relaxed-terms.ts';
import { SHARE_TERMS } from '../../gateway/tariffs/share.ts';
import { granted, reasonOf } from './dates.ts';

test('C10, C12, C16..C20, C48, C59: the numbers of FahrStil are those of the document', () => {
  const { silentDaysMin, usedPercentMin, ...stated } = FAHRSTIL_TERMS;
  assert.deepEqual(stated, {
    startPercent: 30,
    scorePercents: [15, 20, 25, 30, 35, 40, 45],
    periodMonth: 10,
    periodDayOfMonth: 1,
    kmMin: 1000,
    interruptionMonthsMax: 18,
    activationMonthsMax: 1,
    ageYears: 25,
    anonymisedAfterYears: 7,
  });
  assert.deepEqual([silentDaysMin, usedPercentMin], [30, 10], 'C21 by decision');
});

test('E1..E6, E17..E21, E25, E48: the numbers of AppDriveX are those of the document', () => {
  const { cashbackCentsMax, reconciledKm, reconciledPercent, pointsDivisor, voucherPoints, ...stated } =
    APPDRIVEX_TERMS;
  assert.deepEqual(stated, {
    agreedKm: 12_000,
    centsPerKm: 1,
    kmMax: 36_000,
    idleKm: 250,
    extraCentsMax: 24_000,
    reportMonth: 1,
    correctionDays: 7,
    onDemandDays: [1, 3, 10],
    expectedKmMax: 20_000,
    typeClassMax: 30,
    valueEurosMax: 100_000,
    tuningEurosMax: 10_000,
    carYearsMax: 20,
    sfClassMax: 4,
    cancelMonths: 1,
    iosMin: 13,
    androidMin: 8,
  });
  assert.deepEqual([cashbackCentsMax, pointsDivisor, voucherPoints], [12_000, 10, 5000], 'E4, E31 by decision');
  assert.ok(reconciledKm > 0 && reconciledPercent > 0);
});

test('F4, F7, F9, F11, F12: the numbers of be relaxed are those of the document', () => {
  const { firstPremiumDays, taxPercent, lockHistoryDays, ...stated } = RELAXED_TERMS;
  assert.deepEqual(stated, {
    tierOneCentsMax: 40_000,
    premiumCents: [395, 495],
    theftPremiumCents: [690, 790],
    deductibleCents: [3000, 6000],
    reportDays: 3,
    policeDays: 3,
    noticeDays: 30,
    termYears: 1,
    yearsMax: 5,
    hotlineCents: [20, 60],
  });
  assert.deepEqual([taxPercent, lockHistoryDays, firstPremiumDays], [19, 30, 14]);
});

test('A10, A11: 750 EUR of each loss, nothing extra', () => {
  assert.deepEqual(SHARE_TERMS, { fullDeductibleCents: 75_000, partialDeductibleCents: 75_000, extraPremiumCents: 0 });
});

test('F11: the contract year may be as long as the contract', () => {
  assert.equal(agreeRelaxed({ termYears: 5 }).ok, true);
});

test('terms cannot be changed behind the back of who agreed to them', () => {
  assert.throws(() => Object.assign(FAHRSTIL_TERMS, { startPercent: 99 }));
  assert.throws(() => Object.assign(FAHRSTIL_TERMS.scorePercents, { 0: 99 }));
  const given = [1, 2, 3, 4, 5, 6, 7];
  const terms = granted(agreeFahrstil({ scorePercents: given }));
  given[0] = 99;
  assert.equal(terms.scorePercents[0], 1);
  assert.equal(terms.startPercent, 30);
});

test('a term may be as low and as high as its bounds, and no further', () => {
  const fits = (interruptionMonthsMax: number): boolean => agreeFahrstil({ interruptionMonthsMax }).ok;
  assert.deepEqual([0, 1, 120, 121].map(fits), [false, true, true, false]);
});

const WRONG: readonly (readonly [what: string, agreed: () => { ok: boolean }, reason: RegExp])[] = [
  ['a term that does not exist', () => agreeFahrstil({ discount: 3 }), /there is no term discount: remove it/],
  ['a fraction', () => agreeFahrstil({ kmMin: 999.5 }), /kmMin must be an integer 0\.\.100000 \(C18\), not 999\.5/],
  ['a text', () => agreeFahrstil({ kmMin: '1000' }), /kmMin must be/],
  ['six percentages', () => agreeFahrstil({ scorePercents: [1, 2, 3, 4, 5, 6] }), /scorePercents must be 7 integers/],
  ['percentages that fall', () => agreeFahrstil({ scorePercents: [1, 2, 3, 2, 5, 6, 7] }), /\(C12\)/],
  ['a list for a number', () => agreeAppdrivex({ agreedKm: [1] }), /agreedKm must be an integer/],
  ['a maximum below the agreement', () => agreeAppdrivex({ kmMax: 11_999 }), /\(E3\)/],
  ['days that fall', () => agreeAppdrivex({ onDemandDays: [3, 1, 10] }), /\(E25\)/],
  ['a negative amount', () => agreeRelaxed({ premiumCents: [-1, 2] }), /premiumCents must be 2 integers/],
  ['five years in four', () => agreeRelaxed({ termYears: 5, yearsMax: 4 }), /\(F11\)/],
];

for (const [what, agreed, reason] of WRONG) {
  test(`terms with ${what} are refused with what to correct`, () => {
    const result = agreed() as Parameters<typeof reasonOf>[0];
    assert.match(reasonOf(result), reason);
  });
}

test('money and kilometres are written for people', () => {
  assert.equal(euros(0), '0.00 EUR');
  assert.equal(euros(124_050), '1,240.50 EUR');
  assert.equal(euros(-5), '-0.05 EUR');
  assert.equal(grouped(1_234_567), '1,234,567');
  assert.equal(grouped(-999), '-999');
});
