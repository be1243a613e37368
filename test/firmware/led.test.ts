import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Led } from '../../firmware/led.ts';

/** The LED, and at which times it was green: `changes` is [ms, green] in order. */
function bench() {
  const changes: [number, boolean][] = [];
  let now = 0;
  const led = new Led((green) => changes.push([now, green]));
  changes.length = 0;
  /** Lets the LED's own timeouts happen until `ms`. */
  const until = (ms: number): void => {
    while (led.nextTimeout() <= ms) {
      now = led.nextTimeout();
      led.onTimeout(now);
    }
    now = ms;
  };
  return { led, changes, until };
}

test('C27: green for 1 s when plugged in', () => {
  const { led, changes, until } = bench();
  until(40);
  led.pluggedIn(40);
  until(60_000);
  assert.deepEqual(changes, [
    [40, true],
    [1040, false],
  ]);
});

test('C29: green for 5 s at engine start, also when that comes within the first second', () => {
  const { led, changes, until } = bench();
  led.pluggedIn(0);
  until(600);
  led.engineStarted(600);
  until(60_000);
  assert.deepEqual(changes, [
    [0, true],
    [5600, false],
  ]);
});

test('C28: green all the while an update is installed, and whatever it interrupted goes on after it', () => {
  const { led, changes, until } = bench();
  until(100);
  led.update(true, 100);
  until(900_000);
  assert.deepEqual(changes, [[100, true]]);
  led.engineStarted(900_000);
  led.update(false, 900_000);
  until(1_000_000);
  assert.deepEqual(changes, [
    [100, true],
    [905_000, false],
  ]);
});

test('C34: a fault shows no green, whatever else there is', () => {
  const { led, changes, until } = bench();
  led.pluggedIn(0);
  until(10);
  led.failed(10);
  led.update(true, 10);
  led.engineStarted(10);
  until(60_000);
  led.update(false, 60_000);
  assert.deepEqual(changes, [
    [0, true],
    [10, false],
  ]);
});

test('C27-C29: whatever comes in whatever order, green is the earlier in the list and nothing else', () => {
  const happening = fc.record({
    afterMs: fc.integer({ min: 0, max: 4000 }),
    what: fc.constantFrom('plug', 'engine', 'install', 'installed', 'early timeout'),
  });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (script) => {
      let green = false;
      const led = new Led((on) => {
        green = on;
      });
      let now = 0;
      let litUntilMs = 0;
      let installing = false;
      for (const { afterMs, what } of script) {
        const toMs = now + afterMs;
        while (led.nextTimeout() <= toMs) led.onTimeout(led.nextTimeout());
        now = toMs;
        if (what === 'plug') led.pluggedIn(now);
        else if (what === 'engine') led.engineStarted(now);
        else if (what === 'early timeout') led.onTimeout(now);
        else led.update(what === 'install', now);
        if (what === 'plug') litUntilMs = Math.max(litUntilMs, now + 1000);
        if (what === 'engine') litUntilMs = Math.max(litUntilMs, now + 5000);
        if (what.startsWith('install')) installing = what === 'install';
        assert.equal(green, installing || now < litUntilMs, `${what} at ${now}`);
      }
    }),
  );
});
