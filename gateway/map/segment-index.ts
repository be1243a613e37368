/**
 * Which segments can lie within reach of a position: a grid of cells, where a segment is listed in every cell that
 * comes within `REACH_M` of it, so that a look-up reads one list and nothing else. Cells are made page by page, when
 * somebody first drives there: a map of a country loads fast, and takes room only where it is used.
 */

import { M_PER_DEG } from '../../protocol/trig.ts';
import { lonScale, M_PER_E6, type Segments } from './segments.ts';

/** Three times the largest usual error of 10 m, and half a carriageway. */
export const REACH_M = 35;
/** A cell is 2^9 of 1e-6 degree high, which is 57 m. */
const ROW_BITS = 9;
const REACH_LAT_E6 = Math.ceil((REACH_M / M_PER_DEG) * 1_000_000) + 1;
/** A page has 32 x 32 cells. */
const PAGE_BITS = 5;
const PAGE_SIDE = 32;
/** At a pole a degree of longitude has no length. */
const SCALE_MIN = 0.01;
const NOBODY = new Int32Array(0);

/** Of page p: segments `listed[start[p]] .. listed[start[p + 1] - 1]`. Of a page's cells: the same. */
interface Lists {
  readonly start: Int32Array;
  readonly listed: Int32Array;
}

export class SegmentIndex {
  /** What the last `look` found: `listed[start] .. listed[end - 1]`. */
  start = 0;
  end = 0;
  listed: Int32Array = NOBODY;
  /** The corner that rows and columns are counted from. */
  #southE6 = 0;
  #westE6 = 0;
  #columnBits = ROW_BITS;
  #rows = 0;
  #columns = 0;
  #pageColumns = 1;
  /** First and last row, first and last column of the cells that list a segment, four numbers each. */
  readonly #spans: Int32Array;
  readonly #pages: Lists;
  readonly #cells: (Lists | undefined)[];

  constructor(segments: Segments) {
    this.#spans = this.#spansOf(segments);
    this.#pages = this.#listPages();
    this.#cells = new Array(this.#pages.start.length - 1).fill(undefined);
  }

  /** Sets `start`, `end` and `listed`. */
  look(latE6: number, lonE6: number): void {
    const row = (latE6 - this.#southE6) >> ROW_BITS;
    const column = (lonE6 - this.#westE6) >> this.#columnBits;
    this.start = 0;
    this.end = 0;
    if (row < 0 || row >= this.#rows || column < 0 || column >= this.#columns) return;
    const page = (row >> PAGE_BITS) * this.#pageColumns + (column >> PAGE_BITS);
    const { start, listed } = this.#cells[page] ?? this.#makeCells(page);
    const cell = ((row & (PAGE_SIDE - 1)) << PAGE_BITS) + (column & (PAGE_SIDE - 1));
    this.listed = listed;
    this.start = start[cell];
    this.end = start[cell + 1];
  }

  /** Integers alone, for this runs before anything is compiled: a fraction would be an object each. */
  #spansOf({ count, ends }: Segments): Int32Array {
    const spans = new Int32Array(4 * count);
    const reach = new LonReach();
    let [south, west, north, east] = [0, 0, 0, 0];
    for (let at = 0; at < spans.length; at += 4) {
      const latA = ends[at];
      const lonA = ends[at + 1];
      const latB = ends[at + 2];
      const lonB = ends[at + 3];
      const reachLonE6 = reach.at(latA);
      spans[at] = (latA < latB ? latA : latB) - REACH_LAT_E6;
      spans[at + 1] = (latA < latB ? latB : latA) + REACH_LAT_E6;
      spans[at + 2] = (lonA < lonB ? lonA : lonB) - reachLonE6;
      spans[at + 3] = (lonA < lonB ? lonB : lonA) + reachLonE6;
      if (at === 0 || spans[at] < south) south = spans[at];
      if (at === 0 || spans[at + 1] > north) north = spans[at + 1];
      if (at === 0 || spans[at + 2] < west) west = spans[at + 2];
      if (at === 0 || spans[at + 3] > east) east = spans[at + 3];
    }
    this.#frame(south, west, north, east);
    for (let at = 0; at < spans.length; at += 4) {
      spans[at] = (spans[at] - south) >> ROW_BITS;
      spans[at + 1] = (spans[at + 1] - south) >> ROW_BITS;
      spans[at + 2] = (spans[at + 2] - west) >> this.#columnBits;
      spans[at + 3] = (spans[at + 3] - west) >> this.#columnBits;
    }
    return spans;
  }

  /** Lays the grid: columns about as wide as rows are high in the middle of the map. */
  #frame(south: number, west: number, north: number, east: number): void {
    const scale = Math.max(SCALE_MIN, lonScale((south + north) / 2));
    while (2 << this.#columnBits < (1.5 * (1 << ROW_BITS)) / scale) this.#columnBits++;
    this.#southE6 = south;
    this.#westE6 = west;
    this.#rows = ((north - south) >> ROW_BITS) + 1;
    this.#columns = ((east - west) >> this.#columnBits) + 1;
    this.#pageColumns = (this.#columns >> PAGE_BITS) + 1;
  }

  #listPages(): Lists {
    const start = new Int32Array(((this.#rows >> PAGE_BITS) + 1) * this.#pageColumns + 1);
    this.#eachPage((page) => start[page + 1]++);
    sumUp(start);
    const listed = new Int32Array(start[start.length - 1]);
    const next = start.slice();
    this.#eachPage((page, segment) => {
      listed[next[page]++] = segment;
    });
    return { start, listed };
  }

  #eachPage(visit: (page: number, segment: number) => void): void {
    const spans = this.#spans;
    for (let at = 0; at < spans.length; at += 4) {
      const lastRow = spans[at + 1] >> PAGE_BITS;
      const lastColumn = spans[at + 3] >> PAGE_BITS;
      for (let row = spans[at] >> PAGE_BITS; row <= lastRow; row++)
        for (let column = spans[at + 2] >> PAGE_BITS; column <= lastColumn; column++)
          visit(row * this.#pageColumns + column, at >> 2);
    }
  }

  #makeCells(page: number): Lists {
    const start = new Int32Array(PAGE_SIDE * PAGE_SIDE + 1);
    this.#eachCell(page, (cell) => start[cell + 1]++);
    sumUp(start);
    const listed = new Int32Array(start[start.length - 1]);
    const next = start.slice();
    this.#eachCell(page, (cell, segment) => {
      listed[next[cell]++] = segment;
    });
    const lists = { start, listed };
    this.#cells[page] = lists;
    return lists;
  }

  /** Cells of one page, each with every segment that it lists. */
  #eachCell(page: number, visit: (cell: number, segment: number) => void): void {
    const { start, listed } = this.#pages;
    const spans = this.#spans;
    const south = Math.floor(page / this.#pageColumns) * PAGE_SIDE;
    const west = (page % this.#pageColumns) * PAGE_SIDE;
    for (let i = start[page]; i < start[page + 1]; i++) {
      const at = 4 * listed[i];
      const firstColumn = Math.max(0, spans[at + 2] - west);
      const lastRow = Math.min(PAGE_SIDE - 1, spans[at + 1] - south);
      const lastColumn = Math.min(PAGE_SIDE - 1, spans[at + 3] - west);
      for (let row = Math.max(0, spans[at] - south); row <= lastRow; row++)
        for (let column = firstColumn; column <= lastColumn; column++) visit((row << PAGE_BITS) + column, listed[i]);
    }
  }
}

/** From how many each list has, one place late, to where each begins. */
function sumUp(start: Int32Array): void {
  for (let i = 1; i < start.length; i++) start[i] += start[i - 1];
}

/** How many 1e-6 degree of longitude the reach is; that of a place a kilometre away is a centimetre off. */
class LonReach {
  #latE6 = Infinity;
  #reachE6 = 0;

  at(latE6: number): number {
    const awayE6 = latE6 - this.#latE6;
    if (awayE6 <= 10_000 && awayE6 >= -10_000) return this.#reachE6;
    this.#latE6 = latE6;
    this.#reachE6 = Math.ceil(REACH_M / (M_PER_E6 * Math.max(SCALE_MIN, lonScale(latE6)))) + 2;
    return this.#reachE6;
  }
}
