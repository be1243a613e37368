import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { looksLikeGzip } from '../../simulator/replay/file-text.ts';
import { FORMAT_NAMES, readRecordings } from '../../simulator/replay/read-recordings.ts';
import { mustRefuse, sharedFile, textFile, withoutSharedData } from './shared-data.ts';

const bytesOf = (...bytes: number[]) => ({ name: 'x.bin', bytes: Uint8Array.from(bytes) });

const WRONG_KINDS = [
  [bytesOf(), /x\.bin is empty/],
  [textFile('x', '  \n \n'), /blank/],
  [bytesOf(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), /PNG image/],
  [bytesOf(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), /ELF program/],
  [bytesOf(0x1f, 0x8b, 8, 0), /gzip/],
  [bytesOf(1, 2, 3, 0, 5), /binary/],
  [textFile('x', '<!DOCTYPE html><html><body>404</body></html>'), /HTML page/],
  [textFile('x', '<osm version="0.6"></osm>'), /OpenStreetMap/],
  [textFile('x', '<a/>'), /XML/],
  [textFile('x', '{"a": 1}'), /JSON/],
  [textFile('x', '{"features": 7}'), /without GeoJSON features/],
  [textFile('x', '{"type": "FeatureCollection", "features": []}'), /without a timed point/],
  [textFile('x', '{"type": "FeatureCollection", "features": [null, 1, {"geometry": []}]}'), /without a timed point/],
  [textFile('x', 'dear diary'), /text in a format that is not known/],
] as const;

for (const [file, expected] of WRONG_KINDS) {
  test(`a file of the wrong kind gets a reason: ${expected.source}`, () => {
    const reason = mustRefuse(file);
    assert.match(reason, expected);
    assert.ok(!reason.includes('\n') && reason.startsWith(file.name), reason);
  });
}

test('a file with a header and nothing else gets a reason, in every table format', () => {
  const headers = [
    'DRIVER;LONG;LAT;DAY;PR;TRIP;ID;SPD_KMH',
    'time,speed,system_voltage,latitude,longitude,design_speed',
    'Time since start in ms ,LOCATION Latitude : ,LOCATION Longitude : ',
    'Time since start in ms ,ACCELEROMETER X (m/s2)',
    't_ms,lat,lon',
  ];
  for (const header of headers) {
    for (const end of ['', '\n', '\r\n']) assert.match(mustRefuse(textFile('x.csv', header + end)), /give|need/);
  }
});

test('no file, and a bad one among good ones, are refused', () => {
  assert.match(mustRefuse(), /no file/);
  const good = textFile('good.csv', 't_ms,lat,lon\n0,50,9\n');
  assert.match(mustRefuse(good, textFile('bad', 'dear diary')), /^bad /);
});

test('an accelerometer log alone asks for its GPS file', () => {
  const accel = 'Time since start in ms ,ACCELEROMETER X,ACCELEROMETER Y,ACCELEROMETER Z\n0,0,0,9.8\n60,0,0,9.8\n';
  assert.match(mustRefuse(textFile('accel.1.csv', accel)), /give the GPS file/);
});

test('arbitrary bytes, and arbitrary text after the start of each format, never throw', () => {
  const starts = [
    '',
    '{"type":"FeatureCollection","features":',
    '<fcd-export>',
    '<gpx>',
    '$GPRMC,',
    't_ms,lat,lon,speed_kmh\n',
    'DRIVER;LONG;LAT;DAY;PR;TRIP;ID;SPD_KMH\n',
    'time,speed,system_voltage,latitude,longitude,design_speed\n',
    'Time since start in ms ,LOCATION Latitude : ,LOCATION Longitude : \n',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' })), (start, rest) => {
      const tail = typeof rest === 'string' ? new TextEncoder().encode(rest) : rest;
      const head = new TextEncoder().encode(start);
      const bytes = new Uint8Array(head.length + tail.length);
      bytes.set(head);
      bytes.set(tail, head.length);
      const result = readRecordings([{ name: 'x', bytes }]);
      if (result.ok) assert.ok(result.recordings.every((recording) => recording.points.length > 0));
      else assert.ok(result.reason.length > 0);
    }),
    { numRuns: 2000 },
  );
});

const CUT = [
  'drives/envirocar/track10.json.gz',
  'drives/ndsbr/driver_A.csv.gz',
  'drives/polidriving/20231123_094610_col.csv.gz',
  'drives/quat-orient/gps.2020-10-15-21.csv',
  'sumo/bad-hersfeld.fcd.xml.gz',
];

for (const path of CUT) {
  test(`${path} cut anywhere gives a reason or a remark`, { skip: withoutSharedData }, () => {
    const whole = sharedFile(path);
    const bytes = whole.bytes.subarray(0, 200_000);
    const isXmlOrJson = !path.endsWith('.csv') && !path.endsWith('.csv.gz');
    for (let length = 0; length < bytes.length; length += length < 2000 ? 61 : 9973) {
      const result = readRecordings([{ name: whole.name, bytes: bytes.subarray(0, length) }]);
      if (!result.ok) continue;
      assert.ok(!isXmlOrJson, `${length} bytes were believed`);
      const atLineEnd = bytes[length - 1] === 0x0a;
      assert.ok(atLineEnd || result.recordings.some((r) => r.remarks.some((remark) => remark.includes('cut'))));
    }
  });
}

test('gzip is known by its magic', () => {
  assert.equal(looksLikeGzip(Uint8Array.of(0x1f, 0x8b, 8)), true);
  assert.equal(looksLikeGzip(Uint8Array.of(0x1f)), false);
  assert.equal(looksLikeGzip(new Uint8Array(4)), false);
});

test('every format has its own name', () => {
  assert.equal(new Set(FORMAT_NAMES).size, FORMAT_NAMES.length);
});
