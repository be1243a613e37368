import assert from 'node:assert/strict';
import test from 'node:test';
import { sensorInputs } from '../../firmware/board/serial-inputs.ts';
import { readManifest } from '../../gateway/core/enrolment.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { DeviceState, Frame, Receipt } from '../../protocol/messages.ts';
import { nobleCrypto as noble } from '../../protocol/noble.ts';
import { COMMANDS, REPORTS, type Report } from '../../protocol/serial-control.ts';
import { rigIdentity, rigIssuerKey } from '../../protocol/serial-identity.ts';
import { decodeOneOf, encodeOneOf } from '../../protocol/serial-message.ts';
import { decodeDownlink, decodeUplink, encodeDownlink, encodeUplink } from '../../protocol/serial-session.ts';
import { int16Bytes, int16sOf, STIMULI, type Stimulus } from '../../protocol/serial-stimulus.ts';
import { DOWNLINK_CHANNELS, UPLINK_CHANNELS } from '../../protocol/topics.ts';
import { seededDraw } from '../protocol/draw.ts';
import { BareRig, driveStimuli, GATEWAY_SECRET, stillSecond } from './serial-stand-in-rig.ts';

const drive = driveStimuli(120);
const endMs = drive.length * 1000;

function leds(rig: BareRig): string[] {
  return rig.reports.flatMap((report) =>
    report.kind === 'seen' && report.what === 'led' ? [`${report.atMs} ${report.value}`] : [],
  );
}

test('every stimulus, command and report comes back from its bytes as it was, and fits a message', () => {
  const draw = seededDraw(11);
  for (const kinds of [STIMULI, COMMANDS, REPORTS]) {
    const codes = new Set<number>();
    for (const [kind, { code, codec }] of Object.entries(kinds)) {
      assert.ok(!codes.has(code), `${kind}: number ${code} is used twice`);
      codes.add(code);
      for (let i = 0; i < 50; i++) {
        const message = { kind, ...codec.generate(draw) };
        const bytes = encodeOneOf(kinds, message as never);
        assert.ok(bytes.length <= 4097, `${kind}: ${bytes.length} bytes`);
        assert.deepEqual(decodeOneOf(kinds, bytes), { ok: true, value: message });
        assert.equal(decodeOneOf(kinds, bytes.subarray(0, -1)).ok, false);
      }
      assert.ok(codec.maxBytes <= 4096, `${kind}: ${codec.maxBytes}`);
    }
  }
  assert.deepEqual(decodeOneOf(STIMULI, Uint8Array.of(200, 0xa0)), { ok: false, reason: 'unknown-kind' });
  assert.deepEqual(decodeOneOf(STIMULI, new Uint8Array(0)), { ok: false, reason: 'unknown-kind' });
});

test('every topic has a number of its own on the line', () => {
  const codes = new Set<number>();
  for (const channel of UPLINK_CHANNELS) {
    const message = { kind: 'signed', channel, bytes: Uint8Array.of(1, 2) } as const;
    const bytes = encodeUplink(message);
    codes.add(bytes[0]);
    assert.deepEqual(decodeUplink(bytes), { ok: true, value: message });
    assert.deepEqual(decodeUplink(bytes.subarray(0, 1)), { ok: false, reason: 'truncated' });
  }
  assert.equal(codes.size, UPLINK_CHANNELS.length);
  for (const channel of DOWNLINK_CHANNELS) {
    const message = { kind: 'signed', channel, bytes: Uint8Array.of(3) } as const;
    assert.deepEqual(decodeDownlink(encodeDownlink(message)), { ok: true, value: message });
  }
});

test('samples keep their sign on the wire', () => {
  assert.deepEqual([...int16sOf(int16Bytes(Int16Array.of(-32_768, -1, 0, 32_767)))], [-32_768, -1, 0, 32_767]);
});

test('what a rig build signs is keyed to an issuer that a gateway believes only when it is told to', () => {
  const rig = new BareRig();
  rig.state({ kind: 'time', mode: 'manual', nowMs: 0 });
  const seed = Uint8Array.of(1);
  const gatewayKey = new Uint8Array(32);
  const answer = rig.command({ kind: 'identity', seed, gatewayKey, manifestNumber: 3, erase: true });
  assert.ok(answer?.kind === 'identity', 'answer?.kind === identity');
  assert.equal(answer.device, deviceIdOf(answer.publicKey, noble));
  assert.deepEqual(answer.publicKey, rigIdentity(seed, gatewayKey, noble).publicKey);
  const issuer = noble.publicKey(rigIssuerKey(noble));
  const stranger = noble.publicKey(new Uint8Array(32).fill(9));
  assert.deepEqual(readManifest(answer.manifest, [], noble), { ok: false, reason: 'no-manufacturer' });
  const pinned = { publicKey: stranger, lastNumber: -1 };
  assert.deepEqual(readManifest(answer.manifest, [pinned], noble), { ok: false, reason: 'signature' });
  const told = readManifest(answer.manifest, [{ publicKey: issuer, lastNumber: 2 }], noble);
  assert.ok(told.ok, 'told.ok');
  assert.equal(told.value.devices[0].device, answer.device);
});

test('a drive under manual time: LED, connect, birth, and frames that carry the trip', () => {
  const rig = new BareRig();
  rig.start();
  const connect = rig.uplinks[0];
  assert.ok(connect.kind === 'connect', 'connect.kind === connect');
  const { publicKey } = rigIdentity(Uint8Array.of(1), noble.publicKey(GATEWAY_SECRET), noble);
  const scope = { type: 'bb-state', direction: 'up', device: connect.device } as const;
  assert.ok(
    unseal(DeviceState, connect.will, scope, publicKey, noble).ok,
    'unseal(DeviceState, connect.will, scope, publicKey, noble).ok',
  );
  rig.downlink({ kind: 'verdict', verdict: 'welcome', reason: '' });
  for (const stimulus of drive) rig.stimulate(stimulus);
  const stopped = rig.advance(endMs, drive.length);
  assert.ok(
    stopped?.kind === 'state' && stopped.stopped === 'reached' && stopped.nowMs === endMs,
    'stopped?.kind === state && stopped.stopped === reached && stopped.nowM',
  );
  assert.equal(rig.released, drive.length + 1 + rig.reports.filter((report) => 'id' in report).length);
  // C29: green for 1 s when it is plugged in, for 5 s when the engine starts.
  const [plugged, unplugged, started, ready] = leds(rig);
  assert.deepEqual([plugged, unplugged], ['0 1', '1000 0']);
  assert.equal(Number(ready?.split(' ')[0]) - Number(started?.split(' ')[0]), 5000);
  const frames = rig.uplinks.flatMap((uplink) => {
    if (uplink.kind !== 'signed' || uplink.channel !== 'frame') return [];
    const frame = unseal(Frame, uplink.bytes, { ...scope, type: 'bb-frame' }, publicKey, noble);
    return frame.ok ? [frame.value] : assert.fail('a frame that its own key does not open');
  });
  assert.ok(
    frames.length >= 1 && frames.some(({ trip }) => trip !== undefined),
    'frames.length >= 1 && frames.some(({ trip }) => trip !== undefined)',
  );
  const [{ boot }] = frames;
  const before = rig.uplinks.length;
  const receipt = { boot, through: Math.max(...frames.map(({ seq }) => seq)), missing: [], refused: [] };
  const sealed = seal(
    Receipt,
    receipt,
    { type: 'bb-receipt', direction: 'dn', device: connect.device },
    GATEWAY_SECRET,
    noble,
  );
  rig.downlink({ kind: 'signed', channel: 'receipt', bytes: sealed });
  rig.advance(endMs + 600_000, drive.length, { downlinks: 2 });
  const again = rig.uplinks.slice(before).filter((uplink) => uplink.kind === 'signed' && uplink.channel === 'frame');
  assert.deepEqual(again, [], 'what is receipted is not sent again');
});

/** What came, in the order of each channel: channels do not wait for each other. */
function byChannel({ log }: BareRig): string[] {
  const of = (channel: string): string[] => log.filter((line) => line.startsWith(channel));
  return [...of('uplink'), ...of('log'), ...of('control').filter((line) => line.startsWith('control 50'))];
}

test('the same stimuli give the same bytes, however they arrive and in how many steps time passes', () => {
  const whole = new BareRig();
  whole.start();
  for (const stimulus of drive) whole.stimulate(stimulus);
  whole.advance(endMs, drive.length);

  const first = new BareRig();
  first.start();
  // Time is told to pass first, and the stimuli come one by one.
  assert.equal(first.advance(endMs, drive.length), undefined);
  for (const stimulus of drive) {
    first.stimulate(stimulus);
    first.run();
  }
  assert.deepEqual(byChannel(first), byChannel(whole));

  const stepped = new BareRig();
  stepped.start();
  for (const stimulus of drive) stepped.stimulate(stimulus);
  let nowMs = 0;
  let stops = 0;
  while (nowMs < endMs) {
    const stopped = stepped.advance(endMs, drive.length, { stopAtOutput: true });
    assert.ok(stopped?.kind === 'state', 'stopped?.kind === state');
    nowMs = stopped.nowMs;
    stops++;
    if (stopped.stopped === 'reached') break;
  }
  assert.ok(stops > 4, `${stops} stops`);
  assert.deepEqual(byChannel(stepped), byChannel(whole));
});

test('timers of a moment wait for all of its stimuli, also for those that have not come yet', () => {
  // C29: the LED goes off after 1 s, unless an update began in that very moment.
  const stimuli: Stimulus[] = [
    { kind: 'gnss', atMs: 1000 },
    { kind: 'update', atMs: 1000, installing: true },
  ];
  const sights: string[][] = [];
  for (const early of [true, false]) {
    const rig = new BareRig();
    rig.start();
    if (early) for (const stimulus of stimuli) rig.stimulate(stimulus);
    rig.advance(3000, 2);
    if (!early) {
      for (const stimulus of stimuli) {
        rig.stimulate(stimulus);
        rig.run();
      }
    }
    sights.push(leds(rig));
  }
  assert.deepEqual(sights, [['0 1'], ['0 1']]);
});

test('another seed is another device, and its chips draw other numbers', () => {
  const [one, other] = [1, 2].map((seed) => {
    const rig = new BareRig();
    rig.start(seed);
    return rig.uplinks[0];
  });
  assert.ok(one.kind === 'connect' && other.kind === 'connect', 'one.kind === connect && other.kind === connect');
  assert.notEqual(one.device, other.device);
});

test('nine hours of parking are one stimulus', () => {
  const rig = new BareRig();
  rig.start();
  const seconds = 9 * 3600;
  rig.stimulate(stillSecond(1000, seconds));
  const stopped = rig.advance(seconds * 1000, 1);
  assert.ok(
    stopped?.kind === 'state' && stopped.nowMs === seconds * 1000,
    'stopped?.kind === state && stopped.nowMs === seconds * 1000',
  );
  const same = new BareRig();
  same.start();
  for (let s = 1; s <= 600; s++) same.stimulate(stillSecond(s * 1000));
  const many = same.advance(600_000, 600);
  assert.ok(many?.kind === 'state', 'many?.kind === state');
  const folded = new BareRig();
  folded.start();
  folded.stimulate(stillSecond(1000, 600));
  folded.advance(600_000, 1);
  assert.deepEqual(byChannel(folded), byChannel(same));
});

test('time waits for the downlinks that it was told of, and stops at the first thing to be seen', () => {
  const rig = new BareRig();
  rig.start();
  rig.advance(0, 0, { stopAtOutput: true });
  assert.equal(rig.advance(5000, 0, { downlinks: 1, stopAtOutput: true }), undefined);
  const waiting = rig.state({ kind: 'query' });
  assert.deepEqual([waiting.nowMs, waiting.stopped], [0, 'waiting']);
  const before = rig.reports.length;
  rig.downlink({ kind: 'verdict', verdict: 'welcome', reason: '' });
  rig.run();
  const [answer] = rig.reports.slice(before).filter((report) => report.kind === 'state');
  // The welcome makes the device publish its birth at once.
  assert.deepEqual([answer.nowMs, answer.stopped, answer.downlinks], [0, 'output', 1]);
  const next = rig.advance(5000, 0, { downlinks: 1, stopAtOutput: true });
  assert.ok(next?.kind === 'state', 'next?.kind === state');
  assert.deepEqual([next.nowMs, next.stopped], [1000, 'output'], 'the LED goes off after 1 s');
});

test('power: a cut with hold-up and its return, off time known and unknown, a reset that keeps the flash', () => {
  const rig = new BareRig();
  rig.start();
  const birth = (): DeviceState => {
    rig.downlink({ kind: 'verdict', verdict: 'welcome', reason: '' });
    const uplink = rig.uplinks.filter((one) => one.kind === 'signed' && one.channel === 'state').at(-1);
    const { id, publicKey } = rigIdentity(Uint8Array.of(1), noble.publicKey(GATEWAY_SECRET), noble);
    assert.ok(uplink?.kind === 'signed', 'uplink?.kind === signed');
    const state = unseal(
      DeviceState,
      uplink.bytes,
      { type: 'bb-state', direction: 'up', device: id },
      publicKey,
      noble,
    );
    return state.ok ? state.value : assert.fail(state.reason);
  };
  assert.deepEqual([birth().reset, birth().offMs], ['power-on', undefined]);
  rig.advance(10_000, 0);
  rig.state({ kind: 'power-cut', holdUpMs: 100, offMs: 2000 });
  assert.equal(rig.state({ kind: 'query' }).powered, true);
  rig.advance(10_100, 0);
  assert.equal(rig.state({ kind: 'query' }).powered, false);
  rig.advance(12_100, 0);
  const back = birth();
  assert.deepEqual([back.reset, back.offMs], ['brown-out', 2000]);
  rig.state({ kind: 'power-cut', holdUpMs: 0 });
  assert.deepEqual(rig.state({ kind: 'reset', reason: 'watchdog' }).verdict, 'wrong-state');
  rig.advance(20_000, 0);
  rig.state({ kind: 'power-on', reason: 'power-on', knowsOffTime: false });
  assert.equal(birth().offMs, undefined);
  rig.state({ kind: 'reset', reason: 'watchdog' });
  const { reset, offMs } = birth();
  assert.deepEqual([reset, offMs], ['watchdog', 0]);
  assert.equal(rig.state({ kind: 'query' }).boots, 4);
  // A reset does not bring the supply back.
  rig.state({ kind: 'power-cut', holdUpMs: 500 });
  rig.state({ kind: 'reset', reason: 'watchdog' });
  rig.advance(20_499, 0);
  assert.equal(rig.state({ kind: 'query' }).powered, true);
  rig.advance(20_500, 0);
  assert.equal(rig.state({ kind: 'query' }).powered, false);
  rig.state({ kind: 'power-on', reason: 'power-on', knowsOffTime: true });
  // The supply comes back while the hold-up lasts: nothing was cut.
  rig.state({ kind: 'power-cut', holdUpMs: 100 });
  assert.equal(rig.state({ kind: 'power-on', reason: 'power-on', knowsOffTime: true }).verdict, 'done');
  rig.advance(30_000, 0);
  const { powered, boots } = rig.state({ kind: 'query' });
  assert.deepEqual([powered, boots], [true, 6]);
});

test('a command that comes twice gets the same answer and is done once', () => {
  const rig = new BareRig();
  rig.start();
  const first = rig.command({ kind: 'reset', reason: 'software' }, 77);
  const again = rig.command({ kind: 'reset', reason: 'software' }, 77);
  assert.deepEqual(again, first);
  assert.equal(rig.state({ kind: 'query' }).boots, 2);
});

test('what cannot be done is answered with the reason', () => {
  const rig = new BareRig();
  assert.equal(rig.state({ kind: 'power-on', reason: 'power-on', knowsOffTime: true }).verdict, 'wrong-state');
  assert.equal((rig.advance(1000, 0) as { verdict?: string }).verdict, 'wrong-state', 'time is live');
  rig.start();
  rig.advance(5000, 0);
  assert.equal((rig.advance(4999, 0) as { verdict?: string }).verdict, 'in-the-past');
  assert.equal(rig.state({ kind: 'time', mode: 'manual', nowMs: 0 }).verdict, 'wrong-state', 'the power is on');
  assert.equal(rig.advance(9000, 1), undefined);
  const before = rig.reports.length;
  rig.state({ kind: 'reset', reason: 'software' });
  const verdicts = rig.reports.slice(before).flatMap((report) => (report.kind === 'state' ? [report.verdict] : []));
  assert.deepEqual(verdicts, ['interrupted', 'done']);
  rig.send('control', Uint8Array.of(99, 1));
  const [last] = rig.reports.slice(-1) as (Report & { verdict?: string; id?: number })[];
  assert.deepEqual([last.verdict, last.id], ['bad-message', 0]);
});

test('stimuli that are late, cannot be read, or that a sensor has no input for are counted and given back', () => {
  const rig = new BareRig();
  rig.start();
  rig.advance(5000, 0);
  const { released } = rig;
  const odd: Stimulus = { kind: 'imu', atMs: 6000, startMs: 5000, axes: new Uint8Array(7) };
  rig.stimulate({ kind: 'gnss', atMs: 4999 });
  rig.send('stimulus', Uint8Array.of(99));
  rig.stimulate({ kind: 'body', atMs: 6000, part: 'lid-open', value: 1 });
  rig.stimulate(odd);
  rig.stimulate({ kind: 'gnss', atMs: 5500 });
  const answer = rig.advance(7000, 5);
  assert.ok(answer?.kind === 'state', 'answer?.kind === state');
  assert.deepEqual([answer.stimuli, answer.refused, rig.released - released], [5, 5, 6]);
  const able = rig.command({ kind: 'capabilities' });
  assert.ok(able?.kind === 'capabilities', 'able?.kind === capabilities');
  assert.equal(able.stimuli.includes(STIMULI.body.code), false);
  assert.equal(able.manualTime, true);
});

test('a line that takes nothing holds time up, and nothing is lost', () => {
  const rig = new BareRig();
  rig.start();
  for (const stimulus of drive) rig.stimulate(stimulus);
  rig.open = false;
  assert.equal(rig.advance(endMs, drive.length), undefined);
  rig.open = true;
  rig.run();
  const whole = new BareRig();
  whole.start();
  for (const stimulus of drive) whole.stimulate(stimulus);
  whole.advance(endMs, drive.length);
  assert.deepEqual(byChannel(rig), byChannel(whole));
});

test('live time runs by the clock of whoever owns the stand-in, and what comes late is taken at once', () => {
  const rig = new BareRig();
  const at = (ownerMs: number) => {
    rig.ownerMs = ownerMs;
    rig.run();
    return rig.state({ kind: 'query' });
  };
  at(500_000);
  const gatewayKey = new Uint8Array(32);
  rig.command({ kind: 'identity', seed: Uint8Array.of(1), gatewayKey, manifestNumber: 1, erase: true });
  rig.command({ kind: 'time', mode: 'live', nowMs: 0 });
  rig.command({ kind: 'power-on', reason: 'power-on', knowsOffTime: true });
  assert.equal(rig.standIn.nextTimeout(), 501_000, 'the LED goes off');
  assert.equal(at(500_999).led, true);
  assert.equal(at(501_000).led, false);
  at(503_500);
  rig.stimulate(stillSecond(3000));
  const { refused, nowMs, stimuli } = at(503_500);
  assert.deepEqual([refused, nowMs, stimuli], [0, 3500, 1]);
  assert.equal(rig.released, 1 + rig.reports.filter((report) => 'id' in report).length);
});

test('samples that are older than the boot are not for this boot, and the others are on its clock', () => {
  const second = stillSecond(5000);
  assert.deepEqual(sensorInputs(second, 4001), []);
  const inputs = sensorInputs(second, 3000) ?? [];
  assert.deepEqual(
    inputs.map((input) => ('startMs' in input ? `${input.kind} ${input.startMs}` : input.kind)),
    ['imu 1000', 'supply 1000', 'gnss'],
  );
  const axes = int16Bytes(new Int16Array(6));
  assert.deepEqual(sensorInputs({ kind: 'imu', atMs: 900, startMs: 499, axes }, 500), []);
  assert.equal(sensorInputs({ kind: 'imu-burst', atMs: 900, startMs: 500, axes }, 500)?.length, 1);
  assert.equal(sensorInputs({ kind: 'supply', atMs: 900, startMs: 500, mV: new Uint8Array(3) }, 0), null);
});
