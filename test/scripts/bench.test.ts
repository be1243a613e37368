import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/bytes.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import { seal } from '../../protocol/envelope.ts';
import { type Frame, type Occurrence, SAMPLES_MAX, TRACE_SAMPLES_MAX } from '../../protocol/messages.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { newTrace, packTrace } from '../../protocol/raw-trace.ts';
import type { Samples } from '../../protocol/samples.ts';
import { BareFleet } from '../../scripts/bench/bare-arithmetic.ts';
import { accelerationsCg, type Batch } from '../../scripts/bench/batch.ts';
import { ratesOf } from '../../scripts/bench/best-of.ts';
import { avlPacket, avlRecord, encodeCodec8e } from '../../scripts/bench/codec8e.ts';
import { Entropy } from '../../scripts/bench/entropy.ts';
import { encodeProtobuf } from '../../scripts/bench/protobuf-deltas.ts';
import { encodeCborRows, encodeJsonRows, ROW_FORMATS } from '../../scripts/bench/row-formats.ts';
import { transportBytes } from '../../scripts/bench/transport.ts';
import { eventCost } from '../../scripts/bench/wire-figures.ts';
import { WireSums } from '../../scripts/bench/wire-measure.ts';
import { seededDraw } from '../protocol/draw.ts';
import { Drive } from '../protocol/drive.ts';
import { KINDS, seedOf } from '../protocol/golden.ts';
import { readPacked, readProtobuf } from './protobuf-reader.ts';

const START_MS = 1_772_433_000_000;
const LATER_FIX = 3;

/** Some seconds without a fix at the beginning. */
function batch(count = SAMPLES_MAX): Batch {
  return { samples: new Drive(7).samples(count, (i) => i >= LATER_FIX), startMs: START_MS };
}

function sums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

function fixed(samples: Samples, column: Int32Array): number[] {
  return [...column.subarray(LATER_FIX, samples.count)];
}

test('JSON rows hold the same samples', () => {
  const { samples, startMs } = batch();
  const rows = JSON.parse(new TextDecoder().decode(encodeJsonRows({ samples, startMs }, true)));
  assert.equal(rows.length, SAMPLES_MAX);
  assert.deepEqual(rows[0], { t: START_MS, acceleration: accelerationsCg(samples, 0).map((cg) => cg / 100) });
  const last = SAMPLES_MAX - 1;
  assert.equal(rows[last].t, START_MS + 1000 * last);
  assert.equal(Math.round(rows[last].lat * 1e6), samples.latE6[last]);
  assert.equal(Math.round(rows[last].lon * 1e6), samples.lonE6[last]);
  assert.equal(Math.round(rows[last].speed * 10), samples.speedDmS[last]);
  assert.equal(rows[last].heading, samples.headingDeg[last]);
  assert.equal(rows[last].altitude, samples.altitudeM[last]);
});

test('CBOR rows hold the same samples under the same names', () => {
  const { samples, startMs } = batch();
  const bytes = encodeCborRows({ samples, startMs }, true);
  const rows = decodeCbor(bytes, { maxBytes: 100_000, maxDepth: 4, maxItems: 10_000 });
  assert.ok(rows.ok && Array.isArray(rows.value));
  const last = SAMPLES_MAX - 1;
  const row = rows.value[last];
  assert.ok(row instanceof Map);
  assert.equal(row.get('t'), START_MS + 1000 * last);
  assert.equal(row.get('lat'), samples.latE6[last]);
  assert.deepEqual(row.get('acceleration'), accelerationsCg(samples, last));
  assert.equal(rows.value.length, SAMPLES_MAX);
});

test('protobuf columns give back every value', () => {
  const { samples, startMs } = batch();
  const fields = readProtobuf(encodeProtobuf({ samples, startMs }, true));
  assert.equal(fields.get(1), START_MS);
  assert.equal(fields.get(2), samples.cadenceMs);
  assert.deepEqual([...(fields.get(3) as Uint8Array)], [0x1f, ...new Array(14).fill(0xff)]);
  assert.deepEqual(sums(readPacked(fields.get(4))), fixed(samples, samples.latE6));
  assert.deepEqual(sums(readPacked(fields.get(5))), fixed(samples, samples.lonE6));
  assert.deepEqual(sums(readPacked(fields.get(6))), fixed(samples, samples.speedDmS));
  assert.deepEqual(
    sums(readPacked(fields.get(7))).map((heading) => (heading + 3600) % 360),
    fixed(samples, samples.headingDeg),
  );
  assert.deepEqual(sums(readPacked(fields.get(8))), fixed(samples, samples.altitudeM));
  for (let column = 0; column < 9; column++) {
    const from = column * SAMPLES_MAX;
    const expected = [...samples.accelerationCg.subarray(from, from + SAMPLES_MAX)];
    assert.deepEqual(sums(readPacked(fields.get(9 + column))), expected);
  }
});

test("Codec 8 Extended: the vendor's published example, CRC included", () => {
  const record = avlRecord({
    utcMs: 0x16b412cee00,
    priority: 1,
    latE7: 0,
    lonE7: 0,
    altitudeM: 0,
    angleDeg: 0,
    satellites: 0,
    speedKmh: 0,
    eventId: 1,
    io: [
      { id: 1, bytes: Uint8Array.of(1) },
      { id: 17, bytes: Uint8Array.of(0x00, 0x1d) },
      { id: 16, bytes: Uint8Array.of(0x01, 0x5e, 0x2c, 0x88) },
      { id: 11, bytes: Uint8Array.of(0, 0, 0, 0, 0x35, 0x44, 0xc8, 0x7a) },
      { id: 14, bytes: Uint8Array.of(0, 0, 0, 0, 0x1d, 0xd7, 0xe0, 0x6a) },
    ],
  });
  assert.equal(
    toHex(avlPacket([record])),
    '000000000000004a8e010000016b412cee000100000000000000000000000000000000010005000100010100010011001d' +
      '00010010015e2c880002000b000000003544c87a000e000000001dd7e06a00000100002994',
  );
});

test('Codec 8 Extended: 38 bytes a record, 36 more for nine accelerations, 15 a packet of at most 1280 bytes', () => {
  const positions = SAMPLES_MAX - LATER_FIX;
  assert.equal(encodeCodec8e(batch(), false).length, positions * 38 + Math.ceil(positions / 33) * 15);
  assert.equal(encodeCodec8e(batch(), true).length, SAMPLES_MAX * 74 + Math.ceil(SAMPLES_MAX / 17) * 15);
  const { samples } = batch();
  const view = new DataView(encodeCodec8e(batch(), false).buffer);
  assert.equal(view.getInt32(10 + 9), samples.lonE6[LATER_FIX] * 10);
  assert.equal(view.getInt32(10 + 13), samples.latE6[LATER_FIX] * 10);
});

test('every format costs more with accelerations than without', () => {
  for (const encode of Object.values(ROW_FORMATS)) {
    assert.ok(encode(batch(), true).length > encode(batch(), false).length);
  }
});

test('entropy: 8 bits for 256 equally frequent values, none for a constant, columns are summed', () => {
  const entropy = new Entropy();
  entropy.add(
    0,
    Array.from({ length: 1024 }, (_, i) => i % 256),
  );
  assert.equal(entropy.bits(), 8);
  entropy.add(1, [5, 5, 5]);
  assert.equal(entropy.bits(), 8);
  entropy.add(2, [1, 2]);
  assert.equal(entropy.bits(), 9);
});

test('transport: MQTT and TLS of one segment, and one more TCP header for a second', () => {
  const small = transportBytes(40, 100);
  assert.equal(small, 1 + 2 + 4 + 22 + 40 + (4 + 22 + 40));
  assert.equal(transportBytes(40, 1400), small + 40);
});

test('raw samples are measured in the frames that carry them', () => {
  const event = { kind: 'harsh-braking', atMs: 10_500, durationMs: 500, peak: 40, speedDmS: 100 } as const;
  const draw = seededDraw(3);
  const raw = { ...newTrace(), fromMs: -700, count: TRACE_SAMPLES_MAX };
  for (const cg of raw.axesCg) for (let i = 0; i < raw.count; i++) cg[i] = draw(40);
  const sealed = (occurrences: readonly Occurrence[]): Uint8Array => {
    const { codec, scope } = KINDS.frame;
    const frame: Frame = { boot: new Uint8Array(16), seq: 0, startMs: 0, occurrences };
    return seal(codec, frame, scope, seedOf('device'), nobleCrypto);
  };
  const frames = [sealed([{ ...event, trace: packTrace(raw) }]), sealed([event])];
  const sums = new WireSums();
  sums.add({ device: 'd', frames, events: [], states: [], receipts: [] });
  assert.deepEqual([sums.harshEvents, sums.traces, sums.traceSamples], [2, 1, TRACE_SAMPLES_MAX]);
  // Heads of byte strings grow with what is in them.
  const added = frames[0].length - frames[1].length;
  assert.ok(sums.traceBytes <= added && added <= sums.traceBytes + 1, `${sums.traceBytes} of ${added}`);
  const cost = eventCost(sums);
  assert.equal(cost.withoutRaw, 1);
  assert.equal(cost.rawBytes, sums.traceBytes);
  assert.equal(cost.bytes, (sums.harshBytes - sums.traceBytes) / 2 + sums.traceBytes);
  assert.ok(cost.rawSample.ratio > 1 && cost.rawSample.ratio < 1.3, `${cost.rawSample.ratio}`);
});

test('the bare arithmetic counts what the detectors would', () => {
  const fleet = new BareFleet(2);
  const block = (forwardMg: number): Int16Array =>
    Int16Array.from({ length: 150 }, (_, i) => (i % 3 === 0 ? forwardMg : i % 3 === 2 ? 1000 : 0));
  for (const forwardMg of [0, -450, 0]) fleet.second(1, block(forwardMg), 0);
  assert.equal(fleet.events, 1);
});

test('the best of some runs is the fastest', () => {
  assert.deepEqual(ratesOf([1000, 1000, 500], [500, 250, 500]), { best: 4000, runs: [2000, 4000, 1000] });
});
