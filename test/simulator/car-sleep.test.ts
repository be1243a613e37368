import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Car, type CarOptions, type Leg } from '../../simulator/car.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { Rng } from '../../simulator/rng.ts';
import { planTown } from '../../simulator/town-plan.ts';

const START_UTC_MS = 1_772_433_000_000;
const NIGHT_S = 8 * 3600;
const town = planTown(Rng.seeded(7).fork('town'));
const LEGS: readonly Leg[] = [{ parkBeforeS: 3, driveS: 60, parkAfterS: 20 }];

function carWith(socket: CarOptions['socket']): Car {
  return new Car(Rng.seeded(3), town, {
    temperament: 'calm',
    startUtcMs: START_UTC_MS,
    legs: LEGS,
    repeat: true,
    socket,
  });
}

/** Seconds with power in a row, from the first one that has it; ends with the first one without. */
function poweredSeconds(car: Car, maxS = 1500): { seconds: number; firstUtcMs: number | null; offS: number } {
  const second = newSensorSecond();
  let [seconds, offS] = [0, 0];
  let firstUtcMs: number | null = null;
  for (let s = 0; s < maxS; s++) {
    car.fill(second);
    if (second.powered) {
      seconds++;
      firstUtcMs ??= second.fix?.utcMs ?? null;
    } else if (seconds > 0) break;
    else offS++;
  }
  return { seconds, firstUtcMs, offS };
}

test('a timed socket outlives the engine by the leg, a switched one dies with it', () => {
  const [timed, switched] = [poweredSeconds(carWith('timed')), poweredSeconds(carWith('switched'))];
  assert.equal(timed.seconds, switched.seconds + 20);
  assert.equal(timed.offS, 3);
});

test('hours of sleep pass at once: the clock has gone on, and the next leg is driven as it was going to be', () => {
  const [waits, sleeps] = [carWith('timed'), carWith('timed')];
  for (const car of [waits, sleeps]) poweredSeconds(car);
  sleeps.sleep(NIGHT_S);
  const [awake, rested] = [poweredSeconds(waits), poweredSeconds(sleeps)];
  assert.ok(awake.firstUtcMs !== null && rested.firstUtcMs !== null);
  assert.ok(rested.firstUtcMs - awake.firstUtcMs >= NIGHT_S * 1000);
  assert.equal(rested.offS, awake.offS);
  assert.equal(rested.seconds, awake.seconds);
  assert.equal(sleeps.truth.distanceM, waits.truth.distanceM);
});

test('after hours of sleep the receiver starts cold: no position for 24 s at least', () => {
  const seen = (sleepS: number): number => {
    const car = carWith('timed');
    poweredSeconds(car);
    car.sleep(sleepS);
    const second = newSensorSecond();
    let blind = 0;
    for (let s = 0; s < 100; s++) {
      car.fill(second);
      if (second.powered && second.fix === null) blind++;
    }
    return blind;
  };
  assert.ok(seen(60) <= 8, `${seen(60)}`);
  assert.ok(seen(NIGHT_S) >= 24, `${seen(NIGHT_S)}`);
});

test('a car whose socket is alive does not sleep', () => {
  assert.throws(() => carWith('permanent').sleep(60), /dead socket/);
  const car = carWith('timed');
  const second = newSensorSecond();
  while (!second.powered || second.fix === null) car.fill(second);
  assert.throws(() => car.sleep(60), /dead socket/);
});
