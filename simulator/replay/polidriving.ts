/**
 * PoliDriving, Quito: about 1 Hz with OBD speed and supply voltage. `time` is time of day in Ecuador, UTC-5 all year;
 * the date stands in the file's name (20231229_151643_col.csv) or is not known.
 */

import { dateUtcMs, numberOf, timeOfDayMs } from './field-values.ts';
import { fileText } from './file-text.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { RecordedPoint, Recording } from './recording.ts';
import { firstLine, readTable } from './table.ts';
import { counted, isPosition, pointOf, tidyPoints } from './tidy.ts';

const FORMAT = 'PoliDriving CSV';
const DESIGN_SPEED = "the file's design_speed is taken as the limit; the posted one is not in it";
const UTC_MINUS_5_MS = -5 * 3_600_000;
const DAY_MS = 86_400_000;
const NAME_DATE = /(?:^|[^0-9])(\d{4})(\d{2})(\d{2})_\d{6}(?:[^0-9]|$)/;

/** UTC milliseconds of local midnight on the date in the file's name. */
function localMidnightMs(name: string): number | null {
  const match = NAME_DATE.exec(name);
  const dayMs = match ? dateUtcMs(Number(match[1]), Number(match[2]), Number(match[3])) : null;
  return dayMs === null ? null : dayMs - UTC_MINUS_5_MS;
}

function read(file: SourceFile): Reading {
  const remarks: string[] = [];
  const table = readTable(fileText(file.bytes), ',', remarks);
  const midnightMs = localMidnightMs(file.name);
  const raw: RecordedPoint[] = [];
  let days = 0;
  let lastClockMs: number | null = null;
  let originMs = midnightMs;
  for (const row of table.rows) {
    const clockMs = timeOfDayMs(table.field(row, 'time'));
    const latDeg = numberOf(table.field(row, 'latitude'));
    const lonDeg = numberOf(table.field(row, 'longitude'));
    if (clockMs === null || latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) continue;
    // Back by more than half a day can only be midnight.
    if (lastClockMs !== null && clockMs < lastClockMs - DAY_MS / 2) days++;
    lastClockMs = clockMs;
    originMs ??= -clockMs;
    raw.push(
      pointOf({
        tMs: originMs + days * DAY_MS + clockMs,
        latDeg,
        lonDeg,
        speedKmh: numberOf(table.field(row, 'speed')),
        altitudeM: numberOf(table.field(row, 'altitude')),
        supplyV: numberOf(table.field(row, 'system_voltage')),
        limitKmh: numberOf(table.field(row, 'design_speed')),
      }),
    );
  }
  if (raw.length === 0)
    return refused('is a PoliDriving CSV without a line that has time and position; give the whole file');
  const left = table.rows.length - raw.length;
  if (left > 0) remarks.push(`${counted(left, 'line')} without position or time left out`);
  if (midnightMs === null) remarks.push('no date: the file has only times of day, and its name has no 20231229_151643');
  const points = tidyPoints(raw, remarks);
  const recording: Recording = {
    name: file.name,
    format: FORMAT,
    hasCalendar: midnightMs !== null,
    points,
    acceleration: null,
    trips: [],
    unused: { acceleration: 'its column `acceleration` has one axis only' },
    limitsAre: points.some(({ limitKmh }) => limitKmh !== null) ? DESIGN_SPEED : undefined,
    remarks,
  };
  return { kind: 'recordings', recordings: [recording] };
}

export const POLIDRIVING: Reader = {
  format: FORMAT,
  recognise: (head) => {
    const names = firstLine(head).split(',');
    return names[0] === 'time' && names.includes('system_voltage') && names.includes('latitude');
  },
  read,
};
