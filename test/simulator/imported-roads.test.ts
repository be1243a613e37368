import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Car } from '../../simulator/car.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { type ImportedRoad, importTown } from '../../simulator/imported-roads.ts';
import { importedTour } from '../../simulator/imported-tour.ts';
import { Rng } from '../../simulator/rng.ts';
import { toLatLon } from '../../simulator/town.ts';

const BLOCKS = 5;
const STEP_DEG = 0.0015;

function street(name: string, nodes: readonly number[], more: Partial<ImportedRoad> = {}): ImportedRoad {
  return {
    name,
    roadClass: 'town-street',
    limitKmh: 50,
    builtUp: true,
    oneWay: false,
    points: nodes.map((node) => ({
      latDeg: 50.87 + Math.floor(node / 100) * STEP_DEG,
      lonDeg: 9.71 + (node % 100) * 1.6 * STEP_DEG,
    })),
    nodes,
    ...more,
  };
}

/** Streets from end to end of a grid; nodes are numbered 100 * row + column. */
function grid(): ImportedRoad[] {
  const lines = Array.from({ length: BLOCKS + 1 }, (_, i) => i);
  return lines.flatMap((i) => [
    street(
      `Row ${i}`,
      lines.map((k) => 100 * i + k),
      { roadClass: i === 2 ? 'town-main' : 'town-street' },
    ),
    street(
      `Column ${i}`,
      lines.map((k) => 100 * k + i),
    ),
  ]);
}

function mustImport(roads: readonly ImportedRoad[], lights = new Set<number>()) {
  const imported = importTown({ name: 'grid', roads, lights });
  assert.ok(imported !== null);
  return imported;
}

test('roads are cut at junctions, each piece knows where it comes from, and ids are indices', () => {
  const roads = grid();
  const { town, sourceOf } = mustImport(roads, new Set([101]));
  assert.equal(town.roads.length, 2 * (BLOCKS + 1) * BLOCKS);
  assert.equal(town.junctions.length, (BLOCKS + 1) ** 2);
  assert.equal(town.junctions.filter((junction) => junction.trafficLight).length, 1);
  for (const [i, road] of town.roads.entries()) {
    assert.equal(road.id, i);
    assert.equal(road.name, roads[sourceOf[i]].name);
    assert.equal(town.junctions[road.from].id, road.from);
    assert.deepEqual(
      [road.points[0].xM, road.points[0].yM],
      [town.junctions[road.from].xM, town.junctions[road.from].yM],
    );
  }
  const corner = toLatLon(town, town.roads[0].points[0]);
  assert.ok(Math.abs(corner.latDeg - 50.87) < 1e-9 && Math.abs(corner.lonDeg - 9.71) < 1e-9);
});

test('a bridge is joined to nothing below it', () => {
  const over = street('Bridge', [0, 3]);
  const under = { ...street('Below', [200, 203]), points: [over.points[1], over.points[0]] };
  const { town } = mustImport([over, under]);
  assert.deepEqual([...new Set(town.roads.map((road) => road.name))].length, 1);
});

test('what one can enter and never leave is left out', () => {
  const { town } = mustImport([...grid(), street('Trap', [505, 509], { oneWay: true })]);
  assert.equal(
    town.roads.some((road) => road.name === 'Trap'),
    false,
  );
  const both = mustImport([...grid(), street('Dead end', [505, 509])]);
  assert.ok(both.town.roads.some((road) => road.name === 'Dead end'));
});

test('nothing to drive on is no town', () => {
  assert.equal(importTown({ name: 'x', roads: [], lights: new Set() }), null);
  assert.equal(importTown({ name: 'x', roads: [street('Only', [0, 1], { oneWay: true })], lights: new Set() }), null);
});

test('a tour is a round trip without turning round, about as long as asked for; the same seed gives the same', () => {
  const { town } = mustImport(grid());
  for (let seed = 0; seed < 5; seed++) {
    const route = importedTour(town, Rng.seeded(seed), 400);
    assert.ok(route !== null);
    assert.deepEqual(importedTour(town, Rng.seeded(seed), 400)?.path, route.path);
    assert.ok(route.estimateS >= 400 && route.estimateS < 800, `${route.estimateS}`);
    const roads = route.stretches.map((stretch) => stretch.road);
    for (let i = 1; i < roads.length; i++) assert.notEqual(roads[i], roads[i - 1]);
    assert.equal(roads[0], roads[roads.length - 1]);
  }
});

test('a whole car drives on imported roads, and its view names the road it is on', () => {
  const { town } = mustImport(grid());
  const route = importedTour(town, Rng.seeded(1), 200);
  assert.ok(route !== null);
  const car = new Car(Rng.seeded(2), town, {
    temperament: 'normal',
    startUtcMs: 0,
    legs: [{ parkBeforeS: 5, driveS: 0, parkAfterS: 5, route }],
  });
  const second = newSensorSecond();
  const seen = new Set<string>();
  let fastest = 0;
  while (car.fill(second)) {
    seen.add(car.view().roadName);
    fastest = Math.max(fastest, car.view().speedKmh);
  }
  assert.ok(seen.size > 2, [...seen].join());
  assert.ok(fastest > 30);
  assert.equal(car.truth.tripCount, 1);
});
