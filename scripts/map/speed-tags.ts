/** What a way's tags say of its speed limit, in one direction (OSM wiki, "Key:maxspeed"). */

import type { OsmTags } from './osm-data.ts';

/** `none`: no limit. `signals`: changes, so that nothing is known. `unclear`: a value that is not understood. */
export type SpeedWord =
  | { readonly kind: 'kmh'; readonly kmh: number; readonly mph: boolean; readonly walk: boolean }
  | { readonly kind: 'none' | 'signals' | 'unclear' };

const KMH_PER_MPH = 1.609344;
/** "Schrittgeschwindigkeit": courts accept values from 7 to 15. */
export const WALK_KMH = 10;
const KMH_MAX = 300;

/** By the country's rules for a kind of place; the country's own number stands in the word itself where it has one. */
const GERMAN: Readonly<Record<string, SpeedWord>> = {
  urban: plain(50),
  rural: plain(100),
  motorway: { kind: 'none' },
  trunk: { kind: 'none' },
  walk: { kind: 'kmh', kmh: WALK_KMH, mph: false, walk: true },
  living_street: { kind: 'kmh', kmh: WALK_KMH, mph: false, walk: true },
  bicycle_road: plain(30),
};

function plain(kmh: number): SpeedWord {
  return { kind: 'kmh', kmh, mph: false, walk: false };
}

/** The value of `maxspeed`, `maxspeed:advisory`, or of a tag that says where a limit comes from. */
export function speedWord(value: string): SpeedWord {
  const text = value.trim();
  if (text === 'none') return { kind: 'none' };
  if (text === 'signals' || text === 'variable') return { kind: 'signals' };
  if (text === 'walk') return GERMAN.walk;
  const number = /^(\d+(?:\.\d+)?) ?(km\/h|kmh|kph|mph)?$/.exec(text);
  if (number !== null) {
    const mph = number[2] === 'mph';
    const kmh = Math.round(Number(number[1]) * (mph ? KMH_PER_MPH : 1));
    return kmh >= 1 && kmh <= KMH_MAX ? { kind: 'kmh', kmh, mph, walk: false } : { kind: 'unclear' };
  }
  const rule = /^([A-Z]{2}):(.+)$/.exec(text);
  if (rule === null) return { kind: 'unclear' };
  const zone = /^(?:zone:?)?(\d+)$/.exec(rule[2]);
  if (zone !== null) return plain(Number(zone[1]));
  return (rule[1] === 'DE' ? GERMAN[rule[2]] : undefined) ?? { kind: 'unclear' };
}

/** Tags that name the rule behind a limit rather than a limit. */
const RULE_TAGS = ['maxspeed:type', 'source:maxspeed', 'zone:maxspeed', 'zone:traffic'] as const;

/** True inside a built-up area, false outside, null where no tag says so. */
export function builtUpByTags(tags: OsmTags): boolean | null {
  for (const key of [...RULE_TAGS, 'maxspeed']) {
    const rule = /^[A-Z]{2}:(.+)$/.exec(tags[key] ?? '')?.[1];
    if (rule === undefined) continue;
    if (/^(urban|zone|living_street|walk|bicycle_road)/.test(rule)) return true;
    if (/^(rural|motorway|trunk)/.test(rule)) return false;
  }
  return null;
}

export type Direction = 'forward' | 'backward';

/** The word that holds in one direction; null where no tag says anything. */
export function limitWord(tags: OsmTags, direction: Direction): SpeedWord | null {
  const value = tags[`maxspeed:${direction}`] ?? tags.maxspeed;
  if (value !== undefined) return speedWord(value);
  for (const key of RULE_TAGS) {
    const word = tags[key] === undefined ? null : speedWord(tags[key]);
    if (word !== null && word.kind !== 'unclear') return word;
  }
  return null;
}

/** The blue sign (`maxspeed:advisory`), km/h. */
export function advisoryKmh(tags: OsmTags, direction: Direction): number | null {
  const value = tags[`maxspeed:advisory:${direction}`] ?? tags['maxspeed:advisory'];
  const word = value === undefined ? null : speedWord(value);
  return word?.kind === 'kmh' ? word.kmh : null;
}

/** Limits for some hours, some weather or some vehicles: there is no telling from here whether they hold. */
export function isConditional(tags: OsmTags): boolean {
  return Object.keys(tags).some((key) => key.startsWith('maxspeed:') && key.endsWith(':conditional'));
}
