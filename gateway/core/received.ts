/** Which frames of one boot have arrived, and the receipt that says so (decisions.md, Receipts). */

import { MISSING_MAX, type Receipt } from '../../protocol/messages.ts';
import { highest, include, NO_RANGES, type Ranges, sizeOf, union } from './ranges.ts';

export interface BootRow {
  readonly device: string;
  /** Hexadecimal. */
  readonly boot: string;
  /** Stored frames. */
  readonly received: Ranges;
  /** Numbers that gap frames stand for; some may have been received nevertheless. */
  readonly givenUp: Ranges;
  /** Numbers under which something else than the stored frame came: never vouched for again. */
  readonly refused: Ranges;
  /** As it was read; 0: there was none. */
  readonly version: number;
}

export function newBootRow(device: string, boot: string): BootRow {
  return { device, boot, received: NO_RANGES, givenUp: NO_RANGES, refused: NO_RANGES, version: 0 };
}

/**
 * Everything up to `through` that is neither missing nor refused is durable. `through` is the highest number
 * so far, or the highest one for which both lists still fit.
 */
export function receiptOf(row: BootRow, boot: Uint8Array): Receipt {
  const heard = union(union(row.received, row.givenUp), row.refused);
  const gaps = complement(heard);
  const missing = firstOf(gaps);
  const refused = firstOf(row.refused);
  const through = Math.min(highest(heard), missing.through, refused.through);
  return {
    boot,
    through,
    missing: missing.numbers.filter((seq) => seq <= through),
    refused: refused.numbers.filter((seq) => seq <= through),
  };
}

/** The same row when the number was there already; so for the next two. */
export function markReceived(row: BootRow, seq: number): BootRow {
  const received = include(row.received, seq, seq);
  return received === row.received ? row : { ...row, received };
}

export function markGivenUp(row: BootRow, from: number, count: number): BootRow {
  const givenUp = include(row.givenUp, from, from + count - 1);
  return givenUp === row.givenUp ? row : { ...row, givenUp };
}

export function markRefused(row: BootRow, seq: number): BootRow {
  const refused = include(row.refused, seq, seq);
  return refused === row.refused ? row : { ...row, refused };
}

/** How many frames were given up and never came. */
export function lostOf({ received, givenUp }: BootRow): number {
  return sizeOf(union(received, givenUp)) - sizeOf(received);
}

/** What lies between 0 and the highest member without being one. */
function complement(ranges: Ranges): Ranges {
  const gaps: number[] = [];
  let next = 0;
  for (let at = 0; at < ranges.length; at += 2) {
    if (ranges[at] > next) gaps.push(next, ranges[at] - 1);
    next = ranges[at + 1] + 1;
  }
  return gaps;
}

/** The first members, as many as a receipt holds, and how far they are all of them. */
function firstOf(ranges: Ranges): { numbers: number[]; through: number } {
  const numbers: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    for (let seq = ranges[at]; seq <= ranges[at + 1]; seq++) {
      if (numbers.length === MISSING_MAX) return { numbers, through: seq - 1 };
      numbers.push(seq);
    }
  }
  return { numbers, through: Number.POSITIVE_INFINITY };
}
