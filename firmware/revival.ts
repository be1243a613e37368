/**
 * What the device finds in flash after a reset, and what it does about it (docs/SPEC.md, "Flash at boot ->
 * action"). A frame that a cut left open is closed. Off for less than 5 s is a brown-out: the trip goes on and
 * the gap is marked. Longer, or for an unknown time, is a cold start (C32): the trip has ended with the power.
 */

import type { Frame, Summary, TripPart } from '../protocol/messages.ts';
import { composeFrame, type TripEnd } from './compose.ts';
import type { Reset } from './hal.ts';
import type { Journal } from './journal.ts';

export const COLD_START_MS = 5_000;

const POWER_LOST: TripEnd = { ending: 'power-lost', tailMs: 0 };

export interface OngoingTrip {
  readonly number: number;
  readonly boot: Uint8Array;
  readonly part: number;
  readonly summary: Summary;
}

export function isBrownOut(reset: Reset): boolean {
  return reset.offMs !== undefined && reset.offMs < COLD_START_MS;
}

/** Closes what is open. Returns the trip that goes on, if one does. */
export function revive(journal: Journal, reset: Reset): OngoingTrip | null {
  const brownOut = isBrownOut(reset);
  const open = journal.readOpen();
  if (open !== null) journal.closeFrame(composeFrame(open.blocks, open.samples, brownOut ? null : POWER_LOST));
  const last = journal.readLast();
  const unfinished = last?.trip !== undefined && last.trip.ending === undefined;
  if (last === null || !unfinished || last.summary === undefined) return null;
  const ongoing = continuation(last, last.trip as TripPart, last.summary);
  if (brownOut) return ongoing;
  journal.closeFrame(bareEnd(journal, ongoing));
  return null;
}

function continuation(last: Frame, trip: TripPart, summary: Summary): OngoingTrip {
  return { number: trip.number, boot: trip.boot ?? last.boot, part: trip.part + 1, summary };
}

/** The last frame was closed just before the power went: the ending needs a frame of its own. */
function bareEnd(journal: Journal, trip: OngoingTrip): Frame {
  return {
    ...journal.allocate(),
    startMs: 0,
    trip: { number: trip.number, boot: trip.boot, part: trip.part, ...POWER_LOST },
    occurrences: [],
    summary: trip.summary,
  };
}
