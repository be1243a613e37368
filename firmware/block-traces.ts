/**
 * Raw traces at the end of a block: number of the occurrence 1, length 2, the trace as on the wire. Most blocks have
 * none.
 */

import { concat } from '../protocol/bytes.ts';
import { decodeMessage, encodeMessage } from '../protocol/envelope.ts';
import { type Occurrence, RawTrace } from '../protocol/messages.ts';

const HEAD_BYTES = 3;

interface TraceSection {
  readonly count: number;
  readonly bytes: Uint8Array;
}

const NONE: TraceSection = { count: 0, bytes: new Uint8Array(0) };

export function traceSection(occurrences: readonly Occurrence[]): TraceSection {
  let section = NONE;
  for (const [i, { trace }] of occurrences.entries()) {
    if (trace === undefined) continue;
    const packed = encodeMessage(RawTrace, trace);
    const head = Uint8Array.of(i, packed.length & 0xff, packed.length >> 8);
    section = { count: section.count + 1, bytes: concat(section.bytes, head, packed) };
  }
  return section;
}

/** By number of the occurrence; null when the bytes are not `count` traces. */
export function readTraces(bytes: Uint8Array, count: number): ReadonlyMap<number, RawTrace> | null {
  const traces = new Map<number, RawTrace>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const from = at + HEAD_BYTES;
    if (from > bytes.length) return null;
    const end = from + (bytes[at + 1] | (bytes[at + 2] << 8));
    const trace = end > bytes.length ? null : decodeMessage(RawTrace, bytes.subarray(from, end));
    if (trace === null || !trace.ok) return null;
    traces.set(bytes[at], trace.value);
    at = end;
  }
  return at === bytes.length ? traces : null;
}
