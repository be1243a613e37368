import assert from 'node:assert/strict';
import test from 'node:test';
import { CHANNELS, SERIAL_MESSAGE_BYTES_MAX } from '../../protocol/serial-channels.ts';
import { closeFrame, crcSeed } from '../../protocol/serial-frame.ts';
import { encodePiece } from '../../protocol/serial-piece.ts';
import { bothUp, endOf, LineRig, numbered } from './serial-rig.ts';

test('messages of every size arrive, up to the largest; a larger or empty one is refused', () => {
  const rig = bothUp();
  const { device, host, cable } = rig;
  const sizes = [1, 119, 120, 121, 240, 241, 4096, SERIAL_MESSAGE_BYTES_MAX];
  for (const size of sizes) assert.equal(device.send('uplink', numbered(size & 0xff, size)).ok, true);
  assert.deepEqual(device.send('uplink', new Uint8Array(0)), { ok: false, reason: 'empty' });
  assert.deepEqual(device.send('uplink', new Uint8Array(SERIAL_MESSAGE_BYTES_MAX + 1)), {
    ok: false,
    reason: 'too-large',
  });
  cable.run(cable.nowMs + 3000);
  assert.deepEqual(
    rig.heard(host).get('uplink'),
    sizes.map((size) => numbered(size & 0xff, size)),
  );
});

test('budget: a sender lets no more wait, a receiver never holds more, and credit comes back with each release', () => {
  const rig = bothUp();
  const { device, host, cable } = rig;
  const { budgetBytes } = CHANNELS.uplink;
  rig.releases = false;
  const fill = (): number => {
    let sent = 0;
    while (device.send('uplink', numbered(sent)).ok) sent++;
    return sent;
  };
  assert.equal(fill(), Math.floor(budgetBytes / 200));
  assert.deepEqual(device.send('uplink', numbered(0)), { ok: false, reason: 'full' });
  // Another channel is not held up by it.
  assert.equal(device.send('log', numbered(7)).ok, true);
  cable.run(cable.nowMs + 10_000);
  assert.equal(rig.heard(host).get('log')?.length, 1);
  fill();
  cable.run(cable.nowMs + 20_000);
  const held = (): number => rig.messages(host).filter(({ channel }) => channel === 'uplink').length;
  assert.equal(held(), Math.floor(budgetBytes / 200), 'the first budget has come, and no message more');
  assert.equal(device.idle, false);
  for (const message of rig.messages(host)) host.release(message, cable.nowMs);
  rig.releases = true;
  cable.run(cable.nowMs + 5000);
  assert.equal(device.idle, true);
  assert.equal(held(), 2 * Math.floor(budgetBytes / 200));
});

test('credit that was lost on the way is asked for', () => {
  let lose = false;
  const rig = new LineRig(endOf('device', 1), endOf('host', 2), {
    disturb: (bytes, _nowMs, way) => (lose && way === 'b-to-a' ? new Uint8Array(0) : bytes),
  });
  const { device, host, cable } = rig;
  cable.run(500);
  rig.releases = false;
  while (device.send('uplink', numbered(1)).ok);
  cable.run(cable.nowMs + 5000);
  while (device.send('uplink', numbered(2)).ok);
  cable.run(cable.nowMs + 2000);
  lose = true;
  for (const message of rig.messages(host)) host.release(message, cable.nowMs);
  rig.releases = true;
  const asked = device.counts.framesOut;
  cable.run(cable.nowMs + 900);
  assert.equal(device.idle, false);
  assert.equal(device.counts.framesOut - asked >= 6, true, 'it asks more often than its heart beats');
  const had = rig.messages(host).length;
  lose = false;
  // Far sooner than the next heartbeat would have brought it.
  cable.run(cable.nowMs + 250);
  assert.ok(rig.messages(host).length > had, 'rig.messages(host).length > had');
  cable.run(cable.nowMs + 2500);
  assert.equal(device.idle, true);
});

test('an acknowledgement that was lost: the frame comes again, is no noise, and is acknowledged at once', () => {
  let lose = false;
  const rig = new LineRig(endOf('device', 1), endOf('host', 2), {
    disturb: (bytes, _nowMs, way) => (lose && way === 'b-to-a' ? new Uint8Array(0) : bytes),
  });
  const { device, host, cable } = rig;
  cable.run(2050);
  device.send('uplink', numbered(1));
  lose = true;
  cable.run(cable.nowMs + 60);
  lose = false;
  assert.equal(rig.messages(host).length, 1);
  cable.run(cable.nowMs + 500);
  assert.ok(
    device.idle && device.resent > 0 && host.duplicates > 0,
    'device.idle && device.resent > 0 && host.duplicates > 0',
  );
  assert.equal(rig.messages(host).length, 1);
  assert.equal(host.counts.noiseBytes, 0);
});

test('a frame that is lost in a stream is known by those after it, and sent again before a timer runs out', () => {
  let frames = 0;
  const rig = new LineRig(endOf('device', 1), endOf('host', 2), {
    disturb: (bytes, _nowMs, way) => {
      const lost = way === 'a-to-b' && bytes.length > 100 && ++frames === 40;
      return lost ? new Uint8Array(0) : bytes;
    },
  });
  const { device, host, cable } = rig;
  cable.run(500);
  let longestMs = 0;
  let atMs = cable.nowMs;
  let had = 0;
  cable.run(cable.nowMs + 3000, () => {
    while (device.send('uplink', numbered(1, 120)).ok);
    const count = rig.messages(host).length;
    if (count === had) return false;
    longestMs = Math.max(longestMs, cable.nowMs - atMs);
    atMs = cable.nowMs;
    had = count;
    return false;
  });
  assert.equal(device.resent, 1);
  // A frame takes 11 ms, and what has left the sender before the news is ahead of the one that comes again.
  assert.ok(longestMs > 15 && longestMs < 80, `${longestMs} ms`);
});

test('noise before a frame on a line that was silent costs no frame', () => {
  const rig = bothUp();
  const { device, host, cable } = rig;
  cable.run(5050);
  host.receive(Uint8Array.of(0x55, 0xaa, 0x12), cable.nowMs);
  device.send('uplink', numbered(1));
  cable.run(cable.nowMs + 100);
  assert.deepEqual(rig.heard(host).get('uplink'), [numbered(1)]);
  assert.equal(device.resent, 0);
  assert.equal(host.counts.noiseBytes, 3);
});

test('a sender that ignores its credit is not served: the receiver holds its budget and no more', () => {
  const device = endOf('device', 1);
  const rig = bothUp(device);
  rig.releases = false;
  const { host, cable } = rig;
  const seed = crcSeed(0x01010101, 0x02020202);
  const reasons: string[] = [];
  for (let number = 0; number < 300; number++) {
    const piece = { channel: 'uplink', number: number % 256, first: true, last: true, asks: false } as const;
    const frame = closeFrame(encodePiece({ ...piece, bytes: new Uint8Array(100) }), seed);
    for (const event of host.receive(frame, cable.nowMs)) {
      if (event.kind === 'noise') reasons.push(event.reason);
    }
  }
  assert.equal(reasons[0], 'over-budget');
  assert.ok(
    300 - reasons.length <= CHANNELS.uplink.budgetBytes / 100,
    '300 - reasons.length <= CHANNELS.uplink.budgetBytes / 100',
  );
});

test('a sender that breaks a message is told by noise, and the next whole message is taken', () => {
  const { device, host, cable } = bothUp();
  device.send('uplink', numbered(1));
  cable.run(cable.nowMs + 100);
  const seed = crcSeed(0x01010101, 0x02020202);
  let number = 2;
  const heard: string[] = [];
  const say = (first: boolean, last: boolean, length = 1, ahead = 0): void => {
    const piece = { channel: 'uplink', number: (number + ahead) % 256, first, last, asks: false } as const;
    number++;
    for (const event of host.receive(
      closeFrame(encodePiece({ ...piece, bytes: numbered(7, length) }), seed),
      cable.nowMs,
    )) {
      heard.push(
        event.kind === 'message' ? `message ${event.bytes.length}` : event.kind === 'noise' ? event.reason : event.kind,
      );
      if (event.kind === 'message') host.release(event, cable.nowMs);
    }
  };
  say(true, false, 9);
  say(true, true, 5);
  say(false, true);
  for (let i = 0; i < 35; i++) say(i === 0, false, 120);
  say(false, true, 3);
  say(true, true, 4);
  assert.deepEqual(heard, [
    'message 5',
    'broken-message',
    'broken-message',
    'broken-message',
    'broken-message',
    'message 4',
  ]);
  heard.length = 0;
  say(true, true, 1, 40);
  assert.deepEqual(heard, ['beyond-window']);
});

test('channels share the line: a talkative log leaves four fifths to the uplink', () => {
  const rig = bothUp();
  const { device, host, cable } = rig;
  const fromMs = cable.nowMs;
  cable.run(fromMs + 10_000, () => {
    while (device.send('log', numbered(1, 120)).ok);
    while (device.send('uplink', numbered(2, 120)).ok);
    return false;
  });
  const bytes = (channel: 'uplink' | 'log'): number => 120 * (rig.heard(host).get(channel)?.length ?? 0);
  const share = bytes('log') / (bytes('log') + bytes('uplink'));
  assert.ok(share > 0.15 && share < 0.22, `${share}`);
});

test('pacing: never more goes out than the line carries and a little ahead, and never much less', () => {
  for (const bytesPerSecond of [960, 11_520, 92_160]) {
    const device = endOf('device', 1, { bytesPerSecond });
    const host = endOf('host', 2, { bytesPerSecond });
    const rig = new LineRig(device, host, { bytesPerSecond });
    rig.cable.run(2000);
    const before = device.counts.bytesOut;
    const fromMs = rig.cable.nowMs;
    rig.cable.run(fromMs + 10_000, () => {
      while (device.send('uplink', numbered(1)).ok);
      const most = 256 + bytesPerSecond * 0.02 + (bytesPerSecond * (rig.cable.nowMs - fromMs)) / 1000;
      assert.ok(device.counts.bytesOut - before <= most, `${device.counts.bytesOut - before} of ${most}`);
      return false;
    });
    assert.ok(device.counts.bytesOut - before > 9.8 * bytesPerSecond, `${bytesPerSecond}`);
  }
});
