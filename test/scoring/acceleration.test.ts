import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HarshEvent, judgeHarshEvents } from '../../gateway/scoring/acceleration.ts';
import type { TripOccurrence } from '../../gateway/scoring/closed-trip.ts';
import { FAHRSTIL_DEFAULTS } from '../../gateway/scoring/config.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { CALM_MS, constantSpeed, trackAt, tripOf } from './track-maker.ts';

const KM = 1000;
const SCORER = fahrstilScorer();

function braking(atM: number, peakCg = 80): HarshEvent {
  return { kind: 'harsh-braking', atM, peakCg };
}

function pointsFor(events: readonly HarshEvent[], distanceM: number): number {
  return judgeHarshEvents(events, distanceM, FAHRSTIL_DEFAULTS).value ?? Number.NaN;
}

const event = fc.record({
  kind: fc.constantFrom('harsh-acceleration' as const, 'harsh-braking' as const, 'harsh-cornering' as const),
  atM: fc.integer({ min: 0, max: 1_000_000 }),
  peakCg: fc.integer({ min: 20, max: 150 }),
});
const events = fc.array(event, { maxLength: 20 });
const distance = fc.integer({ min: 1000, max: 4_000_000 });

test('C5: each kind of harsh event is deducted, by events per 100 km', () => {
  for (const kind of ['harsh-acceleration', 'harsh-braking', 'harsh-cornering'] as const) {
    // 10 events of severity 1 in 50 km, with 50 km of credit: 10 per 100 km
    const ten = Array.from({ length: 10 }, (_, i) => ({ kind, atM: i * 100, peakCg: 28 }));
    assert.equal(pointsFor(ten, 50 * KM), 50);
  }
  assert.equal(pointsFor([], 50 * KM), 100);
});

test('C6: the severity of one event is capped at twice that of the threshold', () => {
  const of = (peakCg: number): number => pointsFor([braking(0, peakCg)], 10 * KM);
  assert.ok(of(32) > of(48));
  assert.ok(of(48) > of(64));
  assert.equal(of(64), of(200));
});

test('C6: an isolated hard braking in 1000 km changes nothing; in 999 km it does', () => {
  assert.equal(pointsFor([braking(500 * KM)], 1000 * KM), 100);
  assert.ok(pointsFor([braking(500 * KM)], 999 * KM) < 100);
});

test('C6: adding an isolated hard braking to a year without one changes nothing, whatever else is in it', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1_000_000, max: 20_000_000 }), (others, distanceM) => {
      const calm = others.filter(({ kind }) => kind !== 'harsh-braking');
      const before = pointsFor(calm, distanceM);
      assert.equal(pointsFor([...calm, braking(1_010_000, 120)], distanceM), before);
    }),
  );
});

test('C6: isolated means no other harsh event within 2 km before or after', () => {
  const corner = (atM: number): HarshEvent => ({ kind: 'harsh-cornering', atM, peakCg: 38 });
  const year = 2000 * KM;
  const forgives = (other: HarshEvent): boolean =>
    judgeHarshEvents([braking(100 * KM), other], year, FAHRSTIL_DEFAULTS).why.some((line) => line.includes('forgiven'));
  assert.equal(forgives(corner(97_999)), true);
  assert.equal(forgives(corner(98_000)), false);
  assert.equal(forgives(corner(102_000)), false);
  assert.equal(forgives(corner(102_001)), true);
});

test('C6: a repeated pattern counts: forgiven are floor(km / 1000), the hardest first', () => {
  const two = [braking(100 * KM, 32), braking(200 * KM, 64)];
  const why = (distanceM: number): readonly string[] => judgeHarshEvents(two, distanceM, FAHRSTIL_DEFAULTS).why;
  assert.deepEqual(why(1999 * KM).slice(1), ['1 isolated hard braking forgiven']);
  assert.deepEqual(why(2000 * KM).slice(1), ['2 isolated hard brakings forgiven']);
  assert.equal(pointsFor(two, 1000 * KM), 100, 'what is left is the lighter one');
  const pattern = Array.from({ length: 40 }, (_, i) => braking(i * 25 * KM));
  assert.ok(pointsFor(pattern, 1000 * KM) < 70);
});

test('C22: the effect of one event on a young history fades with distance, and never ruins it', () => {
  fc.assert(
    fc.property(distance, fc.integer({ min: 1, max: 500_000 }), (distanceM, moreM) => {
      assert.ok(pointsFor([braking(0)], distanceM) <= pointsFor([braking(0)], distanceM + moreM));
    }),
  );
  assert.ok(pointsFor([braking(0)], 1 * KM) >= 80);
  assert.ok(pointsFor([braking(0)], 500 * KM) >= 98);
});

test('C5: a harder event, or one more, is never better', () => {
  fc.assert(
    fc.property(events, event, distance, fc.nat({ max: 100 }), (others, one, distanceM, harder) => {
      const base = pointsFor([...others, one], distanceM);
      assert.ok(base <= pointsFor(others, distanceM));
      assert.ok(pointsFor([...others, { ...one, peakCg: one.peakCg + harder }], distanceM) <= base);
    }),
  );
});

test('the order of events is irrelevant, and the value is 0..100', () => {
  fc.assert(
    fc.property(events, distance, (some, distanceM) => {
      const value = pointsFor(some, distanceM);
      assert.ok(Number.isInteger(value) && value >= 0 && value <= 100);
      assert.deepEqual(
        judgeHarshEvents([...some].reverse(), distanceM, FAHRSTIL_DEFAULTS),
        judgeHarshEvents(some, distanceM, FAHRSTIL_DEFAULTS),
      );
    }),
  );
});

test('C37: the reasons count the events of a trip; other occurrences do not matter', () => {
  const at = (kind: TripOccurrence['kind'], second: number, peak: number): TripOccurrence => {
    return { kind, utcMs: CALM_MS + second * 1000, durationMs: 500, peak, speedDmS: 100 };
  };
  const occurrences = [
    at('trip-start', 0, 0),
    at('harsh-braking', 10, 52),
    at('harsh-braking', 400, 33),
    at('harsh-cornering', 500, 40),
    at('speed-peak', 501, 300),
    at('trip-end', 999, 0),
  ];
  const track = trackAt(constantSpeed(90, 1000));
  const { acceleration } = SCORER.score(tripOf(track, { occurrences }), null).subscores;
  assert.deepEqual(acceleration.why, ['2 hard brakings, 1 harsh corner in 25.0 km, up to 0.52 g']);
  const calm = SCORER.score(tripOf(track), null).subscores.acceleration;
  assert.deepEqual(calm, { value: 100, weight: 60, why: ['no harsh event in 25.0 km'] });
});

test('C6: a trip of 1000 km knows from its track how far apart its events are', () => {
  const track = trackAt(constantSpeed(144, 25_000));
  const brake = (second: number): TripOccurrence => {
    return { kind: 'harsh-braking', utcMs: CALM_MS + second * 1000, durationMs: 500, peak: 60, speedDmS: 400 };
  };
  const value = (...seconds: number[]): number | null =>
    SCORER.score(tripOf(track, { occurrences: seconds.map(brake) }), null).subscores.acceleration.value;
  assert.equal(value(5000), 100);
  assert.equal(value(5000, 5051), 99, '2040 m apart: one of the two is forgiven');
  assert.equal(value(5051, 5000), 99, 'in whatever order they are told');
  assert.equal(value(5000, 5050), 98, '2000 m apart: a pattern');
});
