/**
 * Calendar dates of the tariffs, in Europe/Berlin. A date is a whole number of days, so that comparing and counting
 * need no time zone; only the way from an instant to a date and back does, and that uses a pinned table and nothing
 * of the runtime. Daylight saving is known up to 2037.
 */

import moment from 'moment-timezone';
import { accept, type Result, refuse } from '../../protocol/result.ts';

declare const dayBrand: unique symbol;
/** A calendar date in Europe/Berlin: days since 1970-01-01. */
export type Day = number & { readonly [dayBrand]: true };

export interface DayParts {
  readonly year: number;
  /** 1..12 */
  readonly month: number;
  /** 1..31 */
  readonly dayOfMonth: number;
}

const ZONE = 'Europe/Berlin';
const MIN_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Contracts, births and licences lie between; outside of it a date is a slip of the pen. */
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;

/** For the record of a result: a date that came from an instant depends on these tables. */
export function calendarTables(): string {
  return `tzdata ${moment.tz.dataVersion}`;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 of a date that exists; years are counted from March, so that the leap day comes last. */
function count(year: number, month: number, dayOfMonth: number): Day {
  const y = month > 2 ? year : year - 1;
  const fromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * fromMarch + 2) / 5) + dayOfMonth - 1;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return (365 * y + leaps + dayOfYear - 719_468) as Day;
}

function exists(year: number, month: number, dayOfMonth: number): boolean {
  const whole = Number.isInteger(year) && Number.isInteger(month) && Number.isInteger(dayOfMonth);
  return whole && month >= 1 && month <= 12 && dayOfMonth >= 1 && dayOfMonth <= daysInMonth(year, month);
}

/** Throws for a date that does not exist: what people write goes through `parseDay`. */
export function dayOf(year: number, month: number, dayOfMonth: number): Day {
  if (!exists(year, month, dayOfMonth)) throw new Error(`there is no date ${year}-${month}-${dayOfMonth}`);
  return count(year, month, dayOfMonth);
}

export function partsOf(day: Day): DayParts {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return { year, month, dayOfMonth: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

/** `2026-09-30`. The reason says what to write. */
export function parseDay(text: string): Result<Day, string> {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return refuse(`${JSON.stringify(text)} is no date: write it like 2026-09-30`);
  const [year, month, dayOfMonth] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (!exists(year, month, dayOfMonth)) return refuse(`there is no ${text}: name a day that the calendar has`);
  if (year < YEAR_MIN || year > YEAR_MAX) return refuse(`${text} must lie between ${YEAR_MIN} and ${YEAR_MAX}`);
  return accept(count(year, month, dayOfMonth));
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

export function isoDay(day: Day): string {
  const { year, month, dayOfMonth } = partsOf(day);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`;
}

export function addDays(day: Day, days: number): Day {
  return (day + days) as Day;
}

/** Months since the year 0. */
export function monthIndex(day: Day): number {
  const { year, month } = partsOf(day);
  return year * 12 + month - 1;
}

function inMonth(index: number, dayOfMonth: number): Day | null {
  const [year, month] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return dayOfMonth <= daysInMonth(year, month) ? count(year, month, dayOfMonth) : null;
}

export function firstOfMonth(index: number): Day {
  return count(Math.floor(index / 12), (((index % 12) + 12) % 12) + 1, 1);
}

/** Last day of a term of months that an event on `day` begins: the same day of the month, or the month's last one. */
export function addMonths(day: Day, months: number): Day {
  const index = monthIndex(day) + months;
  return inMonth(index, partsOf(day).dayOfMonth) ?? addDays(firstOfMonth(index + 1), -1);
}

/** First day after a span of months of which `first` is the first day: 31 August and 18 months end with February. */
export function afterMonths(first: Day, months: number): Day {
  const index = monthIndex(first) + months;
  return inMonth(index, partsOf(first).dayOfMonth) ?? firstOfMonth(index + 1);
}

/** Whole years from `first`, whose first day it is, up to the beginning of `until`; negative for neither. */
export function fullYears(first: Day, until: Day): number {
  const years = partsOf(until).year - partsOf(first).year;
  return Math.max(0, afterMonths(first, years * 12) <= until ? years : years - 1);
}

/** Last day of the month that lies `months` after that of `day`. */
export function lastOfMonth(day: Day, months = 0): Day {
  return addDays(firstOfMonth(monthIndex(day) + months + 1), -1);
}

/** Minutes by which the clock in Berlin is ahead of UTC. */
function aheadMin(utcMs: number): number {
  const table = moment.tz.zone(ZONE);
  if (table === null) throw new Error(`the pinned tables do not know ${ZONE}`);
  return -Math.round(table.utcOffset(utcMs));
}

export function dayAt(utcMs: number): Day {
  return Math.floor((utcMs + aheadMin(utcMs) * MIN_MS) / DAY_MS) as Day;
}

/** UTC milliseconds of midnight, when `day` begins in Berlin. */
export function startOf(day: Day): number {
  const localMs = day * DAY_MS;
  const nearMs = localMs - aheadMin(localMs - HOUR_MS) * MIN_MS;
  return localMs - aheadMin(nearMs) * MIN_MS;
}

/** `2026-03-29 03:00 (UTC+2)`, what a clock in Berlin shows. */
export function clockAt(utcMs: number): string {
  const ahead = aheadMin(utcMs);
  const day = dayAt(utcMs);
  const minute = Math.floor((utcMs + ahead * MIN_MS - day * DAY_MS) / MIN_MS);
  return `${isoDay(day)} ${padded(Math.floor(minute / 60), 2)}:${padded(minute % 60, 2)} (UTC+${ahead / 60})`;
}
