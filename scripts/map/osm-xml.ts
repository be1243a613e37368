/** OpenStreetMap XML (version 0.6), as editors, Overpass and osmfilter write it. */

import { parseXml } from '../../simulator/replay/xml-events.ts';
import type { OsmSink } from './osm-data.ts';

const KINDS = ['node', 'way', 'relation'] as const;
type Kind = (typeof KINDS)[number];

function dateOf(instant: string | undefined): string | null {
  return /^\d{4}-\d{2}-\d{2}/.exec(instant ?? '')?.[0] ?? null;
}

/** Collects one element until its end. */
class Elements {
  readonly #sink: OsmSink;
  #kind: Kind | null = null;
  #gone = false;
  #id = 0;
  #latDeg = 0;
  #lonDeg = 0;
  #refs: number[] = [];
  #tags: Record<string, string> = {};

  constructor(sink: OsmSink) {
    this.#sink = sink;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const kind = KINDS.find((each) => each === name);
    if (kind !== undefined) {
      this.#begin(kind, attributes);
      return;
    }
    switch (name) {
      case 'tag':
        this.#tags[attributes.k] = attributes.v;
        break;
      case 'nd':
        this.#refs.push(Number(attributes.ref));
        break;
      case 'member':
        if (attributes.type === 'way' && attributes.role !== 'inner') this.#refs.push(Number(attributes.ref));
        break;
      case 'meta':
      case 'osm': {
        const date = dateOf(attributes.osm_base ?? attributes.timestamp);
        if (date !== null) this.#sink.edition(date);
        break;
      }
    }
  }

  close(name: string): void {
    if (name !== this.#kind) return;
    const tagged = Object.keys(this.#tags).length > 0;
    if (!this.#gone && Number.isSafeInteger(this.#id)) {
      if (name === 'node') this.#sink.node(this.#id, this.#latDeg, this.#lonDeg, tagged ? this.#tags : null);
      if (name === 'way') this.#sink.way(this.#id, this.#refs, this.#tags);
      if (name === 'relation') this.#sink.area(this.#refs, this.#tags);
    }
    this.#kind = null;
  }

  #begin(kind: Kind, { id, lat, lon, visible, action }: Readonly<Record<string, string>>): void {
    this.#kind = kind;
    this.#gone = visible === 'false' || action === 'delete';
    this.#id = Number(id);
    this.#latDeg = Number(lat);
    this.#lonDeg = Number(lon);
    this.#refs = [];
    this.#tags = {};
  }
}

export function looksLikeOsmXml(head: string): boolean {
  return /^\s*<(\?xml[^>]*>\s*(<!--[\s\S]*?-->\s*)*<)?osm[\s>]/.test(head.replace(/^\ufeff/, ''));
}

/** False when the file is not well-formed to its end. */
export function readOsmXml(bytes: Uint8Array, sink: OsmSink): boolean {
  const elements = new Elements(sink);
  return parseXml(bytes, {
    open: (name, attributes) => elements.open(name, attributes),
    close: (name) => elements.close(name),
  });
}
