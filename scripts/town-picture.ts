/** The town as a picture of braille dots, with the way that was driven and the car. */

import { type Town, toLocal } from '../simulator/town.ts';

/** Dots of a braille cell, by column and row. */
const DOT = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];
const BLANK = 0x2800;
const ROAD_STEP_M = 8;

type Layer = Uint8Array;

export class TownPicture {
  readonly columns: number;
  readonly rows: number;
  private readonly town: Town;
  private readonly roads: Layer;
  private readonly driven: Layer;
  private readonly west: number;
  private readonly north: number;
  private readonly dotM: number;
  private car = -1;

  /** As large as it fits into `columns` x `rows` characters. */
  constructor(town: Town, columns: number, rows: number) {
    const points = town.roads.flatMap((road) => road.points);
    const xs = points.map(({ xM }) => xM);
    const ys = points.map(({ yM }) => yM);
    const [widthM, heightM] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
    this.town = town;
    this.west = Math.min(...xs);
    this.north = Math.max(...ys);
    this.dotM = Math.max(widthM / (columns * 2 - 1), heightM / (rows * 4 - 1));
    this.columns = Math.ceil((widthM / this.dotM + 1) / 2);
    this.rows = Math.ceil((heightM / this.dotM + 1) / 4);
    this.roads = new Uint8Array(this.columns * this.rows);
    this.driven = new Uint8Array(this.columns * this.rows);
    for (const road of town.roads) {
      for (let i = 1; i < road.points.length; i++) this.line(road.points[i - 1], road.points[i]);
    }
  }

  /** The car is here now; the way it came stays marked. */
  drive(latDeg: number, lonDeg: number): void {
    const { xM, yM } = toLocal(this.town, { latDeg, lonDeg });
    this.car = this.mark(this.driven, xM, yM);
  }

  /** Lines of text; with `colour`, roads are dim, the way is bright and the car is a red block. */
  lines(colour: boolean): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = '';
      for (let column = 0; column < this.columns; column++) line += this.cell(row * this.columns + column, colour);
      return line;
    });
  }

  private cell(at: number, colour: boolean): string {
    if (at === this.car) return colour ? '\x1b[1;31m█\x1b[0m' : '█';
    const text = String.fromCharCode(BLANK + (this.roads[at] | this.driven[at]));
    if (!colour || (this.roads[at] | this.driven[at]) === 0) return text;
    return this.driven[at] === 0 ? `\x1b[2m${text}\x1b[0m` : `\x1b[1;32m${text}\x1b[0m`;
  }

  private line(a: { readonly xM: number; readonly yM: number }, b: { readonly xM: number; readonly yM: number }): void {
    const [dx, dy] = [b.xM - a.xM, b.yM - a.yM];
    const steps = Math.max(1, Math.ceil(Math.sqrt(dx * dx + dy * dy) / ROAD_STEP_M));
    for (let i = 0; i <= steps; i++) this.mark(this.roads, a.xM + (dx * i) / steps, a.yM + (dy * i) / steps);
  }

  /** Returns the cell, -1 outside the picture. */
  private mark(layer: Layer, xM: number, yM: number): number {
    const x = Math.round((xM - this.west) / this.dotM);
    const y = Math.round((this.north - yM) / this.dotM);
    const [column, row] = [x >> 1, y >> 2];
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return -1;
    const at = row * this.columns + column;
    layer[at] |= DOT[x & 1][y & 3];
    return at;
  }
}
