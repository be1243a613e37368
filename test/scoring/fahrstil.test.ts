import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RoadSource, TripOccurrence, TripScore } from '../../gateway/scoring/closed-trip.ts';
import { checkFahrstilConfig, FAHRSTIL_DEFAULTS } from '../../gateway/scoring/config.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { CRITERIA, combine, scoreOf } from '../../gateway/scoring/total.ts';
import type { EventKind } from '../../protocol/messages.ts';
import { A40, CALM_MS, constantSpeed, MAIN_STREET, roadsAre, trackAt, trackOf, tripOf } from './track-maker.ts';

const SCORER = fahrstilScorer();

test('C12, C15: totals 0..100 become 1..7 at 40, 50, 60, 70, 80, 90', () => {
  const { thresholds } = FAHRSTIL_DEFAULTS;
  assert.equal(scoreOf(0, thresholds), 1);
  assert.equal(scoreOf(100, thresholds), 7);
  for (const [i, total] of [40, 50, 60, 70, 80, 90].entries()) {
    assert.equal(scoreOf(total - 1, thresholds), i + 1);
    assert.equal(scoreOf(total, thresholds), i + 2);
  }
});

function combined(values: readonly (number | null)[]) {
  const verdict = (i: number) => ({ value: values[i], why: [] });
  const verdicts = { speed: verdict(0), acceleration: verdict(1), road: verdict(2), time: verdict(3) };
  return combine(verdicts, FAHRSTIL_DEFAULTS);
}

function weightsOf(values: readonly (number | null)[]): number[] {
  const { subscores } = combined(values);
  return CRITERIA.map((criterion) => subscores[criterion].weight);
}

test('C14: weights are 30, 30, 20, 20; missing criteria give theirs to the others in proportion', () => {
  assert.deepEqual(weightsOf([1, 1, 1, 1]), [30, 30, 20, 20]);
  assert.deepEqual(weightsOf([null, 1, null, 1]), [0, 60, 0, 40]);
  assert.deepEqual(weightsOf([null, 1, 1, 1]), [0, 43, 29, 28]);
  assert.deepEqual(weightsOf([1, 1, null, 1]), [38, 37, 0, 25]);
  assert.deepEqual(weightsOf([null, null, null, null]), [0, 0, 0, 0]);
  assert.equal(combined([80, 100, 60, 40]).total, 74);
  assert.equal(combined([null, 100, null, 40]).total, 76);
});

const value = fc.option(fc.integer({ min: 0, max: 100 }));

test('C14: shown weights sum to 100, the total lies among the values, a better value never makes it worse', () => {
  fc.assert(
    fc.property(fc.tuple(value, value, value, value), fc.nat({ max: 3 }), (values, which) => {
      const known = values.filter((v) => v !== null);
      const { total, score } = combined(values);
      if (total === null || score === null) return assert.equal(known.length, 0);
      assert.equal(
        weightsOf(values).reduce((sum, weight) => sum + weight),
        100,
      );
      assert.ok(total >= Math.min(...known) && total <= Math.max(...known));
      assert.ok(score >= 1 && score <= 7);
      const better = combined(values.with(which, values[which] === null ? null : 100)).total;
      assert.ok(better !== null && better >= total);
    }),
  );
});

const kind = fc.constantFrom<EventKind[]>('harsh-braking', 'harsh-acceleration', 'harsh-cornering', 'speed-peak');
const occurrence: fc.Arbitrary<TripOccurrence> = fc.record({
  kind,
  utcMs: fc.integer({ min: CALM_MS - 10_000, max: CALM_MS + 500_000 }),
  durationMs: fc.nat({ max: 5000 }),
  peak: fc.nat({ max: 65_535 }),
  speedDmS: fc.nat({ max: 2000 }),
});
const anyTrip = fc.record({
  speeds: fc.array(fc.nat({ max: 2000 }), { maxLength: 400 }),
  occurrences: fc.array(occurrence, { maxLength: 30 }),
  distanceM: fc.nat({ max: 2_000_000 }),
  whole: fc.boolean(),
});
const anyRoads = fc.constantFrom<(RoadSource | null)[]>(null, roadsAre(A40), roadsAre(MAIN_STREET), roadsAre(null));

test('C1: any trip gets a score of 1..7 from four criteria, or null with a reason', () => {
  fc.assert(
    fc.property(anyTrip, anyRoads, ({ speeds, ...parts }, roads) => {
      const { total, score, subscores, why } = SCORER.score(tripOf(trackAt(speeds), parts), roads);
      for (const criterion of CRITERIA) {
        const { value: points, why: reasons } = subscores[criterion];
        assert.ok(reasons.length > 0, criterion);
        assert.ok(points === null || (Number.isInteger(points) && points >= 0 && points <= 100), criterion);
      }
      if (score === null) assert.ok(total === null && why.length > 0);
      else
        assert.ok(total !== null && total >= 0 && total <= 100 && Number.isInteger(total) && score >= 1 && score <= 7);
    }),
  );
});

test('the order of occurrences is irrelevant', () => {
  fc.assert(
    fc.property(anyTrip, ({ speeds, ...parts }) => {
      const track = trackAt(speeds);
      const reversed = { ...parts, occurrences: [...parts.occurrences].reverse() };
      assert.deepEqual(SCORER.score(tripOf(track, reversed), null), SCORER.score(tripOf(track, parts), null));
    }),
  );
});

test('a calm drive on the Autobahn by day gets 7, a wild one in town on Saturday night 1', () => {
  const calm = SCORER.score(tripOf(trackAt(constantSpeed(120, 1800))), roadsAre(A40));
  assert.equal(calm.total, 100);
  assert.equal(calm.score, 7);
  const night = Date.UTC(2026, 5, 13, 23, 0, 0);
  const occurrences = Array.from({ length: 12 }, (_, i): TripOccurrence => {
    return { kind: 'harsh-braking', utcMs: night + i * 60_000, durationMs: 700, peak: 55, speedDmS: 200 };
  });
  const wild = SCORER.score(tripOf(trackAt(constantSpeed(85, 900), night), { occurrences }), roadsAre(MAIN_STREET));
  assert.equal(wild.score, 1);
});

test('E42: the hours of a night-shift worker alone cost two of seven at most', () => {
  const night = Date.UTC(2026, 5, 13, 23, 0, 0);
  const { score } = SCORER.score(tripOf(trackAt(constantSpeed(48, 900), night)), roadsAre(MAIN_STREET));
  const day = SCORER.score(tripOf(trackAt(constantSpeed(48, 900))), roadsAre(MAIN_STREET)).score;
  assert.ok(day !== null && score !== null && day - score <= 2);
});

function reasonsFor(distanceM: number): TripScore {
  return SCORER.score(tripOf(trackAt(constantSpeed(50, 20)), { distanceM }), roadsAre(A40));
}

test('C18: a trip under 100 m is not judged and says why', () => {
  const short = reasonsFor(99);
  assert.equal(short.score, null);
  assert.equal(short.total, null);
  assert.deepEqual(short.why, ['a trip of 99 m is too short to judge: 100 m at least']);
  assert.deepEqual(short.subscores.speed, { value: null, weight: 0, why: short.why });
  assert.notEqual(reasonsFor(100).score, null);
});

test('a trip whose samples are lost is judged by its events and hours', () => {
  const { subscores, score, why } = SCORER.score(tripOf(trackAt([]), { distanceM: 8000, whole: false }), roadsAre(A40));
  assert.deepEqual(
    CRITERIA.map((criterion) => subscores[criterion].value === null),
    [true, false, true, false],
  );
  assert.equal(score, 7);
  assert.deepEqual(why, ['parts of this trip have not arrived: judged by what has']);
});

test('the version names the rules, their settings, the zone tables and the roads', () => {
  const trip = tripOf(trackAt(constantSpeed(50, 60)));
  const { version } = SCORER.score(trip, roadsAre(A40));
  assert.match(version, /^fahrstil 1, config [0-9a-f]{8}, tzdata \d{4}[a-z], zone map [\d.]+, map test 1$/);
  const other = fahrstilScorer({ toleranceKmh: 4 }).score(trip, null).version;
  assert.match(other, /, no roads$/);
  assert.notEqual(other.split(', ')[1], version.split(', ')[1]);
  const { speed, acceleration, road, time } = FAHRSTIL_DEFAULTS.weights;
  const reordered = fahrstilScorer({ weights: { time, road, acceleration, speed } }).score(trip, roadsAre(A40));
  assert.equal(reordered.version, version);
});

const WRONG: readonly (readonly [what: string, given: object, reason: RegExp])[] = [
  ['weights that break C14', { weights: { speed: 25, acceleration: 25, road: 25, time: 25 } }, /\(C14\)/],
  ['weights over 100', { weights: { speed: 40, acceleration: 40, road: 20, time: 20 } }, /sum to 100/],
  ['thresholds that fall', { thresholds: [40, 50, 60, 70, 90, 80] }, /six rising integers/],
  ['five thresholds', { thresholds: [40, 50, 60, 70, 80] }, /six rising integers/],
  ['a fraction', { toleranceKmh: 2.5 }, /toleranceKmh must be an integer 0\.\.30, not 2\.5/],
  ['no prior', { priorM: 0 }, /priorM must be/],
  ['a class without a value', { roadValues: { motorway: 100 } }, /roadValues must have exactly motorway, rural-main/],
  ['a value over 100', { timeValues: { ...FAHRSTIL_DEFAULTS.timeValues, day: 101 } }, /integers 0\.\.100/],
  ['a peak that ends before it begins', { peaksMin: [[540, 360]] }, /peaksMin/],
  ['an eighth weekday', { weekendNights: [7] }, /weekendNights/],
  ['an unknown zone', { defaultZone: 'Europe/Bonn' }, /Europe\/Bonn is no time zone: name one like/],
  ['a list for a number', { priorM: [1] }, /priorM must look like its default, 50000/],
  ['nothing for a table', { weights: null }, /weights must look like its default/],
  ['a setting that does not exist', { tolerance: 3 }, /there is no setting tolerance: remove it/],
];

for (const [what, given, reason] of WRONG) {
  test(`a configuration with ${what} is refused with what to correct`, () => {
    const checked = checkFahrstilConfig(given);
    assert.match(checked.ok ? '' : checked.reason, reason);
    assert.throws(() => fahrstilScorer(given), reason);
  });
}

test('C5: without known axes no event can be seen, and acceleration is not judged', () => {
  const samples = Array.from({ length: 600 }, (_, i) => ({ utcMs: CALM_MS + i * 1000, speedDmS: 139, mounted: false }));
  const { acceleration } = fahrstilScorer().score(tripOf(trackOf(samples)), roadsAre(A40)).subscores;
  assert.equal(acceleration.value, null);
  assert.equal(acceleration.weight, 0);
  assert.match(acceleration.why.join(), /axes/);
});

test('C5: events that a summary counts and no frame describes still count', () => {
  const track = trackAt(constantSpeed(50, 1200));
  const value = (unseen: number): number | null =>
    fahrstilScorer().score(tripOf(track, { unseen: { 'harsh-braking': unseen } }), null).subscores.acceleration.value;
  assert.equal(value(0), 100);
  assert.ok((value(10) ?? 100) < (value(1) ?? 0));
});
