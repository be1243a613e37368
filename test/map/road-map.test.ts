import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadRoadMap } from '../../gateway/map/road-map.ts';

const ROAD = {
  id: 1,
  name: 'A 40',
  class: 'motorway',
  limitKmh: null,
  limitKind: 'advisory',
  oneWay: true,
  builtUp: false,
  points: [
    [51_300_000, 7_500_000],
    [51_301_000, 7_501_000],
  ],
};
const PLACE = { name: 'Hasselbrunn', latE6: 51_300_000, lonE6: 7_500_000, radiusM: 1000 };
const MAP = { format: 'bordbox-map', version: 1, name: 'test 1', roads: [ROAD], places: [PLACE] };

function reasonOf(json: unknown): string {
  const loaded = loadRoadMap(json);
  assert.equal(loaded.ok, false);
  return loaded.ok ? '' : loaded.reason;
}

test('a sound map is accepted as it is', () => {
  assert.deepEqual(loadRoadMap(MAP), { ok: true, value: MAP });
});

const WRONG: readonly (readonly [what: string, json: unknown, reason: RegExp])[] = [
  ['something else', [1, 2], /not a road map of the gateway: expected/],
  ['another format', { ...MAP, format: 'geojson' }, /not a road map of the gateway/],
  ['a later version', { ...MAP, version: 2 }, /map version 2 is not known here \(only 1\): import the map again/],
  ['no name', { ...MAP, name: '' }, /no `name`: give it one/],
  ['no roads', { ...MAP, roads: [] }, /the map has no roads: import an extract/],
  ['no places', { ...MAP, places: undefined }, /give an empty list/],
  [
    'a road of unknown class',
    { ...MAP, roads: [ROAD, { ...ROAD, class: 'track' }] },
    /^road 1: `class` must be one of/,
  ],
  ['a limit of 0', { ...MAP, roads: [{ ...ROAD, limitKmh: 0 }] }, /^road 0: `limitKmh` must be 1\.\.300 or null/],
  ['a single point', { ...MAP, roads: [{ ...ROAD, points: [[0, 0]] }] }, /at least two points/],
  [
    'a point in degrees',
    {
      ...MAP,
      roads: [
        {
          ...ROAD,
          points: [
            [0, 0],
            [51.3, 7.5],
          ],
        },
      ],
    },
    /^road 0: point 1 must be/,
  ],
  ['an address for a place (C24)', { ...MAP, places: [{ ...PLACE, radiusM: 30 }] }, /a place is no address \(C24\)/],
  [
    'half the world',
    {
      ...MAP,
      roads: [
        {
          ...ROAD,
          points: [
            [-40_000_000, 0],
            [40_000_000, 0],
          ],
        },
      ],
    },
    /spans more than 60 x 120 degrees: cut an extract/,
  ],
];

for (const [what, json, reason] of WRONG) {
  test(`a map with ${what} is refused with what to do`, () => {
    const said = reasonOf(json);
    assert.match(said, reason);
    assert.equal(said.includes('\n'), false);
  });
}

test('no JSON value makes the loader throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => loadRoadMap(json).ok === false));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(ROAD)), fc.jsonValue(), (key, value) => {
      const loaded = loadRoadMap({ ...MAP, roads: [{ ...ROAD, [key]: value }] });
      assert.ok(loaded.ok || loaded.reason.length > 10);
    }),
  );
});
