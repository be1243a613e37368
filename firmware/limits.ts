/** Every bound of the device in one place (numbers.md 13), in a production and a tiny set. */

import { EVENTS_MAX, SAMPLES_MAX } from '../protocol/messages.ts';

export interface Limits {
  /** Seconds of samples that a dying socket can cost: one block. */
  readonly blockSamples: number;
  readonly frameSamples: number;
  /** A frame is closed before its signed bytes are expected to pass this. */
  readonly frameBytes: number;
  /** How often, in samples, the size of the open frame is measured. */
  readonly measureSamples: number;
  readonly blockOccurrences: number;
  /** Raw traces in a frame before its size is measured for the first time. */
  readonly traceFirstBytes: number;
  /** Raw traces fill a frame no further: samples may turn out wilder than those before them. */
  readonly traceFrameBytes: number;
  /** Seconds kept in RAM before a trip is known to have begun. */
  readonly preTripSamples: number;
  /** Frames sent and not yet receipted. */
  readonly window: number;
  /** The same for gap frames, of which each sector given up leaves one. */
  readonly gapWindow: number;
  readonly resendFirstMs: number;
  readonly resendLastMs: number;
}

function limits(values: Limits): Limits {
  const sound =
    values.frameSamples <= SAMPLES_MAX &&
    values.blockSamples <= values.measureSamples &&
    values.measureSamples <= values.frameSamples &&
    values.measureSamples % values.blockSamples === 0 &&
    values.frameSamples % values.blockSamples === 0 &&
    values.blockOccurrences <= EVENTS_MAX &&
    values.traceFirstBytes < values.traceFrameBytes &&
    values.traceFrameBytes < values.frameBytes &&
    values.resendFirstMs <= values.resendLastMs &&
    values.window >= 1;
  if (!sound) throw new RangeError('limits contradict each other');
  return Object.freeze(values);
}

export const PRODUCTION = limits({
  blockSamples: 5,
  frameSamples: 120,
  frameBytes: 2048,
  measureSamples: 30,
  blockOccurrences: 8,
  traceFirstBytes: 1024,
  traceFrameBytes: 1792,
  preTripSamples: 10,
  window: 8,
  gapWindow: 64,
  resendFirstMs: 10_000,
  resendLastMs: 600_000,
});

/** Makes full queues and wrap-around common in tests. */
export const TINY = limits({
  blockSamples: 2,
  frameSamples: 8,
  frameBytes: 512,
  measureSamples: 4,
  blockOccurrences: 2,
  traceFirstBytes: 256,
  traceFrameBytes: 448,
  preTripSamples: 3,
  window: 2,
  gapWindow: 6,
  resendFirstMs: 2_000,
  resendLastMs: 8_000,
});
