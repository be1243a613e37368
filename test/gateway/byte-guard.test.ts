import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteGuard, type GuardFlaw, OVERSIZE_TOPIC } from '../../gateway/edge/byte-guard.ts';
import { concat, utf8 } from '../../protocol/bytes.ts';

const LIMIT = 64;
const CONNECT = packet(0x10, utf8('MQTT and so on'));

function packet(first: number, body: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return concat(Uint8Array.of(first, ...length), body);
}

function publish(qos: number, topic: string, payloadBytes: number, id = 0x1234): Uint8Array {
  const name = utf8(topic);
  const packetId = qos === 0 ? new Uint8Array() : Uint8Array.of(id >> 8, id & 0xff);
  const body = concat(Uint8Array.of(0, name.length), name, packetId, new Uint8Array(payloadBytes).fill(0x30));
  return packet(0x31 | (qos << 1), body);
}

function feedAll(chunks: readonly Uint8Array[]): { out: Uint8Array; oversize: number[]; flaw: GuardFlaw | null } {
  const passed: Uint8Array[] = [];
  const oversize: number[] = [];
  const guard = new ByteGuard(
    (bytes) => passed.push(Uint8Array.from(bytes)),
    (size) => oversize.push(size),
    LIMIT,
  );
  let flaw: GuardFlaw | null = null;
  for (const chunk of chunks) flaw ??= guard.feed(chunk);
  return { out: concat(...passed), oversize, flaw };
}

function substituteOf(qos: number, id = 0x1234): Uint8Array {
  const topic = utf8(OVERSIZE_TOPIC);
  const packetId = qos === 0 ? new Uint8Array() : Uint8Array.of(id >> 8, id & 0xff);
  return packet(0x30 | (qos << 1), concat(Uint8Array.of(0, topic.length), topic, packetId));
}

const piece = fc.oneof(
  fc.record({ qos: fc.nat(2), topic: fc.string({ maxLength: 20, unit: 'grapheme-ascii' }), bytes: fc.nat(400) }),
  fc.constant('ping' as const),
);

test('whatever the chunks, small packets pass unchanged and a large PUBLISH becomes an empty one with its id', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (pieces, cuts) => {
        const sent = [CONNECT];
        const expected = [CONNECT];
        const sizes: number[] = [];
        for (const made of pieces) {
          const bytes = made === 'ping' ? packet(0xc0, new Uint8Array()) : publish(made.qos, made.topic, made.bytes);
          sent.push(bytes);
          if (made === 'ping' || bytes.length <= LIMIT) expected.push(bytes);
          else {
            expected.push(substituteOf(made.qos));
            sizes.push(bytes.length);
          }
        }
        const stream = concat(...sent);
        const result = feedAll(cutUp(stream, cuts));
        assert.deepEqual(result, { out: concat(...expected), oversize: sizes, flaw: null });
      },
    ),
    { numRuns: 500 },
  );
});

function cutUp(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let n = 0; at < stream.length; n++) {
    const next = at + cuts[n % cuts.length];
    chunks.push(stream.subarray(at, next));
    at = next;
  }
  return chunks;
}

test('10 MB are swallowed without being kept', () => {
  const large = publish(1, 'bb/1/d/x/up/frame', 10_000_000);
  const { out, oversize } = feedAll([CONNECT, large]);
  assert.deepEqual(out, concat(CONNECT, substituteOf(1)));
  assert.deepEqual(oversize, [large.length]);
});

test('what is no MQTT ends the connection', () => {
  const flawOf = (...chunks: Uint8Array[]): GuardFlaw | null => feedAll(chunks).flaw;
  assert.equal(flawOf(utf8('GET / HTTP/1.1')), 'not-connect');
  assert.equal(flawOf(packet(0x10, new Uint8Array(100))), 'packet-too-large');
  assert.equal(flawOf(CONNECT, packet(0x82, new Uint8Array(100))), 'packet-too-large');
  assert.equal(flawOf(CONNECT, Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01)), 'bad-length');
  assert.equal(flawOf(CONNECT, packet(0x32, concat(Uint8Array.of(0xff, 0xff), new Uint8Array(200)))), 'bad-publish');
});

test('nothing passes after a flaw', () => {
  const { out, flaw } = feedAll([CONNECT, packet(0x82, new Uint8Array(100)), publish(0, 't', 3)]);
  assert.equal(flaw, 'packet-too-large');
  assert.deepEqual(out, CONNECT);
});
