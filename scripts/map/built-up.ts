/** Where it is built up: cells of about 45 m that touch houses' land or streets that people live in. */

import { lonScale } from '../../gateway/map/segments.ts';
import type { OsmData, OsmTags } from './osm-data.ts';
import { rings } from './rings.ts';

const CELL_E7 = 4000;
const LANDUSE = ['residential', 'commercial', 'retail', 'industrial', 'village_green'];
const STREETS = ['residential', 'living_street'];
/** Roads run along the edge of such land, and between two pieces of it. */
const MARGIN_CELLS = 1;
const COLUMNS_MAX = 2 ** 26;

function isBuiltUpLand(tags: OsmTags): boolean {
  return LANDUSE.includes(tags.landuse ?? '');
}

export class BuiltUp {
  readonly #cells = new Set<number>();
  readonly #data: OsmData;
  readonly #cellLonE7: number;

  constructor(data: OsmData) {
    this.#data = data;
    // One width for the whole extract; any of its latitudes will do.
    const latE7 = data.nodeCount === 0 ? 0 : data.latE7(0);
    this.#cellLonE7 = Math.round(CELL_E7 / Math.max(0.05, lonScale(latE7 / 10)));
    for (const { refs, tags } of data.ways.values()) {
      if (isBuiltUpLand(tags) && refs[0] === refs[refs.length - 1]) this.#fill(refs);
      if (STREETS.includes(tags.highway ?? '')) this.#markAlong(refs);
    }
    for (const { outer, tags } of data.areas)
      if (isBuiltUpLand(tags)) for (const ring of rings(outer, data)) this.#fill(ring);
  }

  /** Whether half of a way, or more, is inside. */
  holds(refs: readonly number[]): boolean {
    let inside = 0;
    let all = 0;
    this.#walk(refs, (row, column) => {
      all++;
      if (this.#cells.has(row * COLUMNS_MAX + column)) inside++;
    });
    return all > 0 && 2 * inside >= all;
  }

  #mark(row: number, column: number): void {
    for (let r = row - MARGIN_CELLS; r <= row + MARGIN_CELLS; r++)
      for (let c = column - MARGIN_CELLS; c <= column + MARGIN_CELLS; c++) this.#cells.add(r * COLUMNS_MAX + c);
  }

  #markAlong(refs: readonly number[]): void {
    this.#walk(refs, (row, column) => this.#mark(row, column));
  }

  /** Calls `visit` about once a cell length along the way. */
  #walk(refs: readonly number[], visit: (row: number, column: number) => void): void {
    const places = refs.map((ref) => this.#data.find(ref)).filter((at) => at >= 0);
    for (let i = 1; i < places.length; i++) {
      const row = this.#data.latE7(places[i - 1]) / CELL_E7;
      const column = this.#data.lonE7(places[i - 1]) / this.#cellLonE7;
      const rows = this.#data.latE7(places[i]) / CELL_E7 - row;
      const columns = this.#data.lonE7(places[i]) / this.#cellLonE7 - column;
      const steps = Math.max(1, Math.ceil(Math.sqrt(rows * rows + columns * columns)));
      for (let k = 0; k < steps; k++) {
        const share = (k + 0.5) / steps;
        visit(Math.floor(row + share * rows), Math.floor(column + share * columns));
      }
    }
  }

  /** Marks all cells whose middle lies in the ring, row by row. */
  #fill(ring: readonly number[]): void {
    const places = ring.map((ref) => this.#data.find(ref)).filter((at) => at >= 0);
    if (places.length < 3) return;
    const rows = places.map((at) => this.#data.latE7(at) / CELL_E7 - 0.5);
    const columns = places.map((at) => this.#data.lonE7(at) / this.#cellLonE7 - 0.5);
    const south = Math.ceil(rows.reduce((a, b) => Math.min(a, b)));
    const north = Math.floor(rows.reduce((a, b) => Math.max(a, b)));
    for (let row = south; row <= north; row++) {
      const crossings = crossingsOf(row, rows, columns);
      for (let i = 0; i + 1 < crossings.length; i += 2)
        for (let c = Math.ceil(crossings[i]); c <= crossings[i + 1]; c++) this.#mark(row, c);
    }
  }
}

/** Where the ring's sides cross a row, from west to east. */
function crossingsOf(row: number, rows: readonly number[], columns: readonly number[]): number[] {
  const crossings: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const j = (i + 1) % rows.length;
    if (rows[i] <= row === rows[j] <= row) continue;
    crossings.push(columns[i] + ((row - rows[i]) / (rows[j] - rows[i])) * (columns[j] - columns[i]));
  }
  return crossings.sort((a, b) => a - b);
}
