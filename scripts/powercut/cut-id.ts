/** Names of cuts: `412m` is a cut at operation 412 of the life, `412m+3t` another at operation 3 of the boot after it. */

import type { Cut } from '../../simulator/flash.ts';

/** c: before the operation; t: torn; e, m, l: rotten, when it had hardly begun, was half done, was all but done. */
export const DAMAGES = ['c', 't', 'e', 'm', 'l'] as const;
export type DamageCode = (typeof DAMAGES)[number];

export interface Place {
  /** Counted from 0: from the life's first operation, or from that of the boot after the cut before. */
  readonly operation: number;
  readonly damage: DamageCode;
}

/** The cuts of one story, at most two. */
export type CutId = readonly Place[];

export function cutText(id: CutId): string {
  return id.map(({ operation, damage }) => `${operation}${damage}`).join('+');
}

/** Null when the text names no cut. */
export function parseCut(text: string): CutId | null {
  const places = text.split('+').map((part) => /^(\d{1,6})([cteml])$/.exec(part));
  if (places.length > 2 || places.some((match) => match === null)) return null;
  return places.map((match) => ({ operation: Number(match?.[1]), damage: match?.[2] as DamageCode }));
}

export function cutAt(operation: number, damage: DamageCode): Cut {
  if (damage === 'c') return { operation, damage: 'clean' };
  if (damage === 't') return { operation, damage: 'torn' };
  return { operation, damage: 'rotten', phase: damage === 'e' ? 'early' : damage === 'm' ? 'middle' : 'late' };
}
