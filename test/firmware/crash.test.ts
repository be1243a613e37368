import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Crash } from '../../firmware/crash.ts';
import { cos, sin } from '../../protocol/trig.ts';

const GRAVITY = Float64Array.of(0, 0, 1000);
const PER_SECOND = 400;

interface Hit {
  readonly mg: number;
  readonly ms: number;
  readonly angle?: number;
  readonly upMg?: number;
  readonly atMs?: number;
  /** Free fall before it. */
  readonly fallMs?: number;
}

/** Two seconds at 400 Hz with a half-sine in them. */
function trace({ mg, ms, angle = 0, upMg = 0, atMs = 500, fallMs = 0 }: Hit): Int16Array {
  const axes = new Int16Array(3 * 2 * PER_SECOND);
  for (let i = 0; i < 2 * PER_SECOND; i++) {
    const t = i * 2.5 - atMs;
    const size = t >= 0 && t < ms ? sin((Math.PI * t) / ms) : 0;
    axes[3 * i] = Math.round(mg * size * cos(angle));
    axes[3 * i + 1] = Math.round(mg * size * sin(angle));
    axes[3 * i + 2] = Math.round((t < 0 && t >= -fallMs ? 0 : 1000) + upMg * size);
  }
  return axes;
}

function told(hit: Hit, gravity = GRAVITY): Crash {
  const crash = new Crash();
  const axes = trace(hit);
  crash.block(axes.subarray(0, 3 * PER_SECOND), 0, gravity);
  crash.block(axes.subarray(3 * PER_SECOND), 1000, gravity);
  return crash;
}

/** Peak of a half-sine of `ms` that changes the speed by `kmh`. */
function peakMg(kmh: number, ms: number): number {
  return ((kmh / 3.6) * Math.PI * 1e6) / (2 * ms * 9.80665);
}

test('B68: 2.5 g for 20 ms with 8 km/h within 150 ms is a crash, from any horizontal direction', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 6.28, noNaN: true }),
      fc.integer({ min: 40, max: 120 }),
      fc.integer({ min: -3000, max: 3000 }),
      (angle, ms, upMg) => {
        const mg = Math.max(3200, peakMg(9.5, ms));
        assert.equal(told({ mg, ms, angle, upMg }).count, 1);
      },
    ),
  );
});

test('B68: less than 2.5 g is none, however long', () => {
  assert.equal(told({ mg: 2400, ms: 400 }).count, 0);
});

test('B68: less than 20 ms over 2.5 g is none, however strong', () => {
  // Half a sine of 20 g and 20 ms is over 2.5 g for 18.4 ms, one of 26 ms for 23.9 ms; both change the speed enough.
  assert.equal(told({ mg: 20_000, ms: 20 }).count, 0);
  assert.equal(told({ mg: 20_000, ms: 26 }).count, 1);
});

test('B68: less than 8 km/h is none', () => {
  assert.equal(told({ mg: peakMg(7.5, 40), ms: 40 }).count, 0);
  assert.equal(told({ mg: peakMg(8.5, 40), ms: 40 }).count, 1);
});

test('B68: up and down does not count', () => {
  assert.equal(told({ mg: 0, ms: 80, upMg: 12_000 }).count, 0);
});

test('B68: horizontal is what is not gravity, however the device sits', () => {
  const axes = trace({ mg: 8000, ms: 60 });
  const turned = new Int16Array(axes.length);
  // x forward, y left, z up becomes -z, x, -y.
  for (let i = 0; i < axes.length; i += 3) {
    turned[i] = -axes[i + 2];
    turned[i + 1] = axes[i];
    turned[i + 2] = -axes[i + 1];
  }
  const crash = new Crash();
  crash.block(turned, 0, Float64Array.of(-1000, 0, 0));
  assert.equal(crash.count, 1);
});

test('B68: a crash across two blocks is seen, and told once', () => {
  for (let atMs = 900; atMs <= 1000; atMs += 10) assert.equal(told({ mg: 9000, ms: 100, atMs }).count, 1, `${atMs}`);
});

test('B68: a crash keeps its time, peak and change of speed', () => {
  const { last } = told({ mg: 8000, ms: 80 });
  assert.ok(last !== null && last.atMs >= 500 && last.atMs <= 600, `${last?.atMs}`);
  assert.ok(Math.abs(last.peakMg - 8000) < 50, `${last.peakMg}`);
  const deltaVCmS = (2 / Math.PI) * 8 * 0.08 * 980.665;
  assert.ok(Math.abs(last.deltaVCmS - deltaVCmS) < 10, `${last.deltaVCmS} ${deltaVCmS}`);
});

test('B68: a device that fell and hit the floor is no crash', () => {
  assert.equal(told({ mg: 9000, ms: 40 }).count, 1, 'the same blow without a fall');
  for (const fallMs of [100, 200, 400]) assert.equal(told({ mg: 9000, ms: 40, fallMs }).count, 0, `${fallMs} ms`);
});

test('B68: a gap between bursts starts the window anew', () => {
  const axes = trace({ mg: 5000, ms: 90, atMs: 955 });
  const halves = [axes.subarray(0, 3 * PER_SECOND), axes.subarray(3 * PER_SECOND)];
  for (const [secondMs, count] of [
    [1000, 1],
    [60_000, 0],
  ] as const) {
    const crash = new Crash();
    crash.block(halves[0], 0, GRAVITY);
    crash.block(halves[1], secondMs, GRAVITY);
    assert.equal(crash.count, count);
  }
});
