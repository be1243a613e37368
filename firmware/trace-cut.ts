import type { RawTrace } from '../protocol/messages.ts';
import { newTrace, packTrace } from '../protocol/raw-trace.ts';
import { ACCELERATION_MAX_CG } from '../protocol/samples.ts';
import type { Rotation } from './axis-fit.ts';
import { SAMPLE_MS } from './detectors.ts';
import { RING } from './force-bins.ts';

// Shared by all devices of a process: it is filled and packed within one call.
const trace = newTrace();

/**
 * Samples `first` to `until` of a ring of raw ones (`ForceBins` says how it lies), turned into the vehicle's axes.
 * `fromMs`: from the begin of the event to the first sample.
 */
export function cutTrace(ring: Int16Array, first: number, until: number, rotation: Rotation, fromMs: number): RawTrace {
  trace.fromMs = fromMs;
  trace.cadenceMs = SAMPLE_MS;
  trace.count = until - first;
  for (let axis = 0; axis < trace.axesCg.length; axis++) {
    const [a, b, c] = rotation.subarray(3 * axis, 3 * axis + 3);
    for (let i = 0; i < trace.count; i++) {
      const at = 3 * ((first + i) % RING);
      const cg = Math.round((a * ring[at] + b * ring[at + 1] + c * ring[at + 2]) / 10);
      trace.axesCg[axis][i] = Math.max(-ACCELERATION_MAX_CG, Math.min(ACCELERATION_MAX_CG, cg));
    }
  }
  return packTrace(trace);
}
