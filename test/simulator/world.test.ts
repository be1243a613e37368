import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { World } from '../../simulator/world.ts';

test('events happen in the order of time, and of scheduling where times are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (times) => {
      const world = new World();
      const seen: { atMs: number; order: number }[] = [];
      for (const [order, atMs] of times.entries()) {
        world.schedule(atMs, () => {
          assert.equal(world.nowMs, atMs);
          seen.push({ atMs, order });
        });
      }
      world.runUntil(50);
      const expected = times
        .map((atMs, order) => ({ atMs, order }))
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      assert.deepEqual(seen, expected);
    }),
  );
});

test('runUntil includes its own instant, stops there, and lets events schedule events', () => {
  const world = new World();
  const seen: number[] = [];
  const again = (): void => {
    seen.push(world.nowMs);
    world.schedule(world.nowMs + 10, again);
  };
  world.schedule(0, again);
  world.runUntil(30);
  assert.deepEqual(seen, [0, 10, 20, 30]);
  assert.equal(world.nowMs, 30);
  assert.equal(world.nextEventMs(), 40);
  world.schedule(5, () => seen.push(-1));
  assert.ok(world.step());
  assert.equal(world.nowMs, 30, 'what lies in the past happens now');
  assert.equal(seen.at(-1), -1);
});

test('an empty world says so, and a broken millisecond is our own mistake', () => {
  const world = new World();
  assert.equal(world.step(), false);
  assert.equal(world.nextEventMs(), Number.POSITIVE_INFINITY);
  assert.throws(() => world.schedule(0.5, () => undefined), RangeError);
});
