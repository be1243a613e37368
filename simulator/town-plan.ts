/** Draws the town: a grid of streets, rural roads out of it, and an Autobahn with three interchanges in the east. */

import { sin } from '../protocol/trig.ts';
import type { Rng } from './rng.ts';
import type { RoadClass } from './road-class.ts';
import { type Junction, lengthM, type PointM, type Road, type Town } from './town.ts';

interface Kind {
  readonly name: string;
  readonly roadClass: RoadClass;
  readonly limitKmh: number | null;
  readonly builtUp?: boolean;
  readonly oneWay?: boolean;
}

interface Bends {
  readonly amplitudeM: number;
  readonly waveM: number;
}

const STRAIGHT: Bends = { amplitudeM: 0, waveM: 1000 };

const EAST_WEST = ['Mühlenweg', 'Gartenstraße', 'Hauptstraße', 'Lindenstraße', 'Bergstraße'];
const NORTH_SOUTH = ['Amselweg', 'Schulstraße', 'Kirchgasse', 'Bahnhofstraße', 'Rosenweg', 'Feldstraße', 'Ringstraße'];
const COLUMNS = 3;
const ROWS = 2;

class Draughtsman {
  readonly junctions: Junction[] = [];
  readonly roads: Road[] = [];

  junction(xM: number, yM: number, trafficLight = false): number {
    this.junctions.push({ id: this.junctions.length, xM, yM, trafficLight });
    return this.junctions.length - 1;
  }

  road(from: number, to: number, kind: Kind, inner: readonly PointM[]): void {
    const a = this.junctions[from];
    const b = this.junctions[to];
    const points = [{ xM: a.xM, yM: a.yM }, ...inner, { xM: b.xM, yM: b.yM }];
    this.roads.push({
      id: this.roads.length,
      builtUp: false,
      oneWay: false,
      ...kind,
      from,
      to,
      points,
      lengthM: lengthM(points),
    });
  }

  /** A road that swings about the straight line; the swing fades in and out over 150 m. */
  winding(from: number, to: number, kind: Kind, bends: Bends, phase: number): void {
    const a = this.junctions[from];
    const b = this.junctions[to];
    const dx = b.xM - a.xM;
    const dy = b.yM - a.yM;
    const chordM = Math.sqrt(dx * dx + dy * dy);
    const steps = Math.max(1, Math.round(chordM / 20));
    const inner: PointM[] = [];
    for (let i = 1; i < steps; i++) {
      const t = i / steps;
      const edge = Math.min(1, (Math.min(t, 1 - t) * chordM) / 150);
      const fade = edge * edge * (3 - 2 * edge);
      const aside = fade * bends.amplitudeM * sin(((t * chordM) / bends.waveM) * 2 * Math.PI + phase);
      inner.push({ xM: a.xM + dx * t - (dy / chordM) * aside, yM: a.yM + dy * t + (dx / chordM) * aside });
    }
    this.road(from, to, kind, inner);
  }

  /** A quadratic Bezier curve, for slip roads. */
  curve(from: number, to: number, kind: Kind, control: PointM): void {
    const a = this.junctions[from];
    const b = this.junctions[to];
    const inner: PointM[] = [];
    for (let i = 1; i < 16; i++) {
      const t = i / 16;
      const u = 1 - t;
      inner.push({
        xM: u * u * a.xM + 2 * u * t * control.xM + t * t * b.xM,
        yM: u * u * a.yM + 2 * u * t * control.yM + t * t * b.yM,
      });
    }
    this.road(from, to, kind, inner);
  }
}

function streetKind(name: string, i0: number, j0: number, i1: number, j1: number): Kind {
  const quiet = (i0 > 0 && j0 > 0 && i1 > 0 && j1 > 0) || (i0 < 0 && j0 < 0 && i1 < 0 && j1 < 0);
  if (quiet) return { name, roadClass: 'zone-30', limitKmh: 30, builtUp: true };
  const main = (j0 === 0 && j1 === 0) || (i0 === 0 && i1 === 0);
  return { name, roadClass: main ? 'town-main' : 'town-street', limitKmh: 50, builtUp: true };
}

/** The streets; returns the junction at column -3..3, row -2..2. */
function drawStreets(paper: Draughtsman, rng: Rng): (column: number, row: number) => number {
  const width = 2 * COLUMNS + 1;
  for (let j = -ROWS; j <= ROWS; j++) {
    for (let i = -COLUMNS; i <= COLUMNS; i++) {
      const light = (j === 0 && i % 2 === 0) || (i === 0 && j !== 0);
      paper.junction(i * 220 + rng.range(-20, 20), j * 205 + rng.range(-20, 20), light);
    }
  }
  const at = (i: number, j: number): number => (j + ROWS) * width + i + COLUMNS;
  const bends = { amplitudeM: 4, waveM: 130 };
  for (let j = -ROWS; j <= ROWS; j++) {
    for (let i = -COLUMNS; i <= COLUMNS; i++) {
      const phase = rng.range(0, 6);
      if (i < COLUMNS)
        paper.winding(at(i, j), at(i + 1, j), streetKind(EAST_WEST[j + ROWS], i, j, i + 1, j), bends, phase);
      if (j < ROWS)
        paper.winding(at(i, j), at(i, j + 1), streetKind(NORTH_SOUTH[i + COLUMNS], i, j, i, j + 1), bends, phase);
    }
  }
  return at;
}

interface Interchange {
  readonly yM: number;
  readonly name: string;
  readonly west: number;
  readonly east: number;
}

function autobahnX(yM: number): number {
  return 2600 + 90 * sin(yM / 1100);
}

/** One carriageway, through all interchanges; `side` +1 is northbound (right-hand traffic), -1 southbound. */
function drawCarriageway(paper: Draughtsman, crossings: readonly Interchange[], side: 1 | -1): void {
  const inOrder = side === 1 ? crossings : [...crossings].reverse();
  const stretch = (from: number, to: number, limitKmh: number | null): void => {
    const a = paper.junctions[from].yM;
    const b = paper.junctions[to].yM;
    const steps = Math.max(1, Math.round(Math.abs(b - a) / 20));
    const inner: PointM[] = [];
    for (let k = 1; k < steps; k++) {
      const yM = a + ((b - a) * k) / steps;
      inner.push({ xM: autobahnX(yM) + side * 12, yM });
    }
    paper.road(from, to, { name: 'A 40', roadClass: 'motorway', limitKmh, oneWay: true }, inner);
  };
  const on = (yM: number): number => paper.junction(autobahnX(yM) + side * 12, yM);
  let previous = -1;
  for (const [k, crossing] of inOrder.entries()) {
    const ramp: Kind = { name: `A 40 ${crossing.name}`, roadClass: 'motorway', limitKmh: 60, oneWay: true };
    const foot = side === 1 ? crossing.east : crossing.west;
    const control = { xM: paper.junctions[foot].xM, yM: crossing.yM };
    let exit = -1;
    if (k > 0) {
      exit = on(crossing.yM - side * 350);
      const middle = on((paper.junctions[previous].yM + crossing.yM) / 2);
      // South of Hasselbrunn-Ost limits hold, north of it there is none.
      const limited = Math.min(paper.junctions[previous].yM, crossing.yM) < -1000;
      stretch(previous, middle, limited ? 120 : null);
      stretch(middle, exit, limited ? 100 : null);
      paper.curve(exit, foot, ramp, { xM: control.xM - side * 60, yM: control.yM - side * 160 });
    }
    if (k < inOrder.length - 1) {
      const entry = on(crossing.yM + side * 350);
      paper.curve(foot, entry, ramp, { xM: control.xM - side * 60, yM: control.yM + side * 160 });
      if (exit >= 0) stretch(exit, entry, 120);
      previous = entry;
    }
  }
}

function drawAutobahn(paper: Draughtsman): readonly Interchange[] {
  const crossings = [
    { name: 'Hasselbrunn-Süd', yM: -3900, cross: 'L 3170', roadClass: 'rural-minor' as const },
    { name: 'Hasselbrunn-Ost', yM: 0, cross: 'B 27', roadClass: 'rural-main' as const },
    { name: 'Niederrod', yM: 3400, cross: 'B 62', roadClass: 'rural-main' as const },
  ].map((plan) => {
    const west = paper.junction(autobahnX(plan.yM) - 110, plan.yM);
    const east = paper.junction(autobahnX(plan.yM) + 110, plan.yM);
    paper.winding(west, east, { name: plan.cross, roadClass: plan.roadClass, limitKmh: 70 }, STRAIGHT, 0);
    return { yM: plan.yM, name: plan.name, west, east };
  });
  drawCarriageway(paper, crossings, 1);
  drawCarriageway(paper, crossings, -1);
  return crossings;
}

/** The roads between the town, the village of Niederrod and the interchanges. */
function drawCountry(paper: Draughtsman, at: (i: number, j: number) => number, exits: readonly Interchange[]): void {
  const main = (name: string, limitKmh = 100): Kind => ({ name, roadClass: 'rural-main', limitKmh });
  const minor = (name: string, limitKmh = 100): Kind => ({ name, roadClass: 'rural-minor', limitKmh });
  const villageStreet: Kind = { name: 'Niederroder Straße', roadClass: 'town-main', limitKmh: 50, builtUp: true };
  const wide = { amplitudeM: 30, waveM: 700 };
  const tight = { amplitudeM: 22, waveM: 330 };
  const [south, east, north] = exits;

  const b27 = paper.junction(1600, 90);
  paper.winding(at(COLUMNS, 0), b27, main('B 27'), wide, 0);
  paper.winding(b27, east.west, main('B 27'), wide, 2);

  const villageSouth = paper.junction(1150, 1650);
  const village = paper.junction(1280, 1930, true);
  const villageNorth = paper.junction(1450, 2180);
  paper.winding(at(0, ROWS), villageSouth, main('B 62'), wide, 1);
  paper.winding(villageSouth, village, villageStreet, STRAIGHT, 0);
  paper.winding(village, villageNorth, villageStreet, STRAIGHT, 0);
  paper.winding(villageNorth, north.west, main('B 62'), wide, 4);

  const wood = paper.junction(1000, -2200);
  paper.winding(at(0, -ROWS), wood, minor('L 3170'), tight, 0);
  paper.winding(wood, south.west, minor('L 3170', 80), tight, 3);

  const mill = paper.junction(-1500, 1400);
  paper.winding(at(-COLUMNS, 0), mill, minor('K 22', 80), tight, 1);
  paper.winding(mill, village, minor('K 22'), tight, 5);
}

/** The same `rng` gives the same town; only its streets and their bends are drawn, the plan is fixed. */
export function planTown(rng: Rng): Town {
  const paper = new Draughtsman();
  const at = drawStreets(paper, rng.fork('streets'));
  const exits = drawAutobahn(paper);
  drawCountry(paper, at, exits);
  return {
    name: 'Hasselbrunn',
    originLatDeg: 50.87,
    originLonDeg: 9.71,
    places: [
      { name: 'Hasselbrunn', xM: 0, yM: 0, radiusM: 1000 },
      { name: 'Niederrod', xM: 1280, yM: 1930, radiusM: 500 },
    ],
    junctions: paper.junctions,
    roads: paper.roads,
  };
}
