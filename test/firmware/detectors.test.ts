import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Detector, harshDetectors, LowPass, SAMPLE_MS } from '../../firmware/detectors.ts';
import { sin } from '../../protocol/trig.ts';

const FAST_CM_S = 2000;

/** One detector over values at given times; returns what it tells. */
function run(detector: Detector, steps: readonly (readonly [atMs: number, mg: number, speedCmS?: number])[]) {
  return steps.flatMap(([atMs, mg, speedCmS = FAST_CM_S]) => detector.step(mg, atMs, speedCmS, false) ?? []);
}

test('C5: 399 ms over the threshold are no event, 400 ms are one', () => {
  const { braking } = harshDetectors();
  assert.deepEqual(
    run(braking, [
      [0, 400],
      [200, 400],
      [399, 0],
    ]),
    [],
  );
  const [event] = run(braking, [
    [1000, 400],
    [1200, 400],
    [1400, 0],
  ]);
  assert.equal(event.kind, 'harsh-braking');
  assert.equal(event.durationMs, 400);
});

test('C5: the thresholds are 0.28 g forward, 0.32 g braking and 0.38 g to either side', () => {
  const detectors = harshDetectors();
  for (const [detector, thresholdMg] of [
    [detectors.forward, 280],
    [detectors.braking, 320],
    [detectors.left, 380],
    [detectors.right, 380],
  ] as const) {
    assert.deepEqual(
      run(detector, [
        [0, thresholdMg - 1],
        [500, thresholdMg - 1],
        [1000, 0],
      ]),
      [],
    );
    assert.equal(
      run(detector, [
        [2000, thresholdMg],
        [2500, thresholdMg],
        [3000, 0],
      ]).length,
      1,
    );
  }
});

test('C5: an event goes on until 17 % below its threshold and ends there', () => {
  const { braking } = harshDetectors();
  assert.deepEqual(
    run(braking, [
      [0, 330],
      [300, 267],
      [600, 330],
      [900, 267],
    ]),
    [],
  );
  const [event] = run(braking, [[920, 265]]);
  assert.equal(event.durationMs, 920);
});

test('C5: nothing begins or lasts below 10 km/h, to the sides below 30 km/h', () => {
  const { braking, left } = harshDetectors();
  assert.deepEqual(
    run(braking, [
      [0, 500, 277],
      [500, 500, 277],
      [600, 0, 277],
    ]),
    [],
  );
  assert.deepEqual(
    run(left, [
      [0, 500, 832],
      [500, 500, 832],
      [600, 0, 832],
    ]),
    [],
  );
  const [event] = run(braking, [
    [1000, 500, 900],
    [1500, 500, 277],
  ]);
  assert.equal(event.durationMs, 500);
});

test('C5: an event keeps its start, duration, peak and highest speed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 330, max: 2000 }), fc.integer({ min: 300, max: 5000 })), {
        minLength: 21,
        maxLength: 80,
      }),
      (samples) => {
        const { braking } = harshDetectors();
        const steps = samples.map(([mg, speed], i) => [1000 + SAMPLE_MS * i, mg, speed] as const);
        const endMs = 1000 + SAMPLE_MS * samples.length;
        const events = run(braking, [...steps, [endMs, 0, FAST_CM_S]]);
        assert.equal(events.length, 1);
        assert.equal(events[0].atMs, 1000);
        assert.equal(events[0].durationMs, endMs - 1000);
        assert.equal(events[0].peak, Math.round(Math.max(...samples.map(([mg]) => mg)) / 10));
        const top = Math.max(FAST_CM_S, ...samples.map(([, speed]) => speed));
        assert.equal(events[0].speedDmS, Math.round(top / 10));
      },
    ),
  );
});

test('C5: on a rough road an event needs 30 % more to begin, and no more to last', () => {
  const { braking } = harshDetectors();
  const step = (atMs: number, mg: number) => braking.step(mg, atMs, FAST_CM_S, true);
  for (const [atMs, mg] of [
    [0, 410],
    [500, 410],
  ] as const) {
    assert.equal(step(atMs, mg), null);
  }
  assert.equal(step(600, 0), null, 'it never began');
  assert.equal(step(1000, 420), null);
  assert.equal(step(1300, 330), null);
  assert.equal(step(1500, 0)?.durationMs, 500);
});

test('C5: a cleared event is forgotten', () => {
  const { braking } = harshDetectors();
  run(braking, [
    [0, 500],
    [500, 500],
  ]);
  braking.clear();
  assert.deepEqual(run(braking, [[600, 0]]), []);
});

/** Amplitude after the filter of a sine of 1 at `hz`. */
function gain(hz: number): number {
  const pass = new LowPass();
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    const y = pass.step(sin((2 * Math.PI * hz * i) / 50));
    if (i > 300) most = Math.max(most, Math.abs(y));
  }
  return most;
}

test('C5: the low-pass is flat below, 3 dB down at 3 Hz, and of second order', () => {
  assert.ok(Math.abs(gain(0.5) - 1) < 0.01);
  assert.ok(Math.abs(gain(3) - Math.SQRT1_2) < 0.01);
  assert.ok(Math.abs(gain(12) - 0.045) < 0.01, `${gain(12)}`);
});

test('a filter that was settled on a value stays there', () => {
  const pass = new LowPass();
  pass.settle(250);
  for (let i = 0; i < 10; i++) assert.ok(Math.abs(pass.step(250) - 250) < 1e-9);
});
