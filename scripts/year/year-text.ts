/** A year as a picture in text. */

import { euros, grouped } from '../../gateway/tariffs/explanation.ts';
import type { Spread } from './distribution.ts';
import { type GroupYear, SCORES, type YearResult } from './year-result.ts';

const CELL = 9;
const BAR_MAX = 30;

function cell(text: string | number): string {
  return String(text).padStart(CELL);
}

function row(name: string, cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(12)}${cells.map(cell).join('')}`;
}

function spreadCells(spread: Spread | null, show: (value: number) => string): string[] {
  return spread === null ? ['-', '-', '-'] : [spread.min, spread.median, spread.max].map(show);
}

/** One line a group and discount that somebody has, best first. */
function bars({ group, drivers, fahrstil }: GroupYear): string[] {
  const had = Object.entries(fahrstil.discounts).filter(([, count]) => count > 0);
  return had.reverse().map(([percent, count], i) => {
    const bar = '#'.repeat(Math.max(1, Math.round((count / drivers) * BAR_MAX)));
    return `  ${(i === 0 ? group : '').padEnd(12)}${cell(`${percent} %`)}  ${bar} ${count}`;
  });
}

function spreads(
  title: string,
  groups: readonly GroupYear[],
  pick: (group: GroupYear) => Spread | null,
  show: (value: number) => string = String,
): string[] {
  const rows = groups.map((group) => row(group.group, spreadCells(pick(group), show)));
  return [row(title, ['lowest', 'median', 'highest']), ...rows, ''];
}

function money(cents: number): string {
  return euros(Math.round(cents)).replace(' EUR', '');
}

export function yearText({ drivers, hours, seed, year, ...result }: YearResult): string {
  const groups = result.groups.filter((group) => group.drivers > 0);
  return `${[
    `${year}: ${drivers} drivers, ${hours} h a month, seed ${seed}`,
    '',
    row('score', SCORES),
    ...groups.map(({ group, fahrstil }) =>
      row(
        group,
        Object.values(fahrstil.scores).map((n) => (n === 0 ? '.' : n)),
      ),
    ),
    '',
    `  FahrStil discount from 1 January ${year + 1}`,
    ...groups.flatMap(bars),
    '',
    ...spreads('total', groups, ({ fahrstil }) => fahrstil.total),
    ...spreads('rating', groups, ({ appdrivex }) => appdrivex.rating),
    ...spreads('points', groups, ({ appdrivex }) => appdrivex.points, grouped),
    ...spreads('km', groups, ({ appdrivex }) => appdrivex.odometerKm, grouped),
    ...spreads('cashback EUR', groups, ({ appdrivex }) => appdrivex.cashbackCents, money),
    ...result.checks.map(
      ({ name, requirement, holds, figures }) => `  ${holds ? 'holds' : 'FAILS'}  ${name} (${requirement}): ${figures}`,
    ),
  ].join('\n')}\n`;
}
