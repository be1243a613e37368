import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importRoads } from '../../scripts/map/import-roads.ts';
import { OsmData, type OsmTags } from '../../scripts/map/osm-data.ts';
import { speedWord } from '../../scripts/map/speed-tags.ts';
import { row } from './osm-maker.ts';

/** One way through four nodes in the fields; `more` adds to the data. */
function imported(tags: OsmTags, more: (data: OsmData) => void = () => {}) {
  const data = new OsmData();
  for (const { id, lat, lon } of row(4)) data.node(id, lat, lon, null);
  data.way(1, [1, 2, 3, 4], tags);
  more(data);
  return importRoads(data);
}

/** Houses all along it. */
function inTown(data: OsmData): void {
  [
    [50.86, 9.7],
    [50.86, 9.72],
    [50.89, 9.72],
    [50.89, 9.7],
  ].forEach(([lat, lon], i) => {
    data.node(100 + i, lat, lon, null);
  });
  data.way(2, [100, 101, 102, 103, 100], { landuse: 'residential' });
}

function limitOf(tags: OsmTags, more?: (data: OsmData) => void) {
  const { roads } = imported(tags, more);
  return [roads[0].limitKmh, roads[0].limitKind];
}

const primary = { highway: 'primary' };

test('limits as they are signed: numbers, mph, walk, none, signals, rules', () => {
  const cases: readonly (readonly [string, ...ReturnType<typeof limitOf>])[] = [
    ['50', 50, 'limit'],
    ['80 km/h', 80, 'limit'],
    ['30 mph', 48, 'limit'],
    ['70mph', 113, 'limit'],
    ['walk', 10, 'limit'],
    ['none', null, 'advisory'],
    ['signals', null, 'assumed'],
    ['DE:urban', 50, 'limit'],
    ['DE:rural', 100, 'limit'],
    ['DE:zone:30', 30, 'limit'],
    ['DE:zone20', 20, 'limit'],
    ['FR:50', 50, 'limit'],
    ['DE:motorway', null, 'advisory'],
  ];
  for (const [maxspeed, ...limit] of cases) assert.deepEqual(limitOf({ ...primary, maxspeed }), limit, maxspeed);
});

test('what is no limit is not taken for one', () => {
  for (const value of ['', '0', '301', '50;70', 'fast', '-5', 'AT:urban'])
    assert.equal(speedWord(value).kind, 'unclear', value);
});

test('maxspeed:advisory counts where no limit binds, for none and for nothing', () => {
  const blue = { 'maxspeed:advisory': '110' };
  assert.deepEqual(limitOf({ ...primary, ...blue }), [110, 'advisory']);
  assert.deepEqual(limitOf({ ...primary, ...blue, maxspeed: 'none' }), [110, 'advisory']);
  assert.deepEqual(limitOf({ ...primary, ...blue, maxspeed: '80' }), [80, 'limit']);
});

test('conditional limits are ignored and counted, and so are walk, mph, signals and what is unclear', () => {
  const { counts } = imported({ ...primary, maxspeed: '50', 'maxspeed:conditional': '30 @ (22:00-06:00)' });
  assert.equal(counts.met.conditional, 1);
  assert.equal(counts.limits.signed, 1);
  assert.deepEqual(limitOf({ ...primary, 'maxspeed:hgv:conditional': '60 @ (weight>7.5)' }), [100, 'assumed']);
  for (const [maxspeed, what] of [
    ['walk', 'walk'],
    ['30 mph', 'mph'],
    ['signals', 'signals'],
    ['fast', 'unclear'],
  ] as const)
    assert.equal(imported({ ...primary, maxspeed }).counts.met[what], 1, maxspeed);
});

test('missing limits are German defaults by class and built-up area, marked as assumed', () => {
  assert.deepEqual(limitOf(primary), [100, 'assumed']);
  assert.deepEqual(limitOf(primary, inTown), [50, 'assumed']);
  assert.deepEqual(limitOf({ ...primary, oneway: 'yes', lanes: '2' }), [130, 'assumed']);
  assert.deepEqual(limitOf({ ...primary, oneway: 'yes', lanes: '1' }), [100, 'assumed']);
  assert.deepEqual(limitOf({ ...primary, lanes: '3' }), [100, 'assumed']);
  assert.deepEqual(limitOf({ ...primary, lanes: '4' }), [130, 'assumed']);
  assert.deepEqual(limitOf({ highway: 'motorway' }), [130, 'assumed']);
  assert.deepEqual(limitOf({ highway: 'motorway' }, inTown), [130, 'assumed']);
  assert.deepEqual(limitOf({ highway: 'living_street' }), [10, 'assumed']);
  assert.deepEqual(limitOf({ highway: 'residential', bicycle_road: 'yes' }), [30, 'assumed']);
  assert.deepEqual(limitOf({ highway: 'unclassified' }), [100, 'assumed']);
  assert.deepEqual(limitOf({ highway: 'residential' }), [50, 'assumed'], 'a street that people live in is a town');
  assert.deepEqual(limitOf({ ...primary, 'source:maxspeed': 'DE:urban' }), [50, 'limit']);
});

test('C8: classes by the kind of way, in towns and outside', () => {
  const classOf = (tags: OsmTags, more?: (data: OsmData) => void): string => imported(tags, more).roads[0].class;
  assert.equal(classOf({ highway: 'motorway_link' }), 'motorway');
  assert.equal(classOf({ highway: 'trunk' }, inTown), 'rural-main');
  assert.equal(classOf({ highway: 'secondary' }), 'rural-main');
  assert.equal(classOf({ highway: 'secondary' }, inTown), 'town-main');
  assert.equal(classOf({ highway: 'tertiary' }), 'rural-minor');
  assert.equal(classOf({ highway: 'tertiary' }, inTown), 'town-main');
  assert.equal(classOf({ highway: 'residential' }), 'town-street');
  assert.equal(classOf({ highway: 'residential', maxspeed: '30' }), 'zone-30');
  assert.equal(classOf({ highway: 'living_street' }), 'zone-30');
  assert.equal(classOf({ ...primary, maxspeed: '100' }, inTown), 'rural-main', 'no town has 100');
  assert.equal(classOf({ ...primary, 'zone:traffic': 'DE:rural' }, inTown), 'rural-main');
});

test('one-way: as drawn, against it, on roundabouts and motorways', () => {
  const road = (tags: OsmTags) => imported({ highway: 'residential', ...tags }).roads[0];
  assert.equal(road({}).oneWay, false);
  assert.deepEqual([road({ oneway: 'yes' }).oneWay, road({ oneway: 'yes' }).nodes], [true, [1, 2, 3, 4]]);
  assert.deepEqual([road({ oneway: '-1' }).oneWay, road({ oneway: '-1' }).nodes], [true, [4, 3, 2, 1]]);
  assert.equal(road({ junction: 'roundabout' }).oneWay, true);
  assert.equal(road({ highway: 'motorway' }).oneWay, true);
  assert.equal(road({ highway: 'motorway', oneway: 'no' }).oneWay, false);
});

test('a limit for each direction makes two roads', () => {
  const { roads, counts } = imported({ ...primary, 'maxspeed:forward': '100', 'maxspeed:backward': '60' });
  assert.deepEqual(
    roads.map(({ limitKmh, oneWay, nodes }) => [limitKmh, oneWay, nodes]),
    [
      [100, true, [1, 2, 3, 4]],
      [60, true, [4, 3, 2, 1]],
    ],
  );
  assert.equal(counts.met.byDirection, 1);
  assert.equal(imported({ ...primary, oneway: 'yes', 'maxspeed:forward': '70' }).roads[0].limitKmh, 70);
});

test('what no car may drive or where one parks is left out and counted', () => {
  assert.equal(imported({ highway: 'service', service: 'parking_aisle' }).counts.left.parking, 1);
  assert.equal(imported({ highway: 'residential', motor_vehicle: 'no' }).counts.left.closed, 1);
  assert.equal(imported({ highway: 'residential', access: 'no', motorcar: 'yes' }).roads.length, 1);
  const others: OsmTags[] = [{ highway: 'footway' }, { highway: 'track' }, { railway: 'rail', maxspeed: '160' }];
  for (const tags of others) assert.equal(imported(tags).roads.length, 0);
});

test('nodes that the file does not hold are left out, and a way that has too few', () => {
  const { roads } = imported(primary, (data) => data.way(1, [1, 77, 2, 2, 3], primary));
  assert.deepEqual(roads[0].nodes, [1, 2, 3]);
  assert.equal(imported(primary, (data) => data.way(1, [1, 77], primary)).counts.left.cut, 1);
});

test('a short piece of a road is where the rest of it is', () => {
  const along = { ...primary, ref: 'B 62' };
  const data = new OsmData();
  for (const { id, lat, lon } of row(40)) data.node(id, lat, lon, null);
  // Houses at the nodes 18 to 22 alone, where the middle piece lies.
  [
    [50.8854, 9.709],
    [50.8854, 9.711],
    [50.8889, 9.711],
    [50.8889, 9.709],
  ].forEach(([lat, lon], i) => {
    data.node(100 + i, lat, lon, null);
  });
  data.way(9, [100, 101, 102, 103, 100], { landuse: 'residential' });
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  data.way(1, range(1, 19), along);
  data.way(2, range(19, 21), along);
  data.way(3, range(21, 40), along);
  assert.deepEqual(
    importRoads(data).roads.map((road) => road.builtUp),
    [false, false, false],
  );
  data.way(2, range(19, 21), { ...along, name: 'Dorfstraße' });
  assert.deepEqual(
    importRoads(data).roads.map((road) => road.builtUp),
    [false, true, false],
  );
});
