import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { encodeMessage } from '../../protocol/envelope.ts';
import { PackedSamples, SAMPLES_MAX } from '../../protocol/messages.ts';
import { packColumn, unpackColumn } from '../../protocol/rice.ts';
import { ACCELERATION_MAX_CG, newSamples, packSamples, type Samples, unpackSamples } from '../../protocol/samples.ts';
import { seededDraw } from './draw.ts';
import { Drive } from './drive.ts';
import { samplesToReadable } from './readable.ts';

function nine(column: Uint8Array): Uint8Array[] {
  return Array.from({ length: 9 }, () => column);
}

const POSITION = [
  ['latE6', -90_000_000, 90_000_000],
  ['lonE6', -180_000_000, 180_000_000],
  ['speedDmS', 0, 2000],
  ['headingDeg', 0, 359],
  ['altitudeM', -20_000, 20_000],
] as const;

interface Shape {
  readonly count: number;
  readonly seed: number;
  /** 0: no fix at all, 1: gaps, 2: all. */
  readonly fixes: number;
  /** Steps at most this share of the range; 1 jumps anywhere. */
  readonly spread: number;
  readonly vehicleAxes: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  count: fc.integer({ min: 1, max: SAMPLES_MAX }),
  seed: fc.nat(),
  fixes: fc.nat(2),
  spread: fc.constantFrom(0, 1e-6, 1e-4, 0.01, 1),
  vehicleAxes: fc.boolean(),
});

/** Anything that a receiver and an accelerometer can say, ends of the ranges included. */
function arbitrarySamples({ count, seed, fixes, spread, vehicleAxes }: Shape): Samples {
  const draw = seededDraw(seed);
  const within = (low: number, high: number, last: number): number => {
    if (spread === 1 && draw(4) === 0) return draw(2) === 0 ? low : high;
    const reach = Math.ceil((high - low) * spread);
    return Math.max(low, Math.min(high, last - reach + draw(2 * reach + 1)));
  };
  const samples = newSamples();
  samples.count = count;
  samples.vehicleAxes = vehicleAxes;
  const last: number[] = POSITION.map(([, low, high]) => low + draw(high - low + 1));
  for (let i = 0; i < count; i++) {
    samples.fix[i] = fixes === 2 || (fixes === 1 && draw(3) > 0) ? 1 : 0;
    for (const [n, [name, low, high]] of POSITION.entries()) {
      last[n] = within(low, high, last[n]);
      if (samples.fix[i] === 1) samples[name][i] = last[n];
    }
    for (let column = 0; column < 9; column++) {
      samples.accelerationCg[column * SAMPLES_MAX + i] = within(-ACCELERATION_MAX_CG, ACCELERATION_MAX_CG, 0);
    }
  }
  return samples;
}

function unpacked(packed: PackedSamples): Samples {
  const result = unpackSamples(packed);
  assert.ok(result.ok, result.ok ? '' : result.reason);
  return result.value;
}

test('packing is exact for arbitrary samples, and fits the schema', () => {
  fc.assert(
    fc.property(shape, (one) => {
      const samples = arbitrarySamples(one);
      const packed = packSamples(samples, 0, one.count);
      assert.deepEqual(samplesToReadable(unpacked(packed)), samplesToReadable(samples));
      assert.ok(encodeMessage(PackedSamples, packed).length <= PackedSamples.maxBytes);
    }),
    { numRuns: 3000 },
  );
});

test('packing from the middle gives the samples of the middle', () => {
  fc.assert(
    fc.property(shape, fc.nat(), fc.nat(), (one, a, b) => {
      const samples = arbitrarySamples(one);
      const from = a % one.count;
      const count = 1 + (b % (one.count - from));
      const part = samplesToReadable(unpacked(packSamples(samples, from, count)));
      const whole = samplesToReadable(samples);
      assert.deepEqual(part.latE6, whole.latE6.slice(from, from + count));
      assert.deepEqual(part.fix, whole.fix.slice(from, from + count));
      assert.deepEqual(
        part.accelerationCg,
        whole.accelerationCg.map((column) => column.slice(from, from + count)),
      );
    }),
  );
});

test('the worst positions still fit their columns', () => {
  const samples = newSamples();
  samples.count = SAMPLES_MAX;
  samples.fix.fill(1);
  for (let i = 0; i < SAMPLES_MAX; i++) {
    for (const [name, low, high] of POSITION) samples[name][i] = i % 2 === 0 ? low : high;
    for (let column = 0; column < 9; column++) {
      const sign = (i + (column % 3)) % 2 === 0 ? 1 : -1;
      samples.accelerationCg[column * SAMPLES_MAX + i] = sign * ACCELERATION_MAX_CG;
    }
  }
  const packed = packSamples(samples, 0, SAMPLES_MAX);
  assert.ok(encodeMessage(PackedSamples, packed).length <= PackedSamples.maxBytes);
  assert.deepEqual(samplesToReadable(unpacked(packed)), samplesToReadable(samples));
});

const int32 = fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0x80000000, 0x7fffffff));
const columns = fc.array(int32, { maxLength: 200 }).map((values) => Int32Array.from(values));

test('a column of any 32-bit integers is exact, and no spelling is shorter', () => {
  fc.assert(
    fc.property(columns, (values) => {
      const bytes = packColumn(values, values.length);
      const back = unpackColumn(bytes, values.length);
      assert.ok(back.ok);
      assert.deepEqual(back.value, values);
      for (let k = 0; k <= 20; k++) assert.ok(bytes.length <= 1 + Math.ceil(bitsWith(values, k) / 8));
    }),
    { numRuns: 2000 },
  );
});

/** Written from SPEC, not from the packer. */
function bitsWith(values: Int32Array, k: number): number {
  let bits = 0;
  for (const value of values) {
    const folded = value < 0 ? -1n - 2n * BigInt(value) : 2n * BigInt(value);
    const quotient = folded >> BigInt(k);
    bits += quotient < 16n ? Number(quotient) + 1 + k : 48;
  }
  return bits;
}

test('a column is refused with a reason when it is not one', () => {
  const column = packColumn(Int32Array.of(1, -2, 300, -70_000), 4);
  const reason = (bytes: Uint8Array, count = 4): string => {
    const result = unpackColumn(bytes, count);
    return result.ok ? 'accepted' : result.reason;
  };
  assert.equal(reason(column), 'accepted');
  assert.equal(reason(new Uint8Array(0)), 'column-parameter');
  assert.equal(reason(Uint8Array.of(21, 0)), 'column-parameter');
  assert.equal(reason(column, 5), 'column-truncated');
  assert.equal(reason(Uint8Array.of(...column, 0)), 'column-trailing');
  assert.equal(reason(Uint8Array.of(0, 0b0000_0001), 4), 'column-padding');
  for (let length = 1; length < column.length; length++)
    assert.equal(reason(column.subarray(0, length)), 'column-truncated');
});

test('samples that do not fit together are refused', () => {
  const samples = new Drive(5).samples(12, (at) => at !== 4);
  const good = packSamples(samples, 0, 12);
  const none = packSamples(
    new Drive(5).samples(12, () => false),
    0,
    12,
  );
  const cases: [string, PackedSamples][] = [
    ['samples-incomplete', { ...good, origin: undefined }],
    ['samples-incomplete', { ...good, origin: good.origin?.slice(0, 4) }],
    ['samples-incomplete', { ...good, heading: undefined }],
    ['samples-incomplete', { ...good, fix: new Uint8Array(1) }],
    ['samples-incomplete', { ...good, fix: new Uint8Array(3) }],
    ['samples-incomplete', { ...good, fix: Uint8Array.of(0xf7, 0xff) }],
    ['samples-incomplete', { ...good, fix: Uint8Array.of(0xff, 0xf0) }],
    ['samples-incomplete', { ...none, origin: [0, 0, 0, 0, 0] }],
    ['samples-incomplete', { ...none, speed: Uint8Array.of(0) }],
    ['column-truncated', { ...good, fix: undefined }],
    ['samples-range', { ...good, origin: [90_000_001, 0, 0, 0, 0] }],
    ['samples-range', { ...good, origin: [0, 0, 2001, 0, 0] }],
    ['samples-range', { ...good, origin: [0, 0, 0, 360, 0] }],
    ['samples-range', { ...good, origin: [0, 0, 0, 0, 20_001] }],
    [
      'samples-range',
      {
        ...good,
        heading: packColumn(
          Int32Array.from({ length: 10 }, () => 180),
          10,
        ),
      },
    ],
    [
      'samples-range',
      { ...good, acceleration: nine(packColumn(new Int32Array(12).fill(ACCELERATION_MAX_CG + 1), 12)) },
    ],
    ['samples-incomplete', { ...good, acceleration: nine(packColumn(new Int32Array(12), 12)).slice(1) }],
    [
      'samples-range',
      {
        ...good,
        heading: packColumn(
          Int32Array.from({ length: 10 }, () => -181),
          10,
        ),
      },
    ],
  ];
  assert.ok(unpackSamples(good).ok && unpackSamples(none).ok);
  for (const [n, [expected, packed]] of cases.entries()) {
    const result = unpackSamples(packed);
    assert.equal(result.ok ? 'accepted' : result.reason, expected, `case ${n}`);
  }
});

test('a column of zeros, whose codes are one bit each, is refused when it ends early', () => {
  const zeros = packColumn(new Int32Array(20), 20);
  assert.equal(zeros.length, 4);
  for (let length = 1; length < zeros.length; length++) {
    assert.deepEqual(unpackColumn(zeros.subarray(0, length), 20), { ok: false, reason: 'column-truncated' });
  }
});
