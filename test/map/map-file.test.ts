import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeRoadMap, loadRoadMap } from '../../gateway/map/map-file.ts';
import {
  LIMIT_KINDS,
  type MapRoad,
  ROAD_CLASSES,
  ROAD_ID_MAX,
  type RoadMap,
  roadMapOf,
} from '../../gateway/map/road-map.ts';
import { crc32 } from '../../protocol/crc.ts';
import { roadOf } from './drive-maker.ts';

const PLACE = { name: 'Hasselbrunn', latE6: 51_300_000, lonE6: 7_500_000, radiusM: 1000 };
const ROAD = roadOf(1, 'A 40', [
  { xM: 0, yM: 0 },
  { xM: 400, yM: 30 },
]);
const MAP = roadMapOf({ name: 'test 1', places: [PLACE] }, [ROAD]);

function reasonOf(bytes: Uint8Array): string {
  const loaded = loadRoadMap(bytes);
  assert.equal(loaded.ok, false);
  const reason = loaded.ok ? '' : loaded.reason;
  assert.equal(reason.includes('\n'), false);
  return reason;
}

/** The bytes with a CRC that fits whatever was done to them. */
function sealed(bytes: Uint8Array): Uint8Array {
  const crc = crc32(bytes.subarray(0, -4));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 4, crc, true);
  return bytes;
}

const mapRoad: fc.Arbitrary<MapRoad> = fc
  .record({
    id: fc.oneof(fc.nat(), fc.constantFrom(0, ROAD_ID_MAX)),
    name: fc.constantFrom('', 'A 40', 'Mühlenweg', '東通り'),
    class: fc.constantFrom(...ROAD_CLASSES),
    limitKmh: fc.option(fc.integer({ min: 1, max: 300 })),
    limitKind: fc.constantFrom(...LIMIT_KINDS),
    oneWay: fc.boolean(),
    builtUp: fc.boolean(),
    from: fc.tuple(
      fc.integer({ min: -29_000_000, max: 29_000_000 }),
      fc.integer({ min: -59_000_000, max: 59_000_000 }),
    ),
    steps: fc.array(fc.tuple(fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: -9000, max: 9000 })), {
      minLength: 1,
      maxLength: 8,
    }),
  })
  .map(({ from, steps, ...road }) => {
    const points: [number, number][] = [from];
    for (const [lat, lon] of steps)
      points.push([points[points.length - 1][0] + lat, points[points.length - 1][1] + lon]);
    return { ...road, points };
  });

test('what is written is read back as it was, and written again as the same bytes', () => {
  fc.assert(
    fc.property(fc.array(mapRoad, { minLength: 1, maxLength: 12 }), (roads) => {
      const map = roadMapOf({ name: 'x', attribution: 'somebody', places: [PLACE] }, roads);
      const bytes = encodeRoadMap(map);
      const loaded = loadRoadMap(bytes);
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.reason);
      assert.deepEqual(loaded.value, map);
      assert.deepEqual(encodeRoadMap(loaded.value), bytes);
    }),
  );
});

test('roads meet where their points are equal, or where their nodes are', () => {
  const bridge = { ...ROAD, id: 2, nodes: [7, 8] };
  const below = { ...ROAD, id: 3, nodes: [9, 10] };
  const apart = roadMapOf({ name: 'x', places: [] }, [bridge, below]);
  assert.equal(apart.nodeLatE6.length, 4, 'one above the other, and not joined');
  assert.equal(roadMapOf({ name: 'x', places: [] }, [ROAD, { ...ROAD, id: 2 }]).nodeLatE6.length, 2);
});

const ENCODED = encodeRoadMap(MAP);

test('a map that is cut at any length is refused with what to do', () => {
  for (let length = 0; length < ENCODED.length; length++)
    assert.match(reasonOf(ENCODED.slice(0, length)), /write one with|import it again|is not known/);
});

test('a map with any byte changed is refused', () => {
  for (let i = 0; i < ENCODED.length; i++) {
    const changed = ENCODED.slice();
    changed[i] ^= 0x55;
    reasonOf(changed);
  }
});

test('whatever the columns hold, with a CRC that fits, the loader gives a map or a reason and never throws', () => {
  fc.assert(
    fc.property(fc.nat(ENCODED.length - 1), fc.nat(255), fc.nat(ENCODED.length - 1), fc.nat(255), (i, a, k, b) => {
      const changed = ENCODED.slice();
      changed[i] = a;
      changed[k] = b;
      const loaded = loadRoadMap(sealed(changed));
      if (!loaded.ok) assert.equal(loaded.reason.includes('\n'), false);
      else for (const node of loaded.value.roads.node) assert.ok(node < loaded.value.nodeLatE6.length);
    }),
    { numRuns: 3000 },
  );
});

const written = (more: Partial<RoadMap>): Uint8Array => encodeRoadMap({ ...MAP, ...more });
const text = (line: string): Uint8Array => new TextEncoder().encode(line);
const far = roadOf(9, 'Far', [
  { xM: 0, yM: 0 },
  { xM: 0, yM: 60_000 },
]);

const WRONG: readonly (readonly [what: string, bytes: Uint8Array, reason: RegExp])[] = [
  ['nothing', new Uint8Array(0), /^not a road map of the gateway: write one with bordbox map$/],
  ['something else', text('[1, 2]'), /not a road map/],
  ['the map of version 1', text('{"format":"bordbox-map","version":1}'), /version 1 is not known here/],
  ['a later version', text('bordbox-map 3\nxxxxxxxxxx'), /^map version 3 is not known here/],
  ['no name', written({ name: '' }), /no `name`: give it one/],
  ['no roads', encodeRoadMap(roadMapOf({ name: 'x', places: [] }, [])), /the map has no roads: import an extract/],
  ['an address for a place (C24)', written({ places: [{ ...PLACE, radiusM: 249 }] }), /a place is no address \(C24\)/],
  ['a place without a name', written({ places: [{ ...PLACE, name: '' }] }), /^place 0: `name` must be a text/],
  ['a jump', encodeRoadMap(roadMapOf({ name: 'x', places: [] }, [far])), /^road 9 has points more than 50 km apart/],
  [
    'half the world',
    encodeRoadMap(
      roadMapOf({ name: 'x', places: [] }, [
        ROAD,
        { ...ROAD, points: ROAD.points.map(([lat, lon]) => [lat - 61e6, lon]) },
      ]),
    ),
    /spans more than 60 x 120 degrees: cut an extract/,
  ],
];

for (const [what, bytes, reason] of WRONG) {
  test(`a map with ${what} is refused with what to do`, () => assert.match(reasonOf(bytes), reason));
}

test('C24: a place of 250 m is one', () => {
  assert.ok(loadRoadMap(written({ places: [{ ...PLACE, radiusM: 250 }] })).ok);
});
