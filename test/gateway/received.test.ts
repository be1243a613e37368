import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { include, includes, NO_RANGES, type Ranges, sizeOf } from '../../gateway/core/ranges.ts';
import {
  type BootRow,
  markGivenUp,
  markReceived,
  markRefused,
  newBootRow,
  receiptOf,
} from '../../gateway/core/received.ts';
import { MISSING_MAX } from '../../protocol/messages.ts';

const boot = new Uint8Array(16);
const span = fc.tuple(fc.nat(300), fc.nat(20));

test('ranges are a set of integers, whatever the order of inclusion', () => {
  fc.assert(
    fc.property(fc.array(span), (spans) => {
      const members = new Set<number>();
      let ranges: Ranges = NO_RANGES;
      for (const [from, more] of spans) {
        for (let n = from; n <= from + more; n++) members.add(n);
        ranges = include(ranges, from, from + more);
      }
      for (let n = 0; n <= 330; n++) assert.equal(includes(ranges, n), members.has(n));
      assert.equal(sizeOf(ranges), members.size);
      for (let at = 2; at < ranges.length; at += 2) assert.ok(ranges[at] > ranges[at - 1] + 1, 'ranges do not touch');
    }),
  );
});

test('Receipts: all up to through that is neither missing nor refused is durable, and through is as high as 64 allow', () => {
  const numbers = fc.oneof(
    fc.array(fc.nat(400), { minLength: 1, maxLength: 300 }),
    fc.constant(Array.from({ length: 401 }, (_, seq) => seq)),
  );
  const forked = fc.oneof(
    fc.array(fc.nat(400), { maxLength: 9 }),
    fc.uniqueArray(fc.nat(400), { minLength: 60, maxLength: 90 }),
  );
  fc.assert(
    fc.property(numbers, fc.array(span, { maxLength: 4 }), forked, (seqs, gaps, forks) => {
      let row: BootRow = newBootRow('d', '00');
      const durable = new Set(seqs);
      for (const seq of seqs) row = markReceived(row, seq);
      for (const [from, more] of gaps) {
        row = markGivenUp(row, from, more + 1);
        for (let n = from; n <= from + more; n++) durable.add(n);
      }
      for (const seq of forks) row = markRefused(row, seq);
      const refused = new Set(forks);
      const { through, missing, refused: listed } = receiptOf(row, boot);
      for (let n = 0; n <= through; n++) {
        assert.equal(missing.includes(n), !durable.has(n) && !refused.has(n));
        assert.equal(listed.includes(n), refused.has(n));
      }
      assert.ok(missing.length <= MISSING_MAX && listed.length <= MISSING_MAX);
      const top = Math.max(...durable, ...refused);
      assert.ok(through === top || missing.length === MISSING_MAX || listed.length === MISSING_MAX);
      if (through < top) {
        const next = through + 1;
        assert.ok(refused.has(next) || !durable.has(next), 'the next number would not have fitted');
      }
    }),
  );
});
