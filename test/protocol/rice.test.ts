import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packColumn, unpackColumn } from '../../protocol/rice.ts';

const ESCAPE_ONES = 16;

/** SPEC "Columns", said once more: the bits of a column with parameter k. */
function bitsWith(values: readonly number[], k: number): number {
  const signed = values.some((value) => value < 0);
  return values.reduce((sum, value) => {
    const natural = signed ? (value < 0 ? -2 * value - 1 : 2 * value) : value;
    const quotient = Math.floor(natural / 2 ** k);
    return sum + (quotient < ESCAPE_ONES ? quotient + 1 + k : ESCAPE_ONES + 32);
  }, 0);
}

const small = fc.integer({ min: -40, max: 40 });
const outlier = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const column = fc.array(fc.oneof({ weight: 20, arbitrary: small }, { weight: 1, arbitrary: outlier }), {
  maxLength: 300,
});

test('the parameter is the smallest of those that give the fewest bits', () => {
  fc.assert(
    fc.property(column, (values) => {
      const bytes = packColumn(Int32Array.from(values), values.length);
      const sizes = Array.from({ length: 21 }, (_, k) => bitsWith(values, k));
      assert.equal(bytes[0] & 0x7f, sizes.indexOf(Math.min(...sizes)));
      assert.equal(bytes.length, 1 + Math.ceil(Math.min(...sizes) / 8));
    }),
  );
});

test('columns of any length and any 32-bit values come back', () => {
  fc.assert(
    fc.property(column, (values) => {
      const read = unpackColumn(packColumn(Int32Array.from(values), values.length), values.length);
      assert.ok(read.ok);
      assert.deepEqual([...read.value], values);
    }),
  );
});
