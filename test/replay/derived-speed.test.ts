import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillSpeeds } from '../../simulator/replay/derived-speed.ts';

const M_PER_DEG = 111_195;

/** Points along a meridian: seconds, metres north, and the recorded speed or null. */
function filled(points: readonly (readonly [number, number, number | null])[]): number[] {
  const speedMS = Float64Array.from(points, ([, , speed]) => speed ?? Number.NaN);
  const positions = {
    tMs: Float64Array.from(points, ([s]) => s * 1000),
    latDeg: Float64Array.from(points, ([, m]) => m / M_PER_DEG),
    lonDeg: new Float64Array(points.length),
  };
  const derived = fillSpeeds(positions, speedMS);
  assert.equal(derived, points.filter(([, , speed]) => speed === null).length);
  return [...speedMS].map((speed) => Math.round(speed * 10) / 10);
}

test('a gap between recorded speeds is a straight line up to 30 s, whatever the positions do', () => {
  assert.deepEqual(
    filled([
      [0, 0, 10],
      [10, 900, null],
      [30, 100, 40],
    ]),
    [10, 20, 40],
  );
});

test('without recorded speeds it is path over time, at the ends too', () => {
  assert.deepEqual(
    filled([
      [0, 0, null],
      [1, 10, null],
      [2, 22, null],
      [3, 34, null],
    ]),
    [10, 11, 12, 12],
  );
  assert.deepEqual(filled([[0, 0, null]]), [0]);
});

test('a position that no brake explains does not make a speed', () => {
  assert.deepEqual(
    filled([
      [0, 0, null],
      [20, 60, null],
      [21, 0, null],
      [41, 60, null],
    ]),
    [3, 3, 3, 3],
  );
});

test('a car that stood still stands while its positions wander within 100 m', () => {
  assert.deepEqual(
    filled([
      [0, 0, 0],
      [20, 30, null],
      [40, 0, null],
    ]),
    [0, 0, 0],
  );
  assert.deepEqual(
    filled([
      [0, 0, null],
      [20, 30, null],
      [40, 0, 0],
    ]),
    [0, 0, 0],
  );
  assert.deepEqual(
    filled([
      [0, 0, 0],
      [20, 200, null],
      [40, 400, null],
    ]),
    [0, 10, 10],
  );
});
