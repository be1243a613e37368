import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { encodeMessage } from '../../protocol/envelope.ts';
import { Occurrence, RawTrace, TRACE_SAMPLES_MAX } from '../../protocol/messages.ts';
import { newTrace, packTrace, type Trace, traceBytesMax, unpackTrace } from '../../protocol/raw-trace.ts';
import { packColumn } from '../../protocol/rice.ts';
import { ACCELERATION_MAX_CG } from '../../protocol/samples.ts';
import { traceToReadable } from './readable.ts';

const cg = fc.integer({ min: -ACCELERATION_MAX_CG, max: ACCELERATION_MAX_CG });
const arbitraryTrace: fc.Arbitrary<Trace> = fc
  .record({
    fromMs: fc.integer({ min: -60_000, max: 86_400_000 }),
    cadenceMs: fc.integer({ min: 1, max: 1000 }),
    samples: fc.array(fc.tuple(cg, cg, cg), { minLength: 1, maxLength: TRACE_SAMPLES_MAX }),
  })
  .map(({ fromMs, cadenceMs, samples }) => {
    const trace = { ...newTrace(), fromMs, cadenceMs, count: samples.length };
    for (const [axis, column] of trace.axesCg.entries()) column.set(samples.map((sample) => sample[axis]));
    return trace;
  });

const braking = { kind: 'harsh-braking', atMs: 95_200, durationMs: 840, peak: 41, speedDmS: 131 } as const;

test('a raw trace comes back exactly, and costs its occurrence no more than is said', () => {
  fc.assert(
    fc.property(arbitraryTrace, (trace) => {
      const packed = packTrace(trace);
      const unpacked = unpackTrace(packed);
      assert.ok(unpacked.ok);
      assert.deepEqual(traceToReadable(unpacked.value), traceToReadable(trace));
      assert.ok(encodeMessage(RawTrace, packed).length <= RawTrace.maxBytes);
      const added =
        encodeMessage(Occurrence, { ...braking, trace: packed }).length - encodeMessage(Occurrence, braking).length;
      assert.ok(added <= traceBytesMax(packed), `${added} > ${traceBytesMax(packed)}`);
    }),
  );
});

test('jumps from end to end of the range on every axis still fit the columns', () => {
  const trace = { ...newTrace(), count: TRACE_SAMPLES_MAX };
  for (const column of trace.axesCg) {
    for (let i = 0; i < column.length; i++) column[i] = i % 2 === 0 ? ACCELERATION_MAX_CG : -ACCELERATION_MAX_CG;
  }
  assert.doesNotThrow(() => encodeMessage(RawTrace, packTrace(trace)));
});

test('what no accelerometer says, another number of axes and columns of another length are refused', () => {
  const trace = packTrace({ ...newTrace(), count: 3 });
  const wild = packColumn(Int32Array.of(0, ACCELERATION_MAX_CG, 1), 3);
  const deep = packColumn(Int32Array.of(-ACCELERATION_MAX_CG - 1, 0, 0), 3);
  const [x, y, z] = trace.axes;
  assert.deepEqual(unpackTrace({ ...trace, axes: [x, wild, z] }), { ok: false, reason: 'samples-range' });
  assert.deepEqual(unpackTrace({ ...trace, axes: [x, y, deep] }), { ok: false, reason: 'samples-range' });
  assert.deepEqual(unpackTrace({ ...trace, axes: [x, y] }), { ok: false, reason: 'samples-incomplete' });
  assert.deepEqual(unpackTrace({ ...trace, axes: [] }), { ok: false, reason: 'samples-incomplete' });
  assert.deepEqual(unpackTrace({ ...trace, count: 30 }), { ok: false, reason: 'column-truncated' });
});
