import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { fromHex, sameBytes, toHex } from '../../protocol/bytes.ts';
import { type CborKey, type CborValue, decodeCbor, encodeCbor } from '../../protocol/cbor.ts';

function outcome(hex: string): string {
  const bytes = fromHex(hex);
  assert.ok(bytes, hex);
  const decoded = decodeCbor(bytes);
  return decoded.ok ? 'accepted' : decoded.reason;
}

const BOM = 0xfeff;
const key: fc.Arbitrary<CborKey> = fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: 300 }));
const value = fc.letrec<{ item: CborValue }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme', maxLength: 300 }).filter((text) => text.charCodeAt(0) !== BOM),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('item'), { maxLength: 30 }),
    fc
      .uniqueArray(fc.tuple(key, tie('item')), { selector: ([name]) => `${typeof name}${name}`, maxLength: 8 })
      .map((entries): CborValue => new Map(entries)),
  ),
})).item;

test('a value has one spelling: decoding gives it back, encoding gives the bytes back', () => {
  fc.assert(
    fc.property(value, (item) => {
      const bytes = encodeCbor(item);
      const decoded = decodeCbor(bytes, { maxBytes: 1 << 20, maxDepth: 8, maxItems: 1 << 20 });
      assert.ok(decoded.ok, decoded.ok ? '' : decoded.reason);
      assert.ok(sameBytes(encodeCbor(decoded.value), bytes));
    }),
    { numRuns: 2000 },
  );
});

test('text of every length has the shortest head', () => {
  for (const unit of ['a', 'ä', '€']) {
    for (let length = 0; length < 300; length++) {
      const bytes = encodeCbor(unit.repeat(length));
      const content = Buffer.byteLength(unit) * length;
      assert.equal(bytes.length, content + (content < 24 ? 1 : content < 256 ? 2 : 3));
      assert.equal(outcome(toHex(bytes)), 'accepted');
    }
  }
});

test('integers at the edges of every width', () => {
  const edges = [0, 23, 24, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, Number.MAX_SAFE_INTEGER];
  for (const edge of edges) {
    for (const number of [edge, -edge, -1 - edge].filter(Number.isSafeInteger)) {
      for (const item of [number, [number], new Map([[number, number]])]) {
        const decoded = decodeCbor(encodeCbor(item));
        assert.ok(decoded.ok, `${number}`);
        assert.deepEqual(decoded.value, Object.is(number, -0) ? decoded.value : item);
      }
    }
  }
  assert.equal(toHex(encodeCbor(-0)), '00');
  assert.throws(() => encodeCbor(2 ** 53), RangeError);
  assert.throws(() => encodeCbor(0.5), RangeError);
  assert.throws(() => encodeCbor(new Map([[Number.NaN, 1]])), RangeError);
});

test('map keys: bytewise order of their encodings, whatever the order they came in', () => {
  const keys: CborKey[] = [10, 100, -1, 'z', 'aa', 0, 23, 24, -25, 256, 2 ** 33, -(2 ** 40), '', 'ä'];
  fc.assert(
    fc.property(fc.shuffledSubarray(keys), (some) => {
      const bytes = encodeCbor(new Map(some.map((one) => [one, null])));
      const decoded = decodeCbor(bytes);
      assert.ok(decoded.ok && decoded.value instanceof Map);
      const spelled = [...decoded.value.keys()].map((one) => toHex(encodeCbor(one as CborKey)));
      assert.deepEqual(spelled, [...spelled].sort());
      assert.equal(spelled.length, some.length);
    }),
  );
});

test('what is not our part of CBOR is refused with a reason', () => {
  const cases: Record<string, string> = {
    '': 'truncated',
    '0000': 'trailing',
    '1800': 'malformed',
    '1b0000000000000001': 'malformed',
    '1b001fffffffffffff': 'accepted',
    '1b0020000000000000': 'integer-range',
    '1bffffffffffffffff': 'integer-range',
    '3b001ffffffffffffe': 'accepted',
    '3b001fffffffffffff': 'integer-range',
    '3bffffffffffffffff': 'integer-range',
    f90000: 'unsupported',
    fb3ff0000000000000: 'unsupported',
    f7: 'unsupported',
    f800: 'unsupported',
    f818: 'unsupported',
    c074: 'unsupported',
    c249010000000000000000: 'unsupported',
    d9dff98101: 'unsupported',
    '5f4100ff': 'unsupported',
    '7f6161ff': 'unsupported',
    '9fff': 'unsupported',
    bfff: 'unsupported',
    '1c': 'unsupported',
    ff: 'unsupported',
    '61ff': 'not-deterministic',
    '62c080': 'not-deterministic',
    '63eda080': 'not-deterministic',
    a201010101: 'malformed',
    a202010101: 'not-deterministic',
    a1410001: 'unsupported',
    a1f401: 'unsupported',
    a1f601: 'unsupported',
    a18001: 'unsupported',
    a1a001: 'unsupported',
    a11b002000000000000001: 'integer-range',
    '9b7fffffffffffffff': 'too-many-items',
    bb7fffffffffffffff: 'too-many-items',
    '5b7fffffffffffffff': 'truncated',
    '7affffffff': 'truncated',
    '818181818181818180': 'accepted',
    '81818181818181818180': 'too-deep',
    a101818181818181818100: 'too-deep',
  };
  for (const [hex, expected] of Object.entries(cases)) assert.equal(outcome(hex), expected, hex);
  assert.equal(outcome(`5a00100000${'00'.repeat(5000)}`), 'too-large');
  assert.equal(outcome(`81`.repeat(4000)), 'too-deep');
  assert.equal(outcome(`9907ff${'00'.repeat(2047)}`), 'accepted');
  assert.equal(outcome(`990800${'00'.repeat(2048)}`), 'too-many-items');
});
