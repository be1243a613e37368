import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeOf } from '../../gateway/map/place.ts';
import { distanceM } from '../../protocol/trig.ts';
import { mapOf, roadOf } from './drive-maker.ts';

const AMSELWEG = roadOf(1, 'Amselweg', [
  { xM: 0, yM: 0 },
  { xM: 100, yM: 0 },
]);
const MAP = mapOf([AMSELWEG], {
  places: [
    { name: 'Hasselbrunn', latE6: 51_300_000, lonE6: 7_500_000, radiusM: 1000 },
    { name: 'Niederrod', latE6: 51_310_000, lonE6: 7_500_000, radiusM: 1000 },
  ],
});

test('C24: within a municipality its name is told, the nearer of two', () => {
  assert.equal(placeOf(MAP, 51_301_000, 7_500_500), 'Hasselbrunn');
  assert.equal(placeOf(MAP, 51_304_990, 7_500_000), 'Hasselbrunn');
  assert.equal(placeOf(MAP, 51_305_010, 7_500_000), 'Niederrod');
});

test('C24: outside, and without a map, a 5 km cell is told', () => {
  assert.equal(placeOf(MAP, 51_340_000, 7_500_000), placeOf(null, 51_340_000, 7_500_000));
  assert.equal(placeOf(null, 51_340_000, 7_500_000), '5 km cell at 51.32 N 7.52 E');
  assert.equal(placeOf(null, -12_046_000, -77_043_000), '5 km cell at 12.03 S 77.04 W');
});

test('C24: a cell is 5 km wide everywhere, so that its name is no address', () => {
  const lat = fc.integer({ min: -80_000_000, max: 80_000_000 });
  const lon = fc.integer({ min: -179_000_000, max: 179_000_000 });
  const at = (pattern: RegExp, name: string): number => {
    const [, value, side] = pattern.exec(name) ?? [];
    return Number(value) * (side === 'S' || side === 'W' ? -1 : 1);
  };
  fc.assert(
    fc.property(lat, lon, (latE6, lonE6) => {
      const name = placeOf(null, latE6, lonE6);
      assert.match(name, /^5 km cell at \d+\.\d\d [NS] \d+\.\d\d [EW]$/);
      const away = distanceM(latE6 / 1e6, lonE6 / 1e6, at(/at ([\d.]+) ([NS])/, name), at(/([\d.]+) ([EW])$/, name));
      // Half the diagonal of a cell, and what the hundredths cut off.
      assert.ok(away < 5300, `${away}`);
      const east = placeOf(null, latE6, lonE6 + 1000);
      const north = placeOf(null, latE6 + 1000, lonE6);
      assert.ok(new Set([name, east, north]).size <= 3);
    }),
  );
  const names = new Set<string>();
  for (let lonE6 = 7_000_000; lonE6 < 8_000_000; lonE6 += 1000) names.add(placeOf(null, 51_300_000, lonE6));
  // 1 degree is 69.5 km here.
  assert.ok(names.size >= 13 && names.size <= 15, `${names.size}`);
});
