import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoUtc } from '../../gateway/core/iso-utc.ts';

test('instants are written as the language itself writes them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (utcMs) => {
      assert.equal(isoUtc(utcMs), new Date(utcMs).toISOString());
    }),
    { numRuns: 2000 },
  );
});
