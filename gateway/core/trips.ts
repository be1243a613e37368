/** A trip as a fold over its frames: any order and any number of repetitions give the same row. */

import { toHex } from '../../protocol/bytes.ts';
import type { TripPart } from '../../protocol/messages.ts';
import { include, NO_RANGES, type Ranges } from './ranges.ts';

/**
 * `announced`: a notice said that it began, no frame has come yet. `open`: more is expected. `ended`: complete or given up, waits to be assembled. `closed`: published, but the
 * scorer had nothing to go by. `scored`: published with its score.
 */
export type TripState = 'announced' | 'open' | 'ended' | 'closed' | 'scored';

export interface TripRow {
  /** `device/boot/number`, with the boot in which the trip began. */
  readonly key: string;
  readonly device: string;
  readonly state: TripState;
  /** Whether trip.started has gone out. */
  readonly started: boolean;
  readonly parts: Ranges;
  /** The part with an ending; -1 while unknown. */
  readonly lastPart: number;
  /** Gateway time of the newest frame. */
  readonly receivedMs: number;
  /** How often the trip was closed; a late frame reopens it. */
  readonly revision: number;
  /** As it was read; 0: there was none. */
  readonly version: number;
}

/** decisions.md E47: a trip of which nothing is heard for this long is closed with what is there. */
export const TRIP_SILENCE_MS = 30 * 60_000;

export function tripKeyOf(device: string, bootHex: string, trip: TripPart): string {
  return `${device}/${trip.boot === undefined ? bootHex : toHex(trip.boot)}/${trip.number}`;
}

export function newTripRow(key: string, device: string, receivedMs: number): TripRow {
  return {
    key,
    device,
    state: 'announced',
    started: false,
    parts: NO_RANGES,
    lastPart: -1,
    receivedMs,
    revision: 0,
    version: 0,
  };
}

/** The row with one more frame in it; a closed trip opens again. */
export function foldFrame(row: TripRow, trip: TripPart, nowMs: number): TripRow {
  // A gap frame stands for its part: what is known of that part is all that will ever be.
  const parts = include(row.parts, trip.part, trip.part);
  const lastPart = trip.ending === undefined ? row.lastPart : Math.max(row.lastPart, trip.part);
  const folded: TripRow = {
    ...row,
    parts,
    lastPart,
    receivedMs: Math.max(row.receivedMs, nowMs),
  };
  return { ...folded, state: isWhole(folded) ? 'ended' : 'open' };
}

export function isWhole({ parts, lastPart }: TripRow): boolean {
  return lastPart >= 0 && parts.length >= 2 && parts[0] === 0 && parts[1] >= lastPart;
}

/** The row as ended, if nothing came for so long that nothing is expected. */
export function endIfSilent(row: TripRow, nowMs: number): TripRow | null {
  if (row.state !== 'open') return null;
  return nowMs - row.receivedMs >= TRIP_SILENCE_MS ? { ...row, state: 'ended' } : null;
}
