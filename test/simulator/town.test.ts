import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Rng } from '../../simulator/rng.ts';
import type { RoadClass } from '../../simulator/road-class.ts';
import { Router } from '../../simulator/route.ts';
import { tour } from '../../simulator/tour.ts';
import { lengthM, toLatLon, toLocal } from '../../simulator/town.ts';
import { planTown } from '../../simulator/town-plan.ts';

const town = planTown(Rng.seeded(7));

test('the same seed draws the same town, another seed another one', () => {
  assert.deepEqual(planTown(Rng.seeded(7)), town);
  assert.notDeepEqual(planTown(Rng.seeded(8)), town);
});

test('C8: the town has roads of every class, with the limits of their kind', () => {
  const limits = (roadClass: RoadClass): (number | null)[] => [
    ...new Set(town.roads.filter((r) => r.roadClass === roadClass).map((r) => r.limitKmh)),
  ];
  assert.ok(limits('motorway').includes(null), 'a stretch without a limit');
  assert.ok(limits('motorway').includes(120));
  assert.ok(limits('rural-main').includes(100));
  assert.ok(limits('rural-minor').includes(100));
  assert.deepEqual(limits('town-main'), [50]);
  assert.deepEqual(limits('town-street'), [50]);
  assert.deepEqual(limits('zone-30'), [30]);
  for (const road of town.roads) {
    assert.equal(road.oneWay, road.roadClass === 'motorway', road.name);
    assert.equal(road.builtUp, ['town-main', 'town-street', 'zone-30'].includes(road.roadClass), road.name);
  }
  assert.ok(town.junctions.some((j) => j.trafficLight));
});

test('roads begin and end at their junctions, and ids are indices', () => {
  for (const [i, road] of town.roads.entries()) {
    assert.equal(road.id, i);
    const a = town.junctions[road.from];
    const b = town.junctions[road.to];
    assert.deepEqual(road.points[0], { xM: a.xM, yM: a.yM });
    assert.deepEqual(road.points.at(-1), { xM: b.xM, yM: b.yM });
    assert.equal(road.lengthM, lengthM(road.points));
    assert.ok(road.lengthM > 50, road.name);
  }
});

test('the local frame and degrees are inverse', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: -9000, max: 9000 }), (xM, yM) => {
      const back = toLocal(town, toLatLon(town, { xM, yM }));
      assert.ok(Math.abs(back.xM - xM) < 1e-6 && Math.abs(back.yM - yM) < 1e-6);
    }),
  );
});

const homes = town.roads
  .filter((r) => r.roadClass === 'zone-30' && town.junctions[r.from].xM > 0)
  .flatMap((road) => [
    { road, forward: true },
    { road, forward: false },
  ]);

test('from every home a drive of 600 s sees a 30-zone, the town, rural roads and the Autobahn, and comes home', () => {
  for (const [i, home] of homes.entries()) {
    const route = tour(town, Rng.seeded(i), 600, home);
    const seen = new Set(route.stretches.map((s) => s.road.roadClass));
    for (const kind of ['zone-30', 'rural-main', 'motorway'] as const) assert.ok(seen.has(kind), `${kind} from ${i}`);
    assert.ok(seen.has('town-main') || seen.has('town-street'));
    assert.ok(route.stretches.some((s) => s.road.limitKmh === null));
    assert.ok(route.estimateS > 520 && route.estimateS < 700, `${route.estimateS} s`);
    const { xM, yM } = route.path;
    const end = xM.length - 1;
    assert.ok(Math.abs(xM[0] - xM[end]) < 5 && Math.abs(yM[0] - yM[end]) < 5, 'ends where it began');
  }
});

test('routes never turn round in the street, and long drives are about as long as asked for', () => {
  for (let seed = 0; seed < 10; seed++) {
    const route = tour(town, Rng.seeded(seed), 3000, homes[seed]);
    const roads = route.stretches.map((s) => s.road);
    for (let i = 1; i < roads.length; i++) assert.notEqual(roads[i], roads[i - 1]);
    assert.ok(Math.abs(route.estimateS - 3000) < 300, `${route.estimateS}`);
  }
});

test('a path is smooth: its curvature turns its heading, and no turn is tighter than a car can drive', () => {
  const { path } = tour(town, Rng.seeded(3), 600, homes[3]);
  let heading = path.headingRad[1];
  for (let i = 1; i < path.curvature.length - 2; i++) {
    assert.ok(Math.abs(path.curvature[i]) < 1 / 3.5, `radius ${1 / path.curvature[i]} m`);
    const dx = path.xM[i + 1] - path.xM[i];
    const dy = path.yM[i + 1] - path.yM[i];
    assert.ok(Math.abs(Math.sqrt(dx * dx + dy * dy) - 2) < 0.1);
    heading += 2 * path.curvature[i];
  }
  const wrapped = heading - path.headingRad[path.curvature.length - 2];
  const turns = wrapped / (2 * Math.PI);
  assert.ok(Math.abs(turns - Math.round(turns)) < 0.01, `${turns}`);
});

test('the router gives the same way each time and says what it cannot reach', () => {
  const ids = (): number[] => new Router(town).between(0, 30, [])?.map((p) => p.road.id) ?? [];
  assert.deepEqual(ids(), ids());
  assert.ok(ids().length > 3);
  const all = town.roads.filter((r) => r.from === 0 || r.to === 0);
  assert.equal(new Router(town).between(0, 30, all), null);
});
