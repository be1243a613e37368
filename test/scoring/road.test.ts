import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ROAD_CLASSES } from '../../gateway/map/road-map.ts';
import type { RoadClass, SubScore } from '../../gateway/scoring/closed-trip.ts';
import { FAHRSTIL_DEFAULTS } from '../../gateway/scoring/config.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { A40, CALM_MS, constantSpeed, MAIN_STREET, roadsAre, trackAt, trackOf, tripOf } from './track-maker.ts';

function roadScore(
  classes: readonly (RoadClass | null)[],
  speedsDmS: readonly number[],
  scorer = fahrstilScorer(),
): SubScore {
  const roads = roadsAre(classes.map((roadClass) => ({ ...MAIN_STREET, roadClass })));
  return scorer.score(tripOf(trackAt(speedsDmS), { distanceM: 10_000 }), roads).subscores.road;
}

function onlyOn(roadClass: RoadClass): number {
  return roadScore(new Array<RoadClass>(60).fill(roadClass), constantSpeed(50, 60)).value ?? Number.NaN;
}

test('C8: Autobahn and minor roads are best, rural main roads middle, inside towns worst', () => {
  assert.equal(onlyOn('motorway'), 100);
  assert.equal(onlyOn('rural-minor'), 100);
  assert.equal(onlyOn('rural-main'), 60);
  for (const town of ['town-main', 'town-street', 'zone-30'] as const) assert.equal(onlyOn(town), 20);
});

test('C8: classes count by distance and not by time', () => {
  const classes = [...new Array<RoadClass>(100).fill('town-main'), ...new Array<RoadClass>(100).fill('motorway')];
  const { value, why } = roadScore(classes, [...new Array<number>(100).fill(100), ...new Array<number>(100).fill(300)]);
  assert.equal(value, 80);
  assert.deepEqual(why, ['25 % on main roads in towns', '75 % on motorways']);
});

test('C8: a sample stands for 5 s at most, so that a gap belongs to no road', () => {
  const samples = [
    { utcMs: CALM_MS, speedDmS: 100 },
    { utcMs: CALM_MS + 60_000, speedDmS: 100 },
  ];
  const roads = roadsAre([A40, MAIN_STREET]);
  const { road } = fahrstilScorer().score(tripOf(trackOf(samples), { distanceM: 700 }), roads).subscores;
  assert.deepEqual(road.why, ['17 % on main roads in towns', '83 % on motorways']);
});

test('C8: the other order used in the market is one configuration away', () => {
  const roadValues = { ...FAHRSTIL_DEFAULTS.roadValues, 'rural-main': 10, 'town-main': 60 };
  const scorer = fahrstilScorer({ roadValues });
  const at = (roadClass: RoadClass): number | null =>
    roadScore(new Array<RoadClass>(60).fill(roadClass), constantSpeed(50, 60), scorer).value;
  assert.equal(at('rural-main'), 10);
  assert.equal(at('town-main'), 60);
});

test('C8: the value lies between the best and the worst class driven on; unknown stretches do not count', () => {
  const classes = fc.array(fc.constantFrom(null, ...ROAD_CLASSES), { minLength: 10, maxLength: 60 });
  fc.assert(
    fc.property(classes, (driven) => {
      const { value } = roadScore(driven, constantSpeed(50, driven.length));
      const values = driven.filter((roadClass) => roadClass !== null).map((c) => FAHRSTIL_DEFAULTS.roadValues[c]);
      if (value === null) assert.equal(values.length, 0);
      else assert.ok(value >= Math.min(...values) && value <= Math.max(...values));
    }),
  );
});

test('without a class there is no value, and the reason says what is missing', () => {
  const unknown = roadScore([null, null], constantSpeed(50, 2));
  assert.deepEqual(unknown, { value: null, weight: 0, why: ['map test 1 does not say what kind of road this was'] });
});
