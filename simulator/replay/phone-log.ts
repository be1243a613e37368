/**
 * A phone in a car, two files a drive: accelerometer (m/s2 with gravity, about 17 Hz, mounting unknown) and GPS
 * (1 Hz, km/h). Both count milliseconds since the same start; no date is known.
 */

import { millisecondsOf, numberOf } from './field-values.ts';
import { fileText } from './file-text.ts';
import { NumberColumn } from './number-column.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { RecordedPoint } from './recording.ts';
import { firstLine, readTable, type Table } from './table.ts';
import { counted, isPosition, pointOf, tidyPoints } from './tidy.ts';

const GPS_FORMAT = 'phone log (GPS)';
const CLOCK = 'Time since start in ms';

/** The one column whose name contains that text; the phone's app spells names with stray blanks and colons. */
function columnLike(table: Table, part: string): string {
  return table.header.find((name) => name.includes(part)) ?? part;
}

function readAccelerometer(file: SourceFile): Reading {
  const remarks: string[] = [];
  const table = readTable(fileText(file.bytes), ',', remarks);
  const columns = [CLOCK, 'ACCELEROMETER X', 'ACCELEROMETER Y', 'ACCELEROMETER Z'].map((p) => columnLike(table, p));
  const [t, x, y, z] = columns.map(() => new NumberColumn()) as [
    NumberColumn,
    NumberColumn,
    NumberColumn,
    NumberColumn,
  ];
  let left = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const row of table.rows) {
    const [clock, ...axes] = columns.map((column) => table.field(row, column));
    const tMs = millisecondsOf(clock);
    const [ax, ay, az] = axes.map(numberOf);
    if (tMs == null || ax == null || ay == null || az == null || tMs <= lastMs) {
      left++;
      continue;
    }
    lastMs = tMs;
    t.push(tMs);
    x.push(ax);
    y.push(ay);
    z.push(az);
  }
  if (t.length < 2) return refused('is an accelerometer log with fewer than two samples; give the whole file');
  if (left > 0)
    remarks.push(`${counted(left, 'acceleration sample')} malformed or not later than the one before left out`);
  const acceleration = { tMs: t.values(), x: x.values(), y: y.values(), z: z.values() };
  return { kind: 'acceleration', acceleration, remarks };
}

function readGps(file: SourceFile): Reading {
  const remarks: string[] = [];
  const table = readTable(fileText(file.bytes), ',', remarks);
  const value = (row: readonly string[], part: string) => numberOf(table.field(row, columnLike(table, part)));
  const raw: RecordedPoint[] = [];
  for (const row of table.rows) {
    const tMs = millisecondsOf(table.field(row, columnLike(table, CLOCK)));
    const latDeg = value(row, 'LOCATION Latitude');
    const lonDeg = value(row, 'LOCATION Longitude');
    if (tMs === null || latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) continue;
    const speedKmh = value(row, 'LOCATION Speed');
    const headingDeg = value(row, 'LOCATION ORIENTATION');
    raw.push(pointOf({ tMs, latDeg, lonDeg, speedKmh, headingDeg, altitudeM: value(row, 'LOCATION Altitude') }));
  }
  if (raw.length === 0) return refused('is a phone GPS log without a position; give the whole file');
  const left = table.rows.length - raw.length;
  if (left > 0) remarks.push(`${counted(left, 'line')} without position or time left out`);
  const points = tidyPoints(raw, remarks);
  return {
    kind: 'recordings',
    recordings: [
      { name: file.name, format: GPS_FORMAT, hasCalendar: false, points, acceleration: null, trips: [], remarks },
    ],
  };
}

export const PHONE_ACCELEROMETER: Reader = {
  format: 'phone log (accelerometer)',
  recognise: (head) => firstLine(head).startsWith(CLOCK) && firstLine(head).includes('ACCELEROMETER X'),
  read: readAccelerometer,
};

export const PHONE_GPS: Reader = {
  format: GPS_FORMAT,
  recognise: (head) => firstLine(head).startsWith(CLOCK) && firstLine(head).includes('LOCATION Latitude'),
  read: readGps,
};
