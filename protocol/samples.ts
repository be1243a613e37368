/**
 * Samples of a frame, as columns: what the firmware collects and the gateway reads. `packSamples` turns them
 * into the byte strings of the wire, `unpackSamples` back again, exactly.
 */

import { ACCELERATION_COLUMNS, type PackedSamples, SAMPLES_MAX } from './messages.ts';
import { expectedLatitude, expectedLongitude, turn } from './predictor.ts';
import { accept, type Result, refuse } from './result.ts';
import { packColumn, type RiceReason, unpackColumn } from './rice.ts';

const COLUMNS_PER_AXIS = 3;

/** What a 16-bit sensor in mg can say, in 0.01 g. */
export const ACCELERATION_MAX_CG = 3277;

/** Struct of arrays for up to SAMPLES_MAX seconds; entries without a fix hold zeros in the position columns. */
export interface Samples {
  count: number;
  cadenceMs: number;
  readonly fix: Uint8Array;
  readonly latE6: Int32Array;
  readonly lonE6: Int32Array;
  readonly speedDmS: Int32Array;
  readonly headingDeg: Int32Array;
  readonly altitudeM: Int32Array;
  /** Column after column: minX, maxX, meanX, minY, ... in 0.01 g; stride SAMPLES_MAX. */
  readonly accelerationCg: Int32Array;
  vehicleAxes: boolean;
}

export type SamplesReason = RiceReason | 'samples-incomplete' | 'samples-range';

export function newSamples(): Samples {
  return {
    count: 0,
    cadenceMs: 1000,
    fix: new Uint8Array(SAMPLES_MAX),
    latE6: new Int32Array(SAMPLES_MAX),
    lonE6: new Int32Array(SAMPLES_MAX),
    speedDmS: new Int32Array(SAMPLES_MAX),
    headingDeg: new Int32Array(SAMPLES_MAX),
    altitudeM: new Int32Array(SAMPLES_MAX),
    accelerationCg: new Int32Array(SAMPLES_MAX * ACCELERATION_COLUMNS),
    vehicleAxes: false,
  };
}

// Residuals are made one column at a time in here, so that packing allocates only what it returns.
const residual = new Int32Array(SAMPLES_MAX);

/** Samples `from` .. `from + count - 1` as the wire has them. */
export function packSamples(samples: Samples, from: number, count: number): PackedSamples {
  const fixed: number[] = [];
  for (let i = from; i < from + count; i++) if (samples.fix[i] === 1) fixed.push(i);
  const acceleration = packAcceleration(samples, from, count);
  const shared = { count, cadenceMs: samples.cadenceMs, acceleration, vehicleAxes: samples.vehicleAxes };
  if (fixed.length === 0) return { ...shared, fix: packFix(samples, from, count) };
  const first = fixed[0];
  const column = (of: (at: number, before: number) => number): Uint8Array => {
    for (let n = 1; n < fixed.length; n++) residual[n - 1] = of(fixed[n], fixed[n - 1]);
    return packColumn(residual, fixed.length - 1);
  };
  const { latE6, lonE6, speedDmS, headingDeg, altitudeM } = samples;
  return {
    ...shared,
    fix: fixed.length < count ? packFix(samples, from, count) : undefined,
    origin: [latE6[first], lonE6[first], speedDmS[first], headingDeg[first], altitudeM[first]],
    speed: column((at, before) => speedDmS[at] - speedDmS[before]),
    heading: column((at, before) => turn(headingDeg[before], headingDeg[at])),
    altitude: column((at, before) => altitudeM[at] - altitudeM[before]),
    latitude: column((at, before) => latE6[at] - latE6[before] - latitudeStep(samples, at, before)),
    longitude: column((at, before) => lonE6[at] - lonE6[before] - longitudeStep(samples, at, before)),
  };
}

export function unpackSamples(packed: PackedSamples): Result<Samples, SamplesReason> {
  const samples = newSamples();
  samples.count = packed.count;
  samples.cadenceMs = packed.cadenceMs;
  samples.vehicleAxes = packed.vehicleAxes ?? false;
  const fixed = unpackFix(packed, samples.fix);
  if (fixed === null) return refuse('samples-incomplete');
  if (packed.acceleration !== undefined) {
    const flaw = unpackAcceleration(packed.acceleration, samples);
    if (flaw !== null) return refuse(flaw);
  }
  const { origin } = packed;
  const packedColumns = [packed.latitude, packed.longitude, packed.speed, packed.heading, packed.altitude];
  if (fixed.length === 0) {
    const none = origin === undefined && packedColumns.every((bytes) => bytes === undefined);
    return none ? accept(samples) : refuse('samples-incomplete');
  }
  if (origin?.length !== 5) return refuse('samples-incomplete');
  const columns: Int32Array[] = [];
  for (const bytes of packedColumns) {
    if (bytes === undefined) return refuse('samples-incomplete');
    const column = unpackColumn(bytes, fixed.length - 1);
    if (!column.ok) return column;
    columns.push(column.value);
  }
  return integrate(samples, fixed, origin, columns);
}

function integrate(
  samples: Samples,
  fixed: readonly number[],
  origin: readonly number[],
  [latitude, longitude, speed, heading, altitude]: Int32Array[],
): Result<Samples, SamplesReason> {
  const { latE6, lonE6, speedDmS, headingDeg, altitudeM } = samples;
  [latE6[fixed[0]], lonE6[fixed[0]], speedDmS[fixed[0]], headingDeg[fixed[0]], altitudeM[fixed[0]]] = origin;
  for (let n = 0; n < fixed.length; n++) {
    const at = fixed[n];
    const before = fixed[n - 1];
    if (n > 0) {
      if (heading[n - 1] < -180 || heading[n - 1] > 179) return refuse('samples-range');
      speedDmS[at] = speedDmS[before] + speed[n - 1];
      headingDeg[at] = (headingDeg[before] + heading[n - 1] + 360) % 360;
      altitudeM[at] = altitudeM[before] + altitude[n - 1];
      latE6[at] = latE6[before] + latitude[n - 1] + latitudeStep(samples, at, before);
      lonE6[at] = lonE6[before] + longitude[n - 1] + longitudeStep(samples, at, before);
    }
    if (!plausible(samples, at)) return refuse('samples-range');
  }
  return accept(samples);
}

function plausible(samples: Samples, at: number): boolean {
  return (
    Math.abs(samples.latE6[at]) <= 90_000_000 &&
    Math.abs(samples.lonE6[at]) <= 180_000_000 &&
    samples.speedDmS[at] >= 0 &&
    samples.speedDmS[at] <= 2000 &&
    samples.headingDeg[at] >= 0 &&
    samples.headingDeg[at] < 360 &&
    Math.abs(samples.altitudeM[at]) <= 20_000
  );
}

function latitudeStep(samples: Samples, at: number, before: number): number {
  const sum = samples.speedDmS[at] + samples.speedDmS[before];
  return expectedLatitude(sum, samples.headingDeg[before], samples.headingDeg[at], at - before);
}

function longitudeStep(samples: Samples, at: number, before: number): number {
  const sum = samples.speedDmS[at] + samples.speedDmS[before];
  const latE6 = samples.latE6[before];
  return expectedLongitude(sum, samples.headingDeg[before], samples.headingDeg[at], at - before, latE6);
}

function packFix(samples: Samples, from: number, count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (let i = 0; i < count; i++) if (samples.fix[from + i] === 1) bits[i >> 3] |= 0x80 >> (i & 7);
  return bits;
}

/** The samples that have a fix, in order; null when the bits do not fit the count. */
function unpackFix(packed: PackedSamples, into: Uint8Array): number[] | null {
  const { fix, count } = packed;
  const fixed: number[] = [];
  if (fix !== undefined && fix.length !== Math.ceil(count / 8)) return null;
  for (let i = 0; i < count; i++) {
    into[i] = fix === undefined ? 1 : (fix[i >> 3] >> (7 - (i & 7))) & 1;
    if (into[i] === 1) fixed.push(i);
  }
  // The last byte is filled up with zeros, and a fix for every sample is said by leaving the bits out.
  if (fix !== undefined && (fixed.length === count || (fix[fix.length - 1] << (((count - 1) & 7) + 1)) & 0xff))
    return null;
  return fixed;
}

/** Means as differences in time; minimum and maximum as distances from their mean, which are never negative. */
function packAcceleration(samples: Samples, from: number, count: number): Uint8Array[] {
  const cg = samples.accelerationCg;
  const columns: Uint8Array[] = [];
  for (let axis = 0; axis < ACCELERATION_COLUMNS; axis += COLUMNS_PER_AXIS) {
    const minimum = axis * SAMPLES_MAX + from;
    const maximum = minimum + SAMPLES_MAX;
    const mean = maximum + SAMPLES_MAX;
    for (let i = 0; i < count; i++) residual[i] = cg[mean + i] - cg[minimum + i];
    columns.push(packColumn(residual, count));
    for (let i = 0; i < count; i++) residual[i] = cg[maximum + i] - cg[mean + i];
    columns.push(packColumn(residual, count));
    for (let i = 0; i < count; i++) residual[i] = cg[mean + i] - (i === 0 ? 0 : cg[mean + i - 1]);
    columns.push(packColumn(residual, count));
  }
  return columns;
}

function unpackAcceleration(packed: readonly Uint8Array[], samples: Samples): SamplesReason | null {
  const { count, accelerationCg: cg } = samples;
  if (packed.length !== ACCELERATION_COLUMNS) return 'samples-incomplete';
  const columns: Int32Array[] = [];
  for (const bytes of packed) {
    const column = unpackColumn(bytes, count);
    if (!column.ok) return column.reason;
    columns.push(column.value);
  }
  for (let axis = 0; axis < ACCELERATION_COLUMNS; axis += COLUMNS_PER_AXIS) {
    const [below, above, step] = columns.slice(axis, axis + COLUMNS_PER_AXIS);
    const minimum = axis * SAMPLES_MAX;
    const maximum = minimum + SAMPLES_MAX;
    const mean = maximum + SAMPLES_MAX;
    for (let i = 0; i < count; i++) {
      cg[mean + i] = step[i] + (i === 0 ? 0 : cg[mean + i - 1]);
      cg[minimum + i] = cg[mean + i] - below[i];
      cg[maximum + i] = cg[mean + i] + above[i];
    }
  }
  return cg.some((value) => value < -ACCELERATION_MAX_CG || value > ACCELERATION_MAX_CG) ? 'samples-range' : null;
}
