import assert from 'node:assert/strict';
import test from 'node:test';
import { ACCESS_RULES } from '../../protocol/access-rules.ts';
import { sameBytes } from '../../protocol/bytes.ts';
import { type CborValue, encodeCbor, MESSAGE_LIMITS } from '../../protocol/cbor.ts';
import {
  asciiText,
  byteString,
  type Codec,
  type CodecReason,
  choice,
  field,
  flag,
  integer,
  list,
  optional,
  record,
} from '../../protocol/codec.ts';
import { decodeMessage, encodeMessage } from '../../protocol/envelope.ts';
import { MANIFEST_LIMITS, RULES } from '../../protocol/messages.ts';
import { seededDraw } from './draw.ts';
import { toReadable } from './readable.ts';

const RUNS = 300;
/** Deep as any message, large as a manifest. */
const LIMITS = { ...MANIFEST_LIMITS, maxDepth: MESSAGE_LIMITS.maxDepth };

for (const rule of [...RULES, ...ACCESS_RULES]) {
  const codec = rule as Codec<unknown>;
  test(`generated values of ${rule.rule} round trip and stay under maxBytes`, () => {
    const draw = seededDraw(11);
    for (let run = 0; run < RUNS; run++) {
      const value = codec.generate(draw);
      const bytes = encodeMessage(codec, value);
      assert.ok(bytes.length <= codec.maxBytes, `${bytes.length} > ${codec.maxBytes}`);
      const decoded = decodeMessage(codec, bytes, LIMITS);
      assert.ok(decoded.ok, decoded.ok ? '' : decoded.reason);
      assert.deepEqual(toReadable(decoded.value), toReadable(value));
      assert.ok(sameBytes(encodeMessage(codec, decoded.value), bytes));
    }
  });
}

test('the largest values are exactly maxBytes', () => {
  const small = record('small', { one: field(1, integer(-300, 70_000)), two: optional(24, flag) });
  const claims = record('claims', { one: field(-24, flag), two: field(-25, flag), three: field(-65_537, flag) });
  const cases: [Codec<never>, unknown][] = [
    [integer(0, 23) as Codec<never>, 23],
    [integer(-1, 2 ** 40) as Codec<never>, 2 ** 40],
    [integer(-257, 255) as Codec<never>, -257],
    [byteString(0, 300) as Codec<never>, new Uint8Array(300)],
    [asciiText(30) as Codec<never>, 'x'.repeat(30)],
    [list(integer(0, 500), 40) as Codec<never>, new Array(40).fill(500)],
    [choice({ a: 1, b: 300 }) as Codec<never>, 'b'],
    [small as unknown as Codec<never>, { one: 70_000, two: true }],
    [claims as unknown as Codec<never>, { one: true, two: true, three: true }],
  ];
  for (const [codec, value] of cases) assert.equal(encodeMessage(codec, value as never).length, codec.maxBytes);
});

test('what a declaration does not allow is refused with a reason', () => {
  const pair = record('pair', { one: field(1, integer(0, 9)), two: optional(2, asciiText(3)) });
  const cases: [Codec<unknown>, CborValue, CodecReason][] = [
    [integer(0, 9) as Codec<unknown>, 10, 'out-of-range'],
    [integer(0, 9) as Codec<unknown>, -1, 'out-of-range'],
    [integer(0, 9) as Codec<unknown>, '1', 'wrong-type'],
    [flag as Codec<unknown>, 1, 'wrong-type'],
    [byteString(1, 2) as Codec<unknown>, new Uint8Array(0), 'out-of-range'],
    [byteString(1, 2) as Codec<unknown>, new Uint8Array(3), 'out-of-range'],
    [byteString(1, 2) as Codec<unknown>, 'ab', 'wrong-type'],
    [asciiText(3) as Codec<unknown>, 'abcd', 'out-of-range'],
    [asciiText(3) as Codec<unknown>, 'a\n', 'out-of-range'],
    [asciiText(3) as Codec<unknown>, 'ä', 'out-of-range'],
    [asciiText(3) as Codec<unknown>, 1, 'wrong-type'],
    [choice({ a: 1 }) as Codec<unknown>, 2, 'out-of-range'],
    [choice({ a: 1 }) as Codec<unknown>, 'a', 'wrong-type'],
    [list(flag, 1) as Codec<unknown>, [true, true], 'out-of-range'],
    [list(flag, 1) as Codec<unknown>, [1], 'wrong-type'],
    [list(flag, 1) as Codec<unknown>, new Map(), 'wrong-type'],
    [pair as Codec<unknown>, [], 'wrong-type'],
    [pair as Codec<unknown>, new Map(), 'missing-key'],
    [pair as Codec<unknown>, new Map([[2, 'a']]), 'missing-key'],
    [
      pair as Codec<unknown>,
      new Map([
        [1, 1],
        [3, 1],
      ]),
      'unknown-key',
    ],
    [
      pair as Codec<unknown>,
      new Map<number | string, number>([
        [1, 1],
        ['one', 1],
      ]),
      'unknown-key',
    ],
    [pair as Codec<unknown>, new Map([[1, null]]), 'wrong-type'],
  ];
  for (const [codec, item, reason] of cases) {
    assert.deepEqual(decodeMessage(codec, encodeCbor(item)), { ok: false, reason }, JSON.stringify(item));
  }
});

test('encoding what a declaration does not allow is a mistake of ours and throws', () => {
  assert.throws(() => integer(0, 9).toCbor(10), RangeError);
  assert.throws(() => integer(0, 9).toCbor(Number.NaN), RangeError);
  assert.throws(() => integer(0, 9).toCbor(0.5), RangeError);
  assert.throws(() => byteString(1, 1).toCbor(new Uint8Array(2)), RangeError);
  assert.throws(() => asciiText(3).toCbor('ä'), RangeError);
  assert.throws(() => list(flag, 1).toCbor([true, true]), RangeError);
  assert.throws(() => record('r', { one: field(1, flag) }).toCbor({} as never), TypeError);
});
