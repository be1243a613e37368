/** Which ways a car may drive, in which direction, and what kind of road they are (C8). */

import type { RoadClass } from '../../gateway/scoring/closed-trip.ts';
import type { OsmTags } from './osm-data.ts';

/** From the largest to the smallest. */
const HIGHWAYS = [
  'motorway',
  'motorway_link',
  'trunk',
  'trunk_link',
  'primary',
  'primary_link',
  'secondary',
  'secondary_link',
  'tertiary',
  'tertiary_link',
  'unclassified',
  'residential',
  'road',
  'living_street',
  'service',
];
/** Service ways on which one parks rather than drives. */
const PARKING = ['parking_aisle', 'driveway', 'drive-through', 'emergency_access'];
const CLOSED = ['no', 'agricultural', 'forestry', 'emergency', 'bicycle', 'psv', 'bus'];
/** The closer to cars, the more it counts. */
const ACCESS_TAGS = ['motorcar', 'motor_vehicle', 'vehicle', 'access'];

export type Drivable = 'road' | 'closed' | 'parking' | 'none';

/** `none`: not a way for cars at all. */
export function drivable(tags: OsmTags): Drivable {
  if (!HIGHWAYS.includes(tags.highway ?? '') || tags.area === 'yes') return 'none';
  const access = ACCESS_TAGS.map((key) => tags[key]).find((value) => value !== undefined);
  if (access !== undefined && CLOSED.includes(access)) return 'closed';
  return tags.highway === 'service' && PARKING.includes(tags.service ?? '') ? 'parking' : 'road';
}

/** 1: only as drawn, -1: only against it, 0: both ways. */
export function oneWay(tags: OsmTags): 1 | -1 | 0 {
  if (tags.oneway === '-1' || tags.oneway === 'reverse') return -1;
  if (['yes', 'true', '1'].includes(tags.oneway ?? '')) return 1;
  if (tags.oneway !== undefined) return 0;
  const implied = tags.highway === 'motorway' || tags.junction === 'roundabout' || tags.junction === 'circular';
  return implied ? 1 : 0;
}

export function isLink(tags: OsmTags): boolean {
  return (tags.highway ?? '').endsWith('_link');
}

/** `motorway` of `motorway_link` too. */
export function rank(tags: OsmTags): string {
  return (tags.highway ?? '').replace(/_link$/, '');
}

/** Two marked lanes or more in each direction. */
export function hasLanesToOvertake(tags: OsmTags): boolean {
  const lanes = Number(tags.lanes ?? 0);
  return lanes >= (oneWay(tags) === 0 ? 4 : 2);
}

/** `limitKmh`: null where there is none. */
export function roadClassOf(tags: OsmTags, builtUp: boolean, limitKmh: number | null): RoadClass {
  const kind = rank(tags);
  if (kind === 'motorway') return 'motorway';
  const main = ['trunk', 'primary', 'secondary'].includes(kind);
  if (!builtUp) return main ? 'rural-main' : 'rural-minor';
  if (main || kind === 'tertiary') return 'town-main';
  return limitKmh !== null && limitKmh <= 30 ? 'zone-30' : 'town-street';
}

/** A motorway's number, a street's name. */
export function nameOf(tags: OsmTags): string {
  const { ref = '', name = '' } = tags;
  return rank(tags) === 'motorway' ? ref || name : name || ref;
}
