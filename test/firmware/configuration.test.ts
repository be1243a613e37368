import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect, Hal } from '../../firmware/hal.ts';
import { Sensor } from '../../firmware/sensor.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Scope } from '../../protocol/cose.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { Configuration, DeviceState, Frame } from '../../protocol/messages.ts';
import { testIdentity, testKey } from '../../scripts/test-keys.ts';
import { newSensorSecond, type SensorFeed } from '../../simulator/feed.ts';
import { DEFAULT_GEOMETRY, NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { StoryFeed } from '../../simulator/trip-stories-feed.ts';
import type { Phase } from '../../simulator/trip-stories-phase.ts';

const crypto = nodeCrypto();
const gatewayKey = testKey('gateway', crypto);
const identity = testIdentity('configured', crypto.publicKey(gatewayKey), crypto);
const DRIVING: Phase = { seconds: 60, engine: 'running', kmh: 50 };
const PARKED: Phase = { seconds: 30, engine: 'off', kmh: 0 };

/** One sensor on one flash: what it says, second by second. */
class Bench {
  sensor: Sensor;
  readonly frames: Frame[] = [];
  readonly states: DeviceState[] = [];
  notices = 0;
  nowMs = 0;
  private readonly flash = new NorFlash(DEFAULT_GEOMETRY);
  private readonly second = newSensorSecond();
  private readonly feed: SensorFeed;
  private boots = 0;

  constructor(phases: readonly Phase[]) {
    const car = { alternator: 'classic', socket: 'permanent', lostMv: 5_000 } as const;
    this.feed = new StoryFeed(Rng.seeded(1), phases, car, 1_772_433_000_000);
    this.sensor = this.boot(undefined);
  }

  boot(offMs: number | undefined): Sensor {
    const chance = Rng.seeded(5).fork(`boot ${this.boots++}`);
    this.flash.powerCycle();
    const hal: Hal = {
      flash: this.flash,
      reset: { reason: offMs === undefined ? 'power-on' : 'brown-out', offMs },
      random: (into) => chance.fillBytes(into),
      led: () => undefined,
    };
    this.nowMs = 0;
    this.sensor = new Sensor(hal, identity, crypto);
    this.hear(this.sensor.boot(0));
    this.hear(this.sensor.handle({ kind: 'link', up: true }, 0));
    return this.sensor;
  }

  run(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.feed.fill(this.second);
      const startMs = this.nowMs;
      this.nowMs += 1000;
      this.hear(this.sensor.handle({ kind: 'imu', startMs, axesMg: this.second.axesMg }, this.nowMs));
      this.hear(this.sensor.handle({ kind: 'supply', startMs, mV: this.second.supplyMv }, this.nowMs));
      this.hear(this.sensor.handle({ kind: 'gnss', fix: this.second.fix }, this.nowMs));
    }
  }

  configure(configuration: Configuration, scope: Partial<Scope> = {}, key = gatewayKey): void {
    const whole: Scope = { type: 'bb-config', direction: 'dn', device: identity.id, ...scope };
    const bytes = seal(Configuration, configuration, whole, key, crypto);
    this.hear(this.sensor.handle({ kind: 'downlink', channel: 'config', bytes }, this.nowMs));
  }

  get settings() {
    return this.sensor.journal.settings;
  }

  private hear(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'publish') continue;
      const scope = (type: Scope['type']): Scope => ({ type, direction: 'up', device: identity.id });
      if (effect.channel === 'event') this.notices++;
      else if (effect.channel === 'state') {
        const state = unseal(DeviceState, effect.bytes, scope('bb-state'), identity.publicKey, crypto);
        assert.ok(state.ok);
        this.states.push(state.value);
      } else {
        const frame = unseal(Frame, effect.bytes, scope('bb-frame'), identity.publicKey, crypto);
        assert.ok(frame.ok);
        // Nobody sends receipts: each frame comes again and again.
        const { boot, seq } = frame.value;
        if (!this.frames.some((known) => known.seq === seq && known.boot.join() === boot.join())) {
          this.frames.push(frame.value);
        }
      }
    }
  }
}

test('a configuration holds from its arrival, is answered by the state, and outlives resets', () => {
  const bench = new Bench([PARKED]);
  assert.equal(bench.states[0].configuration, undefined);
  bench.configure({ number: 7, vehicle: 0, blocker: true });
  assert.deepEqual(
    bench.states.map(({ configuration }) => configuration),
    [undefined, 7],
  );
  assert.equal(bench.states[1].online, true);
  bench.boot(undefined);
  assert.equal(bench.states[2].configuration, 7);
  assert.deepEqual([bench.settings.configuration, bench.settings.vehicle, bench.settings.blocker], [7, 0, true]);
});

test('only a higher number is taken; the one that holds is answered again, a lower one is not', () => {
  const bench = new Bench([PARKED]);
  bench.configure({ number: 7, vehicle: 3, blocker: true });
  const operations = bench.settings;
  bench.configure({ number: 7, vehicle: 4, blocker: false });
  bench.configure({ number: 6, vehicle: 5, blocker: false });
  assert.equal(bench.settings, operations, 'nothing was written');
  assert.deepEqual(
    bench.states.map(({ configuration }) => configuration),
    [undefined, 7, 7],
  );
  bench.configure({ number: 8, vehicle: 3, blocker: false });
  assert.deepEqual([bench.settings.configuration, bench.settings.blocker], [8, false]);
});

test('A4: a configuration of another key, for another device or of another type is not taken', () => {
  const bench = new Bench([PARKED]);
  const wanted = { number: 7, vehicle: 1, blocker: true };
  bench.configure(wanted, {}, testKey('stranger', crypto));
  bench.configure(wanted, { device: 'as3nn9tmcd3mr0m5vxevyayapw' });
  bench.configure(wanted, { type: 'bb-receipt' });
  bench.configure(wanted, { direction: 'up' });
  assert.equal(bench.sensor.refusedDownlinks, 4);
  assert.equal(bench.settings.configuration, undefined);
  assert.equal(bench.states.length, 1);
});

test('E34: the blocker ends the trip that runs, and from then on there is no trip, no frame and no notice', () => {
  const bench = new Bench([PARKED, { ...DRIVING, seconds: 2000 }]);
  bench.run(100);
  assert.equal(bench.settings.trips, 1);
  bench.configure({ number: 1, vehicle: 0, blocker: true });
  bench.run(1);
  const last = bench.frames[bench.frames.length - 1];
  assert.equal(last.trip?.ending, 'blocked');
  const endMs = last.startMs + 1000 * (last.samples?.count ?? 0);
  assert.ok(endMs >= 100_000 && endMs <= 102_000, `${endMs}`);
  const [frames, notices] = [bench.frames.length, bench.notices];
  bench.run(300);
  bench.boot(200);
  bench.run(300);
  bench.boot(undefined);
  bench.run(300);
  assert.deepEqual([bench.frames.length, bench.notices, bench.settings.trips], [frames, notices, 1]);
  assert.equal(bench.sensor.journal.stats.framesJournaled, 0);
});

test('E34: when the blocker goes, the trip that begins knows nothing of the time before', () => {
  const bench = new Bench([PARKED, { seconds: 60, engine: 'running', kmh: 0 }, { ...DRIVING, seconds: 200 }]);
  bench.configure({ number: 1, vehicle: 0, blocker: true });
  bench.run(85);
  const freeMs = bench.nowMs;
  bench.configure({ number: 2, vehicle: 0, blocker: false });
  bench.run(150);
  assert.equal(bench.settings.trips, 1);
  const first = bench.frames.find(({ trip }) => trip?.part === 0);
  assert.ok(first !== undefined, 'driving is recorded again');
  // The engine has run since 30 s, and its 120 s to move are not over: without the blocker the trip began there.
  assert.ok(first.startMs - (first.trip?.leadMs ?? 0) >= freeMs, `${first.startMs} ${first.trip?.leadMs}`);
});

test('E34: a trip that a cut left open does not go on under the blocker', () => {
  const bench = new Bench([PARKED, { ...DRIVING, seconds: 500 }]);
  bench.run(80);
  // As if the power had failed between the end of the trip and the frame that says so.
  bench.sensor.journal.saveSettings({ ...bench.settings, configuration: 1, vehicle: 0, blocker: true });
  bench.boot(200);
  bench.run(60);
  assert.deepEqual(
    bench.frames.flatMap(({ trip }) => trip?.ending ?? []),
    ['power-lost'],
  );
  assert.equal(bench.sensor.journal.waiting, bench.frames.length);
});

test('C41: another vehicle forgets axes and engine in one write; the same vehicle forgets nothing', () => {
  const bench = new Bench([PARKED, DRIVING]);
  bench.run(60);
  const axes = [16384, 0, 0, 0, 16384, 0, 0, 0, 16384];
  bench.sensor.journal.saveSettings({ ...bench.settings, mounting: axes, engineSeen: true });
  bench.boot(undefined);
  assert.ok(bench.sensor.axes !== null);
  bench.configure({ number: 1, vehicle: 0, blocker: false });
  assert.ok(bench.sensor.axes !== null);
  bench.configure({ number: 2, vehicle: 1, blocker: false });
  assert.equal(bench.sensor.axes, null);
  const { mounting, engineSeen, vehicle } = bench.settings;
  assert.deepEqual([mounting, engineSeen, vehicle], [undefined, false, 1]);
  assert.equal(bench.states[bench.states.length - 1].mounted, false);
  bench.boot(undefined);
  assert.equal(bench.sensor.axes, null, 'written down');
});
