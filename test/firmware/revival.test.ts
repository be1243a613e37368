import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reset } from '../../firmware/hal.ts';
import { TINY } from '../../firmware/limits.ts';
import { Recorder } from '../../firmware/recorder.ts';
import { COLD_START_MS, type OngoingTrip, revive } from '../../firmware/revival.ts';
import { ROW_VALUES } from '../../firmware/row.ts';
import type { NorFlash } from '../../simulator/flash.ts';
import { eventFrame, liveFrames, newFlash, openJournal } from './journal-rig.ts';

const BROWN_OUT: Reset = { reason: 'brown-out', offMs: COLD_START_MS - 1 };
const COLD: Reset = { reason: 'power-on', offMs: COLD_START_MS };
const UNKNOWN: Reset = { reason: 'power-on', offMs: undefined };

/** A flash on which a trip was under way for so long. */
function tripOf(seconds: number, ended = false): NorFlash {
  const flash = newFlash();
  const recorder = new Recorder(openJournal(flash, 1), TINY);
  recorder.startTrip(1, 0, false);
  for (let i = 1; i <= seconds; i++) recorder.second(new Int32Array(ROW_VALUES), i * 1000, undefined, false);
  if (ended) recorder.endTrip({ ending: 'parked', tailMs: 0 }, seconds * 1000);
  return flash;
}

interface Outcome {
  readonly ongoing: OngoingTrip | null;
  readonly parts: readonly (readonly [number | undefined, string | undefined, number])[];
}

function bootOn(flash: NorFlash, reset: Reset, boot = 2): Outcome {
  const journal = openJournal(flash, boot);
  const ongoing = revive(journal, reset);
  const frames = liveFrames(journal);
  return { ongoing, parts: frames.map(({ trip, samples }) => [trip?.part, trip?.ending, samples?.count ?? 0]) };
}

test('C32: an open frame is closed; after a brown-out the trip goes on with the next part', () => {
  const { ongoing, parts } = bootOn(tripOf(4), BROWN_OUT);
  assert.deepEqual(parts, [[0, undefined, 4]]);
  assert.deepEqual([ongoing?.number, ongoing?.part, ongoing?.boot[0]], [1, 1, 1]);
});

test('C32: after 5 s, or an unknown time, the trip has ended with the power', () => {
  for (const reset of [COLD, UNKNOWN]) {
    const { ongoing, parts } = bootOn(tripOf(4), reset);
    assert.deepEqual([ongoing, parts], [null, [[0, 'power-lost', 4]]]);
  }
});

test('a frame closed just before the power went: a cold start gives the trip an ending of its own, once', () => {
  const flash = tripOf(TINY.frameSamples);
  const ended = [
    [0, undefined, TINY.frameSamples],
    [1, 'power-lost', 0],
  ];
  for (let boot = 2; boot < 6; boot++) assert.deepEqual(bootOn(flash, UNKNOWN, boot).parts, ended);
  assert.equal(bootOn(tripOf(TINY.frameSamples), BROWN_OUT).ongoing?.part, 1);
});

test('nothing goes on after a trip that ended, an event outside a trip, or an empty flash', () => {
  assert.equal(bootOn(tripOf(4, true), BROWN_OUT).ongoing, null);
  assert.equal(bootOn(newFlash(), BROWN_OUT).ongoing, null);
  const flash = newFlash();
  const journal = openJournal(flash, 1);
  journal.closeFrame(eventFrame(journal));
  const { ongoing, parts } = bootOn(flash, BROWN_OUT);
  assert.deepEqual([ongoing, parts.length], [null, 1]);
});
