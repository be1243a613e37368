/** What both tariffs make of a driven year. */

import { Period } from '../../gateway/scoring/period-score.ts';
import { divideRounded } from '../../gateway/scoring/verdict.ts';
import { APPDRIVEX_TERMS } from '../../gateway/tariffs/appdrivex-terms.ts';
import { addDays, dayAt, dayOf } from '../../gateway/tariffs/calendar.ts';
import { mileageOf, reconcile, reportWindow } from '../../gateway/tariffs/cashback.ts';
import { discountOn } from '../../gateway/tariffs/fahrstil-discount.ts';
import { periodOf } from '../../gateway/tariffs/fahrstil-period.ts';
import { FAHRSTIL_TERMS } from '../../gateway/tariffs/fahrstil-terms.ts';
import { PointsAccount, pointsFor } from '../../gateway/tariffs/points.ts';
import type { Result } from '../../protocol/result.ts';
import { type DrivenYear, type JudgedTrip, YEAR } from './driven-year.ts';
import type { Group, Person } from './people.ts';

export interface FahrstilYear {
  /** Of the period to 30 September; 0..100, 1..7, null where nothing could be judged. */
  readonly total: number | null;
  readonly score: number | null;
  readonly subscores: Readonly<Record<'speed' | 'acceleration' | 'road' | 'time', number | null>>;
  /** With sufficient data (C18). */
  readonly km: number;
  /** In the insurance year after it. */
  readonly discountPercent: number;
  readonly why: string;
}

export interface AppdrivexYear {
  /** Mean of the trips by distance. */
  readonly rating: number | null;
  readonly points: number;
  readonly vouchers: number;
  /** By the odometer of the simulated car, from 0 km on 1 January. */
  readonly odometerKm: number;
  readonly recordedKm: number;
  /** E15: whether the two agree. */
  readonly reconciled: boolean;
  /** Positive: paid back. Negative: to be paid. */
  readonly cashbackCents: number;
  readonly why: string;
}

export interface PersonYear {
  readonly driver: number;
  readonly group: Group;
  /** Whose car, routes and luck a night-shift worker has; the driver itself for everybody else. */
  readonly like: number;
  readonly drives: number;
  readonly trips: number;
  readonly fahrstil: FahrstilYear;
  readonly appdrivex: AppdrivexYear;
}

/** What we made up ourselves cannot be refused. */
function sure<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

function fahrstilYear(trips: readonly JudgedTrip[]): FahrstilYear {
  const period = new Period();
  for (const { trip } of trips) {
    if (periodOf(dayAt(trip.startUtcMs), FAHRSTIL_TERMS).keyYear === YEAR) period.add(trip);
  }
  const { total, score, subscores, sufficientM } = period.score();
  const history = {
    start: dayOf(YEAR, 1, 1),
    periods: [{ keyYear: YEAR, distanceM: sufficientM, score }],
    interruptions: [],
  };
  const { percent, why } = sure(discountOn(history, dayOf(YEAR + 1, 1, 1), FAHRSTIL_TERMS));
  const { speed, acceleration, road, time } = subscores;
  return {
    total,
    score,
    subscores: { speed: speed.value, acceleration: acceleration.value, road: road.value, time: time.value },
    km: Math.floor(sufficientM / 1000),
    discountPercent: percent,
    why: why.sentence,
  };
}

function meanRating(trips: readonly JudgedTrip[]): number | null {
  let [sum, metres] = [0, 0];
  for (const { trip, rating } of trips) {
    if (rating === null) continue;
    sum += rating * trip.distanceM;
    metres += trip.distanceM;
  }
  return metres === 0 ? null : divideRounded(sum, metres);
}

/** All points are spent: as many vouchers as they suffice for. */
function earned(trips: readonly JudgedTrip[]): { readonly points: number; readonly vouchers: number } {
  const account = new PointsAccount(APPDRIVEX_TERMS);
  for (const { trip, rating } of trips) {
    const { points } = sure(pointsFor({ ...trip, rating }, [], APPDRIVEX_TERMS));
    sure(account.post({ kind: 'earned', id: trip.id, points }));
  }
  const points = account.balance;
  let vouchers = 0;
  while (account.post({ kind: 'voucher', id: `voucher ${vouchers + 1}` }).ok) vouchers++;
  return { points, vouchers };
}

function appdrivexYear({ odometerM, trips }: DrivenYear): AppdrivexYear {
  const odometerKm = Math.floor(odometerM / 1000);
  const recordedKm = Math.floor(trips.reduce((sum, { trip }) => sum + trip.distanceM, 0) / 1000);
  const [from, to] = reportWindow(YEAR, APPDRIVEX_TERMS);
  const facts = {
    year: YEAR,
    start: dayOf(YEAR, 1, 1),
    exchanged: null,
    startKm: 0,
    report: { day: addDays(from, 14), km: odometerKm },
    directDebit: true,
  };
  const { kind, cents, why } = sure(mileageOf(facts, to, APPDRIVEX_TERMS));
  return {
    rating: meanRating(trips),
    ...earned(trips),
    odometerKm,
    recordedKm,
    reconciled: reconcile(odometerKm, recordedKm, APPDRIVEX_TERMS).agrees,
    cashbackCents: kind === 'extra-payment' ? -cents : cents,
    why: why.sentence,
  };
}

export function settle({ index, group, likeIndex }: Person, year: DrivenYear): PersonYear {
  return {
    driver: index + 1,
    group,
    like: likeIndex + 1,
    drives: year.drives,
    trips: year.trips.length,
    fahrstil: fahrstilYear(year.trips),
    appdrivex: appdrivexYear(year),
  };
}
