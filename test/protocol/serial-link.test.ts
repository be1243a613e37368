import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { encodeMessage } from '../../protocol/envelope.ts';
import type { LinkOptions, SerialLink } from '../../protocol/serial.ts';
import { CHANNEL_NAMES, CHANNELS, SERIAL_MESSAGE_BYTES_MAX } from '../../protocol/serial-channels.ts';
import { PeerClock } from '../../protocol/serial-clock.ts';
import { CONTENT_BYTES_MAX, closeFrame, crcSeed } from '../../protocol/serial-frame.ts';
import { agree, decodeHello, encodeHello, helloOf, LineHello } from '../../protocol/serial-hello.ts';
import { encodePiece } from '../../protocol/serial-piece.ts';
import { seededDraw } from './draw.ts';
import { bothUp, endOf, LineRig, numbered } from './serial-rig.ts';

test('the handshake takes three hellos, and the host says nothing before it has heard one', () => {
  const host = endOf('host', 2);
  host.lineOpened(0);
  const written: Uint8Array[] = [];
  for (let now = 0; now <= 10_000; now += 10) {
    host.onTimeout(now);
    for (let bytes = host.takeOutput(now); bytes !== null; bytes = host.takeOutput(now)) written.push(bytes);
  }
  // The write probe: a zero a second, which is no frame.
  assert.deepEqual(written, new Array(10).fill(Uint8Array.of(0)));
  const { device, host: other } = bothUp();
  assert.equal(device.counts.framesIn >= 1 && other.counts.framesIn >= 2, true);
  assert.equal(device.send('uplink', numbered(1)).ok, true);
});

test('a hello fits a frame whatever stands in it, and comes back as it was', () => {
  assert.ok(LineHello.maxBytes < CONTENT_BYTES_MAX, `${LineHello.maxBytes}`);
  const draw = seededDraw(5);
  for (let i = 0; i < 300; i++) {
    const hello = LineHello.generate(draw);
    assert.deepEqual(decodeHello(encodeHello(hello)), { ok: true, value: hello });
  }
});

test('keys of later versions are no reason to refuse a hello, unknown keys of this one are', () => {
  const hello = LineHello.generate(seededDraw(7));
  const withKey = (key: number): Uint8Array => {
    const map = LineHello.toCbor(hello) as Map<number, number>;
    map.set(key, 1);
    const content = encodeMessage({ ...LineHello, toCbor: () => map }, hello);
    return Uint8Array.of(1, ...content);
  };
  assert.deepEqual(decodeHello(withKey(40)), { ok: true, value: hello });
  assert.deepEqual(decodeHello(withKey(20)), { ok: false, reason: 'unknown-key' });
});

test('versions: the newest that both speak, or both ends say which the other one speaks', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(range, range, ([minA, moreA], [minB, moreB]) => {
      const device = endOf('device', 1, { versionMin: minA, versionMax: minA + moreA });
      const host = endOf('host', 2, { versionMin: minB, versionMax: minB + moreB });
      const rig = new LineRig(device, host);
      rig.cable.run(3000);
      const newest = Math.min(minA + moreA, minB + moreB);
      const speak = newest >= Math.max(minA, minB);
      for (const end of [device, host]) {
        assert.equal(end.isUp, speak);
        const said = rig.of(end).filter(({ kind }) => kind !== 'noise');
        assert.equal(said.length, 1, 'said once, not at every hello');
        const [event] = said;
        if (event.kind === 'up') assert.equal(event.version, newest);
        else assert.equal(event.kind === 'incompatible' ? event.reason : event.kind, 'version');
      }
    }),
  );
});

test('two hosts, two devices, or an end that cannot hold a message do not come up', () => {
  const pair = (a: SerialLink, b: SerialLink): string[] => {
    const rig = new LineRig(a, b);
    rig.cable.run(2000);
    assert.ok(!a.isUp && !b.isUp, '!a.isUp && !b.isUp');
    return rig.of(a).map((event) => (event.kind === 'incompatible' ? event.reason : event.kind));
  };
  assert.ok(
    pair(endOf('device', 1), endOf('device', 2)).includes('same-role'),
    'pair(endOf(device, 1), endOf(device, 2)).includes(same-role)',
  );
  const own = helloOf({ role: 'host', build: 'product', firmware: 'x' }, 1, undefined, false);
  const theirs = helloOf({ role: 'device', build: 'product', firmware: 'y' }, 2, undefined, false);
  assert.equal(agree(own, theirs).ok, true);
  const budgets = [0, SERIAL_MESSAGE_BYTES_MAX - 1, 0, 0, 0];
  assert.deepEqual(agree(own, { ...theirs, budgets }), { ok: false, reason: 'budget' });
});

test('stimulus and control exist between two rig builds and nowhere else', () => {
  for (const [a, b] of [
    ['rig', 'product'],
    ['product', 'rig'],
    ['product', 'product'],
    ['rig', 'rig'],
  ] as const) {
    const { device, host } = bothUp(endOf('device', 1, { build: a }), endOf('host', 2, { build: b }));
    const rig = a === 'rig' && b === 'rig';
    for (const [end, channel, open] of [
      [device, 'uplink', true],
      [device, 'log', true],
      [device, 'control', rig],
      [device, 'stimulus', false],
      [device, 'downlink', false],
      [host, 'downlink', true],
      [host, 'stimulus', rig],
      [host, 'control', rig],
      [host, 'uplink', false],
      [host, 'log', false],
    ] as const) {
      const sent = end.send(channel, numbered(1));
      assert.deepEqual(sent.ok ? 'sent' : sent.reason, open ? 'sent' : 'closed-channel', `${a}/${b} ${channel}`);
    }
  }
});

test('a stimulus that reaches a product build all the same is refused, and the line goes on', () => {
  const rig = bothUp(endOf('device', 1, { build: 'product' }));
  const { device, host, cable } = rig;
  const piece = { number: 0, first: true, last: true, asks: false, bytes: Uint8Array.of(1, 2, 3) };
  const forged = closeFrame(encodePiece({ ...piece, channel: 'stimulus' }), crcSeed(0x02020202, 0x01010101));
  const events = device.receive(forged, cable.nowMs);
  assert.deepEqual(
    events.map((event) => (event.kind === 'noise' ? event.reason : event.kind)),
    ['closed-channel'],
  );
  host.send('downlink', numbered(9));
  cable.run(cable.nowMs + 300);
  assert.deepEqual(rig.heard(device).get('downlink'), [numbered(9)]);
});

test('the other end is started anew: what it may not have had is handed back, and nothing comes twice', () => {
  const rig = bothUp();
  const { device, host, cable } = rig;
  rig.releases = false;
  for (let i = 0; i < 40; i++) assert.equal(device.send('uplink', numbered(i)).ok, true);
  cable.run(cable.nowMs + 300);
  const had = rig.heard(host).get('uplink')?.length ?? 0;
  assert.ok(had > 0 && had < 40, 'had > 0 && had < 40');
  const second = endOf('host', 3);
  const again = new LineRig(device, second);
  again.cable.nowMs = cable.nowMs;
  again.cable.run(cable.nowMs + 6000);
  assert.ok(device.isUp && second.isUp, 'device.isUp && second.isUp');
  const told = again.of(device).filter(({ kind }) => kind === 'undelivered');
  assert.equal(told.length, 1);
  const [event] = told;
  assert.ok(event.kind === 'undelivered' && event.messages >= 40 - had && event.messages < 40, JSON.stringify(event));
  assert.equal(again.messages(second).length, 0);
  device.send('uplink', numbered(99));
  again.cable.run(again.cable.nowMs + 200);
  assert.deepEqual(again.heard(second).get('uplink'), [numbered(99)]);
});

test('cable pulled and plugged, for a moment or for long: the same two ends go on and nothing is lost', () => {
  for (const awayMs of [1, 100, 2000, 20_000]) {
    const rig = bothUp();
    const { device, host, cable } = rig;
    for (let i = 0; i < 50; i++) assert.equal(device.send('uplink', numbered(i)).ok, true);
    cable.run(cable.nowMs + 300);
    cable.unplug();
    assert.deepEqual(device.send('uplink', numbered(0)), { ok: false, reason: 'down' });
    cable.run(cable.nowMs + awayMs);
    cable.plug();
    cable.run(cable.nowMs + 4000);
    assert.deepEqual(
      rig.heard(host).get('uplink'),
      Array.from({ length: 50 }, (_, i) => numbered(i)),
    );
    const ups = rig.of(device).filter((event) => event.kind === 'up');
    assert.deepEqual(
      ups.map(({ resumed }) => resumed),
      [false, true],
    );
  }
});

test('an end that falls silent is noticed within 4 s', () => {
  let dead = false;
  const rig = new LineRig(endOf('device', 1), endOf('host', 2), {
    disturb: (bytes) => (dead ? new Uint8Array(0) : bytes),
  });
  const { device, host, cable } = rig;
  cable.run(5000);
  assert.ok(device.isUp && host.isUp, 'device.isUp && host.isUp');
  dead = true;
  cable.run(9000);
  for (const end of [device, host]) assert.deepEqual(rig.of(end).at(-1), { kind: 'down', reason: 'silent' });
});

test('an idle line wakes its ends a few times a second and no more', () => {
  const { cable } = bothUp();
  const before = cable.steps;
  cable.run(cable.nowMs + 60_000);
  const perSecond = (cable.steps - before) / 60;
  assert.ok(perSecond > 1 && perSecond < 20, `${perSecond}`);
});

test("clocks: the other end's is known within the stated error, and within the latency", () => {
  for (const aheadMs of [0, 12_345, -500, 3_000_000_000]) {
    const device = endOf('device', 1);
    const host = endOf('host', 2);
    const rig = new LineRig(device, host, { aheadMs: aheadMs + 1_000_000, latencyMs: 7 });
    rig.cable.run(10_000);
    const known = device.peerClock ?? assert.fail('no clock');
    assert.ok(Math.abs(known.offsetMs - aheadMs - 1_000_000) <= known.errorMs, JSON.stringify(known));
    assert.ok(known.errorMs <= 12, JSON.stringify(known));
    const back = host.peerClock ?? assert.fail('no clock');
    assert.ok(
      Math.abs(back.offsetMs + known.offsetMs) <= known.errorMs + back.errorMs,
      'Math.abs(back.offsetMs + known.offsetMs) <= known.errorMs + back.error',
    );
  }
});

test('the offset of a clock is found from four times, the error is half of the way, and the best sample counts', () => {
  const clock = new PeerClock();
  assert.equal(clock.offset, null);
  clock.answer(1000, 5010, 5030, 1040);
  assert.deepEqual(clock.offset, { offsetMs: 4000, errorMs: 11 });
  // 40 ms one way and none back: within the error all the same.
  clock.answer(2000, 6040, 6040, 2040);
  assert.deepEqual(clock.offset, { offsetMs: 4000, errorMs: 11 });
  clock.answer(3000, 7001, 7001, 3002);
  assert.deepEqual(clock.offset, { offsetMs: 4000, errorMs: 2 });
  // Nonsense is none.
  clock.answer(4000, 8000, 7000, 4001);
  assert.deepEqual(clock.offset, { offsetMs: 4000, errorMs: 2 });
});

test('an end that does one thing at a time, with a window of one frame, is served as well', () => {
  const device = endOf('device', 1, { window: 1 } satisfies Partial<LinkOptions>);
  const rig = bothUp(device);
  const { host, cable } = rig;
  for (let i = 0; i < 20; i++) assert.equal(host.send('control', numbered(i, 300)).ok, true);
  cable.run(cable.nowMs + 5000);
  assert.equal(rig.heard(device).get('control')?.length, 20);
  assert.equal(host.resent, 0);
});

test('the numbers of the channels are their places in every list on the wire', () => {
  assert.deepEqual(
    CHANNEL_NAMES.map((name) => CHANNELS[name].number),
    [0, 1, 2, 3, 4],
  );
  for (const { budgetBytes } of Object.values(CHANNELS)) {
    assert.ok(
      budgetBytes >= SERIAL_MESSAGE_BYTES_MAX && budgetBytes < 32_768,
      'budgetBytes >= SERIAL_MESSAGE_BYTES_MAX && budgetBytes < 32_768',
    );
  }
});
