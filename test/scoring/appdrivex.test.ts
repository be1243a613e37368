import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { appdrivexRater } from '../../gateway/scoring/appdrivex.ts';
import { APPDRIVEX_DEFAULTS, checkAppdrivexConfig } from '../../gateway/scoring/appdrivex-config.ts';
import type { PhoneEvent } from '../../gateway/scoring/appdrivex-phone.ts';
import type { RoadAt, TripOccurrence } from '../../gateway/scoring/closed-trip.ts';
import { type Drive, FOREST, NIGHT_MS, RATER, RUSH_MS, rate, ratingOf, SUBURB, SUNDAY_MS } from './appdrivex-drives.ts';
import { A40, CALM_MS, MAIN_STREET, roadsAre, trackAt, trackOf, tripOf } from './track-maker.ts';

test('E36: a calm trip is rated high, a wild one low, between 0 and 100', () => {
  assert.equal(ratingOf({ kmh: 100, seconds: 1800, road: A40 }), 99);
  assert.ok(ratingOf({ kmh: 95, seconds: 600, road: MAIN_STREET, startMs: NIGHT_MS, brakings: 20, peak: 80 }) <= 5);
});

test('E38, E52: strong acceleration, sharp braking and extreme cornering are deducted', () => {
  for (const kind of ['harsh-acceleration', 'harsh-braking', 'harsh-cornering'] as const) {
    const { value, why } = rate({ brakings: 3, kind }).criteria.smooth;
    assert.ok(value !== null && value < 90, kind);
    assert.match(why[0], /^3 (strong accelerations|sharp brakings|extreme corners) in 20\.0 km$/);
  }
  assert.deepEqual(rate({}).criteria.smooth, { value: 100, why: ['no harsh event in 20.0 km'] });
});

test('E39: the rush hour on the Autobahn and the night through the forest are riskier than a Sunday in the suburb', () => {
  const value = (drive: Drive): number => rate(drive).criteria.environment.value ?? Number.NaN;
  const sunday = value({ road: SUBURB, kmh: 28, startMs: SUNDAY_MS });
  assert.equal(sunday, 90);
  assert.equal(value({ road: A40, startMs: RUSH_MS }), 20);
  assert.equal(value({ road: FOREST, startMs: NIGHT_MS }), 0);
  assert.deepEqual(rate({ road: A40, startMs: RUSH_MS }).criteria.environment.why, [
    '100 % on motorways in the rush hour',
  ]);
});

test('E39: settlement is dense or sparse', () => {
  const value = (road: RoadAt): number => rate({ road, kmh: 28 }).criteria.environment.value ?? Number.NaN;
  assert.ok(value(MAIN_STREET) < value(SUBURB));
});

test('E42: the environment alone moves a trip by 10 of 100 at most, with a phone and without', () => {
  const worst = {
    ...APPDRIVEX_DEFAULTS.risks,
    'rural-main': { day: 0, early: 0, peak: 0, night: 0, 'weekend-night': 100 },
  };
  const rater = appdrivexRater({ risks: worst });
  for (const phone of [null, []]) {
    const [day, night] = [CALM_MS, NIGHT_MS].map((startMs) => rate({ startMs, phone }, rater).rating);
    assert.deepEqual([day, night], [100, 90]);
  }
});

test('E42: a night-shift worker who drives well keeps 90 of 100 whatever the hours', () => {
  for (const startMs of [NIGHT_MS, RUSH_MS, CALM_MS])
    for (const road of [A40, FOREST, SUBURB]) assert.ok(ratingOf({ startMs, road, kmh: 28 }) >= 90);
});

test('E42: with harsh events the riskiest environment doubles their weight', () => {
  const lost = (startMs: number, brakings: number, rater = RATER): number =>
    100 - (rate({ startMs, brakings, peak: 32 }, rater).criteria.smooth.value ?? Number.NaN);
  // 2 of severity 1 in 20 km, with 20 km of credit: 5 per 100 km, 5 points each
  assert.equal(lost(NIGHT_MS, 2, appdrivexRater({ couplingPercent: 0 })), 25);
  assert.equal(lost(NIGHT_MS, 2), 50);
  assert.equal(lost(CALM_MS, 2), 33, 'by day a rural road has a risk of 30 %');
  assert.equal(lost(NIGHT_MS, 0), 0);
  assert.match(rate({ startMs: NIGHT_MS, brakings: 4 }).criteria.smooth.why[1], /they weigh 100 % more/);
});

const moving: readonly PhoneEvent[] = [
  { kind: 'pick-up', utcMs: CALM_MS + 60_000 },
  { kind: 'unlock', utcMs: CALM_MS + 62_000 },
  { kind: 'unlock', utcMs: CALM_MS + 300_000 },
];

test('E40: pick-ups and unlocks while the car moves are deducted, those within 30 s of the first as one use', () => {
  const { value, why } = rate({ phone: moving }).criteria.phone;
  assert.ok(value !== null && value < 70);
  assert.match(why[0], /used 2 times while the car moved/);
  assert.equal(rate({ phone: [] }).criteria.phone.value, 100);
});

test('E40: without a phone the other three criteria share its weight', () => {
  const { criteria, rating } = rate({ brakings: 5, phone: null });
  assert.equal(criteria.phone.value, null);
  const [smooth, conscious, environment] = [
    criteria.smooth.value ?? 0,
    criteria.conscious.value ?? 0,
    criteria.environment.value ?? 0,
  ];
  // 40 : 30 of the 90 that the environment leaves
  assert.equal(rating, Math.round(((smooth * 40 + conscious * 30) / 70) * 0.9 + environment * 0.1));
});

test('E46: a phone that is used while the car stands is not deducted', () => {
  const samples = Array.from({ length: 600 }, (_, i) => ({ utcMs: CALM_MS + i * 1000, speedDmS: i < 300 ? 222 : 13 }));
  const used = (atS: number): number | null =>
    RATER.rate(tripOf(trackOf(samples)), null, [{ kind: 'unlock', utcMs: CALM_MS + atS * 1000 }]).criteria.phone.value;
  assert.equal(used(400), 100);
  assert.equal(used(-1), 100);
  assert.equal(used(6000), 100);
  assert.ok((used(200) ?? 100) < 100);
});

test('E40, E46: a use counts from 1.4 m/s on, by the last sample within 5 s, and one of 30 s is one', () => {
  const lostBy = (
    samples: readonly { s: number; dmS: number; fix?: boolean }[],
    ...usesMs: readonly number[]
  ): number => {
    const track = trackOf(samples.map(({ s, dmS, fix }) => ({ utcMs: CALM_MS + s * 1000, speedDmS: dmS, fix })));
    const events = usesMs.map((ms): PhoneEvent => ({ kind: 'unlock', utcMs: CALM_MS + ms }));
    return 100 - (RATER.rate(tripOf(track, { distanceM: 10_000 }), null, events).criteria.phone.value ?? Number.NaN);
  };
  // 5 points a use and 100 km, over 10 km and 10 km of credit
  assert.deepEqual(
    [13, 14].map((dmS) => lostBy([{ s: 0, dmS }], 0)),
    [0, 25],
  );
  assert.deepEqual(
    [5000, 5001].map((ms) => lostBy([{ s: 0, dmS: 200 }], ms)),
    [25, 0],
  );
  const stops = [
    { s: 0, dmS: 200 },
    { s: 2, dmS: 0 },
  ];
  assert.deepEqual(
    [1999, 2000].map((ms) => lostBy(stops, ms)),
    [25, 0],
  );
  const blind = [
    { s: 0, dmS: 200 },
    { s: 2, dmS: 0, fix: false },
  ];
  assert.equal(lostBy(blind, 3000), 25, 'a sample without a fix says nothing');
  const drive = Array.from({ length: 90 }, (_, s) => ({ s, dmS: 200 }));
  assert.deepEqual(
    [30_000, 30_001].map((ms) => lostBy(drive, 0, ms)),
    [25, 50],
  );
});

test('E38: a peak counts from once to twice its threshold', () => {
  const lost = (peak: number): number => 100 - (rate({ brakings: 2, peak }).criteria.smooth.value ?? Number.NaN);
  const [under, at, over, twice, beyond] = [20, 32, 48, 64, 200].map(lost);
  assert.equal(under, at);
  assert.ok(at < over && over < twice);
  assert.deepEqual([at, twice, beyond], [33, 65, 65]);
});

const anySpeeds = fc.array(fc.nat({ max: 700 }), { minLength: 60, maxLength: 300 });
const anyRoad = fc.constantFrom<(RoadAt | null)[]>(A40, FOREST, SUBURB, MAIN_STREET, null);

test('more severe is never better: a faster second over the line, a harder event, one more use of the phone', () => {
  fc.assert(
    fc.property(
      anySpeeds,
      anyRoad,
      fc.nat(),
      fc.nat({ max: 300 }),
      fc.array(fc.nat({ max: 300 }), { maxLength: 8 }),
      (speeds, road, which, more, uses) => {
        const roads = road === null ? null : roadsAre(road);
        const i = which % speeds.length;
        const line = road?.limitKmh ?? 150;
        const over = speeds.with(i, Math.max(speeds[i], Math.ceil(line / 0.36)));
        const faster = over.with(i, over[i] + more);
        const conscious = (given: readonly number[]): number =>
          RATER.rate(tripOf(trackAt(given), { distanceM: 5000 }), roads, null).criteria.conscious.value ?? Number.NaN;
        assert.ok(conscious(faster) <= conscious(over));
        const smooth = (peak: number): number => ratingOf({ brakings: 2, peak });
        assert.ok(smooth(30 + more) <= smooth(30));
        const events = uses.map((second): PhoneEvent => ({ kind: 'unlock', utcMs: CALM_MS + second * 1000 }));
        const phone = (given: readonly PhoneEvent[]): number =>
          rate({ phone: given }).criteria.phone.value ?? Number.NaN;
        assert.ok(phone([...events, { kind: 'pick-up', utcMs: CALM_MS + more * 1000 }]) <= phone(events));
      },
    ),
  );
});

test('any trip gets a rating 0..100 with reasons, or none with what is missing', () => {
  fc.assert(
    fc.property(
      anySpeeds,
      anyRoad,
      fc.nat({ max: 400 }),
      fc.integer({ min: 0, max: 30 }),
      (speeds, road, distanceM, brakings) => {
        const occurrences = Array.from(
          { length: brakings },
          (_, i): TripOccurrence => ({
            kind: 'harsh-cornering',
            utcMs: CALM_MS + i,
            durationMs: 1,
            peak: 65_535,
            speedDmS: 0,
          }),
        );
        const { rating, criteria, why } = RATER.rate(
          tripOf(trackAt(speeds), { distanceM, occurrences }),
          road === null ? null : roadsAre(road),
          null,
        );
        assert.ok(rating === null ? why.length > 0 : Number.isInteger(rating) && rating >= 0 && rating <= 100);
        for (const { value, why: reasons } of Object.values(criteria)) {
          assert.ok(reasons.length > 0 && (value === null || (Number.isInteger(value) && value >= 0 && value <= 100)));
        }
      },
    ),
  );
});

test('E36: a trip under 100 m, or without any position, is not rated', () => {
  assert.equal(rate({ distanceM: 99 }).rating, null);
  assert.match(rate({ distanceM: 99 }).why[0], /too short to rate: 100 m at least/);
  assert.notEqual(rate({ distanceM: 100 }).rating, null);
  const blind = Array.from({ length: 60 }, (_, i) => ({
    utcMs: CALM_MS + i * 1000,
    speedDmS: 100,
    fix: false,
    mounted: false,
  }));
  const { criteria } = RATER.rate(tripOf(trackOf(blind), { distanceM: 600 }), roadsAre(FOREST), null);
  assert.equal(criteria.environment.value, null);
  assert.match(criteria.conscious.why[0], /no position of this trip shows movement/);
});

test('E38: without known axes a trip is rated by the other criteria', () => {
  const samples = Array.from({ length: 60 }, (_, i) => ({ utcMs: CALM_MS + i * 1000, speedDmS: 100, mounted: false }));
  const { criteria, rating } = RATER.rate(tripOf(trackOf(samples)), roadsAre(FOREST), null);
  assert.equal(criteria.smooth.value, null);
  assert.match(criteria.smooth.why[0], /axes/);
  const { conscious, environment } = criteria;
  assert.equal(rating, Math.round((conscious.value ?? 0) * 0.9 + (environment.value ?? 0) * 0.1));
});

test('the version names the rules, their settings, the tables and the roads', () => {
  assert.match(rate({}).version, /^appdrivex 1, config [0-9a-f]{8}, tzdata \d{4}[a-z], zone map [\d.]+, map test 1$/);
  assert.notEqual(rate({}, appdrivexRater({ priorM: 1 })).version, rate({}).version);
});

test('E42, E37: a configuration that breaks a rule is refused with what to correct', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ weights: { smooth: 40, environment: 11, phone: 19, conscious: 30 } }, /environment must be 10 at most \(E42\)/],
    [{ weights: { smooth: 40, environment: 10, phone: 20, conscious: 31 } }, /sum to 100 \(E37\)/],
    [{ weights: { smooth: 0, environment: 10, phone: 90, conscious: 0 } }, /must not both be 0/],
    [{ criticalKmh: 150.5 }, /criticalKmh must be an integer 50\.\.300, not 150\.5/],
    [{ speed: 1 }, /there is no setting speed/],
    [
      { risks: { ...APPDRIVEX_DEFAULTS.risks, motorway: { day: 1 } } },
      /risks\.motorway must have an integer 0\.\.100 for each of day/,
    ],
  ];
  for (const [given, reason] of wrong) {
    const checked = checkAppdrivexConfig(given);
    assert.match(checked.ok ? '' : checked.reason, reason);
  }
  assert.equal(checkAppdrivexConfig({ weights: { smooth: 35, environment: 10, phone: 20, conscious: 35 } }).ok, true);
  assert.throws(() => appdrivexRater({ priorM: 0 }), /AppDriveX configuration: priorM/);
});
