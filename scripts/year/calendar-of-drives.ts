/** When somebody drives in a year: commutes, errands and trips at the weekend, up to the hours of each month. */

import { addDays, type Day, dayOf, daysInMonth, startOf } from '../../gateway/tariffs/calendar.ts';
import type { Rng } from '../../simulator/rng.ts';

export const DRIVE_KINDS = ['commute', 'errand', 'leisure'] as const;
export type DriveKind = (typeof DRIVE_KINDS)[number];

export interface PlannedDrive {
  readonly kind: DriveKind;
  /** When the engine starts. */
  readonly startUtcMs: number;
}

/** First to last minute of the local day at which a drive may start; beyond 1440 it is the next morning. */
interface Window {
  readonly weekdays: readonly number[];
  readonly fromMin: number;
  readonly toMin: number;
}

const MIN_MS = 60_000;
/** 1970-01-01 was a Thursday; 0 is Monday. */
const FIRST_WEEKDAY = 3;
const WORKDAYS = [0, 1, 2, 3, 4];
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];
/** The way to work in the rush hour (C7), the way back, shopping by day, the weekend. */
const WINDOWS: Readonly<Record<DriveKind, readonly Window[]>> = {
  commute: [
    { weekdays: WORKDAYS, fromMin: 390, toMin: 510 },
    { weekdays: WORKDAYS, fromMin: 930, toMin: 1080 },
  ],
  errand: [{ weekdays: ALL_DAYS, fromMin: 570, toMin: 1200 }],
  leisure: [{ weekdays: [5, 6], fromMin: 600, toMin: 1260 }],
};
/** E42: 22-05, the nights that begin on Monday to Thursday. */
const NIGHT: Window = { weekdays: [0, 1, 2, 3], fromMin: 1320, toMin: 1650 };
/** Of ten drives five are commutes and three errands. */
const MIX: readonly DriveKind[] = [
  'commute',
  'errand',
  'commute',
  'leisure',
  'commute',
  'errand',
  'commute',
  'errand',
  'commute',
  'leisure',
];
/** Between two drives the car stands for so long at least, by their estimates. */
const PAUSE_MS = 15 * MIN_MS;
/** Draws for a time that is free; a month with more drives than room takes the next one. */
const DRAWS_MAX = 100;

/** Times of a month of which any two lie `apartMs` apart. */
class Month {
  readonly #first: Day;
  readonly #days: number;
  readonly #apartMs: number;
  readonly #rng: Rng;
  readonly #taken: number[] = [];

  constructor(year: number, month: number, apartMs: number, rng: Rng) {
    this.#first = dayOf(year, month, 1);
    this.#days = daysInMonth(year, month);
    this.#apartMs = apartMs;
    this.#rng = rng;
  }

  startIn(window: Window): number {
    let utcMs = this.#drawn(window);
    const isTaken = (): boolean => this.#taken.some((other) => Math.abs(utcMs - other) < this.#apartMs);
    for (let draw = 1; draw < DRAWS_MAX && isTaken(); draw++) utcMs = this.#drawn(window);
    this.#taken.push(utcMs);
    return utcMs;
  }

  #drawn({ weekdays, fromMin, toMin }: Window): number {
    const days: Day[] = [];
    for (let d = 0; d < this.#days; d++) {
      const day = addDays(this.#first, d);
      if (weekdays.includes((day + FIRST_WEEKDAY) % 7)) days.push(day);
    }
    const day = days[this.#rng.int(days.length)];
    return startOf(day) + (fromMin + this.#rng.int(toMin - fromMin)) * MIN_MS;
  }
}

/** Enough drives for the hours; what is left over or driven too much goes to the next month. */
function kindsOf(budgetS: number, estimateS: Readonly<Record<DriveKind, number>>, rng: Rng): [DriveKind[], number] {
  const kinds: DriveKind[] = [];
  let leftS = budgetS;
  for (;;) {
    const kind = MIX[rng.int(MIX.length)];
    if (leftS < estimateS[kind] / 2) return [kinds, leftS];
    kinds.push(kind);
    leftS -= estimateS[kind];
  }
}

function startsByDay(kinds: readonly DriveKind[], month: Month, rng: Rng): PlannedDrive[] {
  return kinds
    .map((kind) => {
      const windows = WINDOWS[kind];
      return { kind, startUtcMs: month.startIn(windows[rng.int(windows.length)]) };
    })
    .sort((a, b) => a.startUtcMs - b.startUtcMs);
}

/** The same drives in the same order, each at night. */
function atNight(drives: readonly PlannedDrive[], month: Month): PlannedDrive[] {
  const starts = drives.map(() => month.startIn(NIGHT)).sort((a, b) => a - b);
  return drives.map(({ kind }, i) => ({ kind, startUtcMs: starts[i] }));
}

export interface HabitOptions {
  readonly year: number;
  /** Of driving, each month. */
  readonly hours: number;
  readonly night: boolean;
  readonly estimateS: Readonly<Record<DriveKind, number>>;
}

/** In the order of time, without overlap. */
export function drivesOf({ year, hours, night, estimateS }: HabitOptions, rng: Rng): readonly PlannedDrive[] {
  const drives: PlannedDrive[] = [];
  const apartMs = 1000 * Math.ceil(Math.max(...DRIVE_KINDS.map((kind) => estimateS[kind]))) + PAUSE_MS;
  let [budgetS, freeMs] = [0, startOf(dayOf(year, 1, 1)) + PAUSE_MS];
  for (let month = 1; month <= 12; month++) {
    const own = rng.fork(`month ${month}`);
    const times = (label: string): Month => new Month(year, month, apartMs, own.fork(label));
    const [kinds, leftS] = kindsOf(budgetS + hours * 3600, estimateS, own.fork('kinds'));
    budgetS = leftS;
    const byDay = startsByDay(kinds, times('times'), own.fork('windows'));
    for (const drive of night ? atNight(byDay, times('nights')) : byDay) {
      const startUtcMs = Math.max(drive.startUtcMs, freeMs);
      drives.push({ kind: drive.kind, startUtcMs });
      freeMs = startUtcMs + 1000 * Math.ceil(estimateS[drive.kind]) + PAUSE_MS;
    }
  }
  return drives;
}
