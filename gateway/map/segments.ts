/** Straight pieces of road on a plane that is good enough for a few hundred metres. */

import { cos, M_PER_DEG, RAD_PER_DEG } from '../../protocol/trig.ts';

export const M_PER_E6 = M_PER_DEG / 1_000_000;
const RAD_PER_E6 = RAD_PER_DEG / 1_000_000;

/** How much shorter a degree of longitude is than one of latitude. */
export function lonScale(latE6: number): number {
  return cos(latE6 * RAD_PER_E6);
}

/** The same for one place after another: computed anew after a kilometre. */
export class LonScale {
  #latE6 = Infinity;
  #scale = 1;

  at(latE6: number): number {
    const awayE6 = latE6 - this.#latE6;
    if (awayE6 <= 10_000 && awayE6 >= -10_000) return this.#scale;
    this.#latE6 = latE6;
    this.#scale = lonScale(latE6);
    return this.#scale;
  }
}

/** Numbers in a segment's row of `Segments.rows`, one after another, for they are read together. */
export const ROW = 8;
/** Where it begins, 1e-6 degree. */
export const LON_E6 = 0;
export const LAT_E6 = 1;
/** From its beginning to its end, metres. */
export const EAST_M = 2;
export const NORTH_M = 3;
/** 1 / length; no segment has the length 0. */
export const PER_LENGTH = 4;
/** 1 where driving is allowed from its beginning to its end only. */
export const ONE_WAY = 5;
/** Of its beginning, from the beginning of its edge and of its road. */
export const ON_EDGE_M = 6;
export const ON_ROAD_M = 7;

/** Entry s of a column, and row s of `rows`, belong to segment s. */
export interface Segments {
  readonly count: number;
  readonly road: Int32Array;
  readonly edge: Int32Array;
  readonly rows: Float64Array;
  /** Latitude and longitude of its beginning and of its end, four numbers a segment, 1e-6 degree. */
  readonly ends: Int32Array;
}

/** Columns that grow. */
export class SegmentColumns {
  count = 0;
  #road: Int32Array;
  #edge: Int32Array;
  #rows: Float64Array;
  #ends: Int32Array;

  constructor(expected: number) {
    this.#road = new Int32Array(expected);
    this.#edge = new Int32Array(expected);
    this.#rows = new Float64Array(ROW * expected);
    this.#ends = new Int32Array(4 * expected);
  }

  /** Room for one more; its row is all 0. */
  add(road: number, edge: number): number {
    if (this.count === this.#road.length) this.#grow();
    this.#road[this.count] = road;
    this.#edge[this.count] = edge;
    return this.count++;
  }

  get rows(): Float64Array {
    return this.#rows;
  }

  get ends(): Int32Array {
    return this.#ends;
  }

  finished(): Segments {
    const { count } = this;
    return {
      count,
      road: this.#road.subarray(0, count),
      edge: this.#edge.subarray(0, count),
      rows: this.#rows.subarray(0, ROW * count),
      ends: this.#ends.subarray(0, 4 * count),
    };
  }

  #grow(): void {
    const old = this.finished();
    const room = 2 * old.count + 16;
    this.#road = new Int32Array(room);
    this.#edge = new Int32Array(room);
    this.#rows = new Float64Array(ROW * room);
    this.#ends = new Int32Array(4 * room);
    this.#road.set(old.road);
    this.#edge.set(old.edge);
    this.#rows.set(old.rows);
    this.#ends.set(old.ends);
  }
}
