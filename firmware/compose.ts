import { type Ending, EVENTS_MAX, type Frame } from '../protocol/messages.ts';
import { packSamples, type Samples } from '../protocol/samples.ts';
import type { ReadBlock } from './block.ts';

/** How a trip ended, if it did with this frame. */
export interface TripEnd {
  readonly ending: Ending;
  /** How long before the last sample. */
  readonly tailMs: number;
}

/**
 * The frame that a run of blocks makes. Closing a frame and recovering one after a cut are this one function over
 * what lies in flash, so that the way back is used all the time.
 */
export function composeFrame(blocks: readonly ReadBlock[], samples: Samples, end: TripEnd | null): Frame {
  const { head } = blocks[0];
  const last = blocks[blocks.length - 1];
  samples.vehicleAxes = head.vehicleAxes;
  return {
    boot: head.boot,
    seq: head.seq,
    startMs: head.startMs,
    // The first fix may have come in a later block than the first.
    utcMs: last.head.utcMs ?? head.utcMs,
    trip: { ...head.trip, ending: end?.ending, tailMs: end?.tailMs },
    samples: samples.count > 0 ? packSamples(samples, 0, samples.count) : undefined,
    occurrences: blocks.flatMap((block) => block.tail.occurrences).slice(0, EVENTS_MAX),
    summary: last.tail.summary,
  };
}
