/** The gateway's own road map, in columns: what `map-file.ts` reads and writes, and how a map is put together. */

import type { LimitKind, RoadClass } from '../scoring/closed-trip.ts';

export const ROAD_CLASSES: readonly RoadClass[] = [
  'motorway',
  'rural-main',
  'rural-minor',
  'town-main',
  'town-street',
  'zone-30',
];
export const LIMIT_KINDS: readonly LimitKind[] = ['limit', 'advisory', 'assumed'];
export const LIMIT_KMH_MAX = 300;
/** 2^51 - 1: twice the difference of two ids is a safe integer. */
export const ROAD_ID_MAX = 2_251_799_813_685_247;

/** `[latitude, longitude]` in 1e-6 degree. */
export type MapPoint = readonly [latE6: number, lonE6: number];

/** A road as it goes into a map. */
export interface MapRoad {
  /** 0..`ROAD_ID_MAX`: what the road is called where it comes from. */
  readonly id: number;
  /** Empty if it has none. */
  readonly name: string;
  readonly class: RoadClass;
  /** null with kind `advisory`: no limit, the advisory speed holds (C2). null otherwise: unknown. */
  readonly limitKmh: number | null;
  readonly limitKind: LimitKind;
  /** True: only in the order of the points. */
  readonly oneWay: boolean;
  readonly builtUp: boolean;
  /** Two at least. */
  readonly points: readonly MapPoint[];
  /** One number a point: roads meet where the numbers are equal. Absent: they meet where points are equal. */
  readonly nodes?: readonly number[];
}

/** C24: a municipality, never an address. */
export interface MapPlace {
  readonly name: string;
  readonly latE6: number;
  readonly lonE6: number;
  readonly radiusM: number;
}

/** All roads; entry r of a column belongs to road r. */
export interface RoadColumns {
  readonly count: number;
  readonly id: Float64Array;
  /** Index into `names`. */
  readonly name: Int32Array;
  /** Index into `ROAD_CLASSES`. */
  readonly class: Uint8Array;
  /** Index into `LIMIT_KINDS`. */
  readonly limitKind: Uint8Array;
  /** 0 stands for null. */
  readonly limitKmh: Uint16Array;
  readonly oneWay: Uint8Array;
  readonly builtUp: Uint8Array;
  /** Nodes of road r: `node[start[r]] .. node[start[r + 1] - 1]`, two at least. */
  readonly start: Int32Array;
  readonly node: Int32Array;
}

export interface RoadMap {
  /** With its edition, since a score names it. */
  readonly name: string;
  readonly attribution?: string;
  readonly places: readonly MapPlace[];
  readonly names: readonly string[];
  readonly nodeLatE6: Int32Array;
  readonly nodeLonE6: Int32Array;
  readonly roads: RoadColumns;
}

export function emptyColumns(count: number, refs: number): RoadColumns {
  return {
    count,
    id: new Float64Array(count),
    name: new Int32Array(count),
    class: new Uint8Array(count),
    limitKind: new Uint8Array(count),
    limitKmh: new Uint16Array(count),
    oneWay: new Uint8Array(count),
    builtUp: new Uint8Array(count),
    start: new Int32Array(count + 1),
    node: new Int32Array(refs),
  };
}

/** Gives each distinct key the next number. */
class Numbering<K> {
  readonly #numbers = new Map<K, number>();
  /** Calls `first` for a key that was not there yet. */
  of(key: K, first: (key: K) => void): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    first(key);
    return number;
  }
}

/** Puts a map together. Roads of fewer than two points are a mistake of the caller. */
export function roadMapOf(
  head: { readonly name: string; readonly attribution?: string; readonly places: readonly MapPlace[] },
  roads: readonly MapRoad[],
): RoadMap {
  const columns = emptyColumns(
    roads.length,
    roads.reduce((sum, { points }) => sum + points.length, 0),
  );
  const names: string[] = [];
  const latE6: number[] = [];
  const lonE6: number[] = [];
  const nameNumbers = new Numbering<string>();
  const nodeNumbers = new Numbering<string | number>();
  let at = 0;
  for (const [r, road] of roads.entries()) {
    if (road.points.length < 2) throw new Error(`road ${road.id} has no two points`);
    columns.id[r] = road.id;
    columns.name[r] = nameNumbers.of(road.name, (name) => names.push(name));
    columns.class[r] = ROAD_CLASSES.indexOf(road.class);
    columns.limitKind[r] = LIMIT_KINDS.indexOf(road.limitKind);
    columns.limitKmh[r] = road.limitKmh ?? 0;
    columns.oneWay[r] = road.oneWay ? 1 : 0;
    columns.builtUp[r] = road.builtUp ? 1 : 0;
    for (const [i, point] of road.points.entries()) {
      columns.node[at++] = nodeNumbers.of(road.nodes?.[i] ?? `${point[0]} ${point[1]}`, () => {
        latE6.push(point[0]);
        lonE6.push(point[1]);
      });
    }
    columns.start[r + 1] = at;
  }
  return {
    ...head,
    names,
    nodeLatE6: Int32Array.from(latE6),
    nodeLonE6: Int32Array.from(lonE6),
    roads: columns,
  };
}
