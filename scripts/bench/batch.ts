import { ACCELERATION_COLUMNS, SAMPLES_MAX } from '../../protocol/messages.ts';
import type { Samples } from '../../protocol/samples.ts';

/** The samples of one frame. */
export interface Batch {
  readonly samples: Samples;
  /** UTC of the first sample. */
  readonly startMs: number;
}

/** Which samples of the batch are encoded. */
export function chosen({ samples }: Batch, withAcceleration: boolean): number[] {
  const all = Array.from({ length: samples.count }, (_, i) => i);
  return withAcceleration ? all : all.filter((i) => samples.fix[i] === 1);
}

/** Minimum, maximum, mean of three axes, 0.01 g. */
export function accelerationsCg(samples: Samples, i: number): number[] {
  return Array.from({ length: ACCELERATION_COLUMNS }, (_, column) => samples.accelerationCg[column * SAMPLES_MAX + i]);
}
