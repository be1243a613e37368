import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playedDistanceM, recordedDistanceM } from '../../simulator/replay/distance.ts';
import { recordedRoads, roadAt } from '../../simulator/replay/recorded-roads.ts';
import type { Recording } from '../../simulator/replay/recording.ts';
import { mustRead, mustReadOne, mustRefuse, sharedFile, textFile, withoutSharedData } from './shared-data.ts';

const skip = withoutSharedData;

/** The sums were made with an independent haversine over the same files. */
const DRIVES: readonly (readonly [string, string, number, number, number])[] = [
  ['envirocar/track10.json.gz', 'enviroCar GeoJSON', 210, 1265, 22_974.6],
  ['envirocar/track11.json.gz', 'enviroCar GeoJSON', 509, 3035, 53_666.8],
  ['envirocar/track48.json.gz', 'enviroCar GeoJSON', 592, 3538, 79_564.4],
  ['envirocar/track_a1_bremen.json.gz', 'enviroCar GeoJSON', 269, 1358, 34_518.1],
  ['ndsbr/driver_A.csv.gz', 'ndsbr CSV', 3623, 599_502, 22_820.5],
  ['ndsbr/driver_B.csv.gz', 'ndsbr CSV', 9775, 571_797, 61_006.9],
  ['polidriving/20231123_094610_col.csv.gz', 'PoliDriving CSV', 8411, 8444, 54_873.8],
  ['polidriving/20231229_151643_col.csv.gz', 'PoliDriving CSV', 5910, 6590, 3_935_145.5],
];

function assertOrdered(recording: Recording): void {
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { tMs } of recording.points) {
    assert.ok(tMs > lastMs, `${recording.name}: ${tMs} after ${lastMs}`);
    lastMs = tMs;
  }
}

function seconds(recording: Recording): number {
  return ((recording.points.at(-1)?.tMs ?? 0) - (recording.points[0]?.tMs ?? 0)) / 1000;
}

for (const [path, format, points, durationS, distanceM] of DRIVES) {
  test(`${path} is read whole`, { skip }, () => {
    const recording = mustReadOne(sharedFile(`drives/${path}`));
    assert.equal(recording.format, format);
    assert.equal(recording.points.length, points);
    assert.equal(seconds(recording), durationS);
    assert.equal(recording.hasCalendar, true);
    assert.ok(Math.abs(recordedDistanceM(recording) - distanceM) < 0.1, String(recordedDistanceM(recording)));
    assertOrdered(recording);
  });
}

test('enviroCar: times are UTC, every point stands twice in the older files, and that is remarked', { skip }, () => {
  const recording = mustReadOne(sharedFile('drives/envirocar/track48.json.gz'));
  assert.equal(recording.points[0]?.tMs, Date.parse('2013-09-25T16:16:33Z'));
  assert.equal(recording.points[1]?.speedKmh, 12);
  assert.deepEqual(recording.remarks, ['592 duplicate timestamps removed']);
});

test('enviroCar: the receiver’s speed and course are taken where the file has them', { skip }, () => {
  const point = mustReadOne(sharedFile('drives/envirocar/track_a1_bremen.json.gz')).points[0];
  assert.ok(Math.abs((point?.speedKmh ?? 0) - 113.5337) < 1e-4);
  assert.ok(Math.abs((point?.headingDeg ?? 0) - 239.8) < 1e-3);
  assert.ok(Math.abs((point?.altitudeM ?? 0) - 52) < 1e-3);
});

test('ndsbr: local time is UTC-3, trips keep their ids, roads are mapped', { skip }, () => {
  const recording = mustReadOne(sharedFile('drives/ndsbr/driver_A.csv.gz'));
  assert.equal(recording.points[0]?.tMs, Date.parse('2019-08-26T22:17:27Z'));
  assert.deepEqual(
    recording.trips.map((trip) => [trip.id, new Date(trip.firstMs).toISOString(), (trip.lastMs - trip.firstMs) / 1000]),
    [
      ['A05', '2019-08-26T22:17:27.000Z', 1851],
      ['A12', '2019-08-29T10:42:42.000Z', 985],
      ['A18', '2019-09-02T20:36:03.000Z', 786],
    ],
  );
  const roads = recordedRoads(recording) ?? [];
  assert.equal(roads.length, 3623);
  assert.equal(roads.filter((road) => road.limitKmh === null).length, 341);
  assert.deepEqual(
    new Set(roads.map((road) => road.roadClass)),
    new Set([null, 'town-main', 'town-street', 'zone-30']),
  );
});

test('ndsbr: a federal dual carriageway is a motorway, NPI is no limit', { skip }, () => {
  const { points } = mustReadOne(sharedFile('drives/ndsbr/driver_B.csv.gz'));
  assert.equal(points.filter((point) => point.roadClass === 'motorway').length, 25);
  assert.equal(points.filter((point) => point.limitKmh === 110).length, 14);
});

test('PoliDriving: local time is UTC-5 on the date in the name; voltage and limit are kept', { skip }, () => {
  const recording = mustReadOne(sharedFile('drives/polidriving/20231229_151643_col.csv.gz'));
  const faster = recording.points.find((point) => (point.speedKmh ?? 0) > 10);
  assert.equal(faster?.tMs, Date.parse('2023-12-29T20:18:31Z'));
  const volts = recording.points.flatMap((point) => point.supplyV ?? []).sort((a, b) => a - b);
  assert.equal(volts.length, 1789);
  assert.equal(volts.at(-1), 13.2);
  assert.equal(volts[Math.floor(volts.length / 2)], 11.7);
  assert.equal(recording.points[0]?.limitKmh, 70);
});

test('PoliDriving: a stale position that comes back every 20 s is remarked, and not driven', { skip }, () => {
  const recording = mustReadOne(sharedFile('drives/polidriving/20231229_151643_col.csv.gz'));
  assert.deepEqual(recording.remarks, ['392 steps faster than 100 m/s kept as recorded']);
  const speedKm = recording.points.reduce((sum, point) => sum + (point.speedKmh ?? 0), 0) / 3600;
  assert.ok(
    Math.abs(playedDistanceM(recording) / 1000 / speedKm - 1) < 0.03,
    `${playedDistanceM(recording)} m, ${speedKm} km`,
  );
});

test('PoliDriving without a date in the name has no calendar', { skip }, () => {
  const file = sharedFile('drives/polidriving/20231229_151643_col.csv.gz');
  const recording = mustReadOne({ ...file, name: 'drive.csv' });
  assert.equal(recording.hasCalendar, false);
  assert.equal(recording.points[0]?.tMs, 0);
  assert.match(recording.remarks.join(), /no date/);
});

test('the two phone logs are one drive, in either order', { skip }, () => {
  const files = ['accel', 'gps'].map((part) => sharedFile(`drives/quat-orient/${part}.2020-10-15-21.csv`));
  for (const order of [files, [...files].reverse()]) {
    const recording = mustReadOne(...order);
    assert.equal(recording.points.length, 297);
    assert.equal(recording.acceleration?.tMs.length, 5975);
    assert.equal(recording.acceleration?.z[0], 9.95);
    assert.ok(Math.abs(recordedDistanceM(recording) - 3748.6) < 0.1);
  }
});

test('two logs pair by what their names share, or because there are only two', () => {
  const clock = 'Time since start in ms ';
  const accel = `${clock},ACCELEROMETER X,ACCELEROMETER Y,ACCELEROMETER Z\n0,0,0,9.8\n60,0,0,9.8\n`;
  const gps = `${clock},LOCATION Latitude : ,LOCATION Longitude : \n0,50,9\n`;
  assert.equal(mustReadOne(textFile('a', accel), textFile('b', gps)).acceleration?.tMs.length, 2);
  const files = [textFile('accel.1', accel), textFile('gps.2', gps), textFile('gps.1', gps)];
  assert.deepEqual(
    mustRead(...files).map((recording) => recording.acceleration !== null),
    [false, true],
  );
  assert.match(mustRefuse(textFile('accel.3', accel), textFile('gps.2', gps), textFile('gps.1', gps)), /accel\.3/);
  const later = `${clock},LOCATION Latitude : ,LOCATION Longitude : \n90000,50,9\n`;
  assert.match(mustRefuse(textFile('accel.1', accel), textFile('gps.1', later)), /give the GPS file/);
});

test('SUMO: one recording a vehicle, without a calendar', { skip }, () => {
  const recordings = mustRead(sharedFile('sumo/bad-hersfeld.fcd.xml.gz'));
  assert.equal(recordings.length, 179);
  assert.equal(
    recordings.reduce((sum, recording) => sum + recording.points.length, 0),
    89_231,
  );
  const total = recordings.reduce((sum, recording) => sum + recordedDistanceM(recording), 0);
  assert.ok(Math.abs(total - 1_108_455.9) < 1, String(total));
  for (const recording of recordings) assertOrdered(recording);
  const [first] = recordings;
  assert.equal(first?.hasCalendar, false);
  assert.equal(first?.points[1]?.speedKmh, 2.3 * 3.6);
  assert.equal(first && recordedRoads(first), null);
});

test('the road in force is the latest one, and not an old one', () => {
  const roads = [0, 1000, 2000].map((utcMs) => ({ utcMs, limitKmh: utcMs / 100, roadClass: null }));
  assert.equal(roadAt(roads, -1), null);
  assert.equal(roadAt(roads, 1999)?.limitKmh, 10);
  assert.equal(roadAt(roads, 2000)?.limitKmh, 20);
  assert.equal(roadAt(roads, 17_000)?.limitKmh, 20);
  assert.equal(roadAt(roads, 17_001), null);
});
