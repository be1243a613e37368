import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/bytes.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import { SAMPLES_MAX } from '../../protocol/messages.ts';
import type { Samples } from '../../protocol/samples.ts';
import { BareFleet } from '../../scripts/bench/bare-arithmetic.ts';
import { accelerationsCg, type Batch } from '../../scripts/bench/batch.ts';
import { ratesOf } from '../../scripts/bench/best-of.ts';
import { avlPacket, avlRecord, encodeCodec8e } from '../../scripts/bench/codec8e.ts';
import { Entropy } from '../../scripts/bench/entropy.ts';
import { encodeProtobuf } from '../../scripts/bench/protobuf-deltas.ts';
import { rawBytes } from '../../scripts/bench/raw-events.ts';
import { encodeCborRows, encodeJsonRows, ROW_FORMATS } from '../../scripts/bench/row-formats.ts';
import { transportBytes } from '../../scripts/bench/transport.ts';
import { Drive } from '../protocol/drive.ts';
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

test('raw samples of an event: rest costs next to nothing, noise some bits, a gap gives no figure', () => {
  const event = { kind: 'harsh-braking', atMs: 10_500, durationMs: 500, peak: 40, speedDmS: 100 } as const;
  const still = new Int16Array(150).fill(500);
  const noisy = still.map((value, i) => value + ((i * 7919) % 101));
  const atRest = rawBytes(event, () => still);
  const shaken = rawBytes(event, () => noisy);
  assert.ok(atRest !== null && shaken !== null);
  assert.ok(atRest < 3 * 25 && shaken > 2 * atRest);
  assert.equal(
    rawBytes(event, (atMs) => (atMs > 11_000 ? undefined : still)),
    null,
  );
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
