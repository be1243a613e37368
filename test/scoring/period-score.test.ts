import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HarshEvent } from '../../gateway/scoring/acceleration.ts';
import type { HarshKind, TripOccurrence } from '../../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { Period, type PeriodScore } from '../../gateway/scoring/period-score.ts';
import { type PeriodTrip, periodTripOf } from '../../gateway/scoring/period-trip.ts';
import { A40, CALM_MS, constantSpeed, roadsAre, trackAt, trackOf, tripOf } from './track-maker.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KM = 1000;

interface Parts {
  readonly km?: number;
  readonly speed?: number | null;
  readonly events?: readonly HarshEvent[];
}

/** The n-th of a day each, so that no two overlap. */
function trip(n: number, { km = 100, speed = 90, events = [] }: Parts = {}): PeriodTrip {
  const startUtcMs = CALM_MS + n * DAY_MS;
  const distanceM = km * KM;
  const values = { speed, road: 80, time: 70 };
  return {
    id: `t-${n}`,
    startUtcMs,
    endUtcMs: startUtcMs + HOUR_MS,
    distanceM,
    seenM: distanceM,
    values,
    events,
    version: 'v1',
  };
}

function braking(atM: number, peakCg = 64): HarshEvent {
  return { kind: 'harsh-braking', atM, peakCg };
}

function scoreOf(trips: readonly PeriodTrip[]): PeriodScore {
  const period = new Period();
  for (const each of trips) period.add(each);
  return period.score();
}

/** `count` trips of `km` each, with `events` in the one in the middle. */
function year(count: number, km: number, events: readonly HarshEvent[] = []): PeriodTrip[] {
  return Array.from({ length: count }, (_, n) => trip(n, { km, events: n === Math.floor(count / 2) ? events : [] }));
}

function lost(trips: readonly PeriodTrip[]): number {
  return 100 - (scoreOf(trips).subscores.acceleration.value ?? Number.NaN);
}

test('C1: sub-scores are means by distance, and make one score of 1..7', () => {
  const { total, score, subscores, trips, distanceM } = scoreOf([
    trip(0, { km: 300, speed: 100 }),
    trip(1, { km: 100, speed: 60 }),
  ]);
  assert.deepEqual(
    [subscores.speed.value, subscores.acceleration.value, subscores.road.value, subscores.time.value],
    [90, 100, 80, 70],
  );
  assert.deepEqual([total, score, trips, distanceM], [87, 6, 2, 400 * KM]);
  assert.deepEqual(subscores.speed.why, ['90 on average over 400 km in 2 trips, 60 at the lowest']);
});

test('a trip that could not be judged by one criterion counts by the others', () => {
  const { subscores } = scoreOf([trip(0, { speed: null }), trip(1, { speed: 60 })]);
  assert.deepEqual([subscores.speed.value, subscores.road.value], [60, 80]);
  const { score, subscores: none } = scoreOf([trip(0, { speed: null })]);
  assert.deepEqual([none.speed.value, none.speed.weight, score], [null, 0, 6]);
});

test('a period without trips has no score and says why', () => {
  const { score, total, subscores, sufficientM } = scoreOf([]);
  assert.deepEqual([score, total, sufficientM], [null, null, 0]);
  assert.deepEqual(subscores.speed.why, ['no trip of this period could be judged by it']);
});

test('C6: one isolated emergency braking in a year of 1000 km changes nothing, in one of 999 km it does', () => {
  const at = [braking(50 * KM, 120)];
  assert.deepEqual(lost(year(10, 100, at)), 0);
  assert.equal(scoreOf(year(10, 100, at)).total, scoreOf(year(10, 100)).total);
  assert.ok(lost([...year(9, 100, at), trip(9, { km: 99 })]) > 0);
});

test('C6: isolated reaches over the ends of trips: 2 km in two trips are 2 km', () => {
  const two = (a: number, b: number): number =>
    lost([trip(0, { km: 1000, events: [braking(a)] }), trip(1, { km: 1000, events: [braking(b)] })]);
  assert.ok(two(999_000, 999) > 0, '1999 m apart: a pattern');
  assert.ok(two(999_000, 1000) > 0, '2000 m apart: still one');
  assert.equal(two(999_000, 1001), 0, '2001 m apart: two isolated ones in 2000 km');
});

const harsh = fc.constantFrom<HarshKind[]>('harsh-acceleration', 'harsh-cornering');
const anyEvents = fc.array(
  fc.record({ kind: harsh, atM: fc.nat({ max: 20_000 }), peakCg: fc.integer({ min: 20, max: 150 }) }),
  { maxLength: 4 },
);
const anyTrips = fc
  .array(
    fc.record({ km: fc.integer({ min: 1, max: 300 }), speed: fc.option(fc.nat({ max: 100 })), events: anyEvents }),
    { minLength: 1, maxLength: 25 },
  )
  .map((all) => all.map((parts, n) => trip(n, parts)));

test('C6: whatever else is in a year of 1000 km, one isolated emergency braking changes nothing', () => {
  fc.assert(
    fc.property(
      anyTrips,
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 32, max: 200 }),
      (others, where, peakCg) => {
        const place = where % others.length;
        // Room of its own: 1000 km before which and after which nothing happens for 3 km.
        const alone = (events: readonly HarshEvent[]): PeriodTrip[] => [
          ...others.slice(0, place),
          {
            ...trip(where + 100, { km: 1000, events }),
            startUtcMs: (others[place]?.startUtcMs ?? 0) - 2 * HOUR_MS,
            endUtcMs: (others[place]?.startUtcMs ?? 0) - HOUR_MS,
          },
          ...others.slice(place),
        ];
        const { total, score, subscores } = scoreOf(alone([braking(500 * KM, peakCg)]));
        const calm = scoreOf(alone([]));
        assert.deepEqual(
          [total, score, subscores.acceleration.value],
          [calm.total, calm.score, calm.subscores.acceleration.value],
        );
      },
    ),
  );
});

test('C22: the influence of an event never grows with distance, on sub-score, total and score', () => {
  const kinds = fc.constantFrom<HarshKind[]>('harsh-braking', 'harsh-acceleration', 'harsh-cornering');
  fc.assert(
    fc.property(kinds, fc.integer({ min: 28, max: 120 }), fc.integer({ min: 1, max: 30 }), (kind, peakCg, count) => {
      const effect = (trips: number, figure: 'total' | 'score'): number => {
        const [without, given] = [[], [{ kind, atM: 1000, peakCg }]].map(
          (events) => scoreOf(year(trips, 80, events))[figure] ?? Number.NaN,
        );
        return without - given;
      };
      for (const figure of ['total', 'score'] as const) {
        assert.ok(effect(count, figure) >= 0);
        assert.ok(effect(count + 1, figure) <= effect(count, figure));
      }
      const event = [{ kind, atM: 1000, peakCg }];
      assert.ok(lost(year(count + 1, 80, event)) <= lost(year(count, 80, event)));
    }),
  );
});

test('C39: single emergency brakings do not count in the long run, a repeated pattern does', () => {
  assert.equal(lost(year(100, 120, [braking(10 * KM), braking(60 * KM)])), 0);
  const daily = Array.from({ length: 100 }, (_, n) =>
    trip(n, { km: 120, events: [braking(10 * KM), braking(60 * KM)] }),
  );
  assert.ok(lost(daily) > 10);
});

test('more severe is never better', () => {
  fc.assert(
    fc.property(anyTrips, fc.nat(), fc.nat(), fc.nat({ max: 100 }), (all, which, event, more) => {
      const n = which % all.length;
      const harder = all.map((each, i) => {
        const events = each.events.map((e, k) =>
          i === n && k === event % each.events.length ? { ...e, peakCg: e.peakCg + more } : e,
        );
        return { ...each, events };
      });
      assert.ok(lost(harder) >= lost(all));
      const slower = all.map((each, i) => ({
        ...each,
        values: { ...each.values, speed: i === n ? 0 : each.values.speed },
      }));
      const judged = all.map((each, i) => ({
        ...each,
        values: { ...each.values, speed: i === n ? 50 : each.values.speed },
      }));
      assert.ok((scoreOf(slower).total ?? 0) <= (scoreOf(judged).total ?? 0));
    }),
  );
});

test('the order of trips, how often one comes, and how a period is split change nothing', () => {
  fc.assert(
    fc.property(
      anyTrips,
      fc.array(fc.nat({ max: 3 }), { maxLength: 60 }),
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      (all, parts, keys) => {
        const whole = scoreOf(all);
        const shuffled = all
          .map((each, i) => [keys[i % keys.length], each] as const)
          .sort(([a], [b]) => a - b)
          .map(([, each]) => each);
        assert.deepEqual(scoreOf([...shuffled, ...all]), whole);
        const split = [new Period(), new Period(), new Period(), new Period()];
        for (const [i, each] of shuffled.entries()) split[parts[i] ?? 0].add(each);
        const joined = split.reduceRight((sum, part) => part.join(sum));
        assert.deepEqual(joined.score(), whole);
      },
    ),
  );
});

test('a trip that grew counts once, as it is in the end, whichever came first', () => {
  const [early, late] = [trip(0, { km: 50, speed: 10 }), trip(0, { km: 60, speed: 90 })];
  assert.deepEqual(scoreOf([early, late]), scoreOf([late]));
  assert.deepEqual(scoreOf([late, early]), scoreOf([late]));
  const longer = { ...early, endUtcMs: early.endUtcMs + 1, values: { ...early.values, speed: 5 } };
  assert.equal(scoreOf([longer, early]).subscores.speed.value, 5, 'as far, and ended later');
  assert.equal(scoreOf([early, longer]).subscores.speed.value, 5);
  const shorter = {
    ...late,
    distanceM: late.distanceM - 1,
    endUtcMs: late.endUtcMs + 1,
    values: { ...late.values, speed: 7 },
  };
  assert.equal(scoreOf([shorter, late]).subscores.speed.value, 90, 'distance comes first');
  assert.equal(scoreOf([late, shorter]).subscores.speed.value, 90);
  const rescored = trip(0, { km: 60, speed: 91 });
  assert.deepEqual(scoreOf([late, rescored]), scoreOf([rescored, late]));
});

test('trips of 0 m, of 40 h, and those that overlap are set aside with a reason, and nothing else is lost', () => {
  const good = [trip(0), trip(1)];
  const { startUtcMs } = trip(2);
  const wrong: PeriodTrip[] = [
    { ...trip(2, { km: 0 }), id: 'still' },
    { ...trip(0), id: 'endless', startUtcMs: CALM_MS - HOUR_MS, endUtcMs: CALM_MS + 39 * HOUR_MS },
    { ...trip(1), id: 'twice', startUtcMs: trip(1).startUtcMs + 1 },
    { ...trip(2), id: 'backwards', endUtcMs: startUtcMs },
  ];
  const { setAside, ...rest } = scoreOf([...wrong, ...good]);
  const { setAside: none, ...expected } = scoreOf(good);
  assert.deepEqual([none, rest], [[], expected]);
  const reasons = Object.fromEntries(setAside.map(({ id, reason }) => [id, reason]));
  assert.deepEqual(reasons, {
    still: 'it is 0 m long',
    endless: 'it lasts for 40 h 0 min, longer than 24 h 0 min',
    twice: 'it begins while t-1 lasts',
    backwards: 'it ends before it begins',
  });
});

test('of two trips that begin at once the same one counts, whatever their order', () => {
  const two = [trip(0), { ...trip(0), id: 'a' }];
  const { setAside } = scoreOf(two);
  assert.deepEqual(setAside, [{ id: 't-0', reason: 'it begins while a lasts' }]);
  assert.deepEqual(scoreOf([...two].reverse()).setAside, setAside);
});

test('a trip of 24 h counts, one of 24 h and a millisecond does not', () => {
  const lasting = (ms: number): number => scoreOf([{ ...trip(0), endUtcMs: CALM_MS + ms }]).trips;
  assert.deepEqual([lasting(DAY_MS), lasting(DAY_MS + 1)], [1, 0]);
});

test('clocks may make two trips overlap by 120 s, not by more', () => {
  const startMs = trip(0).endUtcMs;
  const next = (overlapMs: number): PeriodTrip => ({
    ...trip(5),
    startUtcMs: startMs - overlapMs,
    endUtcMs: startMs + HOUR_MS,
  });
  assert.equal(scoreOf([trip(0), next(120_000)]).setAside.length, 0);
  assert.equal(scoreOf([trip(0), next(120_001)]).setAside.length, 1);
});

test('C18: only what was driven with known axes is sufficient, and trips under 100 m count for nothing', () => {
  const blind = { ...trip(0), seenM: 40 * KM };
  const tiny = { ...trip(1), distanceM: 99, seenM: 99 };
  const { sufficientM, distanceM, trips } = scoreOf([blind, tiny]);
  assert.deepEqual([sufficientM, distanceM, trips], [40 * KM, 100 * KM, 1]);
  assert.equal(scoreOf([{ ...trip(1), distanceM: 100, seenM: 100 }]).trips, 1);
});

test('a score names the rules and tables behind its trips', () => {
  const { versions } = scoreOf([trip(0), { ...trip(1), version: 'v0' }, trip(2)]);
  assert.deepEqual(versions, ['v0', 'v1']);
});

test('C13: a closed trip becomes what a period needs, with its events at their places', () => {
  const occurrences: TripOccurrence[] = [
    { kind: 'harsh-braking', utcMs: CALM_MS + 100_000, durationMs: 600, peak: 40, speedDmS: 300 },
  ];
  const closed = tripOf(trackAt(constantSpeed(108, 600)), { occurrences });
  const scored = fahrstilScorer().score(closed, roadsAre(A40));
  const { distanceM, seenM, values, events, version } = periodTripOf(closed, scored);
  assert.deepEqual([distanceM, seenM, version], [18_000, 18_000, scored.version]);
  assert.deepEqual(values, { speed: 100, road: 100, time: 100 });
  assert.deepEqual(events, [{ kind: 'harsh-braking', atM: 3000, peakCg: 40 }]);
});

test('C5: where axes are not known nothing is sufficient and no event is judged', () => {
  const samples = Array.from({ length: 600 }, (_, i) => ({
    utcMs: CALM_MS + i * 1000,
    speedDmS: 139,
    mounted: i >= 300,
  }));
  const half = tripOf(trackOf(samples));
  assert.equal(periodTripOf(half, fahrstilScorer().score(half, null)).seenM, 4170);
  const none = tripOf(trackOf(samples.map((sample) => ({ ...sample, mounted: false }))));
  const { seenM, events } = periodTripOf(none, fahrstilScorer().score(none, null));
  assert.deepEqual([seenM, events], [0, []]);
});

test('C4: to drive slower than the limit helps a period as little as a trip', () => {
  const at = (kmh: number): number | null => {
    const closed = tripOf(trackAt(constantSpeed(kmh, 900)), { distanceM: 20_000 });
    return scoreOf([periodTripOf(closed, fahrstilScorer().score(closed, roadsAre(A40)))]).subscores.speed.value;
  };
  assert.deepEqual([30, 80, 129, 130].map(at), [100, 100, 100, 100]);
  assert.ok((at(150) ?? 100) < 100);
});

test("the server's own time zone changes nothing", () => {
  const before = process.env.TZ;
  const closed = tripOf(trackAt(constantSpeed(108, 600)));
  const seen = ['Pacific/Kiritimati', 'America/Los_Angeles'].map((zone) => {
    process.env.TZ = zone;
    return scoreOf([periodTripOf(closed, fahrstilScorer().score(closed, roadsAre(A40)))]);
  });
  process.env.TZ = before ?? 'UTC';
  assert.deepEqual(seen[0], seen[1]);
});
