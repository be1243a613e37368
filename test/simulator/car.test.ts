import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { distanceM } from '../../protocol/trig.ts';
import { Car, type CarOptions, type CarView, DEFAULT_LEG } from '../../simulator/car.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Temperament } from '../../simulator/temperament.ts';
import { planTown } from '../../simulator/town-plan.ts';

const START_UTC_MS = 1_772_433_000_000;
const town = planTown(Rng.seeded(7).fork('town'));

interface Drive {
  readonly car: Car;
  readonly seconds: number;
  readonly digest: string;
  readonly views: readonly CarView[];
  readonly powered: readonly boolean[];
  readonly fixUtcMs: readonly number[];
}

function drive(seed: number, options: Partial<CarOptions> = {}, maxS = 6000): Drive {
  const car = new Car(Rng.seeded(seed), town, { temperament: 'normal', startUtcMs: START_UTC_MS, ...options });
  const second = newSensorSecond();
  const hash = createHash('sha256');
  const views: CarView[] = [];
  const powered: boolean[] = [];
  const fixUtcMs: number[] = [];
  while (views.length < maxS && car.fill(second)) {
    hash
      .update(second.axesMg)
      .update(second.supplyMv)
      .update(JSON.stringify([second.fix, second.powered]));
    views.push(car.view());
    powered.push(second.powered);
    if (second.fix !== null) fixUtcMs.push(second.fix.utcMs);
  }
  return { car, seconds: views.length, digest: hash.digest('hex'), views, powered, fixUtcMs };
}

test('the same seed gives the same bytes of all sensor seconds, another seed others', () => {
  assert.equal(drive(7).digest, drive(7).digest);
  assert.notEqual(drive(7).digest, drive(8).digest);
});

test('the plan is kept: park, start, drive, park; the truth has the trip', () => {
  const { car, seconds, views } = drive(3);
  const [trip] = car.truth.trips;
  assert.equal(car.truth.trips.length, 1);
  assert.equal(trip.engineOnMs, (DEFAULT_LEG.parkBeforeS + 3) * 1000);
  const offMs = trip.engineOffMs ?? Number.NaN;
  assert.equal(seconds * 1000, offMs + DEFAULT_LEG.parkAfterS * 1000);
  const movedMs = trip.movedMs ?? Number.NaN;
  assert.ok(movedMs > trip.engineOnMs && movedMs < trip.engineOnMs + 10_000);
  assert.ok((offMs - trip.engineOnMs) / 1000 > 400 && (offMs - trip.engineOnMs) / 1000 < 950);
  for (const [s, view] of views.entries()) {
    const running = s * 1000 >= trip.engineOnMs && s * 1000 < offMs;
    assert.equal(view.engineOn, running, `second ${s}`);
    if (!running) assert.equal(view.speedKmh, 0);
  }
});

test('the true distance is the integral of speed and the sum of the steps on the map', () => {
  const { car, views } = drive(4);
  let bySpeedM = 0;
  let byStepsM = 0;
  for (let i = 1; i < views.length; i++) {
    bySpeedM += (views[i].speedKmh + views[i - 1].speedKmh) / 7.2;
    byStepsM += distanceM(views[i - 1].latDeg, views[i - 1].lonDeg, views[i].latDeg, views[i].lonDeg);
  }
  assert.ok(Math.abs(bySpeedM / car.truth.distanceM - 1) < 0.002, `${bySpeedM} of ${car.truth.distanceM}`);
  assert.ok(Math.abs(byStepsM / car.truth.distanceM - 1) < 0.01, `${byStepsM} of ${car.truth.distanceM}`);
  assert.equal(car.truth.trips[0].distanceM, car.truth.distanceM);
});

test('C8: a drive of 600 s is on a 30-zone, in town, on a rural road and on the Autobahn', () => {
  for (let seed = 0; seed < 6; seed++) {
    const seen = new Map<string, number>();
    for (const view of drive(seed).views)
      if (view.speedKmh > 5) seen.set(view.roadClass, (seen.get(view.roadClass) ?? 0) + 1);
    for (const kind of ['zone-30', 'rural-main', 'motorway'])
      assert.ok((seen.get(kind) ?? 0) > 20, `${kind}, seed ${seed}`);
    assert.ok((seen.get('town-main') ?? 0) + (seen.get('town-street') ?? 0) > 20, `town, seed ${seed}`);
  }
});

test('temperaments differ: a hasty driver has a handful of harsh events, a calm one hardly any', () => {
  const events = (temperament: Temperament): number[] =>
    Array.from({ length: 10 }, (_, seed) => drive(seed, { temperament }).car.truth.eventCount);
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  const [calm, normal, hasty] = [events('calm'), events('normal'), events('hasty')];
  assert.ok(sum(calm) <= 2, `calm ${calm}`);
  assert.ok(sum(normal) > sum(calm) && sum(normal) <= 25, `normal ${normal}`);
  assert.ok(Math.min(...hasty) >= 1 && sum(hasty) >= 30 && sum(hasty) <= 120, `hasty ${hasty}`);
});

test('C2: a calm driver keeps to the limit, a hasty one does not; nobody jumps', () => {
  const over = (temperament: Temperament): number => {
    const { views } = drive(2, { temperament });
    for (let i = 1; i < views.length; i++) {
      assert.ok(Math.abs(views[i].speedKmh - views[i - 1].speedKmh) < 25, `second ${i}`);
    }
    return views.filter((v) => v.limitKmh !== null && v.speedKmh > v.limitKmh + 5).length;
  };
  // A few seconds of coasting down behind a sign happen to anybody.
  assert.ok(over('calm') < 10, `${over('calm')}`);
  assert.ok(over('hasty') > 60, `${over('hasty')}`);
});

test('a harsh braking of the truth is in the raw samples too, turned by the true mounting', () => {
  let brakings = 0;
  for (let seed = 0; seed < 4; seed++) {
    const car = new Car(Rng.seeded(seed), town, { temperament: 'hasty', startUtcMs: START_UTC_MS });
    const second = newSensorSecond();
    const forwardMg: number[] = [];
    const { mounting } = car.truth;
    while (car.fill(second)) {
      const axes = second.axesMg;
      for (let i = 0; i < 150; i += 3) {
        forwardMg.push(mounting[0] * axes[i] + mounting[3] * axes[i + 1] + mounting[6] * axes[i + 2]);
      }
    }
    for (const event of car.truth.events.filter((e) => e.kind === 'braking')) {
      brakings++;
      const samples = forwardMg.slice(event.startMs / 20, (event.startMs + event.durationMs) / 20);
      const mean = samples.reduce((x, y) => x + y, 0) / samples.length;
      assert.ok(mean < -230, `${mean} mg at ${event.startMs} ms`);
    }
  }
  assert.ok(brakings > 0);
});

test('several legs are several trips from one place, and a repeated plan never ends', () => {
  const leg = { parkBeforeS: 10, driveS: 120, parkAfterS: 150 };
  const { car } = drive(5, { legs: [leg, { ...leg, driveS: 200 }, leg] });
  assert.equal(car.truth.tripCount, 3);
  assert.ok(car.truth.trips.every((t) => t.engineOffMs !== undefined && t.distanceM > 500));
  assert.equal(drive(5, { legs: [leg], repeat: true }, 2500).seconds, 2500);
});

test('a switched socket is dead while the ignition is off, and an unplugged device sees nothing (C32)', () => {
  const switched = drive(6, { socket: 'switched' });
  const on = switched.views.map((v) => v.engineOn);
  for (const [s, powered] of switched.powered.entries()) {
    const ignition = on[s] || on[s + 1] || on[s + 2] || on[s + 3] || false;
    assert.equal(powered, ignition, `second ${s}`);
  }
  const unplugged = drive(6, { unplugged: [{ fromS: 5, toS: 8 }] }).powered;
  assert.deepEqual(unplugged.slice(3, 10), [true, true, false, false, false, true, true]);
});

test('UTC of a fix is the end of its second', () => {
  const { fixUtcMs } = drive(2);
  assert.ok(fixUtcMs.length > 500);
  assert.equal(fixUtcMs[1] - fixUtcMs[0], 1000);
  assert.equal((fixUtcMs[0] - START_UTC_MS) % 1000, 0);
});

test('sensors do not disturb the drive: another mounting, alternator or sky, the same way driven', () => {
  const a = drive(9);
  const b = drive(9, {
    mounting: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    alternator: 'smart',
    gnssOutages: [{ fromS: 50, toS: 90 }],
  });
  assert.deepEqual(a.views, b.views);
  assert.deepEqual(a.car.truth.events, b.car.truth.events);
});
