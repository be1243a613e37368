import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Car, type CarOptions } from '../../simulator/car.ts';
import { crashPulse, crashTruth } from '../../simulator/crash-pulses.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { upright } from '../../simulator/mounting.ts';
import { NUISANCE_KINDS, turned } from '../../simulator/nuisance.ts';
import { drop } from '../../simulator/nuisance-shapes.ts';
import { type Pulse, RoughSecond } from '../../simulator/pulse.ts';
import { Rng } from '../../simulator/rng.ts';
import { planTown } from '../../simulator/town-plan.ts';

const town = planTown(Rng.seeded(1));
const OPTIONS: CarOptions = {
  temperament: 'normal',
  startUtcMs: 1_772_433_000_000,
  legs: [{ parkBeforeS: 60, driveS: 1200, parkAfterS: 60 }],
  repeat: true,
};

const BLOW: Pulse = { startMs: 990, durationMs: 40, forwardMg: 1000, leftMg: 0, upMg: 0, shape: 'half-sine' };

test('a pulse that lies in two seconds is seen by both, whole', () => {
  const [first, second] = [new RoughSecond(), new RoughSecond()];
  first.add(BLOW, 0);
  second.add(BLOW, 1000);
  const sum = (rough: RoughSecond): number => rough.forceMg.reduce((total, mg) => total + mg, 0);
  const wholeMg = (1000 * 40 * 2) / Math.PI / 2.5;
  assert.ok(sum(first) > 0 && sum(second) > 0);
  assert.ok(Math.abs(sum(first) + sum(second) - wholeMg) < 100, `${sum(first) + sum(second)}`);
});

test('a blow on the car slows it down, a blow on the device does not', () => {
  const rough = new RoughSecond();
  rough.add({ ...BLOW, startMs: 100 }, 0);
  assert.equal(rough.carMs(5), 0);
  rough.add({ ...BLOW, startMs: 100, forwardMg: -1000, onCar: true }, 0);
  assert.ok(rough.carMs(5) < 0);
});

test('what falls loses in the impacts about what it gained', () => {
  const { pulses, falls } = drop(Rng.seeded(4), 0);
  const [impact] = pulses;
  const mg = Math.sqrt(impact.forwardMg * impact.forwardMg + impact.leftMg * impact.leftMg + impact.upMg * impact.upMg);
  const area = (mg * impact.durationMs * 2) / Math.PI;
  assert.ok(
    falls[0].durationMs >= 220 && area > 0.8 * 1000 * falls[0].durationMs && area < 1.5 * 1000 * falls[0].durationMs,
  );
});

test('turning by an angle turns by that angle', () => {
  const to = turned(upright(), [0, 0.6, 0.8], 50);
  assert.ok(Math.abs((to[0] + to[4] + to[8] - 1) / 2 - Math.cos((50 * Math.PI) / 180)) < 1e-9);
});

test('every kind of nuisance happens, is written down, and none comes where none is asked for', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 6; seed++) {
    const car = new Car(Rng.seeded(seed), town, { ...OPTIONS, nuisances: true });
    const second = newSensorSecond();
    for (let s = 0; s < 7200; s++) car.fill(second);
    for (const { kind, startMs, endMs } of car.truth.nuisances) {
      seen.add(kind);
      assert.ok(endMs > startMs);
    }
  }
  assert.deepEqual([...seen].sort(), [...NUISANCE_KINDS].sort());
  const quiet = new Car(Rng.seeded(1), town, OPTIONS);
  const second = newSensorSecond();
  for (let s = 0; s < 3600; s++) {
    quiet.fill(second);
    assert.equal(second.burstMg, null);
  }
  assert.deepEqual(quiet.truth.nuisances, []);
});

test('B68: a collision wakes the accelerometer: 10 s at 400 Hz that agree with the 50 Hz stream', () => {
  const car = new Car(Rng.seeded(2), town, { ...OPTIONS, crashEveryS: 60 });
  const second = newSensorSecond();
  let bursts = 0;
  let run = 0;
  for (let s = 0; s < 900; s++) {
    car.fill(second);
    run = second.burstMg === null ? 0 : run + 1;
    bursts = Math.max(bursts, run);
    if (second.burstMg === null) continue;
    for (let axis = 0; axis < 3; axis++) {
      const mean = (of: Int16Array): number =>
        of.reduce((sum, mg, i) => sum + (i % 3 === axis ? mg : 0), 0) / (of.length / 3);
      assert.ok(Math.abs(mean(second.burstMg) - mean(second.axesMg)) < 25, `axis ${axis} in second ${s}`);
    }
  }
  // A pulse across two seconds wakes it twice.
  assert.ok(bursts === 10 || bursts === 11, `${bursts}`);
  assert.ok(car.truth.crashes.length >= 8);
});

test('B68: pulses come above, near and below the rule, and the label follows it', () => {
  const rng = Rng.seeded(3);
  const labels = { above: 0, near: 0, below: 0 };
  for (let i = 0; i < 500; i++) labels[crashTruth(crashPulse(rng, 0), 0, 0).label]++;
  assert.ok(labels.above > 150 && labels.near > 20 && labels.below > 80, JSON.stringify(labels));
  const pulse = (mg: number, durationMs: number): Pulse => ({ ...BLOW, forwardMg: mg, durationMs });
  assert.equal(crashTruth(pulse(6000, 80), 0, 0).label, 'above');
  assert.equal(crashTruth(pulse(2000, 400), 0, 0).label, 'below');
  assert.equal(crashTruth(pulse(14_000, 16), 0, 0).label, 'below');
  // 7 km/h, and hard braking in the same direction makes it 9.
  assert.equal(crashTruth(pulse(-6230, 50), 0, 0).label, 'near');
  assert.ok(crashTruth(pulse(-6230, 50), -5, 0).deltaVKmh - crashTruth(pulse(-6230, 50), 0, 0).deltaVKmh > 2);
});
