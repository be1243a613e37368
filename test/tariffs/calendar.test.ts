import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  afterMonths,
  calendarTables,
  clockAt,
  type Day,
  dayAt,
  dayOf,
  daysInMonth,
  fullYears,
  isoDay,
  lastOfMonth,
  parseDay,
  partsOf,
  startOf,
} from '../../gateway/tariffs/calendar.ts';
import { anyDay, d, reasonOf, t } from './dates.ts';

const HOUR_MS = 3_600_000;

test('days are counted from 1970-01-01, in one line with the calendar of the runtime', () => {
  assert.equal(d('1970-01-01'), 0);
  assert.equal(d('2000-03-01') - d('2000-02-28'), 2);
  fc.assert(
    fc.property(fc.integer({ min: dayOf(1900, 1, 1), max: dayOf(2199, 12, 31) }), (count) => {
      const text = isoDay(count as Day);
      assert.equal(text, new Date(count * 86_400_000).toISOString().slice(0, 10));
      assert.equal(d(text), count);
      const { year, month, dayOfMonth } = partsOf(count as Day);
      assert.equal(dayOf(year, month, dayOfMonth), count);
    }),
  );
});

test('leap years: 2024 and 2000 have a 29 February, 2025, 2100 and 1900 have none', () => {
  for (const [year, days] of [
    [2024, 29],
    [2000, 29],
    [2025, 28],
    [2100, 28],
    [1900, 28],
  ]) {
    assert.equal(daysInMonth(year, 2), days);
    assert.equal(parseDay(`${year}-02-29`).ok, days === 29);
  }
});

test('a date that does not exist is refused with what to write', () => {
  assert.match(reasonOf(parseDay('2026-02-30')), /there is no 2026-02-30/);
  assert.match(reasonOf(parseDay('30.09.2026')), /write it like 2026-09-30/);
  assert.match(reasonOf(parseDay('1899-12-31')), /between 1900 and 2199/);
  assert.match(reasonOf(parseDay('2200-01-01')), /between 1900 and 2199/);
  assert.throws(() => dayOf(2026, 13, 1));
});

test('each month is as long as in the calendar of the runtime', () => {
  for (let index = 1900 * 12; index < 2200 * 12; index++) {
    const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
    const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
    assert.equal(daysInMonth(year, month), days);
    assert.ok(dayOf(year, month, days) > 0 || year < 1970);
    assert.throws(() => dayOf(year, month, days + 1));
  }
  for (const [year, month, dayOfMonth] of [
    [2026.5, 1, 1],
    [2026, 1.5, 1],
    [2026, 1, 1.5],
    [2026, 0, 1],
    [2026, 1, 0],
  ])
    assert.throws(() => dayOf(year, month, dayOfMonth), /there is no date/);
});

test('months: a term ends in the last day of a shorter month, a span after it', () => {
  assert.equal(isoDay(addMonths(d('2026-01-31'), 1)), '2026-02-28');
  assert.equal(isoDay(addMonths(d('2024-01-31'), 1)), '2024-02-29');
  assert.equal(isoDay(afterMonths(d('2024-08-31'), 18)), '2026-03-01');
  assert.equal(isoDay(afterMonths(d('2024-01-15'), 18)), '2025-07-15');
  assert.equal(isoDay(lastOfMonth(d('2026-12-05'), 2)), '2027-02-28');
  fc.assert(
    fc.property(anyDay, fc.integer({ min: -300, max: 300 }), (day, months) => {
      const [clamped, after] = [addMonths(day, months), afterMonths(day, months)];
      const { year, month, dayOfMonth } = partsOf(clamped);
      assert.equal(dayOfMonth, Math.min(partsOf(day).dayOfMonth, daysInMonth(year, month)));
      assert.equal(after === clamped, dayOfMonth === partsOf(day).dayOfMonth);
      assert.ok(after - clamped === 0 || (after - clamped === 1 && partsOf(after).dayOfMonth === 1));
      if (months > 0) assert.ok(addMonths(day, months - 1) < clamped);
    }),
  );
});

test('full years are full on the same date, and for a 29 February on 1 March', () => {
  assert.equal(fullYears(d('2001-05-20'), d('2026-05-19')), 24);
  assert.equal(fullYears(d('2001-05-20'), d('2026-05-20')), 25);
  assert.equal(fullYears(d('2004-02-29'), d('2029-02-28')), 24);
  assert.equal(fullYears(d('2004-02-29'), d('2029-03-01')), 25);
});

test('the date in Berlin changes at its own midnight, in winter, in summer and on the days of the change', () => {
  assert.equal(isoDay(dayAt(t('2026-01-31T22:59:59Z'))), '2026-01-31');
  assert.equal(isoDay(dayAt(t('2026-01-31T23:00:00Z'))), '2026-02-01');
  assert.equal(isoDay(dayAt(t('2026-09-30T21:59:59Z'))), '2026-09-30');
  assert.equal(isoDay(dayAt(t('2026-09-30T22:00:00Z'))), '2026-10-01');
  assert.equal(startOf(addDays(d('2026-03-29'), 1)) - startOf(d('2026-03-29')), 23 * HOUR_MS);
  assert.equal(startOf(addDays(d('2026-10-25'), 1)) - startOf(d('2026-10-25')), 25 * HOUR_MS);
  assert.equal(clockAt(t('2026-03-29T00:59:00Z')), '2026-03-29 01:59 (UTC+1)');
  assert.equal(clockAt(t('2026-03-29T01:00:00Z')), '2026-03-29 03:00 (UTC+2)');
});

test('a day begins when its date begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: dayOf(1990, 1, 1), max: dayOf(2037, 12, 31) }), (count) => {
      const begins = startOf(count as Day);
      assert.equal(dayAt(begins), count);
      assert.equal(dayAt(begins - 1), count - 1);
    }),
  );
});

test("the server's own time zone changes nothing", () => {
  const before = process.env.TZ;
  const instants = Array.from({ length: 500 }, (_, i) => t('2026-01-01T00:00:00Z') + i * 17 * HOUR_MS);
  const seen = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/Berlin'].map((zone) => {
    process.env.TZ = zone;
    return instants.map((utcMs) => [dayAt(utcMs), startOf(dayAt(utcMs)), clockAt(utcMs)]);
  });
  process.env.TZ = before ?? 'UTC';
  assert.deepEqual(seen[0], seen[1]);
  assert.deepEqual(seen[0], seen[2]);
});

test('results name the tables that dates come from', () => {
  assert.match(calendarTables(), /^tzdata \d{4}[a-z]$/);
});
