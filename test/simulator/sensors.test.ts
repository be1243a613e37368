import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Gnss, type Whereabouts } from '../../simulator/gnss.ts';
import { Imu } from '../../simulator/imu.ts';
import { anyRotation, upright } from '../../simulator/mounting.ts';
import { Rng } from '../../simulator/rng.ts';
import { Supply } from '../../simulator/supply.ts';
import { VEHICLE_TYPES } from '../../simulator/vehicle-type.ts';

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function sigma(values: readonly number[]): number {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) * (v - m))));
}

/** The mean of many samples of one state, mg. */
function meanMg(imu: Imu, forwardMs2: number, leftMs2: number, grade = 0): number[] {
  const n = 2000;
  const axes = new Int16Array(3 * n);
  for (let i = 0; i < n; i++) imu.sample(axes, 3 * i, forwardMs2, leftMs2, grade);
  return [0, 1, 2].map((k) => mean([...axes].filter((_, i) => i % 3 === k)));
}

test('at rest the upward column of the mounting carries the gravity', () => {
  const mounting = anyRotation(Rng.seeded(3));
  const rest = meanMg(new Imu(Rng.seeded(1), mounting), 0, 0);
  for (let k = 0; k < 3; k++) assert.ok(Math.abs(rest[k] - 1000 * mounting[3 * k + 2]) < 60, `axis ${k}`);
});

test('at rest the accelerometer shows 1 g within its bias, however it is mounted', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const rng = Rng.seeded(seed);
      const [x, y, z] = meanMg(new Imu(rng.fork('imu'), anyRotation(rng.fork('mounting'))), 0, 0);
      const norm = Math.sqrt(x * x + y * y + z * z);
      assert.ok(Math.abs(norm - 1000) < 60, `${norm} mg`);
    }),
    { numRuns: 40 },
  );
});

test('a mounting is a rotation: orthonormal and right-handed', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const r = anyRotation(Rng.seeded(seed));
      const row = (k: number): number[] => [...r.subarray(3 * k, 3 * k + 3)];
      const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
      for (let i = 0; i < 3; i++) {
        for (let k = 0; k < 3; k++) assert.ok(Math.abs(dot(row(i), row(k)) - (i === k ? 1 : 0)) < 1e-9);
      }
      const [a, b, c] = [row(0), row(1), row(2)];
      const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
      assert.ok(dot(cross, c) > 0.999);
    }),
  );
});

test('upright, acceleration shows forward, a left turn shows left, and a climb shows as acceleration', () => {
  const rest = meanMg(new Imu(Rng.seeded(1), upright()), 0, 0);
  const differs = (other: number[]): number[] => other.map((v, i) => Math.round((v - rest[i]) / 10) * 10 + 0);
  assert.deepEqual(differs(meanMg(new Imu(Rng.seeded(1), upright()), 0.980665, 0)), [100, 0, 0]);
  // The body rolls outwards by 4 degrees per g, and gravity adds to the curve.
  assert.deepEqual(differs(meanMg(new Imu(Rng.seeded(1), upright()), 0, 1.96133)), [0, 210, 0]);
  assert.deepEqual(differs(meanMg(new Imu(Rng.seeded(1), upright()), 0, 0, 0.05)), [50, 0, 0]);
});

test('in any mounting, acceleration appears along the column of the rotation that belongs to it', () => {
  for (let seed = 0; seed < 10; seed++) {
    const mounting = anyRotation(Rng.seeded(seed));
    const shown = (forwardMs2: number, leftMs2: number): number[] =>
      meanMg(new Imu(Rng.seeded(1), mounting), forwardMs2, leftMs2);
    const rest = shown(0, 0);
    const gain = [1 + VEHICLE_TYPES.small.pitchPerG, 1 + VEHICLE_TYPES.small.rollPerG];
    for (const [column, force] of [shown(4.903325, 0), shown(0, 4.903325)].entries()) {
      for (let k = 0; k < 3; k++) {
        const expected = 500 * gain[column] * mounting[3 * k + column];
        assert.ok(Math.abs(force[k] - rest[k] - expected) < 3, `axis ${k}, column ${column}, seed ${seed}`);
      }
    }
  }
});

test('vibration adds to the noise, most of it up and down', () => {
  const imu = new Imu(Rng.seeded(4), upright());
  const spread = (vibrationMg: number): number[] => {
    imu.shake(vibrationMg);
    const axes = new Int16Array(3 * 5000);
    for (let i = 0; i < 5000; i++) imu.sample(axes, 3 * i, 0, 0, 0);
    return [0, 2].map((k) => sigma([...axes].filter((_, i) => i % 3 === k)));
  };
  const [quiet] = spread(0);
  const [along, up] = spread(20);
  assert.ok(Math.abs(quiet - 4) < 0.3, `${quiet}`);
  assert.ok(Math.abs(along - 20.4) < 1, `${along}`);
  assert.ok(Math.abs(up - 36.2) < 1.5, `${up}`);
});

const PARKED: Whereabouts = {
  latDeg: 50,
  lonDeg: 9,
  latPerM: 1e-5,
  lonPerM: 1.5e-5,
  altitudeM: 200,
  speedMs: 0,
  headingDeg: 90,
  utcMs: 0,
};

test('the position error has its size and wanders slowly', () => {
  const norths: number[] = [];
  const steps: number[] = [];
  for (let seed = 0; seed < 40; seed++) {
    const gnss = new Gnss(Rng.seeded(seed), []);
    let last: number | undefined;
    for (let s = 0; s < 2000; s++) {
      const fix = gnss.second(s, PARKED);
      if (fix === null) continue;
      const northM = (fix.latE7 / 1e7 - 50) / 1e-5;
      norths.push(northM);
      if (last !== undefined) steps.push(northM - last);
      last = northM;
    }
  }
  assert.ok(Math.abs(sigma(norths) - 2.1) < 0.25, `${sigma(norths)} m`);
  assert.ok(sigma(steps) < 0.4, `${sigma(steps)} m in a second`);
});

test('the first fix takes 24..38 s after a cold start and a few seconds after a short break', () => {
  for (let seed = 0; seed < 50; seed++) {
    const gnss = new Gnss(Rng.seeded(seed), []);
    const wait = (): number => {
      let s = 0;
      while (gnss.second(s, PARKED) === null) s++;
      return s;
    };
    const cold = wait();
    assert.ok(cold >= 23 && cold <= 39, `${cold}`);
    for (let i = 0; i < 600; i++) gnss.off();
    const warm = wait();
    assert.ok(warm >= 1 && warm <= 8, `${warm}`);
  }
});

test('in an outage there is no fix, and soon after it there is one', () => {
  const gnss = new Gnss(Rng.seeded(1), [{ fromS: 100, toS: 160 }]);
  const fixes = Array.from({ length: 200 }, (_, s) => gnss.second(s, PARKED) !== null);
  assert.ok(fixes.slice(45, 100).every((f) => f));
  assert.ok(fixes.slice(100, 160).every((f) => !f));
  assert.ok(fixes.slice(165).every((f) => f));
});

test('course is frozen while parked, noisy when slow, and good at speed', () => {
  const courses = (speedMs: number, headingDeg: number): number[] => {
    const gnss = new Gnss(Rng.seeded(5), []);
    for (let s = 0; s < 60; s++) gnss.second(s, { ...PARKED, speedMs: 20, headingDeg: 45 });
    return Array.from({ length: 500 }, (_, s) => gnss.second(s, { ...PARKED, speedMs, headingDeg })?.headingCdeg ?? -1);
  };
  assert.equal(new Set(courses(0, 90)).size, 1);
  assert.ok(Math.abs(courses(0, 90)[0] - 4500) < 100, 'stays where it was');
  assert.ok(Math.abs(sigma(courses(1, 90)) - 344) < 60);
  assert.ok(Math.abs(sigma(courses(30, 90)) - 11.5) < 3);
  assert.ok(courses(30, -90).every((c) => Math.abs(c - 27000) < 200));
  assert.ok(courses(3, 0).every((c) => c >= 0 && c < 36000));
});

function seconds(supply: Supply, engine: Parameters<Supply['second']>[1], n: number, slowing = false): number[] {
  const out: number[] = [];
  const mV = new Uint16Array(10);
  for (let i = 0; i < n; i++) {
    supply.second(mV, engine, slowing);
    out.push(...mV);
  }
  return out;
}

test('the supply rests at 12.2 to 12.6 V, dips when cranking, charges at 13.5..14.5 V and settles again', () => {
  for (let seed = 0; seed < 20; seed++) {
    const supply = new Supply(Rng.seeded(seed), 'classic');
    const rest = seconds(supply, 'off', 20);
    assert.ok(Math.abs(mean(rest) - 12_400) < 220 && sigma(rest) < 40, `${mean(rest)}`);
    const crank = seconds(supply, 'cranking', 1);
    assert.ok(Math.min(...crank) < 8200 && Math.max(...crank) < 11_800, `${crank}`);
    seconds(supply, 'running', 5);
    const charging = mean(seconds(supply, 'running', 30));
    assert.ok(charging > 13_500 && charging < 14_500, `${charging}`);
    const after = seconds(supply, 'off', 180);
    assert.ok(mean(after.slice(30, 60)) > mean(rest) + 150, 'surface charge');
    assert.ok(Math.abs(mean(after.slice(-30)) - mean(rest)) < 50);
  }
});

test('a smart alternator runs at 12.2 V and charges when the car slows down', () => {
  const supply = new Supply(Rng.seeded(1), 'smart');
  assert.ok(Math.abs(mean(seconds(supply, 'running', 20).slice(100)) - 12_200) < 30);
  assert.ok(mean(seconds(supply, 'running', 6, true).slice(40)) > 14_400);
});
