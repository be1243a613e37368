import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsOf } from '../../gateway/core/backend.ts';
import { rowsOf, type SeenTrip } from '../../gateway/core/privacy/trip-views.ts';
import {
  type Facts,
  type Items,
  itemsBeyond,
  project,
  TRIP_EVENT_ITEMS,
  VIEWS,
} from '../../gateway/core/privacy/view.ts';
import { tripClosed, tripScored, tripStarted } from '../../gateway/core/trip-events.ts';
import { newTripRow } from '../../gateway/core/trips.ts';
import { placeOf } from '../../gateway/map/place.ts';
import { appdrivexRater } from '../../gateway/scoring/appdrivex.ts';
import type { ClosedTrip } from '../../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { crypto } from '../gateway/frame-maker.ts';
import { TENANT } from './privacy-rig.ts';

const scorer = fahrstilScorer();
const rater = appdrivexRater();
const PLACE = (latE6: number, lonE6: number) => placeOf(null, latE6, lonE6);

/** A trip anywhere between the tropics and the polar circle, with position digits that show if they leak. */
const aTrip: fc.Arbitrary<ClosedTrip> = fc
  .record({
    startUtcMs: fc.integer({ min: 1_700_000_000_123, max: 1_900_000_000_000 }),
    seconds: fc.integer({ min: 1, max: 400 }),
    latE6: fc.integer({ min: 24_000_001, max: 66_000_000 }),
    lonE6: fc.integer({ min: -170_000_000, max: 170_000_000 }),
    speedDmS: fc.integer({ min: 0, max: 700 }),
    brakings: fc.integer({ min: 0, max: 3 }),
    unseen: fc.integer({ min: 0, max: 2 }),
    whole: fc.boolean(),
  })
  .map(({ startUtcMs, seconds, latE6, lonE6, speedDmS, brakings, unseen, whole }) => {
    const column = (of: (i: number) => number) => Int32Array.from({ length: seconds }, (_, i) => of(i));
    const endUtcMs = startUtcMs + (seconds - 1) * 1000;
    return {
      id: 'id-of-the-trip',
      startUtcMs,
      endUtcMs,
      distanceM: Math.round((seconds * speedDmS) / 10),
      whole,
      track: {
        count: seconds,
        utcMs: Float64Array.from({ length: seconds }, (_, i) => startUtcMs + i * 1000),
        fix: new Uint8Array(seconds).fill(1),
        latE6: column((i) => latE6 + i * 97),
        lonE6: column((i) => lonE6 + i * 61),
        speedDmS: column(() => speedDmS),
        headingDeg: column(() => 30),
        vehicleAxes: new Uint8Array(seconds).fill(1),
      },
      occurrences: Array.from({ length: brakings }, (_, i) => ({
        kind: 'harsh-braking' as const,
        utcMs: startUtcMs + i * 1000,
        durationMs: 500,
        peak: 40,
        speedDmS,
      })),
      unseen: { 'harsh-acceleration': unseen, 'harsh-braking': 0, 'harsh-cornering': 0 },
    };
  });

function seen(trip: ClosedTrip): SeenTrip {
  const rating = rater.rate(trip, null, null).rating;
  return { trip, score: scorer.score(trip, null), rating, subject: 'pseudonym', tripId: 'trip-pseudonym' };
}

function paths(facts: Facts, prefix = ''): string[] {
  return Object.entries(facts).flatMap(([item, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? paths(value as Facts, `${prefix}${item}.`)
      : [`${prefix}${item}`],
  );
}

test('C9, C24: the customer sees start and end place, date and time, kilometres, and nothing else', () => {
  fc.assert(
    fc.property(aTrip, (trip) => {
      const [row] = rowsOf('customer-trip', [seen(trip)], PLACE);
      assert.deepEqual(paths(row).sort(), ['end.place', 'end.time', 'km', 'start.place', 'start.time']);
      const { start } = row as { start: { place: string } };
      assert.match(start.place, /^5 km cell at \d+\.\d\d [NS] \d+\.\d\d [EW]$/);
    }),
  );
});

test('C24: two starts in one cell look alike, so that no address can be told from a place', () => {
  const at = (latE6: number) => {
    const [trip] = fc.sample(aTrip, { numRuns: 1, seed: 7 });
    return {
      ...trip,
      track: { ...trip.track, latE6: trip.track.latE6.map(() => latE6), lonE6: trip.track.lonE6.map(() => 9_000_000) },
    };
  };
  const places = [51_030_000, 51_031_000, 51_040_000].map(
    (latE6) => rowsOf('customer-trip', [seen(at(latE6))], PLACE)[0].start,
  );
  assert.deepEqual(places[1], places[0]);
  assert.deepEqual(places[2], places[0]);
});

test('C36, C37: the score comes with its explanation, by criterion', () => {
  fc.assert(
    fc.property(aTrip, (trip) => {
      const [row] = rowsOf('customer-score', [seen(trip)], PLACE);
      const criteria = ['acceleration', 'road', 'speed', 'time'];
      const inside = criteria.flatMap((name) => ['value', 'weight', 'why'].map((item) => `subscores.${name}.${item}`));
      assert.deepEqual(paths(row).sort(), [...inside, 'score', 'total', 'why'].sort());
    }),
  );
});

test('E35: the insurer of AppDriveX gets one row of ratings, points and kilometres, and no driving data', () => {
  fc.assert(
    fc.property(fc.array(aTrip, { maxLength: 4 }), (trips) => {
      const rows = rowsOf('insurer-appdrivex', trips.map(seen), PLACE);
      assert.equal(rows.length, 1);
      assert.deepEqual(Object.keys(rows[0]).sort(), ['km', 'points', 'total', 'trips']);
      for (const value of Object.values(rows[0])) assert.ok(value === null || Number.isInteger(value));
    }),
  );
});

test('C49-C51: the other insurer and the provider see no position, no device and no identity', () => {
  fc.assert(
    fc.property(aTrip, (trip) => {
      for (const view of ['insurer-fahrstil', 'provider'] as const) {
        const [row] = rowsOf(view, [seen(trip)], PLACE);
        assert.deepEqual(itemsBeyond(VIEWS[view].items, row), []);
        const text = JSON.stringify(row);
        for (const leak of [trip.id, 'latE6', 'track', 'vin', 'name', 'plate', 'speedDmS']) {
          assert.ok(!text.includes(`"${leak}"`), `${view} holds ${leak}`);
        }
        // Few digits stand in any number; a coordinate worth hiding has more.
        const coordinates = [trip.track.latE6[0], trip.track.lonE6.at(-1) ?? 0].filter((e6) => Math.abs(e6) >= 100_000);
        for (const value of coordinates) assert.ok(!text.includes(String(value)));
      }
    }),
  );
});

test('a fact that nobody has allowed does not leave, at any depth', () => {
  const items: Items = { a: true, b: { c: true } };
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.anything()),
      fc.dictionary(fc.string(), fc.anything()),
      (outer, inner) => {
        const left = project(items, { ...outer, b: inner });
        assert.ok(Object.keys(left).every((item) => item === 'a' || item === 'b'));
        assert.deepEqual(
          Object.keys(left.b as object).filter((item) => item !== 'c'),
          [],
        );
        assert.deepEqual(itemsBeyond(items, left), []);
      },
    ),
  );
  assert.deepEqual(itemsBeyond(items, { a: 1, b: { d: 1 }, e: 2 }), ['b.d', 'e']);
});

test('A24, C50: what the backend plane says of trips is what is declared', () => {
  fc.assert(
    fc.property(aTrip, (trip) => {
      const row = { ...newTripRow('device/boot/0', 'device', 1), revision: 1 };
      const places = { start: PLACE(1, 1), end: PLACE(2, 2) };
      const happenings = [
        tripStarted(row, trip.startUtcMs, places.start, 1),
        tripClosed(row, trip, places, 1),
        tripScored(row, scorer.score(trip, null), 1),
      ];
      for (const { type, data, subject } of eventsOfAll(happenings)) {
        assert.deepEqual(itemsBeyond(TRIP_EVENT_ITEMS[type as keyof typeof TRIP_EVENT_ITEMS], data), [], type);
        assert.notEqual(subject, 'device');
      }
    }),
    { numRuns: 30 },
  );
});

function eventsOfAll(happenings: Parameters<typeof eventsOf>[0][]) {
  return happenings.flatMap((happening) => eventsOf(happening, [TENANT], crypto));
}
