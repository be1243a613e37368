/** What a person is told about where a trip began and ended: a municipality or a 5 km cell, never an address (C24). */

import { distanceM } from '../../protocol/trig.ts';
import type { RoadMap } from './road-map.ts';
import { lonScale } from './segments.ts';

/** 5.004 km of latitude. */
const CELL_E6 = 45_000;
const FULL_CIRCLE_E6 = 360_000_000;

/** 1e-6 degree in hundredths of a degree, rounded down on both sides of zero, as `51.27 N`. */
function inHundredths(valueE6: number, positive: string, negative: string): string {
  const hundredths = Math.floor(Math.abs(valueE6) / 10_000);
  const fraction = String(hundredths % 100).padStart(2, '0');
  return `${Math.floor(hundredths / 100)}.${fraction} ${valueE6 < 0 ? negative : positive}`;
}

/** The cell's middle. Columns widen with the row's latitude, so that a cell stays 5 km wide. */
function cellOf(latE6: number, lonE6: number): string {
  const midLatE6 = Math.floor(latE6 / CELL_E6) * CELL_E6 + CELL_E6 / 2;
  const widthE6 = Math.min(FULL_CIRCLE_E6, Math.round(CELL_E6 / Math.max(0.0001, lonScale(midLatE6))));
  const midLonE6 = Math.floor(lonE6 / widthE6) * widthE6 + Math.floor(widthE6 / 2);
  return `5 km cell at ${inHundredths(midLatE6, 'N', 'S')} ${inHundredths(midLonE6, 'E', 'W')}`;
}

/** Municipality of the map whose middle is nearest and within whose radius the position lies, else a cell's name. */
export function placeOf(map: RoadMap | null, latE6: number, lonE6: number): string {
  let name: string | null = null;
  let nearestM = Infinity;
  for (const place of map?.places ?? []) {
    const awayM = distanceM(place.latE6 / 1e6, place.lonE6 / 1e6, latE6 / 1e6, lonE6 / 1e6);
    if (awayM <= place.radiusM && awayM < nearestM) {
      name = place.name;
      nearestM = awayM;
    }
  }
  return name ?? cellOf(latE6, lonE6);
}
