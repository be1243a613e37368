import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { sameBytes } from '../../protocol/bytes.ts';
import type { SerialLink } from '../../protocol/serial.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import { randomBytes, seededDraw } from './draw.ts';
import { endOf, LineRig, type NoiseRates, noisy } from './serial-rig.ts';

const NOISE_FROM_MS = 2000;
const rates: fc.Arbitrary<NoiseRates> = fc
  .tuple(fc.constantFrom(0.001, 0.01, 0.05, 0.3, 1), fc.constantFrom(1, 2, 4, 8, 15))
  .map(([rate, kinds]) => ({
    flip: kinds & 1 ? rate : 0,
    drop: kinds & 2 ? rate : 0,
    insert: kinds & 4 ? rate : 0,
    duplicate: kinds & 8 ? rate : 0,
  }));

interface Spoken {
  readonly from: SerialLink;
  readonly to: SerialLink;
  readonly channel: SerialChannel;
  readonly sent: Uint8Array[];
}

/** Every message that arrived was sent, none twice, and in order: what arrived is what was sent with some left out. */
function assertSound(rig: LineRig, spoken: readonly Spoken[]): void {
  for (const { to, channel, sent } of spoken) {
    let at = 0;
    for (const bytes of rig.heard(to).get(channel) ?? []) {
      while (at < sent.length && !sameBytes(sent[at], bytes)) at++;
      assert.ok(at < sent.length, `${channel}: a message that was not sent, came twice, or came late`);
      at++;
    }
  }
}

test('with any noise no message is damaged, doubled or out of order; the line is back within two messages', () => {
  const property = fc.property(
    fc.integer(),
    rates,
    fc.integer({ min: 1, max: 12_000 }),
    fc.integer({ min: 1, max: 40 }),
    (seed, noise, noiseMs, rest) => {
      const draw = seededDraw(seed);
      const quietMs = NOISE_FROM_MS + noiseMs;
      const rig = new LineRig(endOf('device', 1), endOf('host', 2), {
        // Bytes come in as small a piece as the driver likes.
        disturb: (bytes, nowMs) => (nowMs >= NOISE_FROM_MS && nowMs < quietMs ? noisy(bytes, noise, draw) : bytes),
      });
      const { device, host, cable } = rig;
      const spoken: Spoken[] = [
        { from: device, to: host, channel: 'uplink', sent: [] },
        { from: device, to: host, channel: 'log', sent: [] },
        { from: host, to: device, channel: 'downlink', sent: [] },
        { from: host, to: device, channel: 'control', sent: [] },
      ];
      const speak = (): void => {
        for (const { from, channel, sent } of spoken) {
          const message = randomBytes(draw, 1 + draw(400));
          if (from.send(channel, message).ok) sent.push(message);
        }
      };
      while (cable.nowMs < quietMs) {
        speak();
        cable.run(cable.nowMs + 300);
      }
      cable.run(quietMs + rest);
      // One message a second: two may find the line still down or come late, none after them.
      for (let message = 0; message < 2; message++) {
        speak();
        cable.run(cable.nowMs + 1000);
      }
      const before = spoken.map(({ sent }) => sent.length);
      speak();
      const third = spoken.map(({ sent }) => sent.length);
      assert.deepEqual(
        third,
        before.map((count) => count + 1),
        'the third message after the noise is taken',
      );
      cable.run(cable.nowMs + 200);
      assertSound(rig, spoken);
      for (const { to, channel, sent } of spoken) {
        const heard = rig.heard(to).get(channel) ?? [];
        // The same two ends all the time: what was taken arrives, whatever happened meanwhile.
        assert.equal(heard.length, sent.length, channel);
      }
      assert.ok(device.idle && host.idle, 'device.idle && host.idle');
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test('noise is handed out: every byte that came is in a good frame, is an end of one, or is noise', () => {
  const property = fc.property(fc.integer(), rates, (seed, noise) => {
    const draw = seededDraw(seed);
    let zeros = 0;
    let came = 0;
    const rig = new LineRig(endOf('device', 1), endOf('host', 2), {
      disturb: (bytes, _nowMs, way) => {
        const heard = noisy(bytes, noise, draw);
        if (way === 'b-to-a') return heard;
        came += heard.length;
        for (const byte of heard) if (byte === 0) zeros++;
        return heard;
      },
    });
    const { device, host, cable } = rig;
    for (let i = 0; i < 20; i++) {
      device.send('uplink', randomBytes(draw, 1 + draw(400)));
      cable.run(cable.nowMs + 300);
    }
    // A frame that stopped halfway is given up in time.
    cable.unplug();
    assert.equal(host.counts.bytesIn, came);
    const noiseBytes = rig.of(host).reduce((sum, event) => sum + (event.kind === 'noise' ? event.bytes.length : 0), 0);
    assert.equal(host.counts.noiseBytes, noiseBytes);
    assert.equal(host.counts.goodBytes + noiseBytes + zeros, came);
  });
  fc.assert(property, { numRuns: 40 });
});

test('bytes may come one by one, or all at once', () => {
  const heard = (chunk: number): string => {
    const device = endOf('device', 1);
    const host = endOf('host', 2);
    const log: string[] = [];
    device.lineOpened(0);
    host.lineOpened(0);
    for (let now = 0; now < 3000; now += 10) {
      if (now === 1000) {
        for (let i = 0; i < 9; i++) assert.equal(device.send('uplink', new Uint8Array(300).fill(i)).ok, true);
      }
      for (const [from, to] of [
        [device, host],
        [host, device],
      ]) {
        from.onTimeout(now);
        for (let bytes = from.takeOutput(now); bytes !== null; bytes = from.takeOutput(now)) {
          for (let at = 0; at < bytes.length; at += chunk) {
            for (const event of to.receive(bytes.subarray(at, at + chunk), now)) {
              if (event.kind === 'message') to.release(event, now);
              log.push(event.kind === 'message' ? `${event.channel} ${event.bytes[0]}` : event.kind);
            }
          }
        }
      }
    }
    return log.join('\n');
  };
  const whole = heard(1000);
  assert.match(whole, /^up\nup\nuplink 0\n.*uplink 8$/s);
  for (const chunk of [1, 2, 3, 7, 64]) assert.equal(heard(chunk), whole, `in pieces of ${chunk}`);
});

test('garbage alone is noise, and the line comes up after it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), (garbage) => {
      const rig = new LineRig(endOf('device', 1), endOf('host', 2));
      rig.host.receive(garbage, 0);
      rig.device.receive(garbage, 0);
      rig.cable.run(1500);
      assert.ok(rig.device.isUp && rig.host.isUp, 'rig.device.isUp && rig.host.isUp');
    }),
  );
});

test('the echo of our own bytes is no other end', () => {
  const device = endOf('device', 1);
  device.lineOpened(0);
  const reasons = new Set<string>();
  for (let now = 0; now < 5000; now += 50) {
    for (let bytes = device.takeOutput(now); bytes !== null; bytes = device.takeOutput(now)) {
      for (const event of device.receive(bytes, now)) reasons.add(event.kind === 'noise' ? event.reason : event.kind);
    }
    device.onTimeout(now);
  }
  assert.deepEqual([...reasons], ['echo']);
  assert.equal(device.isUp, false);
});
