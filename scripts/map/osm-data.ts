/** What an import needs of an OpenStreetMap file, however it was written. */

export type OsmTags = Readonly<Record<string, string>>;

export interface OsmWay {
  readonly id: number;
  readonly refs: readonly number[];
  readonly tags: OsmTags;
}

/** An area made of ways: the ids of those on its outside. */
export interface OsmArea {
  readonly outer: readonly number[];
  readonly tags: OsmTags;
}

export interface OsmSpot {
  readonly node: number;
  readonly tags: OsmTags;
}

/** Takes a file's elements as they come. */
export interface OsmSink {
  node(id: number, latDeg: number, lonDeg: number, tags: OsmTags | null): void;
  way(id: number, refs: readonly number[], tags: OsmTags): void;
  area(outer: readonly number[], tags: OsmTags): void;
  /** Of the data, as `2021-10-27`. */
  edition(date: string): void;
}

/** Numbers without an object each: a map of a country has millions of nodes. */
class Column<A extends Float64Array | Int32Array> {
  values: A;
  length = 0;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.values = make(1 << 16);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.#make(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }
}

export class OsmData implements OsmSink {
  readonly ways = new Map<number, OsmWay>();
  readonly areas: OsmArea[] = [];
  readonly spots: OsmSpot[] = [];
  date: string | null = null;
  readonly #id = new Column((length) => new Float64Array(length));
  readonly #latE7 = new Column((length) => new Int32Array(length));
  readonly #lonE7 = new Column((length) => new Int32Array(length));
  #ordered = true;
  #order: Uint32Array | null = null;

  get nodeCount(): number {
    return this.#id.length;
  }

  node(id: number, latDeg: number, lonDeg: number, tags: OsmTags | null): void {
    // Written like this, a latitude that is no number fails too.
    if (!(Math.abs(latDeg) <= 90 && Math.abs(lonDeg) <= 180)) return;
    if (tags !== null && (tags.place !== undefined || tags.highway === 'traffic_signals'))
      this.spots.push({ node: id, tags });
    if (this.#id.length > 0 && id <= this.#id.values[this.#id.length - 1]) this.#ordered = false;
    this.#id.push(id);
    this.#latE7.push(Math.round(latDeg * 1e7));
    this.#lonE7.push(Math.round(lonDeg * 1e7));
  }

  way(id: number, refs: readonly number[], tags: OsmTags): void {
    this.ways.set(id, { id, refs, tags });
  }

  area(outer: readonly number[], tags: OsmTags): void {
    this.areas.push({ outer, tags });
  }

  edition(date: string): void {
    this.date = date;
  }

  /** Where a node's coordinates stand, -1 for one that the file does not hold. */
  find(id: number): number {
    const ids = this.#id.values;
    const order = this.#ordered ? null : this.#orderOfIds();
    let low = 0;
    let high = this.#id.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const at = order === null ? middle : order[middle];
      if (ids[at] === id) return at;
      if (ids[at] < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  latE7(at: number): number {
    return this.#latE7.values[at];
  }

  lonE7(at: number): number {
    return this.#lonE7.values[at];
  }

  #orderOfIds(): Uint32Array {
    if (this.#order?.length === this.#id.length) return this.#order;
    const ids = this.#id.values;
    this.#order = Uint32Array.from({ length: this.#id.length }, (_, i) => i).sort((a, b) => ids[a] - ids[b]);
    return this.#order;
  }
}
