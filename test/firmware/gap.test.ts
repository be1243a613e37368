import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { covers, joinRanges } from '../../firmware/gap.ts';
import { DROPPED_MAX, type DroppedRange } from '../../protocol/messages.ts';

const ranges = fc.array(
  fc.record({
    boot: fc.integer({ min: 1, max: 4 }).map((byte) => new Uint8Array(16).fill(byte)),
    from: fc.nat(30),
    count: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 40 },
);

function frames(list: readonly DroppedRange[]): string[] {
  const all = list.flatMap(({ boot, from, count }) =>
    Array.from({ length: count }, (_, i) => `${boot[0]}/${String(from + i).padStart(3, '0')}`),
  );
  return [...new Set(all)].sort();
}

test('joined ranges stand for the same frames, each once, and none touches another', () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const joined = joinRanges(list, 1000);
      assert.deepEqual(frames(joined), frames(list));
      assert.equal(
        joined.reduce((sum, { count }) => sum + count, 0),
        frames(list).length,
      );
      const apart = joined.every((a) =>
        joined.every(
          (b) => a === b || a.boot[0] !== b.boot[0] || a.from + a.count < b.from || b.from + b.count < a.from,
        ),
      );
      assert.ok(apart);
    }),
  );
});

test('past the limit the oldest ranges are given up', () => {
  const many = Array.from({ length: DROPPED_MAX + 5 }, (_, i) => ({
    boot: new Uint8Array(16).fill(i),
    from: i,
    count: 1,
  }));
  assert.deepEqual(joinRanges(many), many.slice(5));
  assert.deepEqual(joinRanges(many, 2), many.slice(-2));
  assert.deepEqual(joinRanges(many, 0), []);
  assert.deepEqual(joinRanges(many, -3), []);
});

test('a frame is covered when it lies in a range of its own boot', () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 4 }), fc.nat(40), (list, byte, seq) => {
      const name = `${byte}/${String(seq).padStart(3, '0')}`;
      assert.equal(covers(list, { boot: new Uint8Array(16).fill(byte), seq }), frames(list).includes(name));
    }),
  );
});
