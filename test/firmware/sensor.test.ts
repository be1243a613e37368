import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../../protocol/messages.ts';
import { LV_124_E11_COLD } from '../../simulator/crank-profiles.ts';
import type { SensorFeed } from '../../simulator/feed.ts';
import { Rng } from '../../simulator/rng.ts';
import type { LedChange } from '../../simulator/station.ts';
import { drive, type Phase, parked, start } from '../../simulator/trip-stories-phase.ts';
import { sensorBench } from './sensor-bench.ts';

const rng = Rng.seeded(3);
const GO: Phase = { seconds: 60, engine: 'running', kmh: 50 };

/** Green from, and for how long. */
function greens(log: readonly LedChange[]): [number, number][] {
  const found: [number, number][] = [];
  for (const [i, { atMs, green }] of log.entries()) if (green) found.push([atMs, (log[i + 1]?.atMs ?? 0) - atMs]);
  return found;
}

function kinds(frames: readonly Frame[]): string[] {
  return frames.flatMap(({ occurrences }) => occurrences.map(({ kind }) => kind));
}

/** Trips by boot and number, with their endings. */
function trips(frames: readonly Frame[]): Map<string, (string | undefined)[]> {
  const found = new Map<string, (string | undefined)[]>();
  for (const { boot, trip } of frames) {
    if (trip === undefined) continue;
    const key = `${trip.boot ?? boot}/${trip.number}`;
    found.set(
      key,
      [...(found.get(key) ?? []), trip.ending].filter((ending) => ending !== undefined),
    );
  }
  return found;
}

test('C25: plugged in for the first time and driven: a trip arrives, without activation and without a phone', () => {
  const { frames } = sensorBench([parked(20), ...start(rng), ...drive(rng, 200), parked(200)]).run();
  assert.deepEqual([...trips(frames).values()], [['parked']]);
  const first = frames.find(({ trip }) => trip?.part === 0);
  assert.ok(first?.samples !== undefined && first.samples.count > 1, 'with samples');
});

test('C35: no download, receipt or setting is needed to go on: four trips in a row without a word from outside', () => {
  const phases = [1, 2, 3, 4].flatMap(() => [...start(rng), ...drive(rng, 100), parked(200)]);
  const { sensor } = sensorBench([parked(20), ...phases]).run();
  assert.equal(sensor()?.journal.settings.trips, 4);
  assert.ok((sensor()?.journal.waiting ?? 0) >= 8, 'kept until somebody says that they have them');
});

test('C27, C29: 1 s of green when plugged in, 5 s at engine start, dark while driving', () => {
  const { station } = sensorBench([parked(30), { seconds: 1, engine: 'cranking' }, GO, parked(60)]).run();
  const [plugged, engine, ...more] = greens(station.ledLog);
  assert.deepEqual(plugged, [0, 1000]);
  assert.equal(engine[1], 5000);
  assert.ok(engine[0] >= 30_000 && engine[0] <= 32_000, `${engine}`);
  assert.deepEqual(more, []);
});

test('C28: green all the while an update is installed', () => {
  const { station, world } = sensorBench([parked(120)]);
  world.runUntil(10_000);
  station.input({ kind: 'update', installing: true });
  world.runUntil(70_000);
  assert.equal(station.ledGreen, true);
  station.input({ kind: 'update', installing: false });
  assert.equal(station.ledGreen, false);
  assert.deepEqual(greens(station.ledLog)[1], [10_000, 60_000]);
});

test('C34: an accelerometer that does not feel the earth is a fault: no green at engine start', () => {
  let s = 0;
  const dead: SensorFeed = {
    fill(second) {
      second.axesMg.fill(0);
      second.supplyMv.fill(s < 20 ? 12_400 : 14_200);
      second.fix = null;
      return s++ < 60;
    },
  };
  const { station } = sensorBench([parked(60)], {}, {}, dead).run(0);
  assert.deepEqual(greens(station.ledLog), [[0, 1000]]);
});

test('C29, C32: a cold crank that resets the device still shows 5 s of green, and not that of plugging in', () => {
  const crank: Phase = { seconds: 11, engine: 'cranking', crank: LV_124_E11_COLD, pulses: 1 };
  for (const holdUpMs of [0, 100]) {
    const { station, frames } = sensorBench([parked(30), crank, GO, parked(200)], {}, { holdUpMs }).run();
    const [, ...after] = greens(station.ledLog);
    assert.deepEqual(
      after.map(([, lastedMs]) => lastedMs),
      [5000],
      `hold-up ${holdUpMs} ms`,
    );
    assert.equal(station.boots, holdUpMs === 0 ? 2 : 1);
    assert.equal(trips(frames).size, 1);
    assert.equal(kinds(frames).includes('power-gap'), holdUpMs === 0);
  }
});

test('C32: off for less than 5 s the trip goes on and the gap is marked with its length', () => {
  for (const lossMs of [40, 900, 4900]) {
    const away: Phase = { ...GO, lossMs };
    const { station, frames } = sensorBench(
      [parked(30), ...start(rng), GO, away, parked(200)],
      {},
      { holdUpMs: 0 },
    ).run();
    assert.equal(station.boots, 2);
    assert.deepEqual([...trips(frames).values()], [['parked']], `${lossMs} ms`);
    const gaps = frames.flatMap(({ occurrences }) => occurrences.filter(({ kind }) => kind === 'power-gap'));
    assert.deepEqual(
      gaps.map(({ durationMs }) => durationMs),
      [lossMs],
    );
  }
});

test('C32: off for 5 s or more, or for an unknown time, is a cold start: that trip is over, another begins', () => {
  for (const [lossMs, knowsOffTime] of [
    [5000, true],
    [60_000, true],
    [40, false],
  ] as const) {
    const away: Phase = { ...GO, seconds: 120, lossMs };
    const phases = [parked(30), ...start(rng), GO, away, parked(200)];
    const { frames } = sensorBench(phases, {}, { holdUpMs: 0, knowsOffTime }).run();
    assert.deepEqual([...trips(frames).values()], [['power-lost'], ['parked']], `${lossMs} ms`);
    assert.ok(!kinds(frames).includes('power-gap'));
  }
});

test('C32: what a dead socket costs is one block of 5 s', () => {
  for (const droveS of [61, 62, 63, 64, 65, 130]) {
    const before = [parked(30), { seconds: 1, engine: 'cranking' } as const, { ...GO, seconds: droveS }];
    const unplugged: Phase = { ...GO, seconds: 20, plugged: false };
    const { frames } = sensorBench([...before, unplugged, parked(60)]).run();
    const ended = frames.find(({ trip }) => trip?.ending === 'power-lost');
    assert.ok(ended?.samples !== undefined);
    const lastMs = ended.startMs + ended.samples.count * ended.samples.cadenceMs;
    assert.ok(lastMs > 1000 * (31 + droveS - 5), `${31_000 + 1000 * droveS - lastMs} ms are missing`);
  }
});

test('C63: from the moment it is unplugged nothing leaves the device any more, and its light is out', () => {
  const before: Phase[] = [parked(30), { seconds: 1, engine: 'cranking' }, { ...GO, seconds: 300 }];
  const unplugged: Phase = { seconds: 3600, engine: 'running', kmh: 50, plugged: false };
  const { station, sentMs } = sensorBench([...before, unplugged]).run();
  assert.ok(
    sentMs.some((ms) => ms > 200_000),
    'it had been sending',
  );
  // What was on the air in the last moment arrives 120 ms later at most.
  assert.deepEqual(
    sentMs.filter((ms) => ms > 331_000 + 220),
    [],
  );
  assert.equal(station.running, false);
  assert.equal(station.ledGreen, false);
});
