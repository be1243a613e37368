import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoInstantMs, timeOfDayMs } from '../../simulator/replay/field-values.ts';
import { nmeaFields } from '../../simulator/replay/nmea.ts';
import { splitFields } from '../../simulator/replay/table.ts';
import { mustRead, mustReadOne, mustRefuse, textFile } from './shared-data.ts';

function sentence(body: string): string {
  let sum = 0;
  for (const char of body) sum ^= char.charCodeAt(0);
  return `$${body}*${sum.toString(16).padStart(2, '0').toUpperCase()}\r\n`;
}

test('NMEA: a sentence from the field has the checksum that it states', () => {
  const fields = nmeaFields('$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A');
  assert.equal(fields?.[0], 'GPRMC');
});

test('NMEA: any one changed character is noticed', () => {
  const good = sentence('GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W').trimEnd();
  fc.assert(
    fc.property(fc.nat(good.length - 4), fc.integer({ min: 0x20, max: 0x7e }), (index, code) => {
      const char = String.fromCharCode(code);
      fc.pre(index > 0 && good[index] !== char);
      assert.equal(nmeaFields(good.slice(0, index) + char + good.slice(index + 1)), null);
    }),
  );
});

test('NMEA: RMC with the altitude of GGA; bad lines and lost fixes are remarked; south and west are negative', () => {
  const log =
    sentence('GPGGA,235959.00,3351.50,S,05812.00,W,1,08,0.9,545.4,M,46.9,M,,') +
    sentence('GPRMC,235959.00,A,3351.50,S,05812.00,W,10.0,84.4,311224,,') +
    '$GPRMC,000000.00,A,3351.51,S,05812.00,W,10.0,84.4,010125,,*00\r\n' +
    sentence('GPRMC,000001.00,V,,,,,,,010125,,') +
    sentence('GNRMC,000002.00,A,3351.52,S,05812.00,W,20.0,,010125,,') +
    sentence('GNGGA,000002.00,3351.52,S,05812.00,W,1,08,0.9,550,M,46.9,M,,');
  const { points, remarks, hasCalendar } = mustReadOne(textFile('log', log));
  assert.equal(hasCalendar, true);
  assert.deepEqual(
    points.map((p) => [p.tMs, p.speedKmh, p.headingDeg, p.altitudeM]),
    [
      [Date.parse('2024-12-31T23:59:59Z'), 18.52, 84.4, 545.4],
      [Date.parse('2025-01-01T00:00:02Z'), 37.04, null, 550],
    ],
  );
  assert.ok(Math.abs((points[0]?.latDeg ?? 0) + 33.8583333) < 1e-6);
  assert.ok(Math.abs((points[0]?.lonDeg ?? 0) + 58.2) < 1e-6);
  assert.match(remarks.join(), /1 line without a right checksum.*1 RMC sentence without a fix/);
});

test('NMEA: GGA alone gives positions without a date; a log without a fix is refused', () => {
  const gga = (clock: string) => sentence(`GPGGA,${clock},4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,`);
  const recording = mustReadOne(textFile('log', gga('235959') + gga('000001')));
  assert.equal(recording.hasCalendar, false);
  assert.deepEqual(
    recording.points.map((point) => point.tMs),
    [0, 2000],
  );
  assert.match(mustRefuse(textFile('log', sentence('GPRMC,000001.00,V,,,,,,,010125,,'))), /without a valid fix/);
});

const gpxPoint = (time: string, more: string) =>
  `<trkpt lat="50.1" lon="9.5"><ele>210.5</ele>${time && `<time>${time}</time>`}${more}</trkpt>`;
const gpx = (...tracks: string[]) =>
  `<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:t="urn:t"><metadata><time>2020-01-01T00:00:00Z</time></metadata>${tracks
    .map((points) => `<trk><name>x</name><trkseg>${points}</trkseg></trk>`)
    .join('')}</gpx>`;

test('GPX: speed in m/s and course in the point or in an extension; points without a time are remarked', () => {
  const inside = '<extensions><t:e><t:speed>10</t:speed><t:course>-90</t:course></t:e></extensions>';
  const text = gpx(
    gpxPoint('2024-05-01T10:00:01.500+02:00', inside) +
      gpxPoint('2024-05-01T08:00:00Z', '<speed>5</speed>') +
      gpxPoint('', ''),
  );
  const { points, remarks } = mustReadOne(textFile('a.gpx', text));
  assert.deepEqual(
    points.map((p) => [p.tMs, p.speedKmh, p.headingDeg, p.altitudeM]),
    [
      [Date.parse('2024-05-01T08:00:00Z'), 18, null, 210.5],
      [Date.parse('2024-05-01T08:00:01.500Z'), 36, 270, 210.5],
    ],
  );
  assert.match(remarks.join(), /1 track point without.*1 point earlier than the one before: sorted/);
});

test('GPX: one recording a track; cut, or without times, it is refused', () => {
  const point = gpxPoint('2024-05-01T08:00:00Z', '');
  const text = gpx(point, point);
  assert.deepEqual(
    mustRead(textFile('a.gpx', text)).map((recording) => recording.name),
    ['a.gpx track 1', 'a.gpx track 2'],
  );
  for (let length = text.indexOf('<gpx') + 5; length < text.length; length += 7) {
    assert.match(mustRefuse(textFile('a.gpx', text.slice(0, length))), /cut or damaged/);
  }
  assert.match(mustRefuse(textFile('a.gpx', gpx(gpxPoint('', '')))), /without a timed track point/);
});

test('plain CSV: all columns, empty fields, comments, and acceleration between positions', () => {
  const text = [
    '# made by hand',
    't_ms,lat,lon,speed_kmh,heading_deg,altitude_m,supply_v,limit_kmh,road_class,ax_ms2,ay_ms2,az_ms2,mood',
    '0,50,9,36,90,200,12.6,50,town-main,0,0,9.8,good',
    '20,,,,,,,,,0.1,0,9.8,',
    '1000,50.0001,9,,,,,,lane,,,,',
    '20,,,,,,,,,0.2,0,9.8,',
    '2000,,,,,,,,,,,,',
    '',
  ].join('\n');
  const recording = mustReadOne(textFile('a.csv', text));
  assert.equal(recording.hasCalendar, false);
  assert.deepEqual(recording.points[0], {
    tMs: 0,
    latDeg: 50,
    lonDeg: 9,
    speedKmh: 36,
    headingDeg: 90,
    altitudeM: 200,
    supplyV: 12.6,
    limitKmh: 50,
    roadClass: 'town-main',
  });
  assert.equal(recording.points.length, 2);
  assert.equal(recording.points[1]?.speedKmh, null);
  assert.deepEqual([...(recording.acceleration?.tMs ?? [])], [0, 20]);
  assert.match(
    recording.remarks.join(),
    /2 lines without time.*1 unknown road_class value.*1 unknown column ignored: mood/,
  );
  assert.equal(mustReadOne(textFile('a.csv', 'utc_ms,lat,lon\n1760000000000,50,9\n')).hasCalendar, true);
});

for (const [unit, times] of [
  ['seconds', '1760000000,1760000001'],
  ['microseconds', '1760000000000000,1760000001000000'],
  ['nanoseconds', '1760000000000000000,1760000001000000000'],
] as const) {
  test(`plain CSV: ${unit} in utc_ms are refused with what to do`, () => {
    const rows = times.split(',').map((time) => `${time},50,9\n`);
    const reason = mustRefuse(textFile('a.csv', `utc_ms,lat,lon\n${rows.join('')}`));
    assert.match(reason, new RegExp(`^a.csv has ${unit} in utc_ms; (multiply|divide) them by`));
  });
}

test('plain CSV: columns may stand in any order behind the time', () => {
  const point = (text: string) => mustReadOne(textFile('a.csv', text)).points[0];
  const usual = point('t_ms,lat,lon,speed_kmh,road_class\n0,50,9,36,rural-main\n');
  assert.deepEqual(point('t_ms,road_class,lon,speed_kmh,lat\n0,rural-main,9,36,50\n'), usual);
});

test('plain CSV: a last line without an end is not believed', () => {
  const recording = mustReadOne(textFile('a.csv', 't_ms,lat,lon\n0,50,9.123\n1000,50,9.1'));
  assert.equal(recording.points.length, 1);
  assert.match(recording.remarks.join(), /cut/);
});

test('duplicates are removed and complete each other; disorder is sorted; jumps are kept', () => {
  const text = 't_ms,lat,lon,speed_kmh\n2000,51,9,\n0,50,9,\n0,60,9,7\n0,0,0,\n';
  const { points, remarks } = mustReadOne(textFile('a.csv', text));
  assert.deepEqual(
    points.map((p) => [p.tMs, p.latDeg, p.speedKmh]),
    [
      [0, 50, 7],
      [2000, 51, null],
    ],
  );
  assert.deepEqual(remarks, [
    '1 line without time, position or acceleration left out',
    '1 point earlier than the one before: sorted by time',
    '1 duplicate timestamp removed',
    '1 step faster than 100 m/s kept as recorded',
  ]);
});

test('instants: what is no date or time is null', () => {
  for (const text of ['', '2024-02-30T00:00:00Z', '2024-13-01T00:00:00Z', '2024-01-01', '2024-01-01T25:00:00Z']) {
    assert.equal(isoInstantMs(text), null, text);
  }
  fc.assert(
    fc.property(fc.date({ min: new Date('1980-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      assert.equal(isoInstantMs(date.toISOString()), date.getTime());
    }),
  );
  assert.equal(timeOfDayMs('7:05:09'), 25_509_000);
  assert.equal(timeOfDayMs('24:00:00'), null);
});

test('quoted fields keep their separators', () => {
  assert.deepEqual(splitFields('a,"b,c","d ""e""",', ','), ['a', 'b,c', 'd "e"', '']);
});
