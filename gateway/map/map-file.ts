/**
 * The map as a file (docs/SPEC.md, "Road map"): a line that says what it is, a head in JSON, columns of integers, and
 * a CRC over all of it. A file that is accepted can be used without any further check.
 */

import { utf8 } from '../../protocol/bytes.ts';
import { crc32 } from '../../protocol/crc.ts';
import { accept, type Result, refuse } from '../../protocol/result.ts';
import { MapReader, MapWriter, u32At } from './map-bytes.ts';
import {
  emptyColumns,
  LIMIT_KINDS,
  LIMIT_KMH_MAX,
  type MapPlace,
  ROAD_CLASSES,
  ROAD_ID_MAX,
  type RoadColumns,
  type RoadMap,
} from './road-map.ts';

const MAP_VERSION = 2;
const FIRST_WORD = 'bordbox-map ';
const FIRST_LINE = utf8(`${FIRST_WORD}${MAP_VERSION}\n`);
const CRC_BYTES = 4;
/** C24: a place is a municipality, never an address. */
const PLACE_RADIUS_M_MIN = 250;
const PLACE_RADIUS_M_MAX = 50_000;
const LAT_E6_MAX = 90_000_000;
const LON_E6_MAX = 180_000_000;
/** A road whose next point is farther away than this (0.45 degrees: 50 km) is a mistake, and would fill the index. */
const LEG_E6_MAX = 450_000;

interface Head {
  readonly name: string;
  readonly attribution?: string;
  readonly nodes: number;
  readonly roads: number;
  readonly refs: number;
  readonly names: readonly string[];
  readonly places: readonly MapPlace[];
}

export function encodeRoadMap(map: RoadMap): Uint8Array {
  const { roads, names, places, name, attribution } = map;
  const head: Head = {
    name,
    attribution,
    nodes: map.nodeLatE6.length,
    roads: roads.count,
    refs: roads.node.length,
    names,
    places,
  };
  const out = new MapWriter();
  const headBytes = utf8(JSON.stringify(head));
  out.bytes(FIRST_LINE);
  out.u32(headBytes.length);
  out.bytes(headBytes);
  writeDeltas(out, map.nodeLatE6);
  writeDeltas(out, map.nodeLonE6);
  writeDeltas(out, roads.id);
  for (let r = 0; r < roads.count; r++) out.plain(roads.name[r]);
  for (let r = 0; r < roads.count; r++) out.plain(kindOf(roads, r));
  for (let r = 0; r < roads.count; r++) out.plain(roads.limitKmh[r]);
  for (let r = 0; r < roads.count; r++) out.plain(roads.start[r + 1] - roads.start[r]);
  writeDeltas(out, roads.node);
  out.u32(crc32(out.written()));
  return out.written();
}

function writeDeltas(out: MapWriter, values: Int32Array | Float64Array): void {
  let before = 0;
  for (const value of values) {
    out.signed(value - before);
    before = value;
  }
}

/** One byte: class in bits 0..2, kind of limit in 3..4, one way in 5, built-up in 6. */
function kindOf(roads: RoadColumns, r: number): number {
  return roads.class[r] | (roads.limitKind[r] << 3) | (roads.oneWay[r] << 5) | (roads.builtUp[r] << 6);
}

/** The reason is one line that says what to do. */
export function loadRoadMap(bytes: Uint8Array): Result<RoadMap, string> {
  const fault = faultOfFrame(bytes);
  if (fault !== null) return refuse(fault);
  const headAt = FIRST_LINE.length + 4;
  const headEnd = headAt + u32At(bytes, FIRST_LINE.length);
  const end = bytes.length - CRC_BYTES;
  const head = headEnd <= end ? parseHead(bytes.subarray(headAt, headEnd)) : null;
  if (head === null) return refuse('the map is damaged: its head is no JSON; import it again');
  const headFault = faultOfHead(head, end - headEnd);
  if (headFault !== null) return refuse(headFault);
  return readColumns(head as unknown as Head, new MapReader(bytes, headEnd, end), end);
}

function faultOfFrame(bytes: Uint8Array): string | null {
  const line = new TextDecoder().decode(bytes.subarray(0, FIRST_LINE.length));
  if (!line.startsWith(FIRST_WORD)) {
    if (/^\s*\{\s*"format":/.test(line)) return 'a map of version 1 is not known here: write or import it again';
    return 'not a road map of the gateway: write one with bordbox map';
  }
  if (!isFirstLine(bytes))
    return `map version ${line.slice(FIRST_WORD.length).trim()} is not known here: import it again`;
  if (
    bytes.length < FIRST_LINE.length + 4 + CRC_BYTES ||
    crc32(bytes.subarray(0, -CRC_BYTES)) !== u32At(bytes, bytes.length - CRC_BYTES)
  )
    return 'the map is cut or damaged: copy the whole file, or import it again';
  return null;
}

function isFirstLine(bytes: Uint8Array): boolean {
  return FIRST_LINE.every((byte, i) => bytes[i] === byte);
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function parseHead(bytes: Uint8Array): Fields | null {
  try {
    const head: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isFields(head) ? head : null;
  } catch {
    return null;
  }
}

/** `room`: bytes of the columns; every integer takes one at least. */
function faultOfHead(head: Fields, room: number): string | null {
  if (typeof head.name !== 'string' || head.name === '') return 'the map has no `name`: give it one with its edition';
  if (head.attribution !== undefined && typeof head.attribution !== 'string') return '`attribution` must be a text';
  if (head.roads === 0) return 'the map has no roads: import an extract that holds the area where the cars drive';
  for (const count of ['nodes', 'roads', 'refs'])
    if (!isIntegerIn(head[count], 1, room))
      return `\`${count}\` must be an integer that fits the file; import it again`;
  if (!Array.isArray(head.names) || head.names.some((name) => typeof name !== 'string'))
    return 'the map has no `names`: import it again';
  if (!Array.isArray(head.places)) return 'the map has no `places`: give an empty list if none are known';
  const wrong = head.places.findIndex((place) => faultOfPlace(place) !== null);
  return wrong < 0 ? null : `place ${wrong}: ${faultOfPlace(head.places[wrong])}; correct the map or import it again`;
}

function faultOfPlace(place: unknown): string | null {
  if (!isFields(place)) return 'is not an object';
  if (typeof place.name !== 'string' || place.name === '') return '`name` must be a text';
  if (!isIntegerIn(place.latE6, -LAT_E6_MAX, LAT_E6_MAX) || !isIntegerIn(place.lonE6, -LON_E6_MAX, LON_E6_MAX))
    return '`latE6` and `lonE6` must be integers of 1e-6 degree';
  if (!isIntegerIn(place.radiusM, PLACE_RADIUS_M_MIN, PLACE_RADIUS_M_MAX))
    return `\`radiusM\` must be ${PLACE_RADIUS_M_MIN}..${PLACE_RADIUS_M_MAX}, since a place is no address (C24)`;
  return null;
}

function readColumns(head: Head, input: MapReader, end: number): Result<RoadMap, string> {
  const nodeLatE6 = new Int32Array(head.nodes);
  const nodeLonE6 = new Int32Array(head.nodes);
  const roads = emptyColumns(head.roads, head.refs);
  const whole =
    readDeltas(input, nodeLatE6, -LAT_E6_MAX, LAT_E6_MAX) &&
    readDeltas(input, nodeLonE6, -LON_E6_MAX, LON_E6_MAX) &&
    readDeltas(input, roads.id, 0, ROAD_ID_MAX) &&
    readPlain(input, roads.name, head.names.length - 1) &&
    readKinds(input, roads) &&
    readPlain(input, roads.limitKmh, LIMIT_KMH_MAX) &&
    readCounts(input, roads) &&
    readDeltas(input, roads.node, 0, head.nodes - 1) &&
    !input.overrun &&
    input.at === end;
  if (!whole) return refuse('the map is damaged: a value is out of bounds; import it again');
  if (isTooWide(nodeLatE6, 60_000_000) || isTooWide(nodeLonE6, 120_000_000))
    return refuse('the map spans more than 60 x 120 degrees: cut an extract where the cars drive');
  const long = longRoad(roads, nodeLatE6, nodeLonE6);
  if (long >= 0) return refuse(`road ${roads.id[long]} has points more than 50 km apart; correct it or leave it out`);
  const { name, attribution, names, places } = head;
  return accept({ name, attribution, names, places, nodeLatE6, nodeLonE6, roads });
}

function readDeltas(input: MapReader, into: Int32Array | Float64Array, min: number, max: number): boolean {
  let value = 0;
  for (let i = 0; i < into.length; i++) {
    value += input.signed();
    if (value < min || value > max) return false;
    into[i] = value;
  }
  return true;
}

function readPlain(input: MapReader, into: Int32Array | Uint16Array, max: number): boolean {
  for (let i = 0; i < into.length; i++) {
    const value = input.plain();
    if (value > max) return false;
    into[i] = value;
  }
  return true;
}

function readKinds(input: MapReader, roads: RoadColumns): boolean {
  for (let r = 0; r < roads.count; r++) {
    const kind = input.plain();
    roads.class[r] = kind & 7;
    roads.limitKind[r] = (kind >> 3) & 3;
    roads.oneWay[r] = (kind >> 5) & 1;
    roads.builtUp[r] = (kind >> 6) & 1;
    if (kind > 127 || roads.class[r] >= ROAD_CLASSES.length || roads.limitKind[r] >= LIMIT_KINDS.length) return false;
  }
  return true;
}

function readCounts(input: MapReader, roads: RoadColumns): boolean {
  for (let r = 0; r < roads.count; r++) {
    const points = input.plain();
    if (points < 2 || points > roads.node.length - roads.start[r]) return false;
    roads.start[r + 1] = roads.start[r] + points;
  }
  return roads.start[roads.count] === roads.node.length;
}

/** The index of a map takes room for all the land between its corners. */
function isTooWide(valuesE6: Int32Array, spanE6: number): boolean {
  let low = valuesE6[0];
  let high = valuesE6[0];
  for (let i = 1; i < valuesE6.length; i++) {
    if (valuesE6[i] < low) low = valuesE6[i];
    else if (valuesE6[i] > high) high = valuesE6[i];
  }
  return high - low > spanE6;
}

/** The first road with a leg that is too long, -1 when there is none. */
function longRoad({ count, start, node }: RoadColumns, latE6: Int32Array, lonE6: Int32Array): number {
  for (let r = 0; r < count; r++) {
    for (let i = start[r] + 1; i < start[r + 1]; i++) {
      const a = node[i - 1];
      const b = node[i];
      if (Math.abs(latE6[b] - latE6[a]) > LEG_E6_MAX || Math.abs(lonE6[b] - lonE6[a]) > 2 * LEG_E6_MAX) return r;
    }
  }
  return -1;
}
