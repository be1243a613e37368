import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAHRSTIL_DEFAULTS } from '../../gateway/scoring/config.ts';
import { localMinute } from '../../gateway/scoring/local-time.ts';
import { bandOf } from '../../gateway/scoring/time.ts';
import { dayAt, dayOf, startOf } from '../../gateway/tariffs/calendar.ts';
import { runProgram } from '../../scripts/program.ts';
import { drivesOf } from '../../scripts/year/calendar-of-drives.ts';
import { spreadOf } from '../../scripts/year/distribution.ts';
import { personOf } from '../../scripts/year/people.ts';
import type { PersonYear } from '../../scripts/year/settled-year.ts';
import { driveAll } from '../../scripts/year/shards.ts';
import { yearResult } from '../../scripts/year/year-result.ts';
import { yearText } from '../../scripts/year/year-text.ts';
import { Rng } from '../../simulator/rng.ts';

const YEAR = 2026;
const estimateS = { commute: 900, errand: 500, leisure: 1500 };
const quiet = { onProgress: () => {} };

function drive(options: {
  drivers: number;
  hours: number;
  seed: number;
  workers: number;
}): Promise<readonly PersonYear[]> {
  return driveAll({ ...options, ...quiet });
}

test('one seed gives one result to the byte, over two runs and whatever the number of workers; another seed another', async () => {
  const tiny = { drivers: 4, hours: 0.06, seed: 5 };
  const text = async (workers: number, seed = tiny.seed): Promise<string> =>
    JSON.stringify(yearResult(tiny, await drive({ ...tiny, seed, workers })));
  const first = await text(1);
  assert.equal(await text(1), first);
  assert.equal(await text(2), first);
  assert.notEqual(await text(1, 6), first);
});

test('more people change nobody', async () => {
  const tiny = { hours: 0.06, seed: 5, workers: 1 };
  const two = await drive({ ...tiny, drivers: 2 });
  assert.deepEqual((await drive({ ...tiny, drivers: 3 })).slice(0, 2), two);
});

test('C1, C12, E36, E42: careful drivers come out ahead of hasty ones, and hours alone ruin nobody', async () => {
  const options = { drivers: 8, hours: 0.4, seed: 3 };
  const people = await drive({ ...options, workers: 1 });
  const { groups, checks } = yearResult(options, people);
  assert.deepEqual(
    groups.map(({ drivers }) => drivers),
    [2, 3, 2, 1],
  );
  assert.equal(checks.length, 6);
  for (const { name, holds, figures } of checks) assert.ok(holds, `${name}: ${figures}`);
  const median = (at: number): number => groups[at].fahrstil.total?.median ?? Number.NaN;
  assert.ok(median(0) >= median(2) + 10, `calm ${median(0)}, hasty ${median(2)}`);

  const [calm, , , night] = people;
  assert.equal(night.like, calm.driver);
  assert.equal(night.drives, calm.drives);
  assert.ok(Math.abs(night.appdrivex.odometerKm - calm.appdrivex.odometerKm) <= 1, 'twins drive the same roads');
  assert.ok((night.fahrstil.subscores.time ?? 0) < (calm.fahrstil.subscores.time ?? 0), 'the hours are seen');
  for (const { drives, trips, appdrivex } of people) {
    assert.equal(trips, drives);
    assert.equal(appdrivex.vouchers, Math.floor(appdrivex.points / 5000));
  }
});

function personYear(
  driver: number,
  group: PersonYear['group'],
  figures: { total: number; score: number; rating: number; like?: number; reconciled?: boolean },
): PersonYear {
  const { total, score, rating, like = driver, reconciled = true } = figures;
  return {
    driver,
    group,
    like,
    drives: 1,
    trips: 1,
    fahrstil: {
      total,
      score,
      subscores: { speed: total, acceleration: total, road: total, time: total },
      km: 1000,
      discountPercent: 10 + 5 * score,
      why: '',
    },
    appdrivex: {
      rating,
      points: 100,
      vouchers: 0,
      odometerKm: 1000,
      recordedKm: 1000,
      reconciled,
      cashbackCents: 11_000,
      why: '',
    },
  };
}

function failing(...people: readonly PersonYear[]): string[] {
  const { checks } = yearResult({ hours: 1, seed: 1 }, people);
  return checks.filter(({ holds }) => !holds).map(({ requirement }) => requirement);
}

const CALM = personYear(1, 'calm', { total: 95, score: 7, rating: 95 });
const NORMAL = personYear(2, 'normal', { total: 80, score: 6, rating: 85 });
const HASTY = personYear(3, 'hasty', { total: 50, score: 3, rating: 60 });

test('each promise can fail', () => {
  assert.deepEqual(failing(CALM, NORMAL, HASTY), []);
  const lucky = personYear(3, 'hasty', { total: 80, score: 6, rating: 60 });
  assert.deepEqual(failing(CALM, NORMAL, lucky), ['C1']);
  const dear = personYear(3, 'hasty', { total: 79, score: 7, rating: 60 });
  assert.deepEqual(failing(CALM, NORMAL, dear), ['C12']);
  const smooth = personYear(3, 'hasty', { total: 50, score: 3, rating: 85 });
  assert.deepEqual(failing(CALM, NORMAL, smooth), ['E36']);
  const night = (score: number, rating: number): PersonYear =>
    personYear(4, 'night-shift', { total: 80, score, rating, like: 1 });
  assert.deepEqual(failing(CALM, NORMAL, HASTY, night(5, 85)), []);
  assert.deepEqual(failing(CALM, NORMAL, HASTY, night(4, 85)), ['E42']);
  assert.deepEqual(failing(CALM, NORMAL, HASTY, night(5, 84)), ['E42']);
  const far = personYear(5, 'calm', { total: 95, score: 7, rating: 95, reconciled: false });
  assert.deepEqual(failing(CALM, NORMAL, HASTY, far), ['E15']);
});

test('nothing is promised of groups that nobody is in', () => {
  assert.deepEqual(
    yearResult({ hours: 1, seed: 1 }, [CALM]).checks.map(({ requirement }) => requirement),
    ['E15'],
  );
});

test('the picture shows each group that somebody is in, with its discounts and what holds', () => {
  const text = yearText(yearResult({ hours: 1, seed: 1 }, [CALM, NORMAL, HASTY]));
  for (const part of ['calm', 'normal', 'hasty', '45 %  ####', '40 %', '25 %', '110.00', 'holds'])
    assert.ok(text.includes(part), `${part} in\n${text}`);
  assert.ok(!text.includes('night-shift workers') && !text.includes('FAILS'));
});

test('the median lies in the middle, or between the two in the middle', () => {
  assert.deepEqual(spreadOf([5, null, 1, 3]), { min: 1, median: 3, max: 5 });
  assert.deepEqual(spreadOf([4, 1, 2, 9]), { min: 1, median: 3, max: 9 });
  assert.equal(spreadOf([null]), null);
});

test('drives fill the hours of each month, one after the other, within the year', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0.05, max: 20, noNaN: true }), fc.boolean(), (seed, hours, night) => {
      const drives = drivesOf({ year: YEAR, hours, night, estimateS }, Rng.seeded(seed));
      const plannedS = drives.reduce((sum, { kind }) => sum + estimateS[kind], 0);
      assert.ok(Math.abs(plannedS - 12 * 3600 * hours) <= 750, `${plannedS} s`);
      for (const [i, { kind, startUtcMs }] of drives.entries()) {
        const next = drives[i + 1]?.startUtcMs ?? startOf(dayOf(YEAR + 1, 1, 2));
        assert.ok(next - startUtcMs >= estimateS[kind] * 1000, 'no two at once');
      }
      if (drives.length > 0) assert.ok(dayAt(drives[0].startUtcMs) >= dayOf(YEAR, 1, 1));
    }),
    { numRuns: 30 },
  );
});

test('E42: a night-shift worker drives what the twin drives, on weekdays from 22 to 05', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0.5, max: 6, noNaN: true }), (seed, hours) => {
      const of = (night: boolean) => drivesOf({ year: YEAR, hours, night, estimateS }, Rng.seeded(seed));
      const nights = of(true);
      assert.deepEqual(
        nights.map(({ kind }) => kind),
        of(false).map(({ kind }) => kind),
      );
      for (const { kind, startUtcMs } of nights) {
        for (const utcMs of [startUtcMs, startUtcMs + 1000 * estimateS[kind]])
          assert.equal(bandOf(localMinute('Europe/Berlin', utcMs), FAHRSTIL_DEFAULTS), 'night');
      }
    }),
    { numRuns: 15 },
  );
});

test('E42: a night-shift worker is the twin of a calm driver, in every ten', () => {
  for (let index = 0; index < 100; index++) {
    const { group, temperament, likeIndex } = personOf(index);
    if (group !== 'night-shift') assert.deepEqual([likeIndex, temperament], [index, group]);
    else assert.deepEqual([personOf(likeIndex).group, temperament], ['calm', 'calm']);
  }
});

for (const [words, complaint] of [
  [['--drivers', '0'], /give a number from 1 to 10000/],
  [['--hours', '0'], /give a number from 0.05 to 20/],
  [['--hours', '21'], /give a number from 0.05 to 20/],
  [['--workers', '0'], /give a number from 1 to 64/],
  [['--seed', '1.5'], /give a whole number from 0/],
  [['--minutes', '4'], /unknown option '--minutes'/],
] as const) {
  test(`year ${words.join(' ')} is refused in one line that says what to do`, async () => {
    const said: string[] = [];
    assert.equal(await runProgram(['year', ...words], { out: () => {}, err: (text) => said.push(text) }), 2);
    assert.match(said.join(''), complaint);
    assert.equal(said.join('').trim().split('\n').length, 1);
  });
}
