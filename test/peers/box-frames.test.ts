import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { BOX_FRAME_MAX, BoxFramer, boxFrame } from '../../firmware/board/box-frames.ts';
import { BoxPort } from '../../firmware/board/box-port.ts';
import { NearLine, placeFrom } from '../../scripts/access/near-line.ts';
import { qrPicture, ticketFrom, ticketText } from '../../scripts/access/ticket-text.ts';
import { CommandError } from '../../scripts/exit.ts';

/** Of Node 22. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const frame = fc.record(
  {
    channel: fc.constantFrom('air' as const, 'car' as const),
    body: fc.uint8Array({ maxLength: 300 }),
  },
  { noNullPrototype: true },
);

test('frames survive any cutting of the stream', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
      const stream = Buffer.concat(frames.map(({ channel, body }) => boxFrame(channel, body)));
      const framer = new BoxFramer();
      const got = [];
      let at = 0;
      for (const length of [...cuts, stream.length]) {
        const part = framer.take(stream.subarray(at, at + length));
        assert.ok(part);
        got.push(...part);
        at = Math.min(stream.length, at + length);
      }
      assert.deepEqual(got, frames);
    }),
  );
});

test('what is no frame ends the connection: a length of nothing or too much, a channel that is none', () => {
  for (const bytes of [
    [0, 0],
    [0xff, 0xff],
    [0, 1, 9],
    [0, 1, 0],
  ]) {
    assert.equal(new BoxFramer().take(Uint8Array.from(bytes)), null, String(bytes));
  }
  assert.throws(() => boxFrame('air', new Uint8Array(BOX_FRAME_MAX)), RangeError);
  assert.equal(boxFrame('air', new Uint8Array(BOX_FRAME_MAX - 1)).length, BOX_FRAME_MAX + 2);
});

test('a phone beside the port and the box hear each other, and each other go', async () => {
  const heard: string[] = [];
  const gone = withResolvers<string>();
  const port = await BoxPort.listen(0, {
    onAir: (peer, bytes) => {
      heard.push(`${bytes}`);
      port.send(peer, 'air', Uint8Array.of(9, 8));
    },
    onAirEnd: (peer) => gone.resolve(peer),
    onCar: (text) => JSON.stringify({ heard: JSON.parse(text) }),
  });
  const line = await NearLine.open({ host: '127.0.0.1', port: port.port });
  const answers: string[] = [];
  const both = withResolvers<void>();
  line.listen(
    (channel, body) => {
      answers.push(channel === 'air' ? `${body}` : Buffer.from(body).toString());
      if (answers.length === 2) both.resolve();
    },
    () => undefined,
  );
  line.send('air', Uint8Array.of(1, 2));
  line.send('car', Buffer.from('"look"'));
  await both.promise;
  assert.deepEqual([heard, answers], [['1,2'], ['9,8', '{"heard":"look"}']]);
  line.close();
  assert.match(await gone.promise, /^peer-/);
  await port.close();
  await assert.rejects(NearLine.open({ host: '127.0.0.1', port: port.port }), CommandError);
});

test('a place is HOST:PORT or PORT', () => {
  assert.deepEqual(placeFrom('4711'), { host: '127.0.0.1', port: 4711 });
  assert.deepEqual(placeFrom('localhost:1'), { host: 'localhost', port: 1 });
  for (const wrong of ['', 'x', '0', '65536', 'host:', '1.2.3.4:x']) assert.equal(placeFrom(wrong), null, wrong);
});

test('B34: a ticket as text comes back, and as a picture it is a square of dark and light', () => {
  const ticket = Uint8Array.from({ length: 180 }, (_, i) => i);
  assert.deepEqual(ticketFrom(` ${ticketText(ticket)}\n`), ticket);
  for (const wrong of ['', 'BORDBOX:', 'bordbox:aaaa', `${ticketText(ticket)}!`]) assert.equal(ticketFrom(wrong), null);
  const lines = qrPicture(ticketText(ticket)).split('\n');
  assert.ok(lines.every((line) => [...line].length === [...lines[0]].length));
  assert.equal(lines.length, Math.ceil([...lines[0]].length / 2));
  assert.match(lines[0], /^█+$/);
});
