/** A way through the town: road after road, then a path with limits and places to stop along it. */

import createGraph, { type Graph } from 'ngraph.graph';
import ngraphPath from 'ngraph.path';
import { type PathGeometry, pathGeometry, STEP_M } from './path-geometry.ts';
import type { RoadClass } from './road-class.ts';
import { ADVISORY_KMH, type PointM, type Road, type Town } from './town.ts';

export interface Passage {
  readonly road: Road;
  /** False: driven from `to` to `from`. */
  readonly forward: boolean;
}

/** From `startM` on, until the next stretch, the car is on `road`. */
export interface Stretch {
  readonly startM: number;
  readonly road: Road;
}

export interface Stop {
  readonly atM: number;
  /** A traffic light, a road with priority, or the end of the drive. */
  readonly kind: 'light' | 'yield' | 'end';
}

/** Shared by all cars that drive it; nothing in it changes. */
export interface Route {
  readonly town: Town;
  readonly path: PathGeometry;
  readonly stretches: readonly Stretch[];
  readonly stops: readonly Stop[];
  /** Per 2 m: v^2 per accepted lateral acceleration, metres, with room to brake before each curve. */
  readonly curveV2PerLateral: Float64Array;
  /** Roughly, for a normal driver. */
  readonly estimateS: number;
}

/** Mean speed including stops, for the estimate, km/h. */
const MEAN_KMH: Record<RoadClass, number> = {
  motorway: 115,
  'rural-main': 78,
  'rural-minor': 70,
  'town-main': 34,
  'town-street': 29,
  'zone-30': 25,
};

const PRIORITY: Record<RoadClass, number> = {
  motorway: 0,
  'rural-main': 4,
  'rural-minor': 3,
  'town-main': 3,
  'town-street': 2,
  'zone-30': 1,
};

export function estimateS(passages: readonly Passage[]): number {
  return passages.reduce((sum, { road }) => sum + road.lengthM / (MEAN_KMH[road.roadClass] / 3.6), 0);
}

const BLOCKED_S = 1e9;

export class Router {
  private readonly graph: Graph<undefined, Road> = createGraph();
  private readonly town: Town;

  constructor(town: Town) {
    this.town = town;
    for (const junction of town.junctions) this.graph.addNode(junction.id);
    for (const road of town.roads) {
      this.graph.addLink(road.from, road.to, road);
      if (!road.oneWay) this.graph.addLink(road.to, road.from, road);
    }
  }

  /** The fastest way, or null; `avoid` are roads that must not be used, so that nobody turns round in the street. */
  between(from: number, to: number, avoid: readonly Road[]): Passage[] | null {
    if (from === to) return [];
    const finder = ngraphPath.aStar<undefined, Road>(this.graph, {
      oriented: true,
      distance: (_a, _b, link) =>
        avoid.includes(link.data) ? BLOCKED_S : link.data.lengthM / ((link.data.limitKmh ?? ADVISORY_KMH) / 3.6),
    });
    const nodes = finder
      .find(from, to)
      .map((node) => Number(node.id))
      .reverse();
    if (nodes.length === 0) return null;
    const way: Passage[] = [];
    for (let i = 1; i < nodes.length; i++) {
      const road = this.graph.getLink(nodes[i - 1], nodes[i])?.data;
      if (road === undefined || avoid.includes(road)) return null;
      way.push({ road, forward: road.from === nodes[i - 1] });
    }
    return way;
  }

  /**
   * A round trip that begins and ends in the middle of `home` and drives along each road of `via` in turn. What cannot be
   * reached without turning round is left out; null when there is no way home.
   */
  roundTrip(home: Passage, via: readonly Passage[]): Passage[] | null {
    const passages = [home];
    for (const next of [...via, home]) {
      const last = passages[passages.length - 1];
      const way = last.road === next.road ? null : this.between(endOf(last), startOf(next), [last.road, next.road]);
      if (way !== null) passages.push(...way, next);
      else if (next === home) return null;
    }
    return passages;
  }

  /** `trimM`: how much of the first and last road is not driven. */
  route(passages: readonly Passage[], trimM: number): Route {
    const { points, startsM } = chain(passages, trimM);
    const path = pathGeometry(points);
    const stretches: Stretch[] = passages.map(({ road }, i) => ({ startM: pathM(path, startsM[i]), road }));
    return {
      town: this.town,
      path,
      stretches,
      stops: this.stops(passages, stretches, path.lengthM),
      curveV2PerLateral: curveSpeeds(path),
      estimateS: estimateS(passages),
    };
  }

  private stops(passages: readonly Passage[], stretches: readonly Stretch[], endM: number): Stop[] {
    const stops: Stop[] = [];
    for (let i = 1; i < passages.length; i++) {
      const here = passages[i - 1].road;
      const next = passages[i].road;
      const junction = this.town.junctions[endOf(passages[i - 1])];
      const atM = stretches[i].startM - 7;
      if (junction.trafficLight) stops.push({ atM, kind: 'light' });
      else if (next.roadClass !== 'motorway' && this.mustYield(here, junction.id)) stops.push({ atM, kind: 'yield' });
    }
    stops.push({ atM: endM - 2, kind: 'end' });
    return stops;
  }

  private mustYield(here: Road, junction: number): boolean {
    const others = this.town.roads.filter((r) => r !== here && (r.from === junction || r.to === junction));
    return others.some((r) => PRIORITY[r.roadClass] > PRIORITY[here.roadClass]);
  }
}

export function startOf({ road, forward }: Passage): number {
  return forward ? road.from : road.to;
}

export function endOf({ road, forward }: Passage): number {
  return forward ? road.to : road.from;
}

/** One polyline of all passages, and how far along it each begins. */
function chain(passages: readonly Passage[], trimM: number): { points: PointM[]; startsM: number[] } {
  const points: PointM[] = [];
  const startsM: number[] = [];
  let alongM = 0;
  for (const [i, { road, forward }] of passages.entries()) {
    let own = forward ? [...road.points] : [...road.points].reverse();
    let ownM = road.lengthM;
    if (i === 0) own = cutStart(own, trimM);
    if (i === passages.length - 1) own = cutStart(own.reverse(), trimM).reverse();
    if (i === 0 || i === passages.length - 1) ownM -= trimM;
    startsM.push(alongM);
    points.push(...(i === 0 ? own : own.slice(1)));
    alongM += ownM;
  }
  return { points, startsM };
}

function cutStart(points: PointM[], cutM: number): PointM[] {
  let leftM = cutM;
  for (let i = 1; i < points.length; i++) {
    const dx = points[i].xM - points[i - 1].xM;
    const dy = points[i].yM - points[i - 1].yM;
    const pieceM = Math.sqrt(dx * dx + dy * dy);
    if (leftM < pieceM) {
      const t = leftM / pieceM;
      return [{ xM: points[i - 1].xM + t * dx, yM: points[i - 1].yM + t * dy }, ...points.slice(i)];
    }
    leftM -= pieceM;
  }
  throw new Error('a road is shorter than what is cut from it');
}

/** Where on the path a point of the polyline lies. */
function pathM(path: PathGeometry, sourceM: number): number {
  let low = 0;
  let high = path.sourceM.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (path.sourceM[middle] < sourceM) low = middle + 1;
    else high = middle;
  }
  return low * STEP_M;
}

/** Braking before a curve uses 0.7 of the lateral acceleration that the driver accepts in it, whoever drives. */
const BRAKE_PER_LATERAL = 0.7;

function curveSpeeds(path: PathGeometry): Float64Array {
  const v2 = Float64Array.from(path.curvature, (k) => 1 / Math.max(1e-5, Math.abs(k)));
  for (let i = v2.length - 2; i >= 0; i--) v2[i] = Math.min(v2[i], v2[i + 1] + 2 * BRAKE_PER_LATERAL * STEP_M);
  return v2;
}
