/** A rig's stimuli as the inputs of a sensor. */

import { int16sOf, type RigFix, type Stimulus } from '../../protocol/serial-stimulus.ts';
import type { GnssFix, Input } from '../hal.ts';

const SECOND_MS = 1000;
const XYZ_BYTES = 6;

/** Kinds that a sensor has an input for. */
export const SENSOR_STIMULI: readonly Stimulus['kind'][] = [
  'imu',
  'imu-burst',
  'supply',
  'gnss',
  'undervoltage',
  'update',
  'second',
];

/**
 * What the device of a boot that began at `bootMs` (the rig's time) gets. Empty for samples that are older than the
 * boot; null for what a sensor has no input for, or cannot be read.
 */
export function sensorInputs(stimulus: Stimulus, bootMs: number): readonly Input[] | null {
  switch (stimulus.kind) {
    case 'imu':
    case 'imu-burst':
      if (stimulus.axes.length % XYZ_BYTES !== 0) return null;
      if (stimulus.startMs < bootMs) return [];
      return [{ kind: stimulus.kind, startMs: stimulus.startMs - bootMs, axesMg: int16sOf(stimulus.axes) }];
    case 'supply':
      if (stimulus.mV.length % 2 !== 0) return null;
      if (stimulus.startMs < bootMs) return [];
      return [{ kind: 'supply', startMs: stimulus.startMs - bootMs, mV: Uint16Array.from(int16sOf(stimulus.mV)) }];
    case 'gnss':
      return [{ kind: 'gnss', fix: fixOf(stimulus.fix) }];
    case 'undervoltage':
      return [{ kind: 'undervoltage', low: stimulus.low }];
    case 'update':
      return [{ kind: 'update', installing: stimulus.installing }];
    case 'second':
      return secondInputs(stimulus, bootMs);
    case 'body':
    case 'short-range':
      return null;
  }
}

function secondInputs(
  { atMs, axes, mV, burst, fix }: Extract<Stimulus, { readonly kind: 'second' }>,
  bootMs: number,
): readonly Input[] | null {
  const flawed = axes.length % XYZ_BYTES !== 0 || mV.length % 2 !== 0 || (burst?.length ?? 0) % XYZ_BYTES !== 0;
  if (flawed || atMs < SECOND_MS) return null;
  if (atMs - SECOND_MS < bootMs) return [];
  const startMs = atMs - SECOND_MS - bootMs;
  const inputs: Input[] = burst === undefined ? [] : [{ kind: 'imu-burst', startMs, axesMg: int16sOf(burst) }];
  inputs.push({ kind: 'imu', startMs, axesMg: int16sOf(axes) });
  inputs.push({ kind: 'supply', startMs, mV: Uint16Array.from(int16sOf(mV)) });
  inputs.push({ kind: 'gnss', fix: fixOf(fix) });
  return inputs;
}

function fixOf(fix: RigFix | undefined): GnssFix | null {
  return fix ?? null;
}
