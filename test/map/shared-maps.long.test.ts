/** The maps of ../shared, which are read where they lie. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { encodeRoadMap, loadRoadMap } from '../../gateway/map/map-file.ts';
import { roadAt } from '../../gateway/map/map-source.ts';
import { placeOf } from '../../gateway/map/place.ts';
import { absent, MAP_FILE, TRACES_FILE } from '../../scripts/accuracy/map-data.ts';
import { mapReport, mapText } from '../../scripts/accuracy/map-report.ts';
import { type MapRun, type MatchTally, runMap } from '../../scripts/accuracy/map-run.ts';
import { importMap } from '../../scripts/map/import-map.ts';
import { readOsm } from '../../scripts/map/read-osm.ts';
import { Rng } from '../../simulator/rng.ts';

const MAPS = resolve(import.meta.dirname, '../../../shared/data/maps');
const file = (name: string): string => join(MAPS, name);
const skip =
  absent(file('bad-hersfeld.osm.xml.gz'), file('bautzen.osm.xml.gz'), file('andorra.osm.pbf'), TRACES_FILE) ?? false;

test('Bad Hersfeld: roads, limits and places, in a file of less than 100 kB that is read back', { skip }, () => {
  const { map, report } = importMap(MAP_FILE);
  assert.equal(report.name, 'bad-hersfeld 2021-10-27');
  const { imported } = report;
  assert.equal(imported.limits.signed, 891);
  assert.equal(imported.limits.none, 6);
  assert.equal(imported.met.conditional, 70);
  assert.equal(imported.met.byDirection, 7);
  assert.ok(report.roads < imported.roads);
  const bytes = encodeRoadMap(map);
  assert.ok(bytes.length < 100_000, `${bytes.length}`);
  const loaded = loadRoadMap(bytes);
  assert.ok(loaded.ok);
  assert.equal(placeOf(loaded.value, 50_868_000, 9_706_000), 'Bad Hersfeld');
  assert.equal(placeOf(loaded.value, 50_877_000, 9_768_000), 'Kathus');
  assert.match(placeOf(loaded.value, 50_830_000, 9_650_000), /^5 km cell/);
});

test('Bad Hersfeld: the A 4 is a one-way motorway outside of towns, with 100, 120 and no limit', { skip }, () => {
  const { map } = importMap(MAP_FILE);
  const { name, count, oneWay, builtUp } = map.roads;
  const a4 = Array.from({ length: count }, (_, r) => r).filter((r) => map.names[name[r]] === 'A 4');
  const said = new Set(a4.map((r) => JSON.stringify([oneWay[r], builtUp[r], { ...roadAt(map, r), name: '' }])));
  const told = (limitKmh: number | null, limitKind: string): string =>
    JSON.stringify([1, 0, { name: '', roadClass: 'motorway', limitKmh, limitKind }]);
  assert.deepEqual([...said].sort(), [told(100, 'limit'), told(120, 'limit'), told(null, 'advisory')].sort());
});

test('Bautzen and Andorra: the small extract and the PBF', { skip }, () => {
  const bautzen = importMap(file('bautzen.osm.xml.gz')).report;
  assert.equal(bautzen.imported.ways, 55);
  assert.equal(bautzen.date, null);
  const andorra = importMap(file('andorra.osm.pbf'));
  assert.equal(andorra.report.imported.ways, 1115);
  assert.equal(andorra.report.places, 39);
  assert.ok(andorra.map.names.includes('CG-1'), 'a road by its number');
});

test('the PBF of Andorra cut at any place is refused', { skip }, () => {
  const whole = readFileSync(file('andorra.osm.pbf'));
  for (let i = 1; i < 16; i++) {
    const read = readOsm(whole.subarray(0, Math.floor((i * whole.length) / 16)));
    assert.equal(read.ok, false, `${i} of 16`);
  }
});

test('an hour of drives and the SUMO traces are put on the right road and given the right limit', { skip }, () => {
  const report = mapReport(
    5,
    runMap(Rng.seeded(5).fork('map'), 1, () => {}),
  );
  assert.deepEqual(report.missed, []);
  for (const { byError } of [report.drives, report.sumo])
    for (const { rightRoad, nearestRight } of byError) assert.ok(rightRoad > nearestRight);
});

test('a run that misses its goal says which figure, and one without any distance is no success', () => {
  const tally = (rightRoadM: number, rightLimitM: number, drivenM = 1000): MatchTally => ({
    radialM: 5,
    drivenM,
    rightRoadM,
    rightLimitM,
    nearestRightM: 900,
    asSignedM: 950,
    noRoadM: 0,
    unknownM: 0,
  });
  const run = (each: MatchTally): MapRun => ({
    roads: 1,
    lostLimits: 0.1,
    drives: { trips: 1, tallies: [each] },
    sumo: { trips: 1, tallies: [tally(970, 990)] },
  });
  assert.equal(mapReport(1, run(tally(970, 990))).ok, true);
  assert.deepEqual(mapReport(1, run(tally(969, 990))).missed, ['drives at 5 m: right road 0.969 is below 0.97']);
  assert.deepEqual(mapReport(1, run(tally(970, 989))).missed, ['drives at 5 m: right limit 0.989 is below 0.99']);
  assert.equal(mapReport(1, run(tally(0, 0, 0))).ok, false);
  assert.match(mapText(mapReport(1, run(tally(1, 990)))), /MISSED:\n {2}drives at 5 m/);
});
