import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appdrivexRater } from '../../gateway/scoring/appdrivex.ts';
import { APPDRIVEX_DEFAULTS } from '../../gateway/scoring/appdrivex-config.ts';
import type { RoadAt } from '../../gateway/scoring/closed-trip.ts';
import { RATER, rate } from './appdrivex-drives.ts';
import { A40, CALM_MS, constantSpeed, MAIN_STREET, roadsAre, trackAt, trackOf, tripOf } from './track-maker.ts';

function limited(limitKmh: number, limitKind: RoadAt['limitKind'] = 'limit'): RoadAt {
  return { ...MAIN_STREET, limitKmh, limitKind };
}

/** Ten seconds at a speed, within a slow drive. */
function tooFast(road: RoadAt | null, dmS: number, seconds = 10, rater = RATER): boolean {
  const speeds = [...constantSpeed(20, 60), ...new Array<number>(seconds).fill(dmS), ...constantSpeed(20, 60)];
  const trip = tripOf(trackAt(speeds), { distanceM: 2000 });
  return !rater
    .rate(trip, road === null ? null : roadsAre(road), null)
    .criteria.conscious.why[0].startsWith('never too fast');
}

test('E41, E44: the measuring tolerance is 3 km/h up to 100 km/h and 3 % above', () => {
  assert.deepEqual([tooFast(limited(50), 147), tooFast(limited(50), 148)], [false, true]);
  assert.deepEqual([tooFast(limited(120), 343), tooFast(limited(120), 344)], [false, true]);
  assert.deepEqual([tooFast(limited(50, 'assumed'), 175), tooFast(limited(50, 'assumed'), 176)], [false, true]);
  assert.deepEqual([tooFast(limited(50), 250, 4), tooFast(limited(50), 250, 5)], [false, true]);
});

test('E43: over 150 km/h is critical where there is no limit, and where none is known', () => {
  const exact = appdrivexRater({ measuringPercent: 0, measuringKmhMin: 0 });
  // 150 km/h = 416.7 dm/s; with 3 % 154.5 = 429.2
  for (const road of [A40, limited(130, 'advisory'), null]) {
    assert.deepEqual([tooFast(road, 416, 10, exact), tooFast(road, 417, 10, exact)], [false, true]);
    assert.deepEqual([tooFast(road, 429), tooFast(road, 430)], [false, true]);
  }
  assert.equal(APPDRIVEX_DEFAULTS.criticalKmh, 150);
  const { value, why } = rate({ kmh: 160, road: A40 }).criteria.conscious;
  assert.equal(value, 0);
  assert.match(why[1], /15 min over 150 km\/h, up to 160 km\/h/);
});

test('E43: over 150 km/h weighs more than the excess over the limit alone', () => {
  const at = (kmh: number, share: number): number => {
    const speeds = [...constantSpeed(kmh, share), ...constantSpeed(100, 1000)];
    return RATER.rate(tripOf(trackAt(speeds)), roadsAre(limited(140)), null).criteria.conscious.value ?? Number.NaN;
  };
  assert.ok(at(154, 60) - at(155, 60) >= 5);
  assert.equal(at(144, 60), 100);
});

test('E41: both the time above the limit and the difference count', () => {
  const lost = (kmh: number, seconds: number): number => {
    const speeds = [...constantSpeed(kmh, seconds), ...constantSpeed(48, 2000)];
    return (
      100 - (RATER.rate(tripOf(trackAt(speeds)), roadsAre(MAIN_STREET), null).criteria.conscious.value ?? Number.NaN)
    );
  };
  assert.ok(lost(65, 100) > 0 && lost(65, 200) > lost(65, 100) && lost(75, 100) > lost(65, 100));
});

test('E41: the reasons say for how long and by how much', () => {
  const speeds = [...constantSpeed(75, 30), ...constantSpeed(60, 30), ...constantSpeed(48, 900)];
  const { why } = RATER.rate(tripOf(trackAt(speeds)), roadsAre(MAIN_STREET), null).criteria.conscious;
  assert.deepEqual(why, ['1 min too fast, by up to 25 km/h']);
});

test('E43: the further over 150 km/h the worse, up to twice that speed', () => {
  const fine = appdrivexRater({ excessPpmForAll: 4000 });
  const lost = (kmh: number): number => {
    const speeds = [...constantSpeed(kmh, 6), ...constantSpeed(100, 5000)];
    return 100 - (fine.rate(tripOf(trackAt(speeds)), roadsAre(A40), null).criteria.conscious.value ?? Number.NaN);
  };
  assert.ok(lost(156) > 0);
  assert.ok(lost(156) < lost(170) && lost(170) < lost(200) && lost(200) < lost(320) && lost(320) < 100);
  assert.equal(lost(320), lost(400), 'as bad as it gets');
});

test('E43: at the line itself a speed is not critical yet', () => {
  // 144 km/h are 400 dm/s exactly
  const exact = appdrivexRater({ criticalKmh: 144, measuringPercent: 0, measuringKmhMin: 0 });
  const value = (dmS: number): number => {
    const speeds = new Array<number>(600).fill(dmS);
    return exact.rate(tripOf(trackAt(speeds)), roadsAre(limited(140)), null).criteria.conscious.value ?? Number.NaN;
  };
  assert.deepEqual([value(400), value(401)], [96, 0]);
});

test('E44: a sample before a gap proves a second of speeding, not five', () => {
  const sparse = (fast: number): boolean => {
    const samples = Array.from({ length: 60 }, (_, i) => ({
      utcMs: CALM_MS + i * 5000,
      speedDmS: i < fast ? 250 : 50,
    }));
    const { why } = RATER.rate(tripOf(trackOf(samples)), roadsAre(MAIN_STREET), null).criteria.conscious;
    return !why[0].startsWith('never too fast');
  };
  assert.deepEqual([sparse(4), sparse(5)], [false, true]);
});

test('E41: staying below the limit never helps', () => {
  const burst = (calmKmh: number): number => {
    const speeds = [...constantSpeed(calmKmh, 900), ...constantSpeed(75, 60)];
    return (
      RATER.rate(tripOf(trackAt(speeds), { distanceM: 20_000 }), roadsAre(MAIN_STREET), null).criteria.conscious
        .value ?? Number.NaN
    );
  };
  assert.ok(burst(20) <= burst(45) && burst(45) <= burst(50));
});
