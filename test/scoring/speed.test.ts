import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RoadAt, SubScore } from '../../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { A40, constantSpeed, MAIN_STREET, roadsAre, trackAt, trackOf, tripOf } from './track-maker.ts';

const SCORER = fahrstilScorer();

function speedOn(road: RoadAt | null | readonly (RoadAt | null)[], speedsDmS: readonly number[]): SubScore {
  return SCORER.score(tripOf(trackAt(speedsDmS), { distanceM: 10_000 }), roadsAre(road)).subscores.speed;
}

function limited(limitKmh: number, limitKind: RoadAt['limitKind'] = 'limit'): RoadAt {
  return { ...MAIN_STREET, limitKmh, limitKind };
}

/** A long calm drive, then `seconds` at `dmS`. */
function burst(calmKmh: number, dmS: number, seconds: number): number[] {
  return [...constantSpeed(calmKmh, 60), ...new Array<number>(seconds).fill(dmS), ...constantSpeed(calmKmh, 60)];
}

function isViolation(road: RoadAt, dmS: number, seconds = 5): boolean {
  return !(speedOn(road, burst(20, dmS, seconds)).why[0] ?? '').startsWith('never too fast');
}

test('C2: 3 km/h are tolerated up to a limit of 100, 3 % above', () => {
  // 53 km/h = 147.2 dm/s, 103 = 286.1, 123.6 = 343.3
  assert.equal(isViolation(limited(50), 147), false);
  assert.equal(isViolation(limited(50), 148), true);
  assert.equal(isViolation(limited(100), 286), false);
  assert.equal(isViolation(limited(100), 287), true);
  assert.equal(isViolation(limited(120), 343), false);
  assert.equal(isViolation(limited(120), 344), true);
});

test('C2: where there is no limit the advisory 130 holds, with 3 %', () => {
  // 133.9 km/h = 371.9 dm/s
  assert.equal(isViolation(A40, 371), false);
  assert.equal(isViolation(A40, 372), true);
  assert.equal(isViolation(limited(130, 'advisory'), 372), true);
});

test('C2: an assumed limit gets 10 km/h more tolerance', () => {
  // 63 km/h = 175 dm/s
  assert.equal(isViolation(limited(50, 'assumed'), 175), false);
  assert.equal(isViolation(limited(50, 'assumed'), 176), true);
});

test('C2: a violation lasts at least 5 s', () => {
  assert.equal(isViolation(limited(50), 250, 4), false);
  assert.equal(isViolation(limited(50), 250, 5), true);
});

test('C3: strong excesses weigh more than light ones: twice the excess costs four times as much', () => {
  const lost = (kmh: number): number => 100 - (speedOn(limited(50), constantSpeed(kmh, 100)).value ?? Number.NaN);
  assert.equal(lost(53), 0);
  assert.equal(lost(55.5), 12); // 4.9 % over what is allowed
  assert.equal(lost(58), 49); // 9.9 %
  assert.equal(lost(61), 100);
});

test('C4: staying below the limit gives nothing: 20 km/h and the limit itself are both 100', () => {
  assert.equal(speedOn(limited(50), constantSpeed(20, 300)).value, 100);
  assert.equal(speedOn(limited(50), constantSpeed(50, 300)).value, 100);
});

const dmS = fc.integer({ min: 0, max: 600 });
const drive = fc.array(dmS, { minLength: 20, maxLength: 120 });
const road = fc.constantFrom(limited(30), limited(50), limited(100), A40, limited(50, 'assumed'), null);
const driveWithRoads = drive.chain((speeds) =>
  fc.tuple(fc.constant(speeds), fc.array(road, { minLength: speeds.length, maxLength: speeds.length })),
);

function allowedDmS(at: RoadAt | null): number {
  const limit = at === null ? 0 : (at.limitKmh ?? 130);
  return Math.floor(limit / 0.36);
}

test('C4: slower than the limit never helps, wherever in a drive', () => {
  fc.assert(
    fc.property(driveWithRoads, fc.nat(), fc.nat({ max: 100 }), ([speeds, roads], where, percent) => {
      const i = where % speeds.length;
      const lawful = Math.min(speeds[i], allowedDmS(roads[i]));
      const before = speedOn(roads, speeds.with(i, lawful)).value;
      const after = speedOn(roads, speeds.with(i, Math.floor((lawful * percent) / 100))).value;
      assert.ok(before === null || after === null || after <= before, `${before} -> ${after}`);
    }),
    { numRuns: 300 },
  );
});

test('C4: the same way driven more slowly, so for longer, does not dilute a violation', () => {
  const violation = constantSpeed(80, 20);
  const quick = speedOn(limited(50), [...constantSpeed(50, 300), ...violation]);
  const slow = speedOn(limited(50), [...constantSpeed(25, 600), ...violation]);
  assert.ok(quick.value !== null && quick.value < 100);
  assert.ok(slow.value !== null && slow.value <= quick.value);
});

test('C3: more severe is never better, wherever in a drive', () => {
  fc.assert(
    fc.property(driveWithRoads, fc.nat(), fc.integer({ min: 1, max: 300 }), ([speeds, roads], where, more) => {
      const i = where % speeds.length;
      const from = Math.max(speeds[i], allowedDmS(roads[i]) + 14);
      const before = speedOn(roads, speeds.with(i, from)).value;
      const after = speedOn(roads, speeds.with(i, from + more)).value;
      assert.ok(before === null || after === null || after <= before, `${before} -> ${after}`);
    }),
    { numRuns: 300 },
  );
});

test('C3: more light excess does not dilute a strong one', () => {
  for (let strong = 1; strong <= 100; strong++) {
    const heavy = new Array<number>(strong).fill(450);
    const light = (speed: number): number[] => new Array<number>(300).fill(speed);
    const before = speedOn(A40, [...heavy, ...light(372)]).value;
    const after = speedOn(A40, [...heavy, ...light(374)]).value;
    assert.ok(before !== null && after !== null && after <= before, `${strong} s: ${before} -> ${after}`);
  }
});

test('C2: nothing is deducted where the limit is unknown', () => {
  const unknown: RoadAt = { ...MAIN_STREET, limitKmh: null };
  const speeds = [...constantSpeed(50, 50), ...constantSpeed(180, 50)];
  const roads = speeds.map((_, i) => (i < 50 ? MAIN_STREET : unknown));
  const { value, why } = speedOn(roads, speeds);
  assert.equal(value, 100);
  assert.deepEqual(why, ['never too fast for 5 s or longer', 'limits are known for 22 % of the way']);
});

test('without any limit there is no value, and the reason says what is missing', () => {
  const nowhere = speedOn({ ...MAIN_STREET, limitKmh: null }, constantSpeed(50, 50));
  assert.deepEqual(nowhere, {
    value: null,
    weight: 0,
    why: ['map test 1 states no speed limit for the roads of this trip'],
  });
  assert.deepEqual(speedOn(null, constantSpeed(50, 50)).why, ['no road of map test 1 lies under this trip']);
  assert.deepEqual(speedOn(MAIN_STREET, constantSpeed(0, 50)).why, ['no position of this trip shows movement']);
  const without = SCORER.score(tripOf(trackAt(constantSpeed(50, 50))), null).subscores.speed;
  assert.deepEqual(without.why, ['neither a road map nor recorded limits are there for this trip']);
});

test('C37: the reasons say how often, over what, where, up to what and how long', () => {
  const fast = [...constantSpeed(140, 40), 428, ...constantSpeed(140, 9)];
  const calm = constantSpeed(120, 60);
  const speeds = [...calm, ...fast, ...calm, ...fast, ...calm, ...fast, ...calm];
  assert.deepEqual(speedOn(A40, speeds).why, ['3 x over the advisory 130 on the A 40, up to 154 km/h, 3 min in total']);
  const town = speedOn(MAIN_STREET, burst(40, 190, 12)).why;
  assert.deepEqual(town, ['1 x over 50 on main roads in towns, up to 68 km/h, for 12 s']);
  assert.deepEqual(speedOn({ ...limited(50, 'assumed'), name: '' }, burst(40, 190, 12)).why, [
    '1 x over the assumed 50 on main roads in towns, up to 68 km/h, for 12 s',
  ]);
});

test('C37: one violation over two pieces of the same road counts once, the worst roads come first', () => {
  const speeds = [...constantSpeed(160, 20), ...constantSpeed(100, 60), ...constantSpeed(75, 20)];
  const roads = speeds.map((_, i) => (i >= 80 ? MAIN_STREET : { ...A40 }));
  assert.deepEqual(speedOn(roads, speeds).why, [
    '1 x over 50 on main roads in towns, up to 75 km/h, for 20 s',
    '1 x over the advisory 130 on the A 40, up to 160 km/h, for 20 s',
  ]);
});

test('seconds without a fix are no evidence', () => {
  const samples = constantSpeed(90, 30).map((speedDmS, i) => ({ utcMs: i * 1000, speedDmS, fix: i >= 4 && i < 8 }));
  const { why } = SCORER.score(tripOf(trackOf(samples)), roadsAre(MAIN_STREET)).subscores.speed;
  assert.deepEqual(why, ['never too fast for 5 s or longer']);
});
