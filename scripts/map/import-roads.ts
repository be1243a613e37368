/** From OpenStreetMap to roads: which ways, what limit, built-up or not; everything left out or guessed is counted. */

import type { MapPoint } from '../../gateway/map/road-map.ts';
import { lonScale, M_PER_E6 } from '../../gateway/map/segments.ts';
import { BuiltUp } from './built-up.ts';
import { isOutsideByLimit, limitOf } from './limits.ts';
import type { NodedRoad } from './merge-roads.ts';
import type { OsmData, OsmTags, OsmWay } from './osm-data.ts';
import { builtUpByTags, type Direction, isConditional, limitWord } from './speed-tags.ts';
import { type Guess, settleBorders } from './town-border.ts';
import { drivable, nameOf, oneWay, rank, roadClassOf } from './way-kind.ts';

export interface ImportCounts {
  /** Ways that became roads; some of them two, one a direction. */
  ways: number;
  roads: number;
  builtUp: number;
  oneWay: number;
  /** Roads by what their limit rests on. */
  readonly limits: { signed: number; none: number; advisory: number; assumed: number; unknown: number };
  /** Ways by what was met on the way. */
  readonly met: {
    walk: number;
    mph: number;
    signals: number;
    unclear: number;
    conditional: number;
    byDirection: number;
  };
  /** Ways left out: no car may drive them, one parks there, too few of their nodes are in the file. */
  readonly left: { closed: number; parking: number; cut: number };
}

export interface ImportedRoads {
  readonly roads: readonly NodedRoad[];
  readonly counts: ImportCounts;
}

function newCounts(): ImportCounts {
  return {
    ways: 0,
    roads: 0,
    builtUp: 0,
    oneWay: 0,
    limits: { signed: 0, none: 0, advisory: 0, assumed: 0, unknown: 0 },
    met: { walk: 0, mph: 0, signals: 0, unclear: 0, conditional: 0, byDirection: 0 },
    left: { closed: 0, parking: 0, cut: 0 },
  };
}

/** A way that a car may drive, without nodes that the file does not hold. */
interface DrivableWay {
  readonly id: number;
  readonly tags: OsmTags;
  readonly refs: readonly number[];
}

class Importer {
  readonly roads: NodedRoad[] = [];
  readonly counts = newCounts();
  readonly #data: OsmData;
  readonly #tagsOf: (way: OsmWay) => OsmTags;
  readonly #land: BuiltUp;

  constructor(data: OsmData, tagsOf: (way: OsmWay) => OsmTags) {
    this.#data = data;
    this.#tagsOf = tagsOf;
    this.#land = new BuiltUp(data);
  }

  run(): ImportedRoads {
    const ways = [...this.#data.ways.values()].flatMap((way) => this.#drivable(way) ?? []);
    const builtUp = settleBorders(ways.map((each) => this.#guess(each)));
    for (const [i, each] of ways.entries()) this.#add(each, builtUp[i]);
    return { roads: this.roads, counts: this.counts };
  }

  #drivable(way: OsmWay): DrivableWay | null {
    const { left } = this.counts;
    const tags = this.#tagsOf(way);
    const kind = drivable(tags);
    if (kind === 'closed') left.closed++;
    if (kind === 'parking') left.parking++;
    if (kind !== 'road') return null;
    const refs = way.refs.filter((ref, i) => ref !== way.refs[i - 1] && this.#data.find(ref) >= 0);
    if (refs.length > 1) return { id: way.id, tags, refs };
    left.cut++;
    return null;
  }

  #guess({ tags, refs }: DrivableWay): Guess {
    const lengthM = this.#lengthM(refs);
    const name = `${nameOf(tags)} ${rank(tags)}`;
    const sure = (builtUp: boolean): Guess => ({ name, refs, lengthM, builtUp, sure: true });
    const said = builtUpByTags(tags);
    if (said !== null) return sure(said);
    if (rank(tags) === 'motorway' || rank(tags) === 'trunk') return sure(false);
    if (isOutsideByLimit(limitWord(tags, 'forward'))) return sure(false);
    if (tags.highway === 'living_street') return sure(true);
    return { name: nameOf(tags) === '' ? '' : name, refs, lengthM, builtUp: this.#land.holds(refs), sure: false };
  }

  #lengthM(refs: readonly number[]): number {
    let lengthM = 0;
    for (let i = 1; i < refs.length; i++) {
      const [a, b] = [this.#data.find(refs[i - 1]), this.#data.find(refs[i])];
      const latE7 = this.#data.latE7(a);
      const north = this.#data.latE7(b) - latE7;
      const east = (this.#data.lonE7(b) - this.#data.lonE7(a)) * lonScale(latE7 / 10);
      lengthM += (Math.sqrt(north * north + east * east) * M_PER_E6) / 10;
    }
    return lengthM;
  }

  #add(way: DrivableWay, builtUp: boolean): void {
    const { tags, refs } = way;
    this.counts.ways++;
    this.#meet(tags);
    const direction = oneWay(tags);
    if (direction === 0 && hasTwoLimits(tags)) {
      this.counts.met.byDirection++;
      this.#push(way, refs, builtUp, 'forward', true);
      this.#push(way, [...refs].reverse(), builtUp, 'backward', true);
    } else if (direction === -1) this.#push(way, [...refs].reverse(), builtUp, 'backward', true);
    else this.#push(way, refs, builtUp, 'forward', direction === 1);
  }

  #push({ id, tags }: DrivableWay, refs: readonly number[], builtUp: boolean, way: Direction, only: boolean): void {
    const limit = limitOf(tags, builtUp, way);
    const points = refs.map((ref): MapPoint => {
      const at = this.#data.find(ref);
      return [Math.round(this.#data.latE7(at) / 10), Math.round(this.#data.lonE7(at) / 10)];
    });
    const { limits } = this.counts;
    if (limit.limitKind === 'assumed') limits[limit.limitKmh === null ? 'unknown' : 'assumed']++;
    else if (limit.limitKind === 'advisory') limits[limit.limitKmh === null ? 'none' : 'advisory']++;
    else limits.signed++;
    this.counts.roads++;
    if (builtUp) this.counts.builtUp++;
    if (only) this.counts.oneWay++;
    this.roads.push({
      id,
      name: nameOf(tags),
      class: roadClassOf(tags, builtUp, limit.limitKmh),
      ...limit,
      oneWay: only,
      builtUp,
      points,
      nodes: refs,
    });
  }

  #meet(tags: OsmTags): void {
    const { met } = this.counts;
    const word = limitWord(tags, 'forward');
    if (word?.kind === 'kmh' && word.walk) met.walk++;
    if (word?.kind === 'kmh' && word.mph) met.mph++;
    if (word?.kind === 'signals') met.signals++;
    if (word?.kind === 'unclear') met.unclear++;
    if (isConditional(tags)) met.conditional++;
  }
}

function hasTwoLimits(tags: OsmTags): boolean {
  const differs = (key: string): boolean => {
    const [forward, backward] = [tags[`${key}:forward`] ?? tags[key], tags[`${key}:backward`] ?? tags[key]];
    return forward !== backward;
  };
  return differs('maxspeed') || differs('maxspeed:advisory');
}

/** `tagsOf`: what is known of a way, for whoever wants to know less than the file says. */
export function importRoads(data: OsmData, tagsOf: (way: OsmWay) => OsmTags = ({ tags }) => tags): ImportedRoads {
  return new Importer(data, tagsOf).run();
}
