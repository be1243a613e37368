import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BLOCK_HEAD_BYTES,
  type BlockTail,
  blockIdentity,
  decodeBlock,
  encodeBlock,
  type FrameHead,
} from '../../firmware/block.ts';
import { ROW_VALUES } from '../../firmware/row.ts';
import {
  ACCELERATION_COLUMNS,
  EVENT_KINDS,
  type EventKind,
  type Occurrence,
  type RawTrace,
  SAMPLES_MAX,
} from '../../protocol/messages.ts';
import { newSamples } from '../../protocol/samples.ts';

/** Objects as the firmware makes them. */
const PLAIN = { noNullPrototype: true };
const uint16 = fc.nat(0xffff);
const uint32 = fc.nat(0xffffffff);
const milliseconds = fc.nat(Number.MAX_SAFE_INTEGER);
const boot = fc.uint8Array({ minLength: 16, maxLength: 16 });
const head: fc.Arbitrary<FrameHead> = fc.record(
  {
    boot,
    seq: uint32,
    startMs: milliseconds,
    utcMs: fc.option(milliseconds, { nil: undefined }),
    vehicleAxes: fc.boolean(),
    trip: fc.record(
      {
        number: uint32,
        boot: fc.option(boot, { nil: undefined }),
        part: uint16,
        leadMs: fc.option(fc.nat(600_000), { nil: undefined }),
      },
      PLAIN,
    ),
  },
  PLAIN,
);
/** The flash does not look into the columns. */
const column = fc.uint8Array({ minLength: 1, maxLength: 240 });
const trace: fc.Arbitrary<RawTrace> = fc.record(
  {
    fromMs: fc.integer({ min: -60_000, max: 86_400_000 }),
    cadenceMs: fc.integer({ min: 1, max: 1000 }),
    count: fc.integer({ min: 1, max: 100 }),
    axes: fc.tuple(column, column, column),
  },
  PLAIN,
);
const tail: fc.Arbitrary<BlockTail> = fc.record(
  {
    summary: fc.record(
      {
        distanceM: uint32,
        durationS: uint32,
        topSpeedDmS: uint16,
        accelerations: uint32,
        brakings: uint32,
        cornerings: uint32,
      },
      PLAIN,
    ),
    occurrences: fc.array(
      fc
        .record(
          {
            kind: fc.constantFrom(...(Object.keys(EVENT_KINDS) as EventKind[])),
            atMs: milliseconds,
            durationMs: uint32,
            peak: uint16,
            speedDmS: uint16,
            trace: fc.option(trace, { nil: undefined }),
          },
          PLAIN,
        )
        .map(({ trace: raw, ...bare }): Occurrence => (raw === undefined ? bare : { ...bare, trace: raw })),
      { maxLength: 8 },
    ),
  },
  PLAIN,
);
const row = fc.tuple(
  fc.nat(1),
  fc.integer({ min: -90_000_000, max: 90_000_000 }),
  fc.integer({ min: -180_000_000, max: 180_000_000 }),
  fc.nat(2000),
  fc.nat(359),
  fc.integer({ min: -20_000, max: 20_000 }),
  ...Array.from({ length: ACCELERATION_COLUMNS }, () => fc.integer({ min: -3277, max: 3277 })),
);
const rows = fc.array(row, { maxLength: 5 });

function encoded(of: FrameHead, list: readonly (readonly number[])[], end: BlockTail): Uint8Array {
  const values = new Int32Array(5 * ROW_VALUES);
  for (const [i, one] of list.entries()) values.set(one, i * ROW_VALUES);
  return encodeBlock(of, values, list.length, end);
}

test('a block gives back its head, its tail and its rows', () => {
  fc.assert(
    fc.property(head, rows, tail, (of, list, end) => {
      const bytes = encoded(of, list, end);
      const samples = newSamples();
      assert.deepEqual(decodeBlock(bytes, samples), { head: of, tail: end });
      assert.deepEqual(blockIdentity(bytes), { boot: of.boot, seq: of.seq });
      const back = Array.from({ length: samples.count }, (_, i) => [
        samples.fix[i],
        samples.latE6[i],
        samples.lonE6[i],
        samples.speedDmS[i],
        samples.headingDeg[i],
        samples.altitudeM[i],
        ...Array.from(
          { length: ACCELERATION_COLUMNS },
          (_, column) => samples.accelerationCg[column * SAMPLES_MAX + i],
        ),
      ]);
      assert.deepEqual(back, list);
    }),
  );
});

test('a block whose raw traces are damaged is no block', () => {
  fc.assert(
    fc.property(head, trace, fc.nat(), (of, raw, pick) => {
      const what = { kind: 'harsh-braking', atMs: 1, durationMs: 2, peak: 3, speedDmS: 4, trace: raw } as const;
      const summary = { distanceM: 0, durationS: 0, topSpeedDmS: 0, accelerations: 0, brakings: 1, cornerings: 0 };
      const bytes = encoded(of, [], { summary, occurrences: [what] });
      // The length of the trace, and the first byte of it, which is that of a map.
      const at = BLOCK_HEAD_BYTES + 17 + 1 + (pick % 3);
      const other = bytes.slice();
      other[at] ^= 0x80;
      assert.equal(decodeBlock(other, newSamples()), null);
      const none = bytes.slice();
      none[87] = 0;
      assert.equal(decodeBlock(none, newSamples()), null);
    }),
  );
});

test('bytes of another length are no block, and more rows than a frame holds are refused', () => {
  fc.assert(
    fc.property(head, rows, tail, fc.boolean(), (of, list, end, longer) => {
      const bytes = encoded(of, list, end);
      const other = new Uint8Array(bytes.length + (longer ? 1 : -1));
      other.set(bytes.subarray(0, other.length));
      assert.equal(decodeBlock(other, newSamples()), null);
      const full = newSamples();
      full.count = SAMPLES_MAX;
      assert.equal(decodeBlock(bytes, full) === null, list.length > 0);
    }),
  );
  assert.equal(decodeBlock(new Uint8Array(3), newSamples()), null);
});
