import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpackTrace } from '../../protocol/raw-trace.ts';
import { ForceRig, mountedRig, UPRIGHT } from './force-rig.ts';

test('C5: a braking of 0.45 g for a second is one event with its time, peak, duration and speed', () => {
  const rig = mountedRig(72);
  const fromMs = rig.nowMs;
  rig.drive(() => -450);
  rig.cruise(5);
  assert.equal(rig.events.length, 1);
  const [event] = rig.events;
  assert.equal(event.kind, 'harsh-braking');
  assert.ok(Math.abs(event.atMs - fromMs - 100) <= 60, `${event.atMs - fromMs}`);
  assert.ok(Math.abs(event.durationMs - 1000) <= 120, `${event.durationMs}`);
  assert.ok(Math.abs(event.peak - 45) <= 3, `${event.peak}`);
  assert.ok(Math.abs(event.speedDmS - 200) <= 8, `${event.speedDmS}`);
});

test('C5: the onset of an event is where it is, wherever in the second it falls', () => {
  for (let offset = 0; offset < 50; offset += 7) {
    const rig = mountedRig(72);
    const fromMs = rig.nowMs + 20 * offset;
    rig.drive((i) => (i >= offset ? -500 : 0));
    rig.drive((i) => (i < offset ? -500 : 0));
    rig.cruise(5);
    assert.equal(rig.events.length, 1);
    assert.ok(Math.abs(rig.events[0].atMs - fromMs - 100) <= 60, `${rig.events[0].atMs - fromMs}`);
  }
});

/** What the rig's car did, as it would stand in a trace: forward, left, up in 0.01 g from `fromMs` on. */
function assertTrace(rig: ForceRig, forwardMg: (ms: number) => number, leftMg: (ms: number) => number): void {
  assert.equal(rig.events.length, 1);
  const [{ atMs, trace }] = rig.events;
  const raw = trace === undefined ? null : unpackTrace(trace);
  assert.ok(raw?.ok);
  const { fromMs, cadenceMs, count, axesCg } = raw.value;
  const expected = (mg: (ms: number) => number) =>
    Array.from({ length: count }, (_, i) => Math.round(mg(atMs + fromMs + i * cadenceMs) / 10));
  assert.equal(cadenceMs, 20);
  assert.deepEqual([...axesCg[0].subarray(0, count)], expected(forwardMg));
  assert.deepEqual([...axesCg[1].subarray(0, count)], expected(leftMg));
  assert.deepEqual(
    [...axesCg[2].subarray(0, count)],
    expected(() => 1000),
  );
}

test('C5: an event keeps 2 s of raw samples, half of them before its peak', () => {
  for (let offset = 0; offset < 50; offset += 7) {
    const rig = mountedRig(72);
    const [fromMs, untilMs] = [rig.nowMs + 20 * offset, rig.nowMs + 20 * offset + 1000];
    const pedal = (ms: number): number => {
      const inside = ms >= fromMs && ms < untilMs;
      return inside ? -400 - 100 * Math.max(0, 1 - Math.abs(ms - fromMs - 700) / 200) : 0;
    };
    for (let s = 0; s < 7; s++) {
      const startMs = rig.nowMs;
      rig.drive((i) => pedal(startMs + 20 * i));
    }
    assertTrace(rig, pedal, () => 0);
    const [{ atMs, trace }] = rig.events;
    assert.equal(trace?.count, 100);
    // The low-pass shows the peak 0.1 s late.
    const peakMs = atMs + (trace?.fromMs ?? 0) + 1000;
    assert.ok(Math.abs(peakMs - fromMs - 800) <= 60, `${peakMs - fromMs}`);
  }
});

test('C5: the samples around the peak of a long braking are kept, long after they have gone by', () => {
  const rig = mountedRig(220);
  const fromMs = rig.nowMs;
  const pedal = (ms: number): number => {
    if (ms < fromMs || ms >= fromMs + 10_000) return 0;
    return ms < fromMs + 1500 ? -600 : -430 - (ms % 40);
  };
  for (let s = 0; s < 15; s++) {
    const startMs = rig.nowMs;
    rig.drive((i) => pedal(startMs + 20 * i));
  }
  assertTrace(rig, pedal, () => 0);
  const [{ trace, durationMs }] = rig.events;
  assert.ok(durationMs > 9000, `${durationMs}`);
  assert.ok((trace?.fromMs ?? 0) < 500, `${trace?.fromMs}`);
});

test('C5: gravity of a hill is no acceleration, and does not hide one', () => {
  const rig = mountedRig(50);
  for (let s = 0; s < 6; s++) {
    rig.gravityForwardMg += 153 / 6;
    rig.drive(() => 50);
  }
  for (let k = 0; k < 10; k++) {
    // 0.15 g of hill and 0.2 g of pedal would be 0.35 g.
    for (let s = 0; s < 3; s++) rig.drive(() => 200);
    for (let s = 0; s < 3; s++) rig.drive(() => -200);
  }
  rig.cruise(5);
  assert.deepEqual(rig.events, []);
  rig.drive(() => -420);
  rig.cruise(5);
  assert.deepEqual(
    rig.events.map(({ kind }) => kind),
    ['harsh-braking'],
  );
});

test('C5: a start from standstill counts from 10 km/h on, and only if 400 ms are left', () => {
  const launch = (seconds: number): number => {
    const rig = mountedRig(0);
    // 0.35 g reaches 10 km/h after 0.81 s.
    rig.drive(() => 350);
    rig.drive((i) => (i < 50 * (seconds - 1) ? 350 : 0));
    rig.cruise(5);
    return rig.events.length;
  };
  assert.equal(launch(1.05), 0);
  assert.equal(launch(1.2), 1);
});

test('C5: without a solution the last tilt holds', () => {
  const rig = mountedRig(80);
  rig.drive(() => -450, undefined, false);
  for (let s = 0; s < 5; s++) rig.drive(() => 0, undefined, false);
  assert.equal(rig.events.length, 1);
});

test('C5: nothing is judged before the axes are known, nor after they were lost', () => {
  const rig = new ForceRig(72);
  rig.cruise(5);
  rig.drive(() => -450);
  rig.cruise(5);
  assert.deepEqual(rig.events, []);
  const lost = mountedRig(72);
  lost.sensing.unmount();
  assert.equal(lost.sensing.vehicleAxes, false);
  lost.drive(() => -450);
  lost.cruise(5);
  assert.deepEqual(lost.events, []);
});

test('C41: what came two seconds before something odd is not judged either', () => {
  const rig = mountedRig(72);
  rig.drive(() => -450);
  rig.sensing.blind();
  rig.cruise(10);
  assert.deepEqual(rig.events, []);
  rig.drive(() => -450);
  rig.cruise(5);
  assert.equal(rig.events.length, 1);
});

test('a gap in the samples ends what was going on', () => {
  const rig = mountedRig(72);
  rig.drive(() => -450);
  rig.skip(3);
  rig.cruise(10);
  assert.deepEqual(rig.events, []);
});

test('a blow on the device does not turn firm driving into an event', () => {
  const rig = mountedRig(50);
  for (let s = 0; s < 5; s++) {
    rig.blowMg = (i) => (s === 2 && i >= 10 && i < 12 ? -6000 : 0);
    rig.drive(() => 205);
  }
  rig.cruise(5);
  assert.deepEqual(rig.events, []);
});

test('a pothole on top of firm braking is no event', () => {
  const rig = mountedRig(60);
  for (let s = 0; s < 3; s++) rig.drive((i) => (s === 1 && i >= 20 && i < 22 ? -2250 : -250));
  rig.cruise(5);
  assert.deepEqual(rig.events, []);
});

test('the second has its minimum, maximum and mean along each axis, in 0.01 g', () => {
  const rig = mountedRig(60);
  rig.drive(
    (i) => (i === 3 ? 300 : -100),
    (i) => (i === 4 ? -500 : 50),
  );
  assert.deepEqual([...rig.sensing.columnsCg], [-10, 30, -9, -50, 5, 4, 100, 100, 100]);
});

test('the receiver may be late: the lag is found from driving', () => {
  for (const lagSamples of [0, 10, 15]) {
    const rig = new ForceRig(60);
    rig.cruise(2);
    rig.sensing.mount(UPRIGHT);
    let late = rig.speedCmS;
    const axesMg = new Int16Array(150);
    for (let s = 0; s < 120; s++) {
      const mg = [0, 250, 0, -250][s % 4] * (s % 8 < 4 ? 1 : 0.6);
      const startMs = rig.nowMs;
      for (let i = 0; i < 50; i++) {
        axesMg[3 * i] = Math.round(mg);
        axesMg[3 * i + 2] = 1000;
        rig.speedCmS += mg * 0.980665 * 0.02;
        if (i === 49 - lagSamples) late = rig.speedCmS;
      }
      rig.skip(1);
      rig.sensing.block(axesMg, startMs);
      rig.sensing.locate(Math.round(late), 0);
      rig.sensing.judge(rig.events);
    }
    assert.ok(Math.abs(rig.sensing.gnssLagS - lagSamples * 0.02) < 0.04, `${rig.sensing.gnssLagS} s`);
  }
});
