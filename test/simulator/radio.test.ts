import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Downlink, LinkChange, Publish } from '../../firmware/hal.ts';
import { CALM_RADIO, type Network, Radio, type RadioProfile } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { World } from '../../simulator/world.ts';

const WILL = Uint8Array.of(9);

function bench(profile: Partial<RadioProfile> = {}) {
  const world = new World();
  const log: string[] = [];
  const arrived: number[] = [];
  const network: Network = {
    connect: (device, { will }, nowMs) => log.push(`connect ${device} ${will} @${nowMs}`),
    uplink: (_device, message, nowMs) => {
      assert.equal(nowMs, world.nowMs);
      arrived.push(message.bytes[0] + 256 * message.bytes[1]);
    },
    disconnect: (device, nowMs) => log.push(`disconnect ${device} @${nowMs}`),
  };
  const toDevice = (input: LinkChange | Downlink): void => {
    log.push(input.kind === 'link' ? `link ${input.up ? 'up' : 'down'} @${world.nowMs}` : `downlink ${input.bytes}`);
  };
  const fixed = { connectMsMin: 1000, connectMsMax: 1000, keepAliveMs: 5000 };
  const radio = new Radio(world, Rng.seeded(3), { ...CALM_RADIO, ...fixed, ...profile }, 'd', network, toDevice);
  return { world, radio, log, arrived };
}

function message(n: number): Publish {
  return { kind: 'publish', channel: 'frame', bytes: Uint8Array.of(n & 255, n >> 8), retain: false };
}

function sendMany(profile: Partial<RadioProfile>, n: number) {
  const b = bench(profile);
  b.radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  b.world.runUntil(1000);
  for (let i = 0; i < n; i++) b.world.schedule(1000 + i * 10, () => b.radio.publish(message(i)));
  b.world.runUntil(1_000_000);
  return b;
}

test('at loss 0 everything arrives once; a wide latency reorders', () => {
  const { arrived, radio } = sendMany({}, 2000);
  assert.deepEqual(
    arrived.toSorted((a, b) => a - b),
    Array.from({ length: 2000 }, (_, i) => i),
  );
  assert.notDeepEqual(
    arrived,
    arrived.toSorted((a, b) => a - b),
    'some overtook others',
  );
  assert.deepEqual(radio.uplinks, { sent: 2000, delivered: 2000, lost: 0 });
});

test('with an even latency nothing overtakes', () => {
  const { arrived } = sendMany({ latencyMsMin: 80, latencyMsMax: 80 }, 500);
  assert.deepEqual(
    arrived,
    arrived.toSorted((a, b) => a - b),
  );
});

test('at loss 0.3 about 0.3 is lost, at duplication 0.2 about 0.2 arrives twice', () => {
  const { arrived, radio } = sendMany({ loss: 0.3, duplication: 0.2 }, 10_000);
  const once = new Set(arrived).size;
  assert.ok(Math.abs(once / 10_000 - 0.7) < 0.02, `${once}`);
  assert.ok(Math.abs(arrived.length / once - 1.2) < 0.02, `${arrived.length / once}`);
  assert.equal(radio.uplinks.lost, 10_000 - once);
});

test('downlinks suffer the same, and nothing passes without a session', () => {
  const { world, radio, log } = bench({ loss: 0.5 });
  radio.downlink('receipt', Uint8Array.of(1));
  radio.publish(message(1));
  world.runUntil(500);
  assert.equal(log.length, 0);
  radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  world.runUntil(2000);
  for (let i = 0; i < 2000; i++) radio.downlink('receipt', Uint8Array.of(1));
  world.runUntil(3000);
  const got = log.filter((l) => l.startsWith('downlink')).length;
  assert.ok(Math.abs(got - 1000) < 100, `${got}`);
});

test('an outage takes the link down; the modem comes back by itself with the same will', () => {
  const { world, radio, log, arrived } = bench({ outages: [{ fromMs: 10_000, toMs: 12_000 }] });
  radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  world.runUntil(9990);
  radio.publish(message(1));
  world.runUntil(11_000);
  assert.equal(radio.linkUp, false);
  radio.publish(message(2));
  world.runUntil(60_000);
  assert.deepEqual(log, [
    'connect d 9 @1000',
    'link up @1000',
    'link down @10000',
    'connect d 9 @13000',
    'link up @13000',
  ]);
  assert.deepEqual(arrived, [], 'what was in the air is lost');
});

test('a long outage ends the session with its will; connecting during one waits for its end', () => {
  const { world, radio, log } = bench({ outages: [{ fromMs: 10_000, toMs: 30_000 }] });
  radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  world.runUntil(20_000);
  radio.connect({ kind: 'connect', proof: new Uint8Array(), will: Uint8Array.of(7) });
  world.runUntil(60_000);
  assert.deepEqual(log.slice(2), ['link down @10000', 'disconnect d @15000', 'connect d 7 @31000', 'link up @31000']);
});

test('a device without power is given up after the keep-alive, unless it is back before', () => {
  const gone = bench();
  gone.radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  gone.world.runUntil(2000);
  gone.radio.powerOff();
  gone.world.runUntil(60_000);
  assert.deepEqual(gone.log.slice(2), ['disconnect d @7000']);

  const back = bench();
  back.radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  back.world.runUntil(2000);
  back.radio.powerOff();
  back.radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  back.world.runUntil(60_000);
  assert.deepEqual(back.log.slice(2), ['connect d 9 @3000', 'link up @3000']);
});

test('a device that loses power while connecting never connects', () => {
  const { world, radio, log } = bench();
  radio.connect({ kind: 'connect', proof: new Uint8Array(), will: WILL });
  world.runUntil(500);
  radio.powerOff();
  world.runUntil(60_000);
  assert.deepEqual(log, []);
});
