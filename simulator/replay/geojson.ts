/**
 * enviroCar tracks: a GeoJSON FeatureCollection of timed points with OBD phenomena, about 5 s apart. Speeds are km/h.
 * The receiver's own speed is preferred to OBD speed, for a GNSS input would have shown it.
 */

import { isoInstantMs } from './field-values.ts';
import { fileText } from './file-text.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { RecordedPoint } from './recording.ts';
import { counted, isPosition, pointOf, tidyPoints } from './tidy.ts';

const FORMAT = 'enviroCar GeoJSON';

/** A member of a JSON object; undefined where the value is no object or has no such member. */
function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function featurePoint(feature: unknown): RecordedPoint | null {
  const geometry = member(feature, 'geometry');
  const properties = member(feature, 'properties');
  const coordinates = member(geometry, 'coordinates');
  const time = member(properties, 'time');
  if (member(geometry, 'type') !== 'Point' || !Array.isArray(coordinates) || typeof time !== 'string') return null;
  const tMs = isoInstantMs(time);
  const lonDeg = finite(coordinates[0]);
  const latDeg = finite(coordinates[1]);
  if (tMs === null || latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) return null;
  const phenomenons = member(properties, 'phenomenons');
  const phenomenon = (name: string) => finite(member(member(phenomenons, name), 'value'));
  return pointOf({
    tMs,
    latDeg,
    lonDeg,
    speedKmh: phenomenon('GPS Speed') ?? phenomenon('Speed'),
    headingDeg: phenomenon('GPS Bearing'),
    altitudeM: phenomenon('GPS Altitude') ?? finite(coordinates[2]),
  });
}

function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function read(file: SourceFile): Reading {
  const json = parseJson(fileText(file.bytes));
  if (!json) return refused('is JSON that is cut or damaged; fetch the whole file again');
  const features = member(json.value, 'features');
  if (!Array.isArray(features))
    return refused('is JSON without GeoJSON features; give a FeatureCollection of timed points');
  const raw: RecordedPoint[] = [];
  for (const feature of features) {
    const point = featurePoint(feature);
    if (point) raw.push(point);
  }
  if (raw.length === 0)
    return refused('is GeoJSON without a timed point; each feature needs a Point and properties.time');
  const remarks: string[] = [];
  const left = features.length - raw.length;
  if (left > 0) remarks.push(`${counted(left, 'feature')} without position or time left out`);
  const points = tidyPoints(raw, remarks);
  return {
    kind: 'recordings',
    recordings: [
      { name: file.name, format: FORMAT, hasCalendar: true, points, acceleration: null, trips: [], remarks },
    ],
  };
}

export const GEOJSON: Reader = {
  format: FORMAT,
  recognise: (head) => head.startsWith('{') && /"features"\s*:|"FeatureCollection"/.test(head),
  read,
};
