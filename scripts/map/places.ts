/** Municipalities by their nodes (C24): what is smaller than a village would be an address. */

import type { MapPlace } from '../../gateway/map/road-map.ts';
import type { OsmData, OsmTags } from './osm-data.ts';

/** Where the population is not known, metres. */
const RADIUS_M: Readonly<Record<string, number>> = { city: 8000, town: 2500, municipality: 2500, village: 900 };
/** Of German towns: about a thousand people a square kilometre, streets, gardens and all. */
const PEOPLE_PER_KM2 = 1000;
const RADIUS_M_MIN = 600;
const RADIUS_M_MAX = 15_000;

function radiusM(tags: OsmTags, usualM: number): number {
  const people = Number(tags.population);
  const m = people > 0 ? 1000 * Math.sqrt(people / PEOPLE_PER_KM2 / Math.PI) : usualM;
  return Math.round(Math.min(RADIUS_M_MAX, Math.max(RADIUS_M_MIN, m)));
}

export function placesOf(data: OsmData): MapPlace[] {
  const places: MapPlace[] = [];
  for (const { node, tags } of data.spots) {
    const usualM = RADIUS_M[tags.place ?? ''];
    if (usualM === undefined || !tags.name) continue;
    const at = data.find(node);
    places.push({
      name: tags.name,
      latE6: Math.round(data.latE7(at) / 10),
      lonE6: Math.round(data.lonE7(at) / 10),
      radiusM: radiusM(tags, usualM),
    });
  }
  return places.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.latE6 - b.latE6));
}
