import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Supply } from '../../firmware/supply.ts';
import { Vibration } from '../../firmware/vibration.ts';
import { CRANK_PROFILES, crankMs, crankMv, ISO_16750_2_LEVEL_I } from '../../simulator/crank-profiles.ts';
import { AT_REST, CRANKING, IDLING, IDLING_LOW, MotionRig } from './motion-rig.ts';

/** Seconds of a level or of ten samples; returns how many of them reported an engine start. */
function feed(supply: Supply, fromMs: number, seconds: number, mV: number | ((ms: number) => number)): number {
  let starts = 0;
  for (let s = 0; s < seconds; s++) {
    const startMs = fromMs + 1000 * s;
    const line = Uint16Array.from({ length: 10 }, (_, i) => (typeof mV === 'number' ? mV : mV(1000 * s + 100 * i)));
    if (supply.block(line, startMs, startMs + 1000)) starts++;
  }
  return starts;
}

test('numbers.md 4: over 13.4 V for 5 s is a running engine, 13.4 V or 4 s are none', () => {
  for (const [mV, seconds, engine] of [
    [13_401, 5, 'running'],
    [13_401, 4, 'unknown'],
    [13_400, 600, 'unknown'],
  ] as const) {
    const supply = new Supply(false);
    feed(supply, 0, seconds, mV);
    assert.equal(supply.engine, engine, `${mV} mV for ${seconds} s`);
    assert.equal(supply.engineSeen, engine === 'running');
  }
});

test('numbers.md 4: under 13.0 V for 20 s while standing is a stopped engine; 13.0 V or 19 s are none', () => {
  // The car stands from the end of the first second on.
  for (const [mV, seconds, engine] of [
    [12_999, 21, 'off'],
    [12_999, 20, 'running'],
    [13_000, 600, 'running'],
  ] as const) {
    const rig = new MotionRig().run(30, IDLING).run(30, { kmh: 40, mV: 14_200 });
    assert.equal(rig.run(seconds, { mV }).supply.engine, engine, `${mV} mV for ${seconds} s`);
  }
});

test('E47: a flat battery rests as well', () => {
  assert.equal(new MotionRig().run(30, IDLING).run(30, { mV: 11_200 }).supply.engine, 'off');
});

test('E47: a fan that switches on and off does not break the rest, a starter does', () => {
  const swing = [12_400, 12_400, 12_400, 12_000, 12_000, 12_000, 12_000, 12_000, 12_000, 12_000];
  const rig = new MotionRig().run(60, AT_REST);
  const { restSinceMs } = rig.supply;
  assert.equal(rig.run(1, { mV: swing }).run(10, { mV: 12_000 }).run(2, { mV: swing }).supply.restSinceMs, restSinceMs);
  assert.ok(rig.run(1, CRANKING).run(1, AT_REST).supply.restSinceMs > restSinceMs, 'begins anew');
});

test('E47: at 12.2 V the felt engine runs on, the one that is not felt is off', () => {
  const running = new MotionRig().run(60, AT_REST).run(1, CRANKING).run(20, IDLING_LOW);
  assert.equal(running.run(600, IDLING_LOW).supply.engine, 'running');
  assert.equal(running.run(40, { mV: 12_200 }).supply.engine, 'off');
});

test('E47: a line at rest level says nothing on the move', () => {
  const rig = new MotionRig().run(30, IDLING).run(600, { kmh: 50, mV: 12_200, shakeMg: 30 });
  assert.equal(rig.supply.engine, 'running');
  const fresh = new MotionRig().run(600, { kmh: 50, mV: 12_200, shakeMg: 30 });
  assert.equal(fresh.supply.engine, 'unknown', 'plugged in on the move');
});

test('C29, numbers.md 4: every profile, sampled at any phase, starts the engine once a pulse at most and once at the end', () => {
  for (const profile of CRANK_PROFILES) {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 10 }), (phaseMs, pulses) => {
        const supply = new Supply(true);
        feed(supply, 0, 30, profile.restMv);
        const seconds = Math.ceil((crankMs(profile, pulses) + phaseMs) / 1000);
        const during = feed(supply, 30_000, seconds, (ms) => crankMv(profile, pulses, ms - phaseMs));
        // At 11 V between two pulses the engine is not taken to run: no alternator leaves a line there.
        assert.ok(during <= (profile === ISO_16750_2_LEVEL_I ? pulses : 0), `${during} starts in ${pulses} pulses`);
        const endMs = 30_000 + 1000 * seconds;
        const after = feed(supply, endMs, 10, 12_300);
        assert.equal(supply.engine, 'running');
        assert.equal(supply.cranked, true);
        if (profile !== ISO_16750_2_LEVEL_I) assert.equal(after, 1);
        assert.ok(supply.engineSinceMs >= 30_000 && supply.engineSinceMs <= endMs, 'begins with a pulse');
      }),
      { numRuns: 30 },
    );
  }
});

test('C32: a reset by the line itself is a crank, and the engine runs when the line is back', () => {
  const supply = new Supply(true);
  supply.brownedOut(0);
  assert.equal(supply.engine, 'cranking');
  assert.equal(feed(supply, 0, 2, 6_500), 0);
  assert.equal(feed(supply, 2000, 1, 12_200), 1);
  assert.equal(supply.engineSinceMs, 0);
});

test('a line that is up for 15 s after the starter without an alternator: nothing has started', () => {
  const supply = new Supply(true);
  feed(supply, 0, 40, 9_000);
  assert.equal(supply.engine, 'cranking');
  feed(supply, 40_000, 14, 11_000);
  assert.equal(supply.engine, 'cranking');
  feed(supply, 54_000, 1, 11_000);
  assert.equal(supply.engine, 'unknown');
});

test('E47: the engine began with the last attempt of the starter, not with the first', () => {
  const supply = new Supply(true);
  for (const atMs of [0, 13_000, 26_000]) {
    feed(supply, atMs, 10, 6_500);
    feed(supply, atMs + 10_000, 3, 11_000);
  }
  feed(supply, 39_000, 1, 12_300);
  assert.deepEqual([supply.engine, supply.engineSinceMs], ['running', 26_000]);
});

test('vibration: whatever the mounting, an engine is felt after 8 s and its end as well', () => {
  const axis = fc.tuple(
    fc.integer({ min: -10, max: 10 }),
    fc.integer({ min: -10, max: 10 }),
    fc.integer({ min: 1, max: 10 }),
  );
  fc.assert(
    fc.property(axis, ([x, y, z]) => {
      const norm = Math.sqrt(x * x + y * y + z * z);
      const vibration = new Vibration();
      const axes = new Int16Array(150);
      let now = 0;
      const second = (shakeMg: number): void => {
        for (let i = 0; i < 50; i++) {
          const along = (1000 + (i % 2 === 0 ? shakeMg : -shakeMg)) / norm;
          axes.set([Math.round(along * x), Math.round(along * y), Math.round(along * z)], 3 * i);
        }
        vibration.block(axes);
        now += 1000;
        vibration.second(true, false, now);
      };
      for (let s = 0; s < 30; s++) second(4);
      assert.equal(vibration.humming, false);
      for (let s = 0; s < 8; s++) second(14);
      assert.equal(vibration.humming, true);
      const stoppedMs = now;
      for (let s = 0; s < 8; s++) second(4);
      assert.equal(vibration.humming, false);
      assert.ok(Math.abs(vibration.quietSinceMs - stoppedMs) <= 2000, `${vibration.quietSinceMs} for ${stoppedMs}`);
    }),
    { numRuns: 50 },
  );
});

test('C32, E47: replugging for a moment does not make an engine that this line has never shown', () => {
  const supply = new Supply(false);
  supply.brownedOut(0);
  supply.block(new Uint16Array(10).fill(11_700), 0, 1000);
  assert.equal(supply.engine, 'running', 'a reset may well have been a crank');
  assert.equal(supply.engineSeen, false, 'but it proves nothing for later drives');
});
