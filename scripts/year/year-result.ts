/** All people of a year together: spreads by group, and what has to hold between the groups. */

import { FAHRSTIL_TERMS } from '../../gateway/tariffs/fahrstil-terms.ts';
import { countsOf, type Spread, spreadOf } from './distribution.ts';
import { YEAR } from './driven-year.ts';
import { GROUPS, type Group } from './people.ts';
import type { PersonYear } from './settled-year.ts';

export const SCORES = [1, 2, 3, 4, 5, 6, 7] as const;
/** E42: by their hours alone night-shift workers lose no more than this. */
const NIGHT_SCORES_MAX = 2;
const NIGHT_RATING_MAX = 10;

export interface GroupYear {
  readonly group: Group;
  readonly drivers: number;
  readonly fahrstil: {
    readonly total: Spread | null;
    /** How many have the score 1..7 on the key date. */
    readonly scores: Readonly<Record<(typeof SCORES)[number], number>>;
    readonly discountPercent: Spread | null;
    readonly discounts: Readonly<Record<number, number>>;
  };
  readonly appdrivex: {
    readonly rating: Spread | null;
    readonly points: Spread | null;
    readonly odometerKm: Spread | null;
    readonly cashbackCents: Spread | null;
  };
}

export interface Check {
  readonly name: string;
  readonly requirement: string;
  readonly holds: boolean;
  readonly figures: string;
}

export interface YearResult {
  readonly drivers: number;
  readonly hours: number;
  readonly seed: number;
  readonly year: number;
  readonly groups: readonly GroupYear[];
  readonly checks: readonly Check[];
  readonly people: readonly PersonYear[];
}

function groupYear(group: Group, people: readonly PersonYear[]): GroupYear {
  const of = people.filter((person) => person.group === group);
  const spread = (pick: (person: PersonYear) => number | null): Spread | null => spreadOf(of.map(pick));
  const discounts = of.map(({ fahrstil }) => fahrstil.discountPercent);
  return {
    group,
    drivers: of.length,
    fahrstil: {
      total: spread(({ fahrstil }) => fahrstil.total),
      scores: countsOf(
        of.map(({ fahrstil }) => fahrstil.score),
        SCORES,
      ),
      discountPercent: spreadOf(discounts),
      discounts: countsOf(discounts, FAHRSTIL_TERMS.scorePercents),
    },
    appdrivex: {
      rating: spread(({ appdrivex }) => appdrivex.rating),
      points: spread(({ appdrivex }) => appdrivex.points),
      odometerKm: spread(({ appdrivex }) => appdrivex.odometerKm),
      cashbackCents: spread(({ appdrivex }) => appdrivex.cashbackCents),
    },
  };
}

/** Medians from calm over normal to hasty: never up; `apart`: each step down. None where one of the three is missing. */
function ordered(
  name: string,
  requirement: string,
  groups: readonly GroupYear[],
  pick: (group: GroupYear) => Spread | null,
  apart: boolean,
): Check[] {
  const medians: number[] = [];
  for (const of of groups) if (of.group !== 'night-shift') medians.push(pick(of)?.median ?? Number.NaN);
  if (medians.some(Number.isNaN)) return [];
  const holds = medians.every((m, i) => i === 0 || (apart ? m < medians[i - 1] : m <= medians[i - 1]));
  return [{ name, requirement, holds, figures: medians.join(', ') }];
}

/** Each night-shift worker beside the calm driver who differs from them in the hours alone. */
function nights(people: readonly PersonYear[]): Check[] {
  if (people.every(({ group }) => group !== 'night-shift')) return [];
  const byNumber = new Map(people.map((person) => [person.driver, person]));
  let [scores, rating] = [0, 0];
  for (const { group, like, fahrstil, appdrivex } of people) {
    const twin = byNumber.get(like);
    if (group !== 'night-shift' || twin === undefined) continue;
    scores = Math.max(scores, (twin.fahrstil.score ?? 0) - (fahrstil.score ?? 0));
    rating = Math.max(rating, (twin.appdrivex.rating ?? 0) - (appdrivex.rating ?? 0));
  }
  const check = (name: string, lost: number, max: number): Check => ({
    name: `night-shift workers lose ${max} ${name} at most by their hours`,
    requirement: 'E42',
    holds: lost <= max,
    figures: `${lost}`,
  });
  return [check('of 7 scores', scores, NIGHT_SCORES_MAX), check('of 100 of the rating', rating, NIGHT_RATING_MAX)];
}

export function yearResult(
  options: { readonly hours: number; readonly seed: number },
  people: readonly PersonYear[],
): YearResult {
  const { hours, seed } = options;
  const groups = GROUPS.map((group) => groupYear(group, people));
  const checks = [
    ...ordered('median FahrStil totals fall from calm to hasty', 'C1', groups, (g) => g.fahrstil.total, true),
    ...ordered('median discounts never rise', 'C12', groups, (g) => g.fahrstil.discountPercent, false),
    ...ordered('median AppDriveX ratings fall', 'E36', groups, (g) => g.appdrivex.rating, true),
    ...nights(people),
    {
      name: 'odometer and recorded kilometres agree',
      requirement: 'E15',
      holds: people.every(({ appdrivex }) => appdrivex.reconciled),
      figures: `${people.filter(({ appdrivex }) => appdrivex.reconciled).length} of ${people.length}`,
    },
  ];
  return { drivers: people.length, hours, seed, year: YEAR, groups, checks, people };
}
