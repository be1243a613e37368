/** Raw accelerations around a harsh event: what the firmware cuts out and a reader gets back, exactly. */

import { type RawTrace, TRACE_AXES, TRACE_SAMPLES_MAX } from './messages.ts';
import { accept, type Result, refuse } from './result.ts';
import { packColumn, unpackColumn } from './rice.ts';
import { ACCELERATION_MAX_CG, type SamplesReason } from './samples.ts';

export interface Trace {
  /** From the occurrence's begin to the first sample. */
  fromMs: number;
  cadenceMs: number;
  count: number;
  /** Forward, left, up, 0.01 g, specific force: 1 g up at rest. */
  readonly axesCg: readonly Int32Array[];
}

export function newTrace(): Trace {
  const axesCg = Array.from({ length: TRACE_AXES }, () => new Int32Array(TRACE_SAMPLES_MAX));
  return { fromMs: 0, cadenceMs: 20, count: 0, axesCg };
}

// Residuals are made one column at a time in here, so that packing allocates only what it returns.
const residual = new Int32Array(TRACE_SAMPLES_MAX);

export function packTrace({ fromMs, cadenceMs, count, axesCg }: Trace): RawTrace {
  const axes = axesCg.map((cg) => {
    for (let i = 0; i < count; i++) residual[i] = cg[i] - expected(cg, i);
    return packColumn(residual, count);
  });
  return { fromMs, cadenceMs, count, axes };
}

/** Map and array heads, keys, numbers and the heads of three byte strings, in an occurrence, at most. */
const OVERHEAD_BYTES = 24;

/** What a trace adds to its occurrence on the wire, at most. */
export function traceBytesMax({ axes }: RawTrace): number {
  return axes.reduce((sum, { length }) => sum + length, OVERHEAD_BYTES);
}

export function unpackTrace(packed: RawTrace): Result<Trace, SamplesReason> {
  const { fromMs, cadenceMs, count, axes } = packed;
  if (axes.length !== TRACE_AXES) return refuse('samples-incomplete');
  const trace: Trace = { ...newTrace(), fromMs, cadenceMs, count };
  for (const [axis, bytes] of axes.entries()) {
    const column = unpackColumn(bytes, count);
    if (!column.ok) return column;
    const cg = trace.axesCg[axis];
    for (let i = 0; i < count; i++) {
      cg[i] = column.value[i] + expected(cg, i);
      if (cg[i] < -ACCELERATION_MAX_CG || cg[i] > ACCELERATION_MAX_CG) return refuse('samples-range');
    }
  }
  return accept(trace);
}

function expected(cg: Int32Array, i: number): number {
  return i === 0 ? 0 : cg[i - 1];
}
