/**
 * Every decoder of untrusted bytes: whole, cut at every length, every bit flipped, trailing bytes, and 100,000
 * random inputs each. None may throw, hang or keep memory; what is accepted has that one spelling.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sameBytes } from '../../protocol/bytes.ts';
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import type { Codec } from '../../protocol/codec.ts';
import { open1, sign1 } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage, encodeMessage } from '../../protocol/envelope.ts';
import { MANIFEST_LIMITS, PackedSamples, RawTrace, RULES } from '../../protocol/messages.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { packTrace, unpackTrace } from '../../protocol/raw-trace.ts';
import { packColumn, unpackColumn } from '../../protocol/rice.ts';
import { packSamples, unpackSamples } from '../../protocol/samples.ts';
import { parseUplinkTopic, uplinkTopic } from '../../protocol/topics.ts';
import { seededDraw } from './draw.ts';
import { Drive } from './drive.ts';
import { goldenValues, KINDS, seedOf, testDevice } from './golden.ts';
import { everyFlaw, hostileInput } from './mutation.ts';
import { samplesToReadable, traceToReadable } from './readable.ts';

const RUNS = 100_000;
const SEED = 20_261_120;
/** 80,000 inputs that each kept one object would keep more than this. */
const GROWTH_MAX_BYTES = 512 * 1024;

interface Decoder {
  readonly name: string;
  readonly valid: readonly Uint8Array[];
  /** Asserts what must hold for accepted bytes; false when they were refused. */
  accepts(bytes: Uint8Array): boolean;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Stands in for Ed25519, which is a thousand times slower than what is tested here. */
const quickCrypto: Crypto = {
  ...nobleCrypto,
  sign: (_key, message) => checksum(message),
  verify: (_key, message, signature) => sameBytes(signature, checksum(message)),
};

function checksum(message: Uint8Array): Uint8Array {
  let sum = 7;
  for (const byte of message) sum = (Math.imul(sum, 31) + byte) | 0;
  return new Uint8Array(64).fill(sum & 0xff).fill((sum >> 8) & 0xff, 0, 32);
}

function recordDecoder(rule: (typeof RULES)[number]): Decoder {
  const codec = rule as Codec<unknown>;
  const draw = seededDraw(SEED);
  const limits = rule.rule === 'manifest' ? MANIFEST_LIMITS : undefined;
  return {
    name: `decodeMessage of ${rule.rule}`,
    valid: Array.from({ length: 8 }, () => encodeMessage(codec, codec.generate(draw))).filter(
      (one) => one.length < 1500,
    ),
    accepts(bytes) {
      const decoded = decodeMessage(codec, bytes, limits);
      if (decoded.ok) assert.ok(sameBytes(encodeMessage(codec, decoded.value), bytes), 'one spelling');
      return decoded.ok;
    },
  };
}

const receipt = KINDS.receipt;
const sealed = goldenValues()
  .filter(({ name }) => name.startsWith('receipt'))
  .map(({ value }) => encodeMessage(receipt.codec, value));

function coseDecoder(crypto: Crypto): Decoder {
  return {
    name: 'open1',
    valid: sealed.map((payload) => sign1(payload, receipt.scope, seedOf('gateway'), crypto)),
    accepts(bytes) {
      const opened = open1(bytes, receipt.scope, testDevice.gatewayKey, crypto);
      if (opened.ok) {
        assert.ok(sameBytes(sign1(opened.value, receipt.scope, seedOf('gateway'), crypto), bytes), 'one spelling');
      }
      return opened.ok;
    },
  };
}

const drives = [
  new Drive(1).samples(20),
  new Drive(2).samples(9, (at) => at % 4 > 0),
  new Drive(3).samples(3, () => false),
];
const packed = drives.map((samples) => packSamples(samples, 0, samples.count));

const decoders: readonly Decoder[] = [
  {
    name: 'decodeCbor',
    valid: goldenValues().map(({ name, value }) => encodeMessage(KINDS[name.split('-')[0]].codec, value)),
    accepts(bytes) {
      const decoded = decodeCbor(bytes);
      if (decoded.ok) assert.ok(sameBytes(encodeCbor(decoded.value), bytes), 'one spelling');
      return decoded.ok;
    },
  },
  coseDecoder(quickCrypto),
  ...RULES.map(recordDecoder),
  {
    name: 'unpackSamples',
    valid: packed.map((samples) => encodeMessage(PackedSamples, samples)),
    accepts(bytes) {
      const decoded = decodeMessage(PackedSamples, bytes);
      const unpacked = decoded.ok ? unpackSamples(decoded.value) : decoded;
      if (!unpacked.ok) return false;
      const again = unpackSamples(packSamples(unpacked.value, 0, unpacked.value.count));
      assert.ok(again.ok, 'what is accepted can be packed');
      assert.deepEqual(samplesToReadable(again.value), samplesToReadable(unpacked.value));
      return true;
    },
  },
  {
    name: 'unpackTrace',
    valid: goldenValues().flatMap(({ traces = [] }) =>
      traces.map((trace) => encodeMessage(RawTrace, packTrace(trace))),
    ),
    accepts(bytes) {
      const decoded = decodeMessage(RawTrace, bytes);
      const unpacked = decoded.ok ? unpackTrace(decoded.value) : decoded;
      if (!unpacked.ok) return false;
      const again = unpackTrace(packTrace(unpacked.value));
      assert.ok(again.ok, 'what is accepted can be packed');
      assert.deepEqual(traceToReadable(again.value), traceToReadable(unpacked.value));
      return true;
    },
  },
  {
    name: 'unpackColumn',
    valid: [packColumn(Int32Array.of(0, 1, -1, 5, -300, 2, 2 ** 31 - 1, -(2 ** 31)), 8), packed[0].speed as Uint8Array],
    accepts(bytes) {
      // The count comes from elsewhere, so any count must do.
      const count = bytes.length === 0 ? 0 : [8, 19, 0, 1080][bytes[bytes.length - 1] & 3];
      const column = unpackColumn(bytes, count);
      if (!column.ok) return false;
      const again = packColumn(column.value, count);
      assert.ok(again.length <= bytes.length, 'the packer is never longer');
      const values = unpackColumn(again, count);
      assert.ok(values.ok && values.value.every((value, i) => value === column.value[i]), 'exact');
      return true;
    },
  },
  {
    name: 'parseUplinkTopic',
    valid: [new TextEncoder().encode(uplinkTopic(testDevice.id, 'frame'))],
    accepts(bytes) {
      const topic = new TextDecoder().decode(bytes);
      const parsed = parseUplinkTopic(topic);
      if (parsed !== null) assert.equal(uplinkTopic(parsed.device, parsed.channel), topic);
      return parsed !== null;
    },
  },
];

/** One of the shorter valid inputs, because the flaws are as many as its bits. */
function shortest(decoder: Decoder): Uint8Array {
  return [...decoder.valid].sort((a, b) => a.length - b.length)[0];
}

for (const decoder of decoders) {
  test(`${decoder.name}: whole, cut, flipped, trailing`, () => {
    for (const bytes of decoder.valid) {
      if (decoder.name !== 'unpackColumn') assert.ok(decoder.accepts(bytes), 'a valid input is accepted');
    }
    let refused = 0;
    for (const flawed of everyFlaw(shortest(decoder))) if (!decoder.accepts(flawed)) refused++;
    assert.ok(refused >= shortest(decoder).length, 'the cuts at least are refused');
  });

  test(`${decoder.name}: ${RUNS} random inputs without a throw, a hang or growth`, () => {
    const draw = seededDraw(SEED);
    let accepted = 0;
    let heapAtTwoTenths = 0;
    for (let run = 0; run < RUNS; run++) {
      if (run === RUNS / 5) heapAtTwoTenths = heapBytes();
      if (decoder.accepts(hostileInput(decoder.valid, draw))) accepted++;
    }
    const growth = heapBytes() - heapAtTwoTenths;
    assert.ok(accepted > 0 && accepted < RUNS / 2, `${accepted} accepted: the inputs are not a good mix`);
    assert.ok(growth < GROWTH_MAX_BYTES, `the heap grew by ${growth} bytes`);
  });
}

test('A23: open1 with Ed25519: every cut and flipped bit of a signed message is refused', () => {
  const { valid, accepts } = coseDecoder(nobleCrypto);
  assert.ok(accepts(valid[0]));
  for (const flawed of everyFlaw(valid[0])) assert.equal(accepts(flawed), false);
});
