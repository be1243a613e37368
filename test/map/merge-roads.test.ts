import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeRoads, type NodedRoad } from '../../scripts/map/merge-roads.ts';
import { simplify } from '../../scripts/map/simplify.ts';
import { type At, roadOf } from './drive-maker.ts';

/** Named by its places on a grid of 100 m, where nodes are. */
function road(name: string, places: readonly (readonly [number, number])[], more: Partial<NodedRoad> = {}): NodedRoad {
  const line = places.map(([x, y]): At => ({ xM: 100 * x, yM: 100 * y }));
  return { ...roadOf(0, name, line), nodes: places.map(([x, y]) => 1000 * x + y), ...more };
}

const A = [
  [0, 0],
  [1, 0],
] as const;
const B = [
  [1, 0],
  [2, 0],
] as const;
const C = [
  [3, 0],
  [2, 0],
] as const;

function merged(...roads: readonly NodedRoad[]): readonly (readonly number[])[] {
  return mergeRoads(roads).roads.map(({ nodes }) => nodes);
}

test('ways that follow each other and differ in nothing are one road, however they are drawn', () => {
  const { roads, mergedOf } = mergeRoads([
    road('Main', B),
    road('Side', [
      [1, 0],
      [1, 1],
    ]),
    road('Main', C),
    road('Main', A),
  ]);
  assert.deepEqual([...mergedOf], [0, 1, 0, 0]);
  assert.deepEqual(roads[0].nodes, [0, 1000, 2000, 3000]);
  assert.equal(roads[0].points.length, 4);
});

test('a change of name, limit, class or direction is a new road', () => {
  for (const more of [
    { name: 'Other' },
    { limitKmh: 30 },
    { limitKind: 'assumed' },
    { class: 'zone-30' },
    { builtUp: false },
    { oneWay: true },
  ] as const)
    assert.equal(merged(road('Main', A), road('Main', B, more)).length, 2, JSON.stringify(more));
});

test('one-way roads go on from their end to the next beginning only', () => {
  const oneWay = { oneWay: true };
  assert.deepEqual(merged(road('Main', B, oneWay), road('Main', A, oneWay)), [[0, 1000, 2000]]);
  assert.equal(merged(road('Main', A, oneWay), road('Main', [...B].reverse(), oneWay)).length, 2);
  const back = [...A].reverse();
  assert.deepEqual(merged(road('Main', back, oneWay), road('Main', [...B].reverse(), oneWay)), [[2000, 1000, 0]]);
});

test('of three with one name the straight two are one road', () => {
  const side = road('Main', [
    [1, 0],
    [1, 1],
  ]);
  assert.deepEqual(merged(side, road('Main', A), road('Main', B)), [
    [1000, 1001],
    [0, 1000, 2000],
  ]);
});

test('without a name a way goes on only where nothing branches', () => {
  assert.equal(merged(road('', A), road('', B)).length, 1);
  assert.equal(
    merged(
      road('', A),
      road('', B),
      road('x', [
        [1, 0],
        [1, 1],
      ]),
    ).length,
    3,
  );
});

test('ways that run round do not run into themselves for ever', () => {
  const east = [
    [1, 0],
    [2, 0],
    [3, 1],
    [3, 2],
    [2, 3],
    [1, 3],
  ] as const;
  const west = [
    [1, 3],
    [0, 2],
    [0, 1],
    [1, 0],
  ] as const;
  assert.equal(merged(road('Ring', east), road('Ring', west))[0].length, 9, 'joined at one end and open at the other');
  assert.equal(merged(road('Ring', [...east, ...west.slice(1)]), road('Ring', A)).length, 2);
});

test('simplifying keeps ends, corners and junctions, and nothing else', () => {
  const straight = road('Main', [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [3, 1],
  ]);
  const side = road('Side', [
    [1, 0],
    [1, 1],
  ]);
  assert.deepEqual(simplify([straight, side])[0].nodes, [0, 1000, 3000, 3001]);
  assert.deepEqual(simplify([straight])[0].nodes, [0, 3000, 3001]);
});
