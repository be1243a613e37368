import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Device, type Hal, type Input, NO_EFFECTS } from '../../firmware/hal.ts';
import type { SensorFeed } from '../../simulator/feed.ts';
import { NorFlash } from '../../simulator/flash.ts';
import type { Network } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station, type StationOptions } from '../../simulator/station.ts';
import { World } from '../../simulator/world.ts';

const TINY = { sectorBytes: 64, pageBytes: 16, sectors: 4 };
const NOBODY: Network = { connect: () => undefined, uplink: () => undefined, disconnect: () => undefined };

/** Powered as `plan` says, one character a second: '1' or '0'. */
function scripted(plan: string): SensorFeed {
  let s = 0;
  return {
    fill(second) {
      if (s >= plan.length) return false;
      second.powered = plan[s] === '1';
      second.axesMg.fill(s);
      second.supplyMv.fill(12_000 + s);
      second.fix = null;
      s++;
      return true;
    },
  };
}

interface Behaviour {
  readonly onInput?: (input: Input, now: number, hal: Hal) => void;
  readonly timeouts?: readonly number[];
  readonly onBoot?: (hal: Hal) => void;
}

function bench(plan: string, behaviour: Behaviour = {}, options: Partial<StationOptions> = {}) {
  const world = new World();
  const log: string[] = [];
  const flash = new NorFlash(TINY);
  const makeDevice = (hal: Hal): Device => {
    const due = [...(behaviour.timeouts ?? [])];
    return {
      boot(now) {
        log.push(`${world.nowMs} boot ${now} ${hal.reset.reason} ${hal.reset.offMs}`);
        behaviour.onBoot?.(hal);
        return NO_EFFECTS;
      },
      handle(input, now) {
        const what = input.kind === 'imu' ? `imu from ${input.startMs} is ${input.axesMg[0]}` : input.kind;
        log.push(`${world.nowMs} ${what} at ${now}`);
        behaviour.onInput?.(input, now, hal);
        return NO_EFFECTS;
      },
      nextTimeout: () => due[0] ?? Number.POSITIVE_INFINITY,
      onTimeout(now) {
        if (due.length > 0 && now >= due[0]) {
          due.shift();
          log.push(`${world.nowMs} timeout at ${now}`);
        }
        return NO_EFFECTS;
      },
    };
  };
  const station = new Station({
    name: 'd',
    world,
    rng: Rng.seeded(1),
    feed: scripted(plan),
    flash,
    network: NOBODY,
    makeDevice,
    ...options,
  });
  station.start();
  return { world, station, flash, log };
}

test('each second arrives at its end, with the device clock from its boot', () => {
  const { world, log, station } = bench('0011');
  world.runUntil(10_000);
  assert.deepEqual(log, [
    '2000 boot 0 power-on undefined',
    '3000 imu from 0 is 2 at 1000',
    '3000 supply at 1000',
    '3000 gnss at 1000',
    '4000 imu from 1000 is 3 at 2000',
    '4000 supply at 2000',
    '4000 gnss at 2000',
  ]);
  assert.ok(station.feedEnded, 'the feed has ended');
  assert.ok(station.running, 'the device is still there');
});

test('timeouts fall due at their millisecond, between seconds too', () => {
  const { world, log } = bench('01', { timeouts: [0, 0, 340.5, 1500] });
  world.runUntil(3000);
  assert.deepEqual(
    log.filter((l) => l.includes('timeout')),
    ['1000 timeout at 0', '1001 timeout at 1', '1341 timeout at 341', '2500 timeout at 1500'],
  );
});

test('C32: power off drops the device and keeps the flash; the next boot knows how long it was off', () => {
  const onBoot = (hal: Hal): void => {
    const into = new Uint8Array(1);
    hal.flash.read(0, into);
    if (into[0] === 0xff) hal.flash.program(0, Uint8Array.of(42));
    else assert.equal(into[0], 42, 'flash is kept');
  };
  const { world, log } = bench('1100001', { onBoot });
  world.runUntil(10_000);
  assert.deepEqual(
    log.filter((l) => /boot|under/.test(l)),
    ['0 boot 0 power-on undefined', '2000 undervoltage at 2000', '6000 boot 0 power-on 3900'],
  );
  const blind = bench('1100001', {}, { knowsOffTime: false, holdUpMs: 0 });
  blind.world.runUntil(10_000);
  assert.deepEqual(
    blind.log.filter((l) => /boot|under/.test(l)),
    ['0 boot 0 power-on undefined', '6000 boot 0 power-on undefined'],
  );
});

test('the device lives on for the hold-up time and no longer', () => {
  const { world, log, station } = bench('110000', { timeouts: [2050, 2150] });
  world.runUntil(2099);
  assert.ok(station.running, 'holds up');
  world.runUntil(5000);
  assert.ok(!station.running, 'is off');
  assert.deepEqual(
    log.filter((l) => l.includes('timeout')),
    ['2050 timeout at 2050'],
  );
});

test('a hold-up that outlasts the gap keeps the device alive', () => {
  const { world, log, station } = bench('110111', {}, { holdUpMs: 1500 });
  world.runUntil(9000);
  assert.equal(station.boots, 1);
  assert.ok(station.running, 'never dropped');
  assert.equal(log.filter((l) => l.includes('undervoltage')).length, 2);
});

test('a power cut in the flash resets the device; a second that it saw in part is not handed over', () => {
  const onInput = (input: Input, _now: number, hal: Hal): void => {
    if (input.kind === 'gnss') hal.flash.program(0, Uint8Array.of(0xff));
  };
  const { world, log, flash, station } = bench('11111', { onInput });
  flash.cutAt = { operation: 1, damage: 'clean' };
  world.runUntil(4000);
  assert.equal(station.boots, 2);
  assert.deepEqual(
    log.filter((l) => /boot|imu/.test(l)),
    [
      '0 boot 0 power-on undefined',
      '1000 imu from 0 is 0 at 1000',
      '2000 imu from 1000 is 1 at 2000',
      '2200 boot 0 brown-out 200',
      '4000 imu from 800 is 3 at 1800',
    ],
  );
});

test('any other error of a device is our own mistake and stays one', () => {
  const { world } = bench('11', {
    onInput: () => {
      throw new Error('a bug');
    },
  });
  assert.throws(() => world.runUntil(2000), /a bug/);
});

test('the LED is recorded, and is dark without power', () => {
  const { world, station } = bench('1110', {
    onInput: (input, now, hal) => {
      if (input.kind === 'gnss') hal.led(now !== 2000);
    },
    onBoot: (hal) => hal.led(false),
  });
  world.runUntil(1500);
  assert.ok(station.ledGreen, 'green');
  world.runUntil(9000);
  assert.deepEqual(station.ledLog, [
    { atMs: 1000, green: true },
    { atMs: 2000, green: false },
    { atMs: 3000, green: true },
    { atMs: 3100, green: false },
  ]);
});

test('random bytes of the board go on over resets and differ between stations', () => {
  const seen: string[] = [];
  const onBoot = (hal: Hal): void => {
    const into = new Uint8Array(16);
    hal.random(into);
    seen.push(into.join());
  };
  bench('101', { onBoot }).world.runUntil(5000);
  bench('1', { onBoot }, { rng: Rng.seeded(2) }).world.runUntil(5000);
  bench('1', { onBoot }).world.runUntil(5000);
  assert.equal(new Set(seen).size, 3);
  assert.equal(seen[3], seen[0]);
});
