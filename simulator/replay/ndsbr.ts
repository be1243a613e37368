/**
 * The Brazilian naturalistic driving study: 1 Hz rows of several trips, `;` separated, decimal comma. `PR` is local
 * time in Curitiba, which is UTC-3 all year since 2019 (the column `03:00:00` is PR plus three hours, that is UTC);
 * `DAY_CORRIGIDO` is the local date. `NPI` means "no possible information". ALTITUDE_FT has lost its decimal comma.
 */

import type { RoadClass } from '../road-class.ts';
import { commaNumberOf, dateUtcMs, numberOf, timeOfDayMs } from './field-values.ts';
import { fileText } from './file-text.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { RecordedPoint, RecordedTrip, Recording } from './recording.ts';
import { firstLine, readTable, type Table } from './table.ts';
import { counted, isPosition, pointOf, tidyPoints } from './tidy.ts';

const FORMAT = 'ndsbr CSV';
const UTC_MINUS_3_MS = -3 * 3_600_000;
/** Along the way only and without gravity: half of what an accelerometer would have shown. */
const UNUSED = { altitude: 'ALTITUDE_FT has lost its decimal comma', acceleration: 'ACEL_MS2 has one axis only' };
const DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/**
 * The city's class (CWB) where it says more, else the class of the Brazilian traffic code (CTB: 1 rapid transit,
 * 2 arterial, 3 collector, 4 local). All of the data lie in town but the federal roads.
 */
function roadClassOf(cwb: string | undefined, ctb: string | undefined, limitKmh: number | null): RoadClass | null {
  if (cwb?.startsWith('RODOVIA')) return cwb.includes('DUPLICADA') ? 'motorway' : 'rural-main';
  if (cwb === 'PEDESTRE') return 'zone-30';
  switch (ctb) {
    case '1':
    case '2':
      return 'town-main';
    case '3':
      return 'town-street';
    case '4':
      return limitKmh !== null && limitKmh <= 30 ? 'zone-30' : 'town-street';
    default:
      return null;
  }
}

interface Driver {
  readonly raw: RecordedPoint[];
  readonly trips: Map<string, { firstMs: number; lastMs: number }>;
}

function instantMs(table: Table, row: readonly string[]): number | null {
  const day = DAY.exec(table.field(row, 'DAY_CORRIGIDO') ?? table.field(row, 'DAY') ?? '');
  const clockMs = timeOfDayMs(table.field(row, 'PR'));
  if (!day || clockMs === null) return null;
  const dayMs = dateUtcMs(Number(day[3]), Number(day[2]), Number(day[1]));
  return dayMs === null ? null : dayMs + clockMs - UTC_MINUS_3_MS;
}

function rowPoint(table: Table, row: readonly string[]): RecordedPoint | null {
  const tMs = instantMs(table, row);
  const latDeg = commaNumberOf(table.field(row, 'LAT'));
  const lonDeg = commaNumberOf(table.field(row, 'LONG'));
  if (tMs === null || latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) return null;
  const limitKmh = numberOf(table.field(row, 'LIMITE_VEL'));
  return pointOf({
    tMs,
    latDeg,
    lonDeg,
    speedKmh: commaNumberOf(table.field(row, 'SPD_KMH')),
    headingDeg: commaNumberOf(table.field(row, 'HEADING')),
    limitKmh,
    roadClass: roadClassOf(table.field(row, 'HIERARQUIA_CWB'), table.field(row, 'HIERARQUIA_CTB'), limitKmh),
  });
}

function addTo(driver: Driver, point: RecordedPoint, tripId: string): void {
  driver.raw.push(point);
  const trip = driver.trips.get(tripId);
  if (!trip) driver.trips.set(tripId, { firstMs: point.tMs, lastMs: point.tMs });
  else {
    trip.firstMs = Math.min(trip.firstMs, point.tMs);
    trip.lastMs = Math.max(trip.lastMs, point.tMs);
  }
}

function read(file: SourceFile): Reading {
  const common: string[] = [];
  const table = readTable(fileText(file.bytes), ';', common);
  const drivers = new Map<string, Driver>();
  let left = 0;
  for (const row of table.rows) {
    const point = rowPoint(table, row);
    if (!point) {
      left++;
      continue;
    }
    const id = table.field(row, 'DRIVER') ?? '';
    const driver = drivers.get(id) ?? { raw: [], trips: new Map() };
    drivers.set(id, driver);
    addTo(driver, point, table.field(row, 'ID') ?? table.field(row, 'TRIP') ?? '');
  }
  if (drivers.size === 0)
    return refused('is an ndsbr CSV without a line that has time and position; give the whole file');
  if (left > 0) common.push(`${counted(left, 'line')} without position or time left out`);
  const recordings = [...drivers].map(([id, driver]): Recording => {
    const remarks = [...common];
    const points = tidyPoints(driver.raw, remarks);
    const trips = [...driver.trips].map(([tripId, ends]): RecordedTrip => ({ id: tripId, ...ends }));
    trips.sort((a, b) => a.firstMs - b.firstMs);
    const name = drivers.size === 1 ? file.name : `${file.name} driver ${id}`;
    return { name, format: FORMAT, hasCalendar: true, points, acceleration: null, trips, unused: UNUSED, remarks };
  });
  return { kind: 'recordings', recordings };
}

export const NDSBR: Reader = {
  format: FORMAT,
  recognise: (head) => {
    const names = firstLine(head).split(';');
    return names.includes('SPD_KMH') && names.includes('LONG') && names.includes('PR');
  },
  read,
};
