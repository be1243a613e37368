/**
 * The one door to CBOR (RFC 8949): deterministic out (4.2.1), strict and bounded in.
 *
 * Ours is a small part of CBOR: integers within +-(2^53 - 1), byte and text strings, arrays, maps with
 * integer or text keys, false, true and null. No floats, no tags, no indefinite lengths. An item is accepted
 * only if encoding it again gives the same bytes, so that one value has one spelling.
 */

import { Encoder } from 'cbor-x';
import { decode as cborgDecode } from 'cborg';
import { sameBytes } from './bytes.ts';
import { type CborLimits, type CborScanReason, scanCbor } from './cbor-scan.ts';
import { accept, type Result, refuse } from './result.ts';

export type CborKey = number | string;
export type CborMap = Map<CborKey, CborValue>;
export type CborValue = number | string | boolean | null | Uint8Array | CborValue[] | CborMap;

export type CborReason = CborScanReason | 'malformed' | 'integer-range' | 'not-deterministic';

export const MESSAGE_LIMITS: CborLimits = { maxBytes: 4096, maxDepth: 8, maxItems: 2048 };

const encoder = new Encoder({
  useRecords: false,
  mapsAsObjects: false,
  variableMapSize: true,
  tagUint8Array: false,
});

/** Deterministic bytes. Throws on a value outside our part of CBOR: that is a mistake of ours. */
export function encodeCbor(value: CborValue): Uint8Array {
  // A copy, because the encoder hands out views of a shared pool.
  return Uint8Array.from(encoder.encode(ordered(value)) as Uint8Array);
}

export function decodeCbor(bytes: Uint8Array, limits: CborLimits = MESSAGE_LIMITS): Result<CborValue, CborReason> {
  const flaw = scanCbor(bytes, limits);
  if (flaw !== null) return refuse(flaw);
  let value: unknown;
  try {
    value = cborgDecode(bytes, { strict: true, useMaps: true, rejectDuplicateMapKeys: true, allowIndefinite: false });
  } catch {
    return refuse('malformed');
  }
  const foreign = foreignness(value);
  if (foreign !== null) return refuse(foreign);
  const ours = value as CborValue;
  return sameBytes(encodeCbor(ours), bytes) ? accept(ours) : refuse('not-deterministic');
}

/** The same value in the shape that the encoder spells deterministically. */
function ordered(value: CborValue): unknown {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`CBOR: ${value} is not a safe integer`);
    // The encoder spells larger numbers as floats unless they are BigInt.
    return value > 0xffffffff || value < -0x100000000 ? BigInt(value) : Object.is(value, -0) ? 0 : value;
  }
  if (Array.isArray(value)) return value.map(ordered);
  if (value instanceof Map) {
    const entries = [...value.entries()].sort((a, b) => compareKeys(a[0], b[0]));
    return new Map(entries.map(([key, item]) => [ordered(key), ordered(item)]));
  }
  return value;
}

/** RFC 8949 4.2.1: bytewise order of the encoded keys. */
function compareKeys(a: CborKey, b: CborKey): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') {
    if (a >= 0 !== b >= 0) return a >= 0 ? -1 : 1;
    return Math.abs(a) - Math.abs(b);
  }
  const x = encoder.encode(a) as Uint8Array;
  const left = Uint8Array.from(x);
  const right = encoder.encode(b) as Uint8Array;
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

/** Why a decoded item is outside our part of CBOR; its depth is bounded by the scan. */
function foreignness(value: unknown): 'integer-range' | 'unsupported' | null {
  if (typeof value === 'bigint') return 'integer-range';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? null : 'integer-range';
  if (Array.isArray(value)) return firstFlaw(value);
  if (!(value instanceof Map)) return null;
  const keys = [...value.keys()];
  if (keys.some((key) => typeof key === 'object' || typeof key === 'boolean')) return 'unsupported';
  return firstFlaw(keys) ?? firstFlaw([...value.values()]);
}

function firstFlaw(items: readonly unknown[]): 'integer-range' | 'unsupported' | null {
  for (const item of items) {
    const flaw = foreignness(item);
    if (flaw !== null) return flaw;
  }
  return null;
}
