import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { APPDRIVEX_TERMS } from '../../gateway/tariffs/appdrivex-terms.ts';
import {
  type Blocked,
  correctionAllowed,
  PointsAccount,
  type Posting,
  pointsFor,
  type RatedTrip,
} from '../../gateway/tariffs/points.ts';
import { granted, reasonOf, t } from './dates.ts';

const TERMS = APPDRIVEX_TERMS;
const TRIP: RatedTrip = {
  id: 't-1',
  startUtcMs: t('2026-06-10T08:00:00Z'),
  endUtcMs: t('2026-06-10T09:00:00Z'),
  distanceM: 50_000,
  rating: 80,
};

function earns(parts: Partial<RatedTrip>, blocked: readonly Blocked[] = []): number {
  return granted(pointsFor({ ...TRIP, ...parts }, blocked, TERMS)).points;
}

test('E31, E36: points are rating x km / 10', () => {
  assert.equal(earns({}), 400);
  assert.equal(earns({ rating: 100, distanceM: 999 }), 9, 'rounded down');
  assert.equal(granted(pointsFor(TRIP, [], TERMS)).why.requirement, 'E31, E33, E36');
});

test('E33: the worst trip earns 0 points, and so does one that could not be rated', () => {
  assert.equal(earns({ rating: 0 }), 0);
  assert.equal(earns({ rating: null }), 0);
  assert.equal(earns({ distanceM: 0 }), 0);
});

test('E34: no points for what happened while the blocker was on', () => {
  const { startUtcMs, endUtcMs } = TRIP;
  const during = (fromUtcMs: number, toUtcMs: number | null): number => earns({}, [{ fromUtcMs, toUtcMs }]);
  assert.equal(during(startUtcMs - 1, startUtcMs), 400, 'it ended as the trip began');
  assert.equal(during(startUtcMs - 1, startUtcMs + 1), 0);
  assert.equal(during(endUtcMs - 1, null), 0);
  assert.equal(during(endUtcMs, null), 400, 'it began as the trip ended');
  const { why } = granted(pointsFor(TRIP, [{ fromUtcMs: 0, toUtcMs: null }], TERMS));
  assert.equal(why.requirement, 'E34');
});

test('a trip that cannot be right is refused with its id', () => {
  assert.match(
    reasonOf(pointsFor({ ...TRIP, rating: 101 }, [], TERMS)),
    /trip t-1: a rating is a whole number 0 to 100, not 101/,
  );
  assert.match(reasonOf(pointsFor({ ...TRIP, rating: -1 }, [], TERMS)), /not -1/);
  assert.match(reasonOf(pointsFor({ ...TRIP, distanceM: -5 }, [], TERMS)), /-5 m is no distance/);
  assert.equal(earns({ endUtcMs: TRIP.startUtcMs }), 400);
  assert.match(reasonOf(pointsFor({ ...TRIP, endUtcMs: TRIP.startUtcMs - 1 }, [], TERMS)), /ends before it starts/);
});

test('E48: the mode of transport can be corrected for 7 x 24 h, through the change to winter time as well', () => {
  const end = t('2026-10-24T12:00:00Z');
  const last = end + 7 * 24 * 3_600_000;
  assert.equal(correctionAllowed(end, last, TERMS).ok, true);
  assert.match(reasonOf(correctionAllowed(end, last + 1, TERMS)), /until 2026-10-31 13:00 \(UTC\+1\).*\(E48\)/);
  assert.equal(correctionAllowed(end, end, TERMS).ok, true);
  assert.match(reasonOf(correctionAllowed(end, end - 1, TERMS)), /has not ended/);
});

function earned(id: string, points: number): Posting {
  return { kind: 'earned', id, points };
}

function account(...postings: readonly Posting[]): PointsAccount {
  const opened = new PointsAccount(TERMS);
  for (const posting of postings) granted(opened.post(posting));
  return opened;
}

test('E31, E32: a voucher takes 5,000 points: 4,999 do not suffice', () => {
  const poor = account(earned('a', 4999));
  assert.match(reasonOf(poor.post({ kind: 'voucher', id: 'v' })), /takes 5,000 points and there are 4,999/);
  granted(poor.post(earned('b', 1)));
  const { change, balance, why } = granted(poor.post({ kind: 'voucher', id: 'v' }));
  assert.deepEqual([change, balance, why.requirement], [-5000, 0, 'E31, E32']);
});

test('E32: points that were exchanged are used up', () => {
  const once = account(earned('a', 7000), { kind: 'voucher', id: 'v-1' });
  assert.equal(once.post({ kind: 'voucher', id: 'v-2' }).ok, false);
  assert.equal(once.balance, 2000);
});

test('a posting that comes twice counts once and gets the same answer', () => {
  const twice = account(earned('a', 12_000));
  const first = twice.post({ kind: 'voucher', id: 'v' });
  assert.deepEqual(twice.post({ kind: 'voucher', id: 'v' }), first);
  assert.equal(granted(twice.post(earned('a', 12_000))).balance, 12_000);
  assert.equal(twice.balance, 7000);
});

test('points are whole and not negative', () => {
  for (const points of [-1, 0.5, Number.NaN])
    assert.match(reasonOf(new PointsAccount(TERMS).post(earned('a', points))), /are no points/);
});

test('an id that was used for something else is refused', () => {
  const used = account(earned('a', 10));
  assert.match(reasonOf(used.post(earned('a', 11))), /a was used for another posting/);
  assert.match(reasonOf(used.post({ kind: 'voucher', id: 'a' })), /used for another/);
  assert.equal(used.balance, 10);
});

test('E48, E33: a trip that was a bus ride gives its points back, once, and never more than there are', () => {
  const spent = account(earned('bus', 3000), earned('car', 3000), { kind: 'voucher', id: 'v' });
  const { change, balance } = granted(spent.post({ kind: 'withdrawn', id: 'w', earnedId: 'bus' }));
  assert.deepEqual([change, balance], [-1000, 0]);
  assert.deepEqual(granted(spent.post({ kind: 'withdrawn', id: 'w', earnedId: 'bus' })).change, -1000, 'a repetition');
  assert.match(reasonOf(spent.post({ kind: 'withdrawn', id: 'w', earnedId: 'car' })), /used for another/);
  assert.match(reasonOf(spent.post(earned('w', 3000))), /used for another/);
  assert.match(reasonOf(spent.post({ kind: 'withdrawn', id: 'w-2', earnedId: 'bus' })), /were withdrawn before/);
  assert.match(reasonOf(spent.post({ kind: 'withdrawn', id: 'w-3', earnedId: 'v' })), /no points were earned as v/);
});

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const posting: fc.Arbitrary<Posting> = fc.oneof(
  fc.record({ kind: fc.constant('earned' as const), id, points: fc.integer({ min: 0, max: 9000 }) }),
  fc.record({ kind: fc.constant('voucher' as const), id }),
  fc.record({ kind: fc.constant('withdrawn' as const), id, earnedId: id }),
);

test('E32, E33: points never go negative, and no more vouchers are given than were earned', () => {
  fc.assert(
    fc.property(fc.array(posting, { maxLength: 60 }), (postings) => {
      const any = new PointsAccount(TERMS);
      const known = new Set<string>();
      let [all, vouchers] = [0, 0];
      for (const each of postings) {
        const before = any.balance;
        const result = any.post(each);
        assert.ok(any.balance >= 0);
        if (!result.ok || known.has(each.id)) {
          assert.equal(any.balance, before, 'a repetition or a refusal changes nothing');
          continue;
        }
        known.add(each.id);
        assert.equal(any.balance, before + result.value.change);
        if (each.kind === 'earned') all += each.points;
        if (each.kind === 'voucher') vouchers++;
      }
      assert.ok(vouchers * 5000 + any.balance <= all);
    }),
  );
});

test('the order in which trips arrive is irrelevant', () => {
  const trips = fc.uniqueArray(fc.record({ id: fc.string(), points: fc.nat({ max: 9000 }) }), {
    selector: (trip) => trip.id,
  });
  fc.assert(
    fc.property(trips, (all) => {
      const postings = all.map((trip) => earned(trip.id, trip.points));
      assert.equal(account(...postings).balance, account(...[...postings].reverse(), ...postings).balance);
    }),
  );
});
