import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GnssFix } from '../../firmware/hal.ts';
import { distanceM } from '../../protocol/trig.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { UNDATED_START_UTC_MS } from '../../simulator/replay/calendar.ts';
import { playedDistanceM } from '../../simulator/replay/distance.ts';
import { Playback } from '../../simulator/replay/playback.ts';
import type { RecordedPoint, Recording } from '../../simulator/replay/recording.ts';
import { pointOf } from '../../simulator/replay/tidy.ts';
import { mustReadOne, sharedFile, withoutSharedData } from './shared-data.ts';

interface Second {
  readonly utcMs: number;
  readonly axesMg: readonly number[];
  readonly supplyMv: readonly number[];
  readonly fix: GnssFix | null;
}

function play(recording: Recording): { readonly playback: Playback; readonly seconds: readonly Second[] } {
  const playback = new Playback(recording);
  const second = newSensorSecond();
  const seconds: Second[] = [];
  while (playback.fill(second)) {
    const { axesMg, supplyMv, fix } = second;
    seconds.push({ utcMs: playback.utcMs, axesMg: [...axesMg], supplyMv: [...supplyMv], fix });
  }
  assert.equal(playback.fill(second), false);
  assert.equal(seconds.length, playback.totalSeconds);
  return { playback, seconds };
}

function recordingOf(points: readonly RecordedPoint[], more: Partial<Recording> = {}): Recording {
  const base = { name: 'x', format: 'test', hasCalendar: true, acceleration: null, trips: [], remarks: [] };
  return { ...base, points, ...more };
}

const START_MS = Date.UTC(2024, 4, 1, 8);

/** North at the speeds given, one a second. */
function northward(speedsMS: readonly number[], startMs = START_MS): RecordedPoint[] {
  let latDeg = 50;
  return speedsMS.map((speed, i) => {
    latDeg += speed / 111_195;
    return pointOf({ tMs: startMs + i * 1000, latDeg, lonDeg: 9, speedKmh: speed * 3.6 });
  });
}

const ramp = (fromMS: number, toMS: number, count: number) =>
  Array.from({ length: count }, (_, i) => fromMS + ((toMS - fromMS) * i) / (count - 1));

test('a standing start has 10 s of standing before it, a rest voltage, a starter dip, then 14.2 V', () => {
  const { seconds, playback } = play(recordingOf(northward([0, 0, ...ramp(0, 20, 11), ...ramp(20, 0, 11)])));
  assert.equal(playback.startUtcMs, START_MS - 10_000);
  assert.equal(
    seconds[3]?.supplyMv.every((mV) => mV === 12_400),
    true,
  );
  assert.equal(Math.min(...(seconds[4]?.supplyMv ?? [])), 8000);
  assert.equal(
    seconds[5]?.supplyMv.every((mV) => mV === 14_200),
    true,
  );
  assert.equal(seconds[9]?.fix?.utcMs, START_MS);
  assert.equal(seconds[9]?.fix?.speedCmS, 0);
});

test('E47: after the end the car is parked for 400 s at the last point, long enough for the trip to close', () => {
  const { seconds } = play(recordingOf(northward([0, 5, 10, 5, 0])));
  const parked = seconds.slice(-400);
  assert.ok(parked.every((second) => second.fix?.speedCmS === 0 && second.supplyMv.every((mV) => mV === 12_400)));
  assert.equal(new Set(parked.map((second) => second.fix?.latE7)).size, 1);
});

test('a start in motion begins directly, an end in motion has 20 s without a fix', () => {
  const { seconds, playback } = play(recordingOf(northward([10, 10, 10, 10])));
  assert.equal(seconds[0]?.fix?.utcMs, START_MS);
  assert.equal(seconds[0]?.fix?.speedCmS, 1000);
  assert.equal(seconds.filter((second) => second.fix === null).length, 20);
  assert.ok(playback.derived.some((note) => note.includes('20 s without a fix')));
});

test('derived acceleration: forward along x, left turns along +y, 1 g up at standstill', () => {
  const { seconds } = play(recordingOf(northward([0, 0, 0, ...ramp(0, 20, 11)])));
  const standing = seconds[0]?.axesMg ?? [];
  assert.deepEqual(standing.slice(0, 3), [0, 0, 1000]);
  const gaining = seconds[10 + 2 + 6]?.axesMg ?? [];
  assert.ok(Math.abs((gaining[0] ?? 0) - 2000 / 9.80665) < 2, String(gaining[0]));
  assert.equal(gaining[1], 0);
});

test('derived acceleration: a left circle of 10 m/s and 9 degrees a second', () => {
  const points = Array.from({ length: 60 }, (_, i) =>
    pointOf({
      tMs: START_MS + i * 1000,
      latDeg: 50,
      lonDeg: 9 + i * 1e-6,
      speedKmh: 36,
      headingDeg: (360 - ((i * 9) % 360)) % 360,
    }),
  );
  const { seconds } = play(recordingOf(points));
  const expectedMg = (10 * 9 * (Math.PI / 180) * 1000) / 9.80665;
  for (const second of seconds.slice(5, 55)) {
    assert.ok(Math.abs((second.axesMg[1] ?? 0) - expectedMg) < 2, String(second.axesMg[1]));
  }
});

test('a heading that turns faster than tyres allow gives no lateral acceleration', () => {
  const points = northward(Array.from({ length: 30 }, () => 20)).map((point, i) => ({
    ...point,
    headingDeg: i === 15 ? 170 : 0,
  }));
  const { seconds } = play(recordingOf(points));
  assert.ok(seconds.every((second) => second.axesMg[1] === 0));
});

test('points 15 s apart are bridged, points 16 s apart are not; headings take the short way', () => {
  const at = (s: number, lonDeg: number, headingDeg: number) =>
    pointOf({ tMs: START_MS + s * 1000, latDeg: 50, lonDeg, speedKmh: 36, headingDeg });
  const bridged = play(recordingOf([at(0, 9, 350), at(15, 9.002, 20)])).seconds.slice(0, 16);
  assert.ok(bridged.every((second) => second.fix));
  assert.equal(bridged[5]?.fix?.headingCdeg, 0);
  assert.equal(bridged[10]?.fix?.headingCdeg, 1000);
  const gap = play(recordingOf([at(0, 9, 350), at(16, 9.002, 20)])).seconds.slice(0, 17);
  assert.deepEqual(
    gap.flatMap((second, i) => (second.fix ? i : [])),
    [0, 16],
  );
});

test('the date line is crossed without a trip around the globe', () => {
  const at = (s: number, lonDeg: number) => pointOf({ tMs: START_MS + s * 1000, latDeg: -17, lonDeg, speedKmh: 60 });
  const { seconds } = play(recordingOf([at(0, 179.999), at(10, -179.999)]));
  for (const { fix } of seconds) if (fix) assert.ok(Math.abs(fix.lonE7) >= 1_799_989_999, String(fix.lonE7));
});

test('recorded voltage is interpolated over 30 s, held in longer gaps, and never raised by parking', () => {
  const points = northward(Array.from({ length: 101 }, () => 0)).map((point, i) => ({
    ...point,
    supplyV: i === 0 ? 12 : i === 30 ? 11 : i === 100 ? 11.7 : null,
  }));
  const { seconds } = play(recordingOf(points));
  const mV = (s: number) => seconds[10 + s]?.supplyMv[0];
  assert.deepEqual([mV(-5), mV(0), mV(15), mV(30), mV(99)], [12_000, 12_000, 11_500, 11_000, 11_000]);
  assert.deepEqual(new Set(seconds.slice(-400).flatMap((second) => second.supplyMv)), new Set([11_700]));
});

test('a gap of days between trips is a parked car, and at most an hour of it is played', () => {
  const day = 86_400_000;
  const points = [...northward([0, 5, 0]), ...northward([0, 5, 0], START_MS + 3 * day)];
  const { seconds, playback } = play(recordingOf(points));
  assert.equal(seconds.length, 10 + 2 + 3600 + 10 + 2 + 400);
  assert.equal(seconds.at(-1)?.utcMs, START_MS + 3 * day + 402_000);
  const gap = seconds.slice(12, 12 + 3600);
  assert.ok(gap.every((second) => second.supplyMv[0] === 12_400));
  assert.equal(gap.filter((second) => second.fix).length, 400);
  assert.ok(playback.derived.some((note) => note.includes('1 gap over 10 min')));
});

test('own acceleration is resampled to 50 Hz in its own axes', () => {
  const n = 60;
  const tMs = Float64Array.from({ length: n }, (_, i) => START_MS + i * 60);
  const acceleration = {
    tMs,
    x: tMs.map((_, i) => i * 0.0980665),
    y: new Float64Array(n).fill(9.80665),
    z: new Float64Array(n),
  };
  const { seconds, playback } = play(recordingOf(northward([0, 0, 0, 0]), { acceleration }));
  const first = seconds[10]?.axesMg ?? [];
  assert.deepEqual(first.slice(0, 12), [0, 1000, 0, 3, 1000, 0, 7, 1000, 0, 10, 1000, 0]);
  assert.ok(playback.derived.some((note) => note.startsWith('acceleration as recorded')));
  const after = seconds.at(-1)?.axesMg ?? [];
  const norm = Math.sqrt((after[0] ?? 0) ** 2 + (after[1] ?? 0) ** 2 + (after[2] ?? 0) ** 2);
  assert.ok(Math.abs(norm - 1000) < 2, String(norm));
});

test('what a file has and is not used is not called absent, and a limit that is none is named', () => {
  const notes = (more: Partial<Recording>): string =>
    play(recordingOf(northward([0, 1, 2]), more)).playback.derived.join('\n');
  assert.match(notes({}), /acceleration derived from speed and heading: the file has none/);
  const said = notes({ unused: { altitude: 'A', acceleration: 'B' }, limitsAre: 'C' });
  assert.match(said, /altitude 0: the file's is not used, for A/);
  assert.match(said, /acceleration derived from speed and heading: the file's is not used, for B/);
  assert.match(said, /limits: C/);
});

test('a file without a date is played from the stated instant', () => {
  const { seconds, playback } = play(recordingOf(northward([0, 1, 2], 45_801), { hasCalendar: false }));
  assert.equal(playback.startUtcMs, UNDATED_START_UTC_MS - 10_000);
  assert.equal(seconds.find((second) => second.fix)?.fix?.utcMs, UNDATED_START_UTC_MS - 9000);
  assert.ok(playback.derived.some((note) => note.includes('2026-06-02 10:00 UTC')));
});

const anyPoint = fc.record({
  stepMs: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 900_000_000 })),
  latDeg: fc.double({ min: -90, max: 90, noNaN: true }),
  lonDeg: fc.double({ min: -180, max: 180, noNaN: true }),
  speedKmh: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  headingDeg: fc.option(fc.double({ min: 0, max: 359.99, noNaN: true })),
  supplyV: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
});

test('whatever was recorded, playback ends, its clock ascends, and every value fits the sensor', () => {
  fc.assert(
    fc.property(fc.array(anyPoint, { minLength: 1, maxLength: 12 }), (steps) => {
      let tMs = START_MS;
      const points = steps.map(({ stepMs, ...rest }) => {
        tMs += stepMs;
        return pointOf({ tMs, ...rest });
      });
      const playback = new Playback(recordingOf(points));
      const second = newSensorSecond();
      let lastUtcMs = playback.startUtcMs;
      let count = 0;
      while (playback.fill(second)) {
        count++;
        assert.ok(playback.utcMs > lastUtcMs && playback.utcMs % 1000 === 0);
        lastUtcMs = playback.utcMs;
        assert.ok(second.axesMg.every((mg) => Math.abs(mg) <= 1000));
        const { fix } = second;
        if (!fix) continue;
        assert.ok(
          [fix.latE7, fix.lonE7, fix.speedCmS, fix.headingCdeg, fix.altitudeM, fix.utcMs].every(Number.isInteger),
        );
        assert.ok(fix.headingCdeg >= 0 && fix.headingCdeg < 36_000 && Math.abs(fix.latE7) <= 9e8);
        assert.ok(Math.abs(fix.lonE7) <= 18e8 && fix.utcMs === playback.utcMs);
      }
      assert.equal(count, playback.totalSeconds);
    }),
    { numRuns: 60 },
  );
});

const PLAYED = [
  ['drives/envirocar/track48.json.gz'],
  ['drives/ndsbr/driver_A.csv.gz'],
  ['drives/polidriving/20231229_151643_col.csv.gz'],
  ['drives/quat-orient/accel.2020-10-15-21.csv', 'drives/quat-orient/gps.2020-10-15-21.csv'],
];

for (const paths of PLAYED) {
  test(`${paths[0]}: the fixes travel the recorded distance`, { skip: withoutSharedData }, () => {
    const recording = mustReadOne(...paths.map(sharedFile));
    let sumM = 0;
    let before: GnssFix | null = null;
    for (const { fix } of play(recording).seconds) {
      if (!fix) continue;
      // Between two trips lies a parked gap that the car did not drive.
      if (before && fix.utcMs - before.utcMs < 600_000) {
        sumM += distanceM(before.latE7 / 1e7, before.lonE7 / 1e7, fix.latE7 / 1e7, fix.lonE7 / 1e7);
      }
      before = fix;
    }
    assert.ok(Math.abs(sumM / playedDistanceM(recording) - 1) < 0.005, `${sumM} m`);
  });
}

test('the phone’s drive: about 1 g all along, and no fix before the receiver had one', {
  skip: withoutSharedData,
}, () => {
  const files = ['accel', 'gps'].map((part) => sharedFile(`drives/quat-orient/${part}.2020-10-15-21.csv`));
  const { seconds } = play(mustReadOne(...files));
  assert.equal(
    seconds.findIndex((second) => second.fix),
    45,
  );
  const z = seconds.flatMap((second) => second.axesMg.filter((_, i) => i % 3 === 2));
  const meanMg = z.reduce((sum, mg) => sum + mg, 0) / z.length;
  assert.ok(meanMg > 950 && meanMg < 1050, String(meanMg));
});
