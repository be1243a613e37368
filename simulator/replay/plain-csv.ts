/**
 * Bordbox's own drive file, for data that come from nowhere in particular. UTF-8 text, comma separated, decimal point:
 *
 *     utc_ms,lat,lon,speed_kmh,supply_v
 *     1760000000000,50.868,9.706,0,12.4
 *     1760000001000,50.868,9.706,3.5,14.2
 *
 * The first column is the time: `utc_ms` (UTC milliseconds), or `t_ms` (milliseconds since the recording's start, where
 * no date is known). `lat` and `lon` (degrees, WGS 84) are required; optional, in any order: `speed_kmh`,
 * `heading_deg` (clockwise from north), `altitude_m`, `supply_v`, `limit_kmh`, `road_class` (motorway, rural-main,
 * rural-minor, town-main, town-street, zone-30), and all three of `ax_ms2`, `ay_ms2`, `az_ms2` (m/s2 with gravity, the
 * sensor's own axes). An empty field was not recorded. A line may have a position, an acceleration or both, so that
 * acceleration can be denser than positions. Lines that start with # are comments. Every line ends with a line feed.
 */

import type { RoadClass } from '../road-class.ts';
import { millisecondsOf, numberOf } from './field-values.ts';
import { fileText } from './file-text.ts';
import { NumberColumn } from './number-column.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { RecordedAcceleration } from './recording.ts';
import { firstLine, readTable, type Table } from './table.ts';
import { counted, isPosition, type RawPoint, tidyPoints } from './tidy.ts';

const FORMAT = 'Bordbox drive CSV';
const COLUMNS =
  'utc_ms t_ms lat lon speed_kmh heading_deg altitude_m supply_v limit_kmh road_class ax_ms2 ay_ms2 az_ms2';
const KNOWN_COLUMNS = new Set(COLUMNS.split(' '));

const ROAD_CLASSES: ReadonlySet<string> = new Set<RoadClass>([
  'motorway',
  'rural-main',
  'rural-minor',
  'town-main',
  'town-street',
  'zone-30',
]);

function isRoadClass(text: string): text is RoadClass {
  return ROAD_CLASSES.has(text);
}

class Acceleration {
  readonly t = new NumberColumn();
  readonly x = new NumberColumn();
  readonly y = new NumberColumn();
  readonly z = new NumberColumn();

  /** False when the line has no acceleration, or one that is not later than the last. */
  add(tMs: number, x: number | null, y: number | null, z: number | null): boolean {
    if (x === null || y === null || z === null || tMs <= this.t.at(this.t.length - 1)) return false;
    this.t.push(tMs);
    this.x.push(x);
    this.y.push(y);
    this.z.push(z);
    return true;
  }

  recorded(): RecordedAcceleration | null {
    if (this.t.length < 2) return null;
    return { tMs: this.t.values(), x: this.x.values(), y: this.y.values(), z: this.z.values() };
  }
}

function positionOf(table: Table, row: readonly string[], tMs: number): RawPoint | null {
  const value = (column: string) => numberOf(table.field(row, column));
  const latDeg = value('lat');
  const lonDeg = value('lon');
  if (latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) return null;
  const roadClass = table.field(row, 'road_class')?.trim() ?? '';
  return {
    tMs,
    latDeg,
    lonDeg,
    speedKmh: value('speed_kmh'),
    headingDeg: value('heading_deg'),
    altitudeM: value('altitude_m'),
    supplyV: value('supply_v'),
    limitKmh: value('limit_kmh'),
    roadClass: isRoadClass(roadClass) ? roadClass : null,
  };
}

function read(file: SourceFile): Reading {
  const remarks: string[] = [];
  const table = readTable(fileText(file.bytes), ',', remarks);
  const clock = table.header[0] ?? '';
  const raw: RawPoint[] = [];
  const acceleration = new Acceleration();
  let left = 0;
  let oddClasses = 0;
  for (const row of table.rows) {
    const value = (column: string) => numberOf(table.field(row, column));
    const tMs = millisecondsOf(table.field(row, clock));
    const point = tMs === null ? null : positionOf(table, row, tMs);
    const accelerated = tMs !== null && acceleration.add(tMs, value('ax_ms2'), value('ay_ms2'), value('az_ms2'));
    if (point) raw.push(point);
    if (point?.roadClass === null && table.field(row, 'road_class')?.trim()) oddClasses++;
    if (!point && !accelerated) left++;
  }
  const unit = clock === 'utc_ms' ? wrongUnit(table.rows.map((row) => numberOf(table.field(row, clock)))) : null;
  if (unit !== null) return refused(unit);
  if (raw.length === 0) {
    return refused(
      'is a Bordbox drive CSV without a point; lines need a time, lat and lon, and a line feed at their end',
    );
  }
  if (left > 0) remarks.push(`${counted(left, 'line')} without time, position or acceleration left out`);
  if (oddClasses > 0) remarks.push(`${counted(oddClasses, 'unknown road_class value')} ignored`);
  const odd = table.header.filter((name) => !KNOWN_COLUMNS.has(name));
  if (odd.length > 0) remarks.push(`${counted(odd.length, 'unknown column')} ignored: ${odd.slice(0, 5).join(', ')}`);
  const points = tidyPoints(raw, remarks);
  const hasCalendar = clock === 'utc_ms';
  return {
    kind: 'recordings',
    recordings: [
      {
        name: file.name,
        format: FORMAT,
        hasCalendar,
        points,
        acceleration: acceleration.recorded(),
        trips: [],
        remarks,
      },
    ],
  };
}

const YEAR_2000_S = 946_684_800;
const YEAR_2200_S = 7_258_118_400;

/** Why the times are those of this century in another unit than milliseconds, or null. */
function wrongUnit(times: readonly (number | null)[]): string | null {
  const known = times.filter((time) => time !== null);
  const all = (perSecond: number): boolean =>
    known.length > 0 && known.every((time) => time >= YEAR_2000_S * perSecond && time < YEAR_2200_S * perSecond);
  if (all(1)) return 'has seconds in utc_ms; multiply them by 1000, for it wants milliseconds';
  if (all(1e6)) return 'has microseconds in utc_ms; divide them by 1000, for it wants milliseconds';
  if (all(1e9)) return 'has nanoseconds in utc_ms; divide them by 1000000, for it wants milliseconds';
  return null;
}

/** Comments may stand before the header. */
function headerOf(head: string): string[] {
  const line = head.split('\n').find((text) => text.trim() !== '' && !text.startsWith('#')) ?? '';
  return firstLine(line)
    .split(',')
    .map((name) => name.trim());
}

export const PLAIN_CSV: Reader = {
  format: FORMAT,
  recognise: (head) => {
    const names = headerOf(head);
    return (names[0] === 't_ms' || names[0] === 'utc_ms') && names.includes('lat') && names.includes('lon');
  },
  read,
};
