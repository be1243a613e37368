/** A way's limit as the gateway's map has it: what is signed, else the German default (numbers.md 11). */

import type { LimitKind } from '../../gateway/scoring/closed-trip.ts';
import type { OsmTags } from './osm-data.ts';
import { advisoryKmh, type Direction, limitWord, type SpeedWord, WALK_KMH } from './speed-tags.ts';
import { hasLanesToOvertake, isLink, rank } from './way-kind.ts';

export interface WayLimit {
  readonly limitKmh: number | null;
  readonly limitKind: LimitKind;
}

const ADVISORY_KMH = 130;

/** C2: the advisory speed where no limit is set, else what the sign or, without one, the law says. */
export function limitOf(tags: OsmTags, builtUp: boolean, direction: Direction): WayLimit {
  const word = limitWord(tags, direction);
  const advisory = advisoryKmh(tags, direction);
  if (word?.kind === 'kmh') return { limitKmh: word.kmh, limitKind: 'limit' };
  if (advisory !== null) return { limitKmh: advisory, limitKind: 'advisory' };
  if (word?.kind === 'none') return { limitKmh: null, limitKind: 'advisory' };
  // What a changing sign shows at the time is not known, so nothing is deducted.
  if (word?.kind === 'signals') return { limitKmh: null, limitKind: 'assumed' };
  return { limitKmh: assumedKmh(tags, builtUp), limitKind: 'assumed' };
}

/** StVO 3 (3), 18 (5), 42 (4a) and the Autobahn-Richtgeschwindigkeits-Verordnung. */
function assumedKmh(tags: OsmTags, builtUp: boolean): number {
  if (tags.highway === 'living_street') return WALK_KMH;
  if (tags.bicycle_road === 'yes') return 30;
  if (rank(tags) === 'motorway') return ADVISORY_KMH;
  if (builtUp) return 50;
  const wide = ['trunk', 'primary', 'secondary'].includes(rank(tags)) && !isLink(tags) && hasLanesToOvertake(tags);
  return wide ? ADVISORY_KMH : 100;
}

/** True for a limit above what towns have, or none: such a road is outside of them. */
export function isOutsideByLimit(word: SpeedWord | null): boolean {
  return word?.kind === 'none' || (word?.kind === 'kmh' && word.kmh > 70);
}
