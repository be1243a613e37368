/** The gateway's own road map: a compact JSON document, checked once when it is loaded. */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { LimitKind, RoadClass } from '../scoring/closed-trip.ts';

export const MAP_FORMAT = 'bordbox-map';
export const MAP_VERSION = 1;

export const ROAD_CLASSES: readonly RoadClass[] = [
  'motorway',
  'rural-main',
  'rural-minor',
  'town-main',
  'town-street',
  'zone-30',
];
const LIMIT_KINDS: readonly LimitKind[] = ['limit', 'advisory', 'assumed'];
const LIMIT_KMH_MAX = 300;
/** C24: a place is a municipality, never an address. */
const PLACE_RADIUS_M_MIN = 250;
const PLACE_RADIUS_M_MAX = 50_000;

/** What one map may span, so that a point has a number below 2^53. */
export const MAP_SPAN_E6 = { lat: 60_000_000, lon: 120_000_000 } as const;

/** `[latitude, longitude]` in 1e-6 degree. Roads that meet share a point to the last digit. */
export type MapPoint = readonly [latE6: number, lonE6: number];

export interface MapRoad {
  readonly id: number;
  readonly name: string;
  readonly class: RoadClass;
  /** null with kind `advisory`: no limit, the advisory speed holds (C2). null otherwise: unknown. */
  readonly limitKmh: number | null;
  readonly limitKind: LimitKind;
  /** True: only in the order of the points. */
  readonly oneWay: boolean;
  readonly builtUp: boolean;
  readonly points: readonly MapPoint[];
}

export interface MapPlace {
  readonly name: string;
  readonly latE6: number;
  readonly lonE6: number;
  readonly radiusM: number;
}

export interface RoadMap {
  readonly format: typeof MAP_FORMAT;
  readonly version: typeof MAP_VERSION;
  /** With its edition, since a score names it. */
  readonly name: string;
  readonly attribution?: string;
  readonly roads: readonly MapRoad[];
  readonly places: readonly MapPlace[];
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isPoint(value: unknown): value is MapPoint {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    isIntegerIn(value[0], -90_000_000, 90_000_000) &&
    isIntegerIn(value[1], -180_000_000, 180_000_000)
  );
}

/** What is wrong with a road, or null. */
function faultOfRoad(road: unknown): string | null {
  if (!isFields(road)) return 'is not an object';
  if (!isIntegerIn(road.id, 0, Number.MAX_SAFE_INTEGER)) return '`id` must be an integer from 0';
  if (typeof road.name !== 'string') return '`name` must be a text, empty if the road has none';
  if (!ROAD_CLASSES.includes(road.class as RoadClass)) return `\`class\` must be one of ${ROAD_CLASSES.join(', ')}`;
  if (!LIMIT_KINDS.includes(road.limitKind as LimitKind))
    return `\`limitKind\` must be one of ${LIMIT_KINDS.join(', ')}`;
  if (road.limitKmh !== null && !isIntegerIn(road.limitKmh, 1, LIMIT_KMH_MAX))
    return `\`limitKmh\` must be 1..${LIMIT_KMH_MAX} or null`;
  if (typeof road.oneWay !== 'boolean' || typeof road.builtUp !== 'boolean')
    return '`oneWay` and `builtUp` must be true or false';
  if (!Array.isArray(road.points) || road.points.length < 2) return '`points` must hold at least two points';
  const wrong = road.points.findIndex((point) => !isPoint(point));
  return wrong < 0 ? null : `point ${wrong} must be [latE6, lonE6], integers of 1e-6 degree`;
}

function faultOfPlace(place: unknown): string | null {
  if (!isFields(place)) return 'is not an object';
  if (typeof place.name !== 'string' || place.name === '') return '`name` must be a text';
  if (!isPoint([place.latE6, place.lonE6])) return '`latE6` and `lonE6` must be integers of 1e-6 degree';
  if (!isIntegerIn(place.radiusM, PLACE_RADIUS_M_MIN, PLACE_RADIUS_M_MAX))
    return `\`radiusM\` must be ${PLACE_RADIUS_M_MIN}..${PLACE_RADIUS_M_MAX}, since a place is no address (C24)`;
  return null;
}

/** The first fault in a list, named by its index. */
function faultIn(list: readonly unknown[], what: string, faultOf: (item: unknown) => string | null): string | null {
  for (let i = 0; i < list.length; i++) {
    const fault = faultOf(list[i]);
    if (fault !== null) return `${what} ${i}: ${fault}; correct the map or import it again`;
  }
  return null;
}

function isTooWide(roads: readonly MapRoad[]): boolean {
  let south = Infinity;
  let west = Infinity;
  let north = -Infinity;
  let east = -Infinity;
  for (const road of roads) {
    for (const [latE6, lonE6] of road.points) {
      south = Math.min(south, latE6);
      north = Math.max(north, latE6);
      west = Math.min(west, lonE6);
      east = Math.max(east, lonE6);
    }
  }
  return north - south > MAP_SPAN_E6.lat || east - west > MAP_SPAN_E6.lon;
}

function faultOfMap(json: unknown): string | null {
  if (!isFields(json) || json.format !== MAP_FORMAT)
    return 'not a road map of the gateway: expected a JSON object with "format": "bordbox-map"';
  if (json.version !== MAP_VERSION)
    return `map version ${JSON.stringify(json.version)} is not known here (only ${MAP_VERSION}): import the map again`;
  if (typeof json.name !== 'string' || json.name === '') return 'the map has no `name`: give it one with its edition';
  if (json.attribution !== undefined && typeof json.attribution !== 'string') return '`attribution` must be a text';
  if (!Array.isArray(json.roads) || json.roads.length === 0)
    return 'the map has no roads: import an extract that holds the area where the cars drive';
  if (!Array.isArray(json.places)) return 'the map has no `places`: give an empty list if none are known';
  return faultIn(json.roads, 'road', faultOfRoad) ?? faultIn(json.places, 'place', faultOfPlace);
}

/** Checks a parsed JSON document. The reason is one line that says what to do. */
export function loadRoadMap(json: unknown): Result<RoadMap, string> {
  const fault = faultOfMap(json);
  if (fault !== null) return refuse(fault);
  const map = json as RoadMap;
  if (isTooWide(map.roads))
    return refuse('the map spans more than 60 x 120 degrees: cut an extract where the cars drive');
  return accept(map);
}
