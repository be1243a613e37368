import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PRODUCTION, TINY } from '../../firmware/limits.ts';
import { Recorder } from '../../firmware/recorder.ts';
import { ROW, ROW_VALUES } from '../../firmware/row.ts';
import { type Frame, type Occurrence, type RawTrace, TRACE_SAMPLES_MAX } from '../../protocol/messages.ts';
import { newTrace, packTrace } from '../../protocol/raw-trace.ts';
import { unpackSamples } from '../../protocol/samples.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { seededDraw } from '../protocol/draw.ts';
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

/** Columns of 60 to 180 bytes, as smooth and as rough roads give them. */
function trace(draw: (bound: number) => number): RawTrace {
  const raw = { ...newTrace(), count: TRACE_SAMPLES_MAX };
  const roughCg = 2 + draw(40);
  for (const cg of raw.axesCg) for (let i = 0; i < cg.length; i++) cg[i] = draw(2 * roughCg) - roughCg;
  return packTrace(raw);
}

test('a frame keeps the raw samples of its events while it has room, and every event in any case', () => {
  const kept: number[] = [];
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(2, 3, 5, 7, 11, 20, 40, 70), (seed, everyS) => {
      const draw = seededDraw(seed);
      const journal = openJournal(new NorFlash(ROOMY), 1);
      const recorder = new Recorder(journal, PRODUCTION);
      recorder.startTrip(1, 0, true);
      const told: Occurrence[] = [];
      for (let i = 1; i <= 200; i++) {
        const values = row(i);
        for (let k = ROW.acceleration; k < ROW_VALUES; k += 3) {
          const mean = draw(12);
          values.set([mean - draw(8), mean + draw(8), mean], k);
        }
        recorder.second(values, i * 1000, undefined, true);
        if (i % everyS !== 0) continue;
        const event = { kind: 'harsh-braking', atMs: i * 1000, durationMs: 400, peak: 40, speedDmS: 100 } as const;
        told.push({ ...event, trace: trace(draw) });
        recorder.note(told[told.length - 1]);
      }
      recorder.endTrip(END, 200_000);
      const frames = liveFrames(journal);
      const heard = frames.flatMap(({ occurrences }) => occurrences);
      assert.equal(heard.length, told.length);
      for (const [i, { atMs, trace: raw }] of heard.entries()) {
        assert.equal(atMs, told[i].atMs);
        if (raw !== undefined) assert.deepEqual(raw, told[i].trace);
      }
      for (const frame of frames) assert.ok(journal.sealedBytes(frame) <= PRODUCTION.frameBytes);
      kept.push(heard.filter((event) => event.trace !== undefined).length / heard.length);
      // An event every 40 s leaves room for all of them.
      if (everyS >= 40) assert.equal(kept[kept.length - 1], 1);
    }),
    { numRuns: 15 },
  );
  assert.ok(Math.min(...kept) < 0.7, 'some of them have no room');
});

test('outside a trip there is no room for raw samples', () => {
  const journal = openJournal(new NorFlash(ROOMY), 1);
  const recorder = new Recorder(journal, TINY);
  recorder.second(row(1), 1000, undefined, false);
  const event = { kind: 'harsh-braking', atMs: 1000, durationMs: 400, peak: 40, speedDmS: 100 } as const;
  recorder.note({ ...event, trace: packTrace({ ...newTrace(), count: 1 }) });
  recorder.startTrip(1, 1000, false);
  recorder.endTrip(END, 2000);
  assert.deepEqual(liveFrames(journal)[0].occurrences, [event]);
});

test('seconds from before a trip keep their times, however long the boot has lasted', () => {
  for (const bootMs of [65_000, 2 ** 31 - 2000, 2 ** 32 - 2000, 300_000_000_000]) {
    const journal = openJournal(new NorFlash(ROOMY), 1);
    const recorder = new Recorder(journal, TINY);
    for (let i = 0; i < 5; i++) recorder.second(row(i + 1), bootMs + i * 1100, undefined, false);
    recorder.startTrip(1, bootMs + 3300, false);
    recorder.endTrip(END, bootMs + 6000);
    const [frame] = liveFrames(journal);
    assert.equal(frame.startMs, bootMs + 3300);
    assert.deepEqual(numbers([frame]), [4, 5]);
  }
});
