/**
 * A walk over the heads of a CBOR item, before any decoder allocates for it: bounded in size, depth, number
 * of items and therefore time. It uses no recursion, so that depth cannot exhaust the stack.
 */

export interface CborLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Items in the whole message: every string, number, array, map, key. */
  readonly maxItems: number;
}

export type CborScanReason = 'too-large' | 'too-deep' | 'too-many-items' | 'truncated' | 'trailing' | 'unsupported';

const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;

export function scanCbor(bytes: Uint8Array, limits: CborLimits): CborScanReason | null {
  if (bytes.length > limits.maxBytes) return 'too-large';
  const open = new Float64Array(limits.maxDepth + 1); // items still missing, per level
  let depth = 0;
  let items = 0;
  let at = 0;
  open[0] = 1;
  while (depth >= 0) {
    if (open[depth] === 0) {
      depth--;
      continue;
    }
    open[depth]--;
    if (++items > limits.maxItems) return 'too-many-items';
    if (at >= bytes.length) return 'truncated';
    const major = bytes[at] >> 5;
    const info = bytes[at] & 31;
    at++;
    if (major === TAG || info > 27) return 'unsupported';
    if (major === SIMPLE) {
      if (info < 20 || info > 22) return 'unsupported';
      continue;
    }
    let argument = info;
    if (info >= 24) {
      const width = 1 << (info - 24);
      if (at + width > bytes.length) return 'truncated';
      argument = 0;
      for (let i = 0; i < width; i++) argument = argument * 256 + bytes[at++];
    }
    if (major === BYTES || major === TEXT) {
      if (argument > bytes.length - at) return 'truncated';
      at += argument;
    } else if (major === ARRAY || major === MAP) {
      const children = major === MAP ? argument * 2 : argument;
      if (children > limits.maxItems) return 'too-many-items';
      if (children === 0) continue;
      if (depth === limits.maxDepth) return 'too-deep';
      open[++depth] = children;
    }
  }
  return at === bytes.length ? null : 'trailing';
}
