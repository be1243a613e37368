/**
 * In which order playback shows what: the recording itself, cut where the car was parked, with the standing time
 * around each part that the device needs to see a trip begin and end (E47).
 */

import type { Course } from './course.ts';

export const PARKED_GAP_MS = 600_000;
const LEAD_IN_S = 10;
/** How far an accelerometer's samples may stick out of the positions; with the rest it stays within a parked gap. */
const ACCELERATION_MARGIN_MS = 60_000;
/** Without a fix, after a recording that ends in motion: nobody knows how the car came to rest. */
const SETTLING_S = 20;
/** Longer than the 300 s of standing that end a trip without a sign of the engine. */
const PARKED_S = 400;
/** A longer gap is not lived through: the calendar jumps. */
const GAP_S_MAX = 3600;
const STANDING_M_S_MAX = 1;

export type SpanKind = 'lead-in' | 'recorded' | 'settling' | 'parked' | 'dark';

export interface Span {
  readonly kind: SpanKind;
  /** On the recording's clock, whole seconds. */
  readonly startMs: number;
  readonly seconds: number;
  /** The point at which a standing car stands. */
  readonly point: number;
}

export interface Timeline {
  readonly spans: readonly Span[];
  readonly parkedGaps: number;
  /** How much of the parked gaps is not played. */
  readonly skippedS: number;
}

interface Block {
  readonly first: number;
  readonly last: number;
}

function blocksOf(tMs: Float64Array): Block[] {
  const blocks: Block[] = [];
  let first = 0;
  for (let i = 1; i <= tMs.length; i++) {
    if (i < tMs.length && (tMs[i] as number) - (tMs[i - 1] as number) <= PARKED_GAP_MS) continue;
    blocks.push({ first, last: i - 1 });
    first = i;
  }
  return blocks;
}

const floorToSecond = (ms: number) => Math.floor(ms / 1000) * 1000;
const ceilToSecond = (ms: number) => Math.ceil(ms / 1000) * 1000;

export interface AccelerationExtent {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A block's own spans; samples of an accelerometer before its first or after its last point belong to it. */
function blockSpans(course: Course, block: Block, extent: AccelerationExtent | null): Span[] {
  const { first, last } = block;
  const firstMs = course.tMs[first] as number;
  const lastMs = course.tMs[last] as number;
  const early = extent && extent.firstMs < firstMs && firstMs - extent.firstMs <= ACCELERATION_MARGIN_MS;
  const late = extent && extent.lastMs > lastMs && extent.lastMs - lastMs <= ACCELERATION_MARGIN_MS;
  const stands = !early && (course.speedMS[first] as number) < STANDING_M_S_MAX;
  // The fix of a second is the one at its end, so the second before a moving start shows the first point.
  const startMs = floorToSecond(early ? extent.firstMs : firstMs) - (early || stands ? 0 : 1000);
  const endMs = Math.max(startMs + 1000, ceilToSecond(late ? extent.lastMs : lastMs));
  const spans: Span[] = [{ kind: 'recorded', startMs, seconds: (endMs - startMs) / 1000, point: first }];
  if (stands) {
    spans.unshift({ kind: 'lead-in', startMs: startMs - LEAD_IN_S * 1000, seconds: LEAD_IN_S, point: first });
  }
  const settlingS = (course.speedMS[last] as number) < STANDING_M_S_MAX ? 0 : SETTLING_S;
  if (settlingS > 0) spans.push({ kind: 'settling', startMs: endMs, seconds: settlingS, point: last });
  spans.push({ kind: 'parked', startMs: endMs + settlingS * 1000, seconds: PARKED_S, point: last });
  return spans;
}

const endOf = (span: Span) => span.startMs + span.seconds * 1000;

export function timelineOf(course: Course, extent: AccelerationExtent | null): Timeline {
  const spans: Span[] = [];
  const blocks = blocksOf(course.tMs);
  let skippedS = 0;
  for (const block of blocks) {
    const own = blockSpans(course, block, extent);
    const before = spans.at(-1);
    const next = own[0];
    if (before && next) {
      // The parked span belongs to the gap; what is left of it is dark.
      const gapS = Math.max(0, (next.startMs - endOf(before)) / 1000);
      const seconds = Math.min(gapS, GAP_S_MAX - before.seconds);
      skippedS += gapS - seconds;
      spans.push({ kind: 'dark', startMs: next.startMs - seconds * 1000, seconds, point: block.first });
    }
    spans.push(...own);
  }
  return { spans, parkedGaps: blocks.length - 1, skippedS };
}
