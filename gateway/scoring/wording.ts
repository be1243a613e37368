/** Quantities as a person reads them. */

import type { RoadAt, RoadClass } from './closed-trip.ts';
import { divideRounded } from './verdict.ts';

export function share(part: number, all: number): string {
  const percent = divideRounded(100 * part, all);
  return percent === 0 && part > 0 ? 'under 1 %' : `${percent} %`;
}

export function kilometres(metres: number): string {
  const tenths = divideRounded(metres, 100);
  return tenths < 1000 ? `${Math.floor(tenths / 10)}.${tenths % 10} km` : `${divideRounded(metres, 1000)} km`;
}

export function duration(ms: number): string {
  const seconds = divideRounded(ms, 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = divideRounded(seconds, 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const CLASS_WORDS: Readonly<Record<RoadClass, string>> = {
  motorway: 'on motorways',
  'rural-main': 'on rural main roads',
  'rural-minor': 'on minor rural roads',
  'town-main': 'on main roads in towns',
  'town-street': 'on streets in towns',
  'zone-30': 'in 30 zones',
};

/** `A 40`, `B226`: numbered roads take an article. */
const NUMBERED = /^[ABLK] ?[0-9]/;

/** ` on the A 40`, ` on Hauptstraße`, or nothing for a road of which nothing is known. */
export function onRoad({ name, roadClass }: RoadAt): string {
  if (name !== '') return NUMBERED.test(name) ? ` on the ${name}` : ` on ${name}`;
  return roadClass === null ? '' : ` ${CLASS_WORDS[roadClass]}`;
}
