/**
 * NMEA 0183 logs: RMC gives time, date, position, speed and course, GGA of the same second adds the altitude. A file
 * with GGA alone has no date and no speed. Every sentence needs its checksum: a logger's serial line loses bytes.
 */

import { dateUtcMs, numberOf } from './field-values.ts';
import { fileText } from './file-text.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import { counted, isPosition, type RawPoint, tidyPoints } from './tidy.ts';

const FORMAT = 'NMEA 0183';
const KMH_PER_KNOT = 1.852;
const DAY_MS = 86_400_000;
const SENTENCE = /\$([A-Z]{2}[A-Z]{3},[^*$\r\n]*)\*([0-9A-Fa-f]{2})\s*$/;

/** The fields of a sentence whose checksum is right, `['GPRMC', ...]`; null for anything else. */
export function nmeaFields(line: string): string[] | null {
  const match = SENTENCE.exec(line);
  const body = match?.[1];
  const stated = match?.[2];
  if (body === undefined || stated === undefined) return null;
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i);
  return sum === Number.parseInt(stated, 16) ? body.split(',') : null;
}

/** `hhmmss[.ss]` as milliseconds since midnight UTC. */
function clockMs(field: string | undefined): number | null {
  const match = /^(\d{2})(\d{2})(\d{2}(?:\.\d*)?)$/.exec(field ?? '');
  if (!match) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hours > 23 || minutes > 59 || seconds >= 61) return null;
  return (hours * 60 + minutes) * 60_000 + Math.round(seconds * 1000);
}

/** `ddmmyy`; 80..99 are the twentieth century. */
function dayMs(field: string | undefined): number | null {
  const match = /^(\d{2})(\d{2})(\d{2})$/.exec(field ?? '');
  if (!match) return null;
  const year = Number(match[3]);
  return dateUtcMs(year < 80 ? 2000 + year : 1900 + year, Number(match[2]), Number(match[1]));
}

/** `(d)ddmm.mmmm` and a hemisphere letter as degrees. */
function degrees(field: string | undefined, hemisphere: string | undefined): number | null {
  const value = numberOf(field);
  if (value === null || value < 0 || !hemisphere || !'NSEW'.includes(hemisphere)) return null;
  const whole = Math.floor(value / 100);
  const deg = whole + (value - whole * 100) / 60;
  return hemisphere === 'S' || hemisphere === 'W' ? -deg : deg;
}

class Log {
  readonly dated: RawPoint[] = [];
  /** Positions of GGA, on time of day alone. */
  readonly undated: RawPoint[] = [];
  readonly altitudes = new Map<number, number>();
  bad = 0;
  withoutFix = 0;
  #days = 0;
  #lastClockMs = 0;

  add(line: string): void {
    const fields = nmeaFields(line);
    if (!fields) this.bad++;
    else if (fields[0]?.endsWith('RMC')) this.#rmc(fields);
    else if (fields[0]?.endsWith('GGA')) this.#gga(fields);
  }

  #rmc(f: readonly string[]): void {
    const clock = clockMs(f[1]);
    const day = dayMs(f[9]);
    const latDeg = degrees(f[3], f[4]);
    const lonDeg = degrees(f[5], f[6]);
    if (f[2] !== 'A' || clock === null || day === null || latDeg === null || lonDeg === null) this.withoutFix++;
    else if (!isPosition(latDeg, lonDeg)) this.withoutFix++;
    else {
      const knots = numberOf(f[7]);
      const speedKmh = knots === null ? null : knots * KMH_PER_KNOT;
      this.dated.push({ tMs: day + clock, latDeg, lonDeg, speedKmh, headingDeg: numberOf(f[8]) });
    }
  }

  #gga(f: readonly string[]): void {
    const clock = clockMs(f[1]);
    const latDeg = degrees(f[2], f[3]);
    const lonDeg = degrees(f[4], f[5]);
    const altitudeM = numberOf(f[9]);
    if (clock === null || (numberOf(f[6]) ?? 0) === 0) return;
    if (clock < this.#lastClockMs - DAY_MS / 2) this.#days++;
    this.#lastClockMs = clock;
    if (altitudeM !== null) this.altitudes.set(this.#days * DAY_MS + clock, altitudeM);
    if (latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) return;
    this.undated.push({ tMs: this.#days * DAY_MS + clock, latDeg, lonDeg, altitudeM });
  }
}

/** Altitudes were noted by day of the log and time of day, so the log's first day has to be known. */
function withAltitudes(points: readonly RawPoint[], altitudes: ReadonlyMap<number, number>): RawPoint[] {
  const firstDayMs = points[0] ? Math.floor(points[0].tMs / DAY_MS) * DAY_MS : 0;
  return points.map((point) => ({ ...point, altitudeM: altitudes.get(point.tMs - firstDayMs) ?? null }));
}

function sinceFirst(points: readonly RawPoint[]): RawPoint[] {
  const originMs = points[0]?.tMs ?? 0;
  return points.map((point) => ({ ...point, tMs: point.tMs - originMs }));
}

function read(file: SourceFile): Reading {
  const log = new Log();
  for (const line of fileText(file.bytes).split('\n')) if (line.trim() !== '') log.add(line);
  const hasCalendar = log.dated.length > 0;
  const raw = hasCalendar ? withAltitudes(log.dated, log.altitudes) : sinceFirst(log.undated);
  if (raw.length === 0)
    return refused('is NMEA without a valid fix in RMC or GGA; give a log that was recorded with a fix');
  const remarks: string[] = [];
  if (log.bad > 0) remarks.push(`${counted(log.bad, 'line')} without a right checksum left out`);
  if (log.withoutFix > 0) remarks.push(`${counted(log.withoutFix, 'RMC sentence')} without a fix left out`);
  if (!hasCalendar) remarks.push('no RMC sentence: no date and no speed in the file');
  const points = tidyPoints(raw, remarks);
  return {
    kind: 'recordings',
    recordings: [{ name: file.name, format: FORMAT, hasCalendar, points, acceleration: null, trips: [], remarks }],
  };
}

export const NMEA: Reader = {
  format: FORMAT,
  recognise: (head) => /^[^\n]{0,64}\$[A-Z]{2}(RMC|GGA|GLL|GNS|GSA|GSV|VTG|ZDA|TXT),/m.test(head),
  read,
};
