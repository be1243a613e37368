import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assemble, type TripFrame } from '../../gateway/core/assemble.ts';
import type { Frame } from '../../protocol/messages.ts';
import { driveFrames, filled, SECONDS_PER_FRAME, UTC_MS } from './frame-maker.ts';

const BOOT = filled(16, 1);
const HOUR_MS = 3_600_000;
const FRAME_MS = SECONDS_PER_FRAME * 1000;

/** As they come when there is a network: 300 ms after their last sample. */
function live(frames: readonly Frame[], lateMs = 300): TripFrame[] {
  return frames.map((frame) => ({ frame, receivedMs: UTC_MS + frame.startMs + FRAME_MS + lateMs }));
}

/** Says a wrong time in all frames from `part` on. */
function jumped(frames: readonly Frame[], part: number, byMs: number): Frame[] {
  return frames.map((frame, i) => (i < part ? frame : { ...frame, utcMs: UTC_MS + frame.startMs + byMs }));
}

test('E47: a receiver whose clock jumps, by hours or by 1024 weeks, moves neither start nor end', () => {
  const jump = fc.constantFrom(3 * HOUR_MS, -2 * HOUR_MS, -1024 * 7 * 24 * HOUR_MS, 40_000 * HOUR_MS);
  const drive = driveFrames({ boot: BOOT, frames: 8 });
  const right = assemble('t', live(drive), true);
  fc.assert(
    fc.property(jump, fc.integer({ min: 1, max: 8 }), (byMs, part) => {
      const trip = assemble('t', live(jumped(drive, part, byMs)), true);
      assert.deepEqual([trip?.startUtcMs, trip?.endUtcMs], [right?.startUtcMs, right?.endUtcMs]);
      assert.equal(trip?.track.count, right?.track.count);
    }),
  );
});

test('E47: after 9 h without a network the middle of what the frames say counts, and never what lies in the future', () => {
  const drive = driveFrames({ boot: BOOT, frames: 8 });
  const right = assemble('t', live(drive), true);
  for (const byMs of [-2 * HOUR_MS, 3 * HOUR_MS]) {
    assert.equal(assemble('t', live(jumped(drive, 6, byMs), 9 * HOUR_MS), true)?.startUtcMs, right?.startUtcMs);
  }
  assert.equal(
    assemble('t', live(jumped(drive, 2, 11 * HOUR_MS), 9 * HOUR_MS), true)?.startUtcMs,
    right?.startUtcMs,
    'most frames say what cannot be',
  );
});

test('frames that agree are believed, whatever the gateway thinks the time is', () => {
  const drive = driveFrames({ boot: BOOT, frames: 4 });
  const trip = assemble('t', live(drive, -9 * 24 * HOUR_MS), true);
  assert.equal(trip?.startUtcMs, UTC_MS + drive[0].startMs - 4000);
});

test('E47: an ending in a frame of its own ends the trip where it says; one made after a lost supply does not', () => {
  const drive = driveFrames({ boot: BOOT, frames: 3, ends: false });
  const lastMs = drive[2].startMs + FRAME_MS;
  const bare = (ending: 'parked' | 'power-lost', boot: Uint8Array, startMs: number): Frame => ({
    boot,
    seq: 9,
    startMs,
    utcMs: UTC_MS + startMs,
    trip: {
      number: 0,
      boot: boot === BOOT ? undefined : BOOT,
      part: 3,
      ending,
      tailMs: ending === 'parked' ? 50_000 : 0,
    },
    occurrences: [],
    summary: drive[2].summary,
  });
  const parked = assemble('t', live([...drive, bare('parked', BOOT, lastMs)]), true);
  assert.equal(parked?.endUtcMs, UTC_MS + lastMs - 50_000);
  const lost = assemble('t', live([...drive, bare('power-lost', filled(16, 2), 0)]), true);
  assert.equal(lost?.endUtcMs, UTC_MS + lastMs);
});

test('C32: a boot that never knew UTC goes on where the power went, whenever its frames come', () => {
  const drive = driveFrames({ boot: BOOT, frames: 4 });
  const right = assemble('t', live(drive), true);
  const second = filled(16, 2);
  const cutMs = drive[2].startMs;
  const resumed = drive.map((frame, i): Frame => {
    if (i < 2) return frame;
    const { utcMs: _unknown, ...rest } = frame;
    const trip = { ...rest.trip, number: 0, part: i, boot: BOOT };
    const gap = { kind: 'power-gap', atMs: 0, durationMs: 0, peak: 0, speedDmS: 0 } as const;
    return { ...rest, boot: second, startMs: frame.startMs - cutMs, trip, occurrences: i === 2 ? [gap] : [] };
  });
  const late = assemble('t', live(resumed, 10 * HOUR_MS), true);
  assert.ok(Math.abs((late?.endUtcMs ?? 0) - (right?.endUtcMs ?? 0)) <= 1000);
});
