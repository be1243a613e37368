import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upright } from '../../simulator/mounting.ts';
import { type HarshEvent, Truth } from '../../simulator/truth.ts';

const G = 9.80665;

/** A pulse of `g` for `ms` after a second of nothing, at a speed. */
function pulse(axis: 'long' | 'lat', g: number, ms: number, speedKmh: number): readonly HarshEvent[] {
  const truth = new Truth(upright());
  for (let t = 0; t < 1000 + ms + 2000; t += 20) {
    const a = t >= 1000 && t < 1000 + ms ? g * G : 0;
    truth.sample(t, axis === 'long' ? a : 0, axis === 'lat' ? a : 0, speedKmh / 3.6);
  }
  return truth.events;
}

test('C5: acceleration over 0.28 g, braking over 0.32 g and cornering over 0.38 g are harsh', () => {
  // A step overshoots the low-pass by 4 %.
  assert.deepEqual(pulse('long', 0.265, 1500, 50), []);
  assert.deepEqual(pulse('long', -0.3, 1500, 50), []);
  assert.deepEqual(pulse('lat', 0.36, 1500, 50), []);
  const kinds = [pulse('long', 0.3, 1500, 50), pulse('long', -0.34, 1500, 50), pulse('lat', -0.4, 1500, 50)];
  assert.deepEqual(
    kinds.map((events) => events.map((e) => e.kind)),
    [['acceleration'], ['braking'], ['cornering']],
  );
});

test('C5: an event has its start, duration, peak and speed', () => {
  const [event] = pulse('long', -0.5, 1000, 72);
  assert.ok(Math.abs(event.startMs - 1080) <= 60, `${event.startMs}`);
  assert.ok(Math.abs(event.durationMs - 1000) <= 120, `${event.durationMs}`);
  assert.ok(event.peakMg >= 500 && event.peakMg < 530, `${event.peakMg}`);
  assert.equal(Math.round(event.speedKmh), 72);
});

test('C5: less than 400 ms is not harsh', () => {
  assert.deepEqual(pulse('long', -0.45, 300, 50), []);
  assert.equal(pulse('long', -0.45, 600, 50).length, 1);
});

test('C5: an event lasts until 17 % below its threshold', () => {
  const truth = new Truth(upright());
  const feed = (g: number, fromMs: number, toMs: number): void => {
    for (let t = fromMs; t < toMs; t += 20) truth.sample(t, -g * G, 0, 20);
  };
  feed(0.38, 0, 300);
  feed(0.29, 300, 1500);
  feed(0.34, 1500, 1800);
  feed(0.2, 1800, 3000);
  assert.equal(truth.events.length, 1);
  assert.ok(truth.events[0].durationMs > 1500, `${truth.events[0].durationMs} ms`);
});

test('C5: below 10 km/h, in curves below 30 km/h, nothing is harsh', () => {
  assert.deepEqual(pulse('long', -0.5, 1000, 9), []);
  assert.equal(pulse('long', -0.5, 1000, 11).length, 1);
  assert.deepEqual(pulse('lat', 0.5, 1000, 29), []);
  assert.equal(pulse('lat', 0.5, 1000, 31).length, 1);
});

test('C5: what lies within 15 % of a threshold is a near miss and no event', () => {
  const truth = new Truth(upright());
  for (let t = 0; t < 4000; t += 20) truth.sample(t, t >= 1000 && t < 2500 ? -0.29 * G : 0, 0, 20);
  assert.deepEqual(truth.events, []);
  assert.deepEqual(
    truth.near.map(({ kind }) => kind),
    ['braking'],
  );
});
