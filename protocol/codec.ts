/**
 * Declarations. One value is encoder, decoder, type, maximum size, CDDL text and generator for tests:
 *
 *     const Receipt = record('receipt', { boot: field(1, byteString(16, 16)), ... });
 *     type Receipt = Infer<typeof Receipt>;
 */

import type { CborMap, CborValue } from './cbor.ts';
import { accept, type Result, refuse } from './result.ts';

export type CodecReason = 'wrong-type' | 'out-of-range' | 'missing-key' | 'unknown-key';

/** Draws an integer in 0..bound-1; the source of randomness for generators. */
export type Draw = (bound: number) => number;

export interface Codec<T> {
  toCbor(value: T): CborValue;
  fromCbor(item: CborValue): Result<T, CodecReason>;
  /** Encoded bytes at most. */
  readonly maxBytes: number;
  /** The type in CDDL (RFC 8610). */
  readonly cddl: string;
  generate(draw: Draw): T;
}

export type Infer<C> = C extends Codec<infer T> ? T : never;

/** Bytes of a CBOR head that carries `argument`. */
function headBytes(argument: number): number {
  if (argument < 24) return 1;
  if (argument < 0x100) return 2;
  if (argument < 0x10000) return 3;
  return argument < 0x100000000 ? 5 : 9;
}

/** A key below zero, as CWT has them for private use, carries -1 - key. */
function keyBytes(key: number): number {
  return headBytes(key < 0 ? -1 - key : key);
}

/** An integer in min..max, both included. */
export function integer(min: number, max: number): Codec<number> {
  return {
    toCbor(value) {
      if (!(value >= min && value <= max && Number.isInteger(value))) {
        throw new RangeError(`${value} is not an integer in ${min}..${max}`);
      }
      return value;
    },
    fromCbor(item) {
      if (typeof item !== 'number') return refuse('wrong-type');
      return item >= min && item <= max ? accept(item) : refuse('out-of-range');
    },
    maxBytes: Math.max(headBytes(Math.max(0, max)), headBytes(Math.max(0, -1 - min))),
    cddl: `${min}..${max}`,
    generate(draw) {
      // The ends are where mistakes live.
      const kind = draw(4);
      if (kind === 0) return min;
      if (kind === 1) return max;
      return min + draw(Math.min(max - min + 1, 0x7fffffff));
    },
  };
}

export const flag: Codec<boolean> = {
  toCbor: (value) => value,
  fromCbor: (item) => (typeof item === 'boolean' ? accept(item) : refuse('wrong-type')),
  maxBytes: 1,
  cddl: 'bool',
  generate: (draw) => draw(2) === 1,
};

export function byteString(minLength: number, maxLength: number): Codec<Uint8Array> {
  return {
    toCbor(value) {
      if (value.length < minLength || value.length > maxLength) {
        throw new RangeError(`${value.length} bytes where ${minLength}..${maxLength} fit`);
      }
      return value;
    },
    fromCbor(item) {
      if (!(item instanceof Uint8Array)) return refuse('wrong-type');
      return item.length >= minLength && item.length <= maxLength ? accept(item) : refuse('out-of-range');
    },
    maxBytes: headBytes(maxLength) + maxLength,
    cddl: minLength === maxLength ? `bstr .size ${minLength}` : `bstr .size (${minLength}..${maxLength})`,
    generate: (draw) => Uint8Array.from({ length: minLength + draw(maxLength - minLength + 1) }, () => draw(256)),
  };
}

/** Printable ASCII, so that a length in characters is a length in bytes and no log line can be forged. */
export function asciiText(maxLength: number): Codec<string> {
  const pattern = /^[\x20-\x7e]*$/;
  return {
    toCbor(value) {
      if (value.length > maxLength || !pattern.test(value)) throw new RangeError(`not ASCII of ${maxLength}: ${value}`);
      return value;
    },
    fromCbor(item) {
      if (typeof item !== 'string') return refuse('wrong-type');
      return item.length <= maxLength && pattern.test(item) ? accept(item) : refuse('out-of-range');
    },
    maxBytes: headBytes(maxLength) + maxLength,
    cddl: `tstr .regexp "[ -~]{0,${maxLength}}"`,
    generate: (draw) => String.fromCharCode(...Array.from({ length: draw(maxLength + 1) }, () => 0x20 + draw(95))),
  };
}

/** A closed list of names, an integer each on the wire. */
export function choice<const N extends Record<string, number>>(codes: N): Codec<keyof N & string> {
  const names = Object.keys(codes) as (keyof N & string)[];
  const byCode = new Map(names.map((name) => [codes[name] as number, name]));
  return {
    toCbor: (value) => codes[value],
    fromCbor(item) {
      if (typeof item !== 'number') return refuse('wrong-type');
      const name = byCode.get(item);
      return name === undefined ? refuse('out-of-range') : accept(name);
    },
    maxBytes: headBytes(Math.max(...byCode.keys())),
    cddl: `&( ${names.map((name) => `${name}: ${codes[name]}`).join(', ')} )`,
    generate: (draw) => names[draw(names.length)],
  };
}

export function list<T>(of: Codec<T>, maxLength: number): Codec<readonly T[]> {
  return {
    toCbor(value) {
      if (value.length > maxLength) throw new RangeError(`${value.length} items where ${maxLength} fit`);
      return value.map((item) => of.toCbor(item));
    },
    fromCbor(item) {
      if (!Array.isArray(item)) return refuse('wrong-type');
      if (item.length > maxLength) return refuse('out-of-range');
      const values: T[] = [];
      for (const entry of item) {
        const value = of.fromCbor(entry);
        if (!value.ok) return value;
        values.push(value.value);
      }
      return accept(values);
    },
    maxBytes: headBytes(maxLength) + maxLength * of.maxBytes,
    cddl: `[ 0*${maxLength} ${of.cddl} ]`,
    generate: (draw) => Array.from({ length: draw(Math.min(maxLength, 5) + 1) }, () => of.generate(draw)),
  };
}

export interface Field<T, Optional extends boolean> {
  readonly key: number;
  readonly codec: Codec<T>;
  readonly optional: Optional;
  /** Unit and meaning for the CDDL file, where the name does not say it. */
  readonly note: string;
}

export function field<T>(key: number, codec: Codec<T>, note = ''): Field<T, false> {
  return { key, codec, optional: false, note };
}

export function optional<T>(key: number, codec: Codec<T>, note = ''): Field<T, true> {
  return { key, codec, optional: true, note };
}

type Fields = Record<string, Field<unknown, boolean>>;
type FieldType<F> = F extends Field<infer T, boolean> ? T : never;
export type RecordOf<F> = {
  readonly [K in keyof F as F[K] extends Field<unknown, true> ? never : K]: FieldType<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends Field<unknown, true> ? K : never]?: FieldType<F[K]>;
};

export interface RecordCodec<T> extends Codec<T> {
  /** The rule's name in the CDDL file. */
  readonly rule: string;
  readonly fields: Fields;
}

/** A map with integer keys. Keys that are not declared are refused. */
// biome and tsc agree on `unknown` fields here because a field's codec is only ever used with its own values.
export function record<F>(
  rule: string,
  declared: F & { [K in keyof F]: Field<never, boolean> | Field<unknown, boolean> },
): RecordCodec<RecordOf<F>> {
  const fields = declared as unknown as Fields;
  const names = Object.keys(fields);
  const byKey = new Map(names.map((name) => [fields[name].key, name]));
  return {
    rule,
    fields,
    cddl: rule,
    toCbor(value) {
      const map: CborMap = new Map();
      for (const name of names) {
        const item = (value as Record<string, unknown>)[name];
        if (item !== undefined) map.set(fields[name].key, fields[name].codec.toCbor(item));
        else if (!fields[name].optional) throw new TypeError(`${rule}: ${name} is missing`);
      }
      return map;
    },
    fromCbor(item) {
      if (!(item instanceof Map)) return refuse('wrong-type');
      const value: Record<string, unknown> = {};
      for (const [key, entry] of item) {
        const name = typeof key === 'number' ? byKey.get(key) : undefined;
        if (name === undefined) return refuse('unknown-key');
        const decoded = fields[name].codec.fromCbor(entry);
        if (!decoded.ok) return decoded;
        value[name] = decoded.value;
      }
      for (const name of names) {
        if (!fields[name].optional && value[name] === undefined) return refuse('missing-key');
      }
      return accept(value as RecordOf<F>);
    },
    maxBytes: names.reduce(
      (sum, name) => sum + keyBytes(fields[name].key) + fields[name].codec.maxBytes,
      headBytes(names.length),
    ),
    generate(draw) {
      const value: Record<string, unknown> = {};
      for (const name of names) {
        if (!fields[name].optional || draw(2) === 1) value[name] = fields[name].codec.generate(draw);
      }
      return value as RecordOf<F>;
    },
  };
}
