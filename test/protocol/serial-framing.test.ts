import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { cobsDecode, cobsEncode } from '../../protocol/cobs.ts';
import { crc32 } from '../../protocol/crc.ts';
import { encodeAck } from '../../protocol/serial-ack.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import { encodeClock } from '../../protocol/serial-clock.ts';
import { ACK, closeFrame, crcSeed, FRAME_BYTES_MAX, openFrame } from '../../protocol/serial-frame.ts';
import { type Cut, Framer } from '../../protocol/serial-framer.ts';
import { encodeHello, helloOf, type LineSelf } from '../../protocol/serial-hello.ts';
import { encodePiece } from '../../protocol/serial-piece.ts';
import { outsideVectors, withoutOutsideVectors } from './outside-vectors.ts';

interface CobsVectors {
  readonly file: string;
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
}

interface CrcVectors {
  readonly crc: Record<string, Record<string, string>>;
  readonly messages_hex: Record<string, string>;
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? assert.fail(`${hex} is not hexadecimal`);
}

test('COBS gives the bytes of another implementation, both ways', { skip: withoutOutsideVectors }, () => {
  let rows = 0;
  for (const { file, name, rows: pairs } of outsideVectors<CobsVectors[]>('cobs.json') ?? []) {
    if (file !== 'src/cobs/cobs/test.py' || name !== 'predefined_encodings') continue;
    for (const [plain, stuffed] of pairs) {
      rows++;
      assert.equal(toHex(cobsEncode(bytesOf(plain))), stuffed);
      const decoded = cobsDecode(bytesOf(stuffed));
      assert.ok(decoded.ok, 'decoded.ok');
      assert.equal(toHex(decoded.value), plain);
    }
  }
  assert.ok(rows >= 19, `${rows} pairs`);
});

test('COBS refuses what the other implementation refuses', { skip: withoutOutsideVectors }, () => {
  let rows = 0;
  for (const { file, name, rows: bad } of outsideVectors<CobsVectors[]>('cobs.json') ?? []) {
    if (file !== 'src/cobs/cobs/test.py' || name !== 'decode_error_test_strings') continue;
    for (const [stuffed] of bad) {
      rows++;
      assert.equal(cobsDecode(bytesOf(stuffed)).ok, false, stuffed);
    }
  }
  assert.equal(rows, 4);
});

test('COBS: no zero is left, one byte more for each 254, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700 }), fc.boolean(), (drawn, zeros) => {
      const bytes = zeros ? drawn : drawn.map((byte) => byte || 1);
      const stuffed = cobsEncode(bytes);
      assert.ok(!stuffed.includes(0), '!stuffed.includes(0)');
      assert.ok(
        stuffed.length <= bytes.length + Math.floor(bytes.length / 254) + 1,
        'stuffed.length <= bytes.length + Math.floor(bytes.length / 254) + 1',
      );
      const back = cobsDecode(stuffed);
      assert.ok(back.ok, 'back.ok');
      assert.deepEqual(back.value, bytes);
    }),
  );
});

test('CRC-32 gives the committed values, also piece by piece', { skip: withoutOutsideVectors }, () => {
  const vectors = outsideVectors<CrcVectors>('crc.json');
  assert.ok(vectors, 'vectors');
  const { crc, messages_hex } = vectors;
  const expected = Object.entries(crc['CRC-32/ISO-HDLC']);
  assert.equal(expected.length, 5);
  for (const [name, value] of expected) {
    const bytes = bytesOf(messages_hex[name]);
    assert.equal(crc32(bytes).toString(16).padStart(8, '0'), value, name);
    assert.equal(crc32(bytes.subarray(3), crc32(bytes.subarray(0, 3))), crc32(bytes), name);
  }
});

const SEED = crcSeed(0x01020304, 0xa0b0c0d0);
const content = Uint8Array.from({ length: 122 }, (_, i) => (i === 0 ? ACK : i % 7));

test('the largest frame has 128 bytes and one zero, which ends it', () => {
  const frame = closeFrame(content, SEED);
  assert.equal(frame.length, FRAME_BYTES_MAX);
  assert.equal(frame.indexOf(0), frame.length - 1);
  assert.deepEqual(openFrame(frame.subarray(0, -1), SEED), { ok: true, value: content });
});

test('a frame with any bit flipped, cut anywhere, or of another session is none', () => {
  const frame = closeFrame(content, SEED).subarray(0, -1);
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const damaged = frame.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(openFrame(damaged, SEED).ok, false, `bit ${bit}`);
  }
  for (let length = 0; length < frame.length; length++) {
    assert.equal(openFrame(frame.subarray(0, length), SEED).ok, false, `${length} bytes`);
  }
  for (const other of [null, 0, crcSeed(0xa0b0c0d0, 0x01020304), crcSeed(0x01020304, 0xa0b0c0d1)]) {
    assert.deepEqual(openFrame(frame, other), { ok: false, reason: 'crc' });
  }
});

test('cutting does not depend on how the bytes come, and no byte is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { maxLength: 600 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
      (numbers, splits) => {
        const bytes = Uint8Array.from(numbers);
        const whole: Cut[] = [];
        const at1 = new Framer();
        at1.push(bytes, whole);
        at1.flush(whole);
        const split: Cut[] = [];
        const at2 = new Framer();
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = splits[i % splits.length];
          at2.push(bytes.subarray(at, at + length), split);
          at += length;
        }
        at2.flush(split);
        assert.deepEqual(split, whole);
        const held = whole.reduce((sum, { bytes: { length } }) => sum + length, 0);
        assert.equal(held, bytes.filter((byte) => byte !== 0).length);
        for (const {
          bytes: { length },
        } of whole)
          assert.ok(length > 0 && length < FRAME_BYTES_MAX, 'length > 0 && length < FRAME_BYTES_MAX');
      },
    ),
  );
});

test('a frame after a run that is too long for one is whole', () => {
  const cuts: Cut[] = [];
  const framer = new Framer();
  framer.push(new Uint8Array(400).fill(0x55), cuts);
  framer.push(Uint8Array.of(0, 1, 2, 0), cuts);
  assert.deepEqual(
    cuts.map(({ kind, bytes }) => [kind, bytes.length]),
    [
      ['too-long', 127],
      ['too-long', 127],
      ['too-long', 127],
      ['too-long', 19],
      ['frame', 2],
    ],
  );
});

test('the worked example of docs/SPEC.md', () => {
  const device = 0x01020304;
  const host = 0xa0b0c0d0;
  const up = crcSeed(device, host);
  const self: LineSelf = { role: 'device', build: 'rig', firmware: 'example 1' };
  const bytes = Uint8Array.of(1, 2, 0, 3);
  const piece = { channel: 'uplink', number: 5, first: true, last: true, asks: true, bytes } as const;
  const limits = new Map<SerialChannel, number>([
    ['uplink', 16_388],
    ['log', 8192],
  ]);
  const frames = {
    hello: closeFrame(encodeHello(helloOf(self, device, undefined, false)), 0),
    piece: closeFrame(encodePiece(piece), up),
    ack: closeFrame(encodeAck({ next: 6, held: 0, limits }), crcSeed(host, device)),
    question: closeFrame(encodeClock([1000]), up),
    answer: closeFrame(encodeClock([1000, 70_000, 70_002]), crcSeed(host, device)),
  };
  const shown = Object.entries(frames).map(([name, frame]) => `${name} ${toHex(frame)}`);
  assert.equal(up, 0x881ff83f);
  assert.deepEqual(shown, [
    'hello 1801a90101020103010402051a0102030407f4081820098503192001031940031920100b696578616d706c652031e13cb96700',
    'piece 0587050102060332924b1700',
    'ack 030206010101050540042005ba2f344f00',
    'question 02030101010703e844cf2c2200',
    'answer 02030101010303e80101040111700101080111724181c44600',
  ]);
});
