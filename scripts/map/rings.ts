import type { OsmData } from './osm-data.ts';

/** Closed rings of nodes out of ways that meet at their ends. What does not close is left out. */
export function rings(ways: readonly number[], data: OsmData): number[][] {
  const open = ways.map((id) => data.ways.get(id)?.refs ?? []).filter((refs) => refs.length > 1);
  const closed: number[][] = [];
  while (open.length > 0) {
    const ring = [...(open.pop() ?? [])];
    while (ring[0] !== ring[ring.length - 1]) {
      const end = ring[ring.length - 1];
      const next = open.findIndex((refs) => refs[0] === end || refs[refs.length - 1] === end);
      if (next < 0) break;
      const [refs] = open.splice(next, 1);
      ring.push(...(refs[0] === end ? refs : [...refs].reverse()).slice(1));
    }
    if (ring[0] === ring[ring.length - 1]) closed.push(ring);
  }
  return closed;
}
