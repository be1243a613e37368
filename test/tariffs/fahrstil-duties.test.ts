import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoDay } from '../../gateway/tariffs/calendar.ts';
import { afterChange, ageReached, type ContractChange } from '../../gateway/tariffs/fahrstil-changes.ts';
import {
  type Activation,
  activation,
  anonymisedBy,
  type UseReport,
  useReport,
} from '../../gateway/tariffs/fahrstil-duties.ts';
import { FAHRSTIL_TERMS } from '../../gateway/tariffs/fahrstil-terms.ts';
import { d, t } from './dates.ts';

const TERMS = FAHRSTIL_TERMS;

function activated(received: string, on: string | null, asOf = '2030-01-01'): Activation {
  return activation(d(received), on === null ? null : d(on), d(asOf), TERMS);
}

test('C20: a sensor is activated at the latest 1 month after its receipt', () => {
  assert.equal(activated('2026-03-10', '2026-04-10').state, 'in-time');
  assert.equal(activated('2026-03-10', '2026-04-11').state, 'late');
  assert.equal(activated('2026-01-31', '2026-02-28').state, 'in-time');
  assert.equal(activated('2026-01-31', '2026-03-01').state, 'late');
  assert.equal(activated('2024-01-31', '2024-02-29').state, 'in-time');
  assert.equal(activated('2026-03-10', null, '2026-04-10').state, 'pending');
  assert.equal(activated('2026-03-10', null, '2026-04-11').state, 'overdue');
  const { dueBy, why } = activated('2026-03-10', null);
  assert.deepEqual([isoDay(dueBy), why.requirement, why.numbers.activated], ['2026-04-10', 'C20', 'never']);
  assert.equal(activated('2026-03-10', '2026-04-01').why.numbers.activated, '2026-04-01');
});

/** Asked at noon of 2027-01-31, after 122 days with 12,000 km expected a year: 4,011 km. */
function used(heard: string, distanceM: number): UseReport {
  const use = { heardUtcMs: t(heard), from: d('2026-10-01'), distanceM, expectedKmPerYear: 12_000 };
  return useReport(use, t('2027-01-31T11:00:00Z'), TERMS);
}

test('C21: a sensor that is silent for 30 days is reported, 29 days are not', () => {
  assert.equal(used('2027-01-01T12:00:00Z', 4_000_000).flag, 'silent');
  assert.equal(used('2027-01-02T12:00:00Z', 4_000_000).flag, 'none');
  assert.equal(used('2027-01-01T22:59:00Z', 4_000_000).flag, 'silent');
  assert.equal(used('2027-01-01T23:00:00Z', 4_000_000).flag, 'none', 'in Berlin that is 2 January');
});

test('C21: under 10 % of the expected kilometres is reported, 10 % are not', () => {
  assert.equal(used('2027-01-31T10:00:00Z', 401_095).flag, 'little-used');
  assert.equal(used('2027-01-31T10:00:00Z', 401_096).flag, 'none');
  const { why } = used('2027-01-31T10:00:00Z', 0);
  assert.deepEqual([why.requirement, why.numbers.expectedKm], ['C21', 4011]);
});

test('C21: exactly 10 % of the expected kilometres suffice', () => {
  // 36,500 km a year are 10,000 km in 100 days.
  const flagOf = (distanceM: number): string => {
    const use = { heardUtcMs: t('2027-01-09T10:00:00Z'), from: d('2026-10-01'), distanceM, expectedKmPerYear: 36_500 };
    return useReport(use, t('2027-01-09T11:00:00Z'), TERMS).flag;
  };
  assert.deepEqual([flagOf(999_999), flagOf(1_000_000)], ['little-used', 'none']);
});

test('C59: driving data are anonymised 7 years after the end of the contract', () => {
  const by = (end: string): string => isoDay(anonymisedBy(d(end), TERMS).by);
  assert.equal(by('2026-12-31'), '2033-12-31');
  assert.equal(by('2024-02-29'), '2031-02-28');
});

const CHANGE: ContractChange = { day: d('2027-06-01'), change: 'vehicle', contractNumber: 'same', telematics: true };
const YOUNG = d('2006-01-01');

test('C41: under the same contract number the sensor moves to the new car and learns its mounting again', () => {
  const { continues, sensor, newMounting, interruption, why } = afterChange(CHANGE, YOUNG, TERMS);
  assert.deepEqual([continues, sensor, newMounting, interruption], [true, 'moves', true, null]);
  assert.equal(why.requirement, 'C41, C43');
  const tariff = afterChange({ ...CHANGE, change: 'tariff' }, YOUNG, TERMS);
  assert.deepEqual([tariff.sensor, tariff.newMounting], ['stays', false]);
});

test('C42: a new or unclear contract number needs a new sensor', () => {
  for (const contractNumber of ['new', 'unclear'] as const) {
    const { continues, sensor, why } = afterChange({ ...CHANGE, contractNumber }, YOUNG, TERMS);
    assert.deepEqual([continues, sensor, why.requirement], [true, 'new', 'C42, C43']);
  }
});

test('C43, C44: without telematics in the new contract FahrStil ends', () => {
  const { continues, interruption, why } = afterChange({ ...CHANGE, telematics: false }, YOUNG, TERMS);
  assert.equal(continues, false);
  assert.deepEqual(interruption, { from: CHANGE.day, to: null, cause: 'excluded' });
  assert.equal(why.requirement, 'C43, C44');
});

test('C48: a change the day before the age of 25 goes on, on the birthday it ends FahrStil', () => {
  const change = (day: string): boolean => afterChange({ ...CHANGE, day: d(day) }, d('2002-06-15'), TERMS).continues;
  assert.equal(change('2027-06-14'), true);
  assert.equal(change('2027-06-15'), false);
  assert.equal(isoDay(ageReached(d('2004-02-29'), TERMS)), '2029-03-01');
  const { interruption, sensor, why } = afterChange(CHANGE, d('2000-01-01'), TERMS);
  assert.deepEqual([interruption?.cause, sensor, why.requirement], ['age', 'removed', 'C48']);
});
