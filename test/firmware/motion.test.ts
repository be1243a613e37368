import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AT_REST, CRANKING, IDLING, IDLING_LOW, MotionRig } from './motion-rig.ts';

const PARKED = 60;
/** A line that proves neither an engine nor rest. */
const NEITHER = { mV: 13_200 };

/** Parked, cranked, and driven for a minute with a classic alternator; the car stands from `now` on. */
function driven(): MotionRig {
  const rig = new MotionRig();
  rig.run(PARKED, AT_REST).run(1, CRANKING).run(5, IDLING);
  rig.run(60, { kmh: 50, mV: 14_200, shakeMg: 30 });
  assert.deepEqual(rig.kinds, ['trip-start']);
  rig.seen.length = 0;
  return rig;
}

test('E47: 10 km/h is no trip, more is', () => {
  assert.deepEqual(new MotionRig(false).run(600, { kmh: 10, ...NEITHER }).kinds, []);
  assert.deepEqual(new MotionRig(false).run(600, { kmh: 10.1, ...NEITHER }).kinds, ['trip-start']);
});

test('E47: more than 10 km/h for 5 s is a trip, and it began with them', () => {
  const short = new MotionRig(false)
    .run(PARKED, NEITHER)
    .run(5, { kmh: 11, ...NEITHER })
    .run(60, NEITHER);
  assert.deepEqual(short.kinds, [], '4 s between the first and the last of five');
  const long = new MotionRig(false).run(PARKED, NEITHER).run(6, { kmh: 11, ...NEITHER });
  assert.deepEqual(long.seen, [{ atMs: 66_000, change: { kind: 'trip-start', sinceMs: 61_000 } }]);
});

test('E47: one slow second begins the 5 s anew', () => {
  const rig = new MotionRig(false);
  for (let i = 0; i < 20; i++) rig.run(5, { kmh: 30, ...NEITHER }).run(1, { kmh: 9, ...NEITHER });
  assert.deepEqual(rig.kinds, []);
});

test('E47: an engine that runs for 5 s and a car that creeps make a trip, back-dated to the engine', () => {
  const rig = new MotionRig()
    .run(PARKED, AT_REST)
    .run(1, CRANKING)
    .run(3, { ...IDLING, kmh: 5 });
  assert.deepEqual(rig.kinds, [], '4 s after the starter began');
  rig.run(1, { ...IDLING, kmh: 5 });
  assert.deepEqual(rig.seen, [{ atMs: 65_000, change: { kind: 'trip-start', sinceMs: 60_000 } }]);
});

test('E47: movement counts until 120 s after the engine started, not later', () => {
  const moveAfter = (idleS: number): MotionRig =>
    new MotionRig()
      .run(PARKED, AT_REST)
      .run(1, CRANKING)
      .run(idleS, IDLING)
      .run(8, { ...IDLING, kmh: 6 });
  // The fourth second of creeping says that it has lasted for 3 s.
  assert.deepEqual(moveAfter(115).seen, [{ atMs: 180_000, change: { kind: 'trip-start', sinceMs: 60_000 } }]);
  assert.deepEqual(moveAfter(116).kinds, []);
});

test('E47: an engine without movement is no trip', () => {
  assert.deepEqual(new MotionRig().run(PARKED, AT_REST).run(1, CRANKING).run(3600, IDLING).kinds, []);
});

test('E47: standing at rest level ends a trip after 120 s, and it ended with the engine', () => {
  const rig = driven().run(10, IDLING);
  const offMs = rig.now;
  rig.run(119, AT_REST);
  assert.deepEqual(rig.kinds, []);
  rig.run(1, AT_REST);
  // The last second of the engine was felt up to 8 s before it was believed to be over.
  assert.deepEqual(rig.seen, [
    { atMs: offMs + 120_000, change: { kind: 'trip-end', ending: 'parked', sinceMs: offMs } },
  ]);
});

test('E47: 120 s at rest level on the move end nothing', () => {
  assert.deepEqual(driven().run(3600, { kmh: 80, mV: 12_200, shakeMg: 30 }).kinds, []);
});

test('E47: standing for 300 s with no engine shown ends a trip, 299 s do not', () => {
  const rig = new MotionRig(false).run(60, { kmh: 50, ...NEITHER });
  rig.seen.length = 0;
  const stoodMs = rig.now + 1000;
  rig.run(300, NEITHER);
  assert.deepEqual(rig.kinds, [], '299 s between the first and the last of 300');
  rig.run(1, NEITHER);
  const change = { kind: 'trip-end', ending: 'stood', sinceMs: stoodMs };
  assert.deepEqual(rig.seen, [{ atMs: stoodMs + 300_000, change }]);
});

test('E47: the 300 s begin when the engine was last shown, not with the standstill', () => {
  const rig = driven().run(900, IDLING).run(25, AT_REST).run(1, CRANKING).run(60, IDLING);
  assert.deepEqual(rig.kinds, [], 'a queue of 15 min and a short stop of the engine');
});

test('E47: a jam with a classic alternator is one trip, however long it stands', () => {
  const rig = driven();
  for (let i = 0; i < 5; i++) rig.run(600, IDLING).run(20, { kmh: 12, mV: 14_200, shakeMg: 20 });
  assert.deepEqual(rig.kinds, []);
});

test('E47: a jam with a smart alternator at 12.2 V is one trip: the engine is felt', () => {
  const rig = driven();
  for (let i = 0; i < 5; i++) rig.run(600, IDLING_LOW).run(20, { kmh: 12, mV: 12_200, shakeMg: 20 });
  assert.deepEqual(rig.kinds, []);
});

test('E47: the same car parked at 12.2 V ends its trip', () => {
  const rig = driven().run(600, IDLING_LOW);
  rig.run(121, { mV: 12_200 });
  assert.deepEqual(rig.kinds, ['trip-end']);
});

test('E47: a ship or a street that shakes a parked car holds a trip for 20 min, no longer', () => {
  const rig = driven().run(1190, IDLING_LOW);
  assert.deepEqual(rig.kinds, []);
  rig.run(20, IDLING_LOW);
  assert.deepEqual(rig.kinds, ['trip-end']);
});

test('E47: a smart alternator on a car whose engine cannot be felt: only 300 s of standing end a trip', () => {
  const rig = new MotionRig().run(PARKED, AT_REST).run(1, CRANKING).run(20, { mV: 14_200 });
  rig.run(60, { kmh: 50, mV: 12_200, shakeMg: 30 });
  rig.seen.length = 0;
  rig.run(299, { mV: 12_200 });
  assert.deepEqual(rig.kinds, []);
  rig.run(2, { mV: 12_200 });
  assert.deepEqual(rig.kinds, ['trip-end']);
});

test('E47: a door, a nozzle and a gust do not count as an engine', () => {
  const rig = driven();
  for (let i = 0; i < 12; i++) rig.run(6, AT_REST).run(4, { ...AT_REST, shakeMg: 60 });
  assert.deepEqual(rig.run(10, AT_REST).kinds, ['trip-end']);
});

test('E47: moved without an engine is reported as carried, once, and is no trip', () => {
  const rig = new MotionRig().run(PARKED, AT_REST).run(1200, { ...AT_REST, kmh: 28, shakeMg: 4 });
  assert.deepEqual(rig.kinds, []);
  rig.run(119, AT_REST);
  assert.deepEqual(rig.kinds, [], 'a short stop of the ship');
  rig.run(3, AT_REST);
  const change = { kind: 'carried', sinceMs: 61_000, durationMs: 1_200_000, topSpeedCmS: 778 };
  assert.deepEqual(rig.seen, [{ atMs: 1_381_000, change }]);
});

test('E47: the car that drives off the ship has been carried and makes a trip of its own', () => {
  const rig = new MotionRig()
    .run(PARKED, AT_REST)
    .run(1200, { ...AT_REST, kmh: 28, shakeMg: 4 })
    .run(30, AT_REST);
  const crankMs = rig.now;
  rig
    .run(1, CRANKING)
    .run(5, IDLING)
    .run(30, { ...IDLING, kmh: 20 });
  assert.deepEqual(rig.kinds, ['carried', 'trip-start']);
  assert.deepEqual(rig.seen[1].change, { kind: 'trip-start', sinceMs: crankMs });
});

test('E47: an engine whose start was not seen shows itself by charging on the move; the trip began with the move', () => {
  const rig = new MotionRig().run(PARKED, AT_REST).run(30, { kmh: 30, mV: 12_200, shakeMg: 30 });
  assert.deepEqual(rig.kinds, []);
  rig.run(8, { kmh: 25, mV: 14_500, shakeMg: 30 });
  assert.deepEqual(
    rig.seen.map(({ change }) => change),
    [{ kind: 'trip-start', sinceMs: 61_000 }],
  );
});

test('E47: where no engine can ever be seen movement decides', () => {
  const rig = new MotionRig(false).run(PARKED, AT_REST).run(60, { ...AT_REST, kmh: 40 });
  assert.deepEqual(rig.kinds, ['trip-start']);
});

test('E47: out of a garage without satellites: the force on a ramp is movement, and revving is not', () => {
  const inside = { ...IDLING, kmh: null };
  const start = (): MotionRig =>
    new MotionRig().run(PARKED, { ...AT_REST, kmh: null }).run(1, { ...CRANKING, kmh: null });
  const revved = start()
    .run(5, inside)
    .run(60, { ...inside, shakeMg: 40 });
  assert.deepEqual(revved.kinds, []);
  const away = start()
    .run(5, inside)
    .run(10, { ...inside, forwardMg: 120, shakeMg: 20 });
  assert.deepEqual(
    away.seen.map(({ change }) => change),
    [{ kind: 'trip-start', sinceMs: 60_000 }],
  );
});

test('C32: a trip that a brown-out interrupted goes on, and ends as any other', () => {
  const rig = new MotionRig(true, true).run(60, { kmh: 50, mV: 14_200, shakeMg: 30 }).run(5, IDLING);
  assert.deepEqual(rig.kinds, []);
  assert.deepEqual(rig.run(130, AT_REST).kinds, ['trip-end']);
});

test('E47: no voltage makes a trip of a standing car, and none ends that of a moving one', () => {
  const volts = fc.array(fc.integer({ min: 6000, max: 15_500 }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(volts, (levels) => {
      const standing = new MotionRig();
      const moving = driven();
      for (const mV of levels) {
        standing.run(7, { mV, shakeMg: 10 });
        moving.run(7, { mV, kmh: 40, shakeMg: 30 });
      }
      assert.deepEqual(standing.kinds, []);
      assert.deepEqual(moving.kinds, []);
    }),
    { numRuns: 40 },
  );
});
