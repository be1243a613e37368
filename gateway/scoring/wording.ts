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

/** ` on the A 40` for a motorway, ` in 30 zones` for what would tell the route (C9, C24), or nothing. */
export function onRoad({ name, roadClass }: RoadAt): string {
  if (roadClass === 'motorway' && name !== '') return ` on the ${name}`;
  return roadClass === null ? '' : ` ${CLASS_WORDS[roadClass]}`;
}
