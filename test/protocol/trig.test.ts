import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { atan2, cos, distanceM, EARTH_RADIUS_M, sin } from '../../protocol/trig.ts';

const BOUND = 1e-13;
const angle = fc.double({ min: -500, max: 500, noNaN: true });
const coordinate = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const runs = { numRuns: 20_000 };

function near(ours: number, theirs: number, what: string): void {
  assert.ok(Math.abs(ours - theirs) < BOUND, `${what}: ${ours} and ${theirs}`);
}

test('sine and cosine are within 1e-13 of the runtime', () => {
  fc.assert(
    fc.property(angle, (x) => {
      near(sin(x), Math.sin(x), `sin ${x}`);
      near(cos(x), Math.cos(x), `cos ${x}`);
    }),
    runs,
  );
});

test('sine and cosine at quarter turns, from where the table of the predictor is made', () => {
  for (let half = -1440; half <= 1440; half++) {
    const x = (half / 2) * (Math.PI / 180);
    near(sin(x), Math.sin(x), `sin of ${half / 2} degrees`);
    near(cos(x), Math.cos(x), `cos of ${half / 2} degrees`);
  }
});

test('the angle of a point is within 1e-13 of the runtime', () => {
  fc.assert(
    fc.property(coordinate, coordinate, (y, x) => {
      // Adding 0 makes -0 to 0, which is the only zero that ours knows.
      near(atan2(y, x), Math.atan2(y + 0, x + 0), `atan2 ${y} ${x}`);
    }),
    runs,
  );
  assert.equal(atan2(0, 0), 0);
  assert.equal(atan2(1, 0), Math.PI / 2);
  assert.equal(atan2(-1, 0), -Math.PI / 2);
  assert.equal(atan2(0, -1), Math.PI);
});

test('distances: none, one degree, half the Earth, and the same in both directions', () => {
  assert.equal(distanceM(51, 9, 51, 9), 0);
  assert.ok(Math.abs(distanceM(0, 0, 1, 0) - 111_195.08) < 0.01);
  assert.ok(Math.abs(distanceM(0, 0, 0, 180) - Math.PI * EARTH_RADIUS_M) < 1e-3);
  const degrees = fc.double({ min: -89, max: 89, noNaN: true });
  fc.assert(
    fc.property(degrees, degrees, degrees, degrees, (latA, lonA, latB, lonB) => {
      const there = distanceM(latA, lonA, latB, lonB);
      assert.ok(there >= 0 && Math.abs(there - distanceM(latB, lonB, latA, lonA)) < 1e-3);
    }),
  );
});
