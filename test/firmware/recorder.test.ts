import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TINY } from '../../firmware/limits.ts';
import { Recorder } from '../../firmware/recorder.ts';
import { ROW, ROW_VALUES } from '../../firmware/row.ts';
import type { Frame } from '../../protocol/messages.ts';
import { unpackSamples } from '../../protocol/samples.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { liveFrames, openJournal } from './journal-rig.ts';

const END = { ending: 'parked', tailMs: 0 } as const;
const ROOMY = { sectorBytes: 4096, pageBytes: 256, sectors: 16 };

function row(number: number): Int32Array {
  const values = new Int32Array(ROW_VALUES);
  values[ROW.fix] = 1;
  values[ROW.latE6] = number;
  values[ROW.speedDmS] = 50;
  return values;
}

function numbers(frames: readonly Frame[]): number[] {
  return frames.flatMap(({ samples }) => {
    const columns = samples === undefined ? null : unpackSamples(samples);
    return columns?.ok ? [...columns.value.latE6.subarray(0, columns.value.count)] : [];
  });
}

test('every second of a trip is in exactly one frame, in order; parts count up, and the last one has the ending', () => {
  const step = fc.record({ pauseMs: fc.constantFrom(1000, 1000, 1000, 3000), axes: fc.boolean(), event: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const journal = openJournal(new NorFlash(ROOMY), 1);
      const recorder = new Recorder(journal, TINY);
      let nowMs = 0;
      let events = 0;
      recorder.startTrip(1, 0, false);
      for (const [i, { pauseMs, axes, event }] of steps.entries()) {
        nowMs += pauseMs;
        recorder.second(row(i + 1), nowMs, undefined, axes);
        if (event) recorder.note({ kind: 'harsh-braking', atMs: nowMs, durationMs: 400, peak: 40, speedDmS: 100 });
        if (event) events++;
      }
      recorder.endTrip(END, nowMs);
      const frames = liveFrames(journal);
      assert.deepEqual(
        numbers(frames),
        steps.map((_, i) => i + 1),
      );
      assert.deepEqual(
        frames.map(({ trip }) => trip?.part),
        frames.map((_, part) => part),
      );
      assert.deepEqual(
        frames.map(({ trip }) => trip?.ending),
        frames.map((_, part) => (part === frames.length - 1 ? 'parked' : undefined)),
      );
      assert.equal(frames.flatMap(({ occurrences }) => occurrences).length, events);
      assert.ok(frames.every(({ samples }) => (samples?.count ?? 0) <= TINY.frameSamples));
      assert.deepEqual(frames[frames.length - 1].summary?.durationS, steps.length);
      assert.equal(frames[frames.length - 1].summary?.brakings, events);
    }),
  );
});

test('a cut costs the seconds of a block that was not full, and no more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (seconds) => {
      const flash = new NorFlash(ROOMY);
      const recorder = new Recorder(openJournal(flash, 1), TINY);
      recorder.startTrip(1, 0, false);
      for (let i = 1; i <= seconds; i++) recorder.second(row(i), i * 1000, undefined, false);
      const after = openJournal(flash, 2);
      const open = after.readOpen();
      const kept = numbers(liveFrames(after)).length + (open?.samples.count ?? 0);
      assert.equal(kept, seconds - (seconds % TINY.blockSamples));
    }),
  );
});

test('the seconds before a trip was known to have begun belong to it; older ones do not', () => {
  const journal = openJournal(new NorFlash(ROOMY), 1);
  const recorder = new Recorder(journal, TINY);
  for (let i = 1; i <= 6; i++) recorder.second(row(i), i * 1000, undefined, false);
  recorder.startTrip(1, 5000, false);
  recorder.second(row(7), 7000, undefined, false);
  recorder.endTrip(END, 7000);
  assert.deepEqual(numbers(liveFrames(journal)), [5, 6, 7]);
});

test('a trip that ends on a full frame ends with a frame of its own', () => {
  const journal = openJournal(new NorFlash(ROOMY), 1);
  const recorder = new Recorder(journal, TINY);
  recorder.startTrip(1, 0, false);
  for (let i = 1; i <= TINY.frameSamples; i++) recorder.second(row(i), i * 1000, undefined, false);
  recorder.endTrip(END, 9000);
  const frames = liveFrames(journal);
  assert.deepEqual(
    frames.map(({ trip, samples }) => [trip?.part, trip?.ending, samples?.count]),
    [
      [0, undefined, TINY.frameSamples],
      [1, 'parked', undefined],
    ],
  );
});
