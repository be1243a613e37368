import { fromHex, toHex } from '../../protocol/bytes.ts';
import { ACCELERATION_COLUMNS, SAMPLES_MAX } from '../../protocol/messages.ts';
import type { Trace } from '../../protocol/raw-trace.ts';
import { newSamples, type Samples } from '../../protocol/samples.ts';

const HEX = 'hex:';

/** A message as JSON can hold it: byte strings become text that begins with "hex:". */
export function toReadable(value: unknown): unknown {
  if (value instanceof Uint8Array) return HEX + toHex(value);
  if (Array.isArray(value)) return value.map(toReadable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, toReadable(item)]));
}

export function fromReadable(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith(HEX)) return fromHex(value.slice(HEX.length));
  if (Array.isArray(value)) return value.map(fromReadable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromReadable(item)]));
}

export interface ReadableTrace {
  fromMs: number;
  cadenceMs: number;
  count: number;
  /** Forward, left, up. */
  axesCg: number[][];
}

export function traceToReadable({ fromMs, cadenceMs, count, axesCg }: Trace): ReadableTrace {
  return { fromMs, cadenceMs, count, axesCg: axesCg.map((cg) => [...cg.subarray(0, count)]) };
}

const POSITION = ['latE6', 'lonE6', 'speedDmS', 'headingDeg', 'altitudeM'] as const;

export interface ReadableSamples extends Record<(typeof POSITION)[number], number[]> {
  count: number;
  cadenceMs: number;
  vehicleAxes: boolean;
  fix: number[];
  /** Nine columns: minimum, maximum, mean of each of three axes. */
  accelerationCg: number[][];
}

export function samplesToReadable(samples: Samples): ReadableSamples {
  const { count, cadenceMs, vehicleAxes } = samples;
  const cut = (column: ArrayLike<number>, from = 0): number[] => Array.from(column).slice(from, from + count);
  const position = Object.fromEntries(POSITION.map((name) => [name, cut(samples[name])]));
  return {
    count,
    cadenceMs,
    vehicleAxes,
    fix: cut(samples.fix),
    ...(position as Record<(typeof POSITION)[number], number[]>),
    accelerationCg: Array.from({ length: ACCELERATION_COLUMNS }, (_, column) =>
      cut(samples.accelerationCg, column * SAMPLES_MAX),
    ),
  };
}

export function samplesFromReadable(readable: ReadableSamples): Samples {
  const samples = newSamples();
  samples.count = readable.count;
  samples.cadenceMs = readable.cadenceMs;
  samples.vehicleAxes = readable.vehicleAxes;
  samples.fix.set(readable.fix);
  for (const name of POSITION) samples[name].set(readable[name]);
  for (const [column, values] of readable.accelerationCg.entries()) {
    samples.accelerationCg.set(values, column * SAMPLES_MAX);
  }
  return samples;
}
