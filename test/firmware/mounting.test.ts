import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Rotation } from '../../firmware/axis-fit.ts';
import { GnssReference } from '../../firmware/gnss-reference.ts';
import { Mounting, type MountingNews } from '../../firmware/mounting.ts';
import { anyRotation } from '../../simulator/mounting.ts';
import { turned } from '../../simulator/nuisance.ts';
import { Rng } from '../../simulator/rng.ts';

/** A car in front of the mounting machine, one second at a time, without noise unless asked for. */
class Town {
  readonly mounting: Mounting;
  truth: Rotation;
  /** Gravity on the forward axis. */
  hillMg = 0;
  noiseMg = 0;
  biasMg: readonly [number, number, number] = [0, 0, 0];
  private readonly reference = new GnssReference();
  private readonly rng: Rng;
  private readonly force = new Float64Array(3);
  private speedCmS = 1000;
  private headingCdeg = 0;

  constructor(seed: number, known: Rotation | null = null) {
    this.rng = Rng.seeded(seed);
    this.truth = anyRotation(this.rng.fork('mounting'));
    this.mounting = new Mounting(known);
    this.reference.second(this.speedCmS, 0);
  }

  /** Random town driving for so many seconds; returns all news. */
  drive(seconds: number, leftBias = 0): MountingNews[] {
    const news: MountingNews[] = [];
    for (let s = 0; s < seconds; s++) {
      const { rng } = this;
      const wanted = rng.range(-150, 150);
      const next = Math.max(500, Math.min(1800, this.speedCmS + wanted * 0.980665));
      const turnCdeg = Math.round(100 * (rng.range(-6, 6) + leftBias));
      const forwardMg = (next - this.speedCmS) / 0.980665;
      const leftMg = (0.5 * (next + this.speedCmS) * ((turnCdeg / 100) * Math.PI)) / 180 / 0.980665;
      this.speedCmS = next;
      this.headingCdeg = (this.headingCdeg - turnCdeg + 36_000) % 36_000;
      this.reference.second(next, this.headingCdeg);
      const car = [forwardMg + this.hillMg, leftMg, 1000];
      for (let k = 0; k < 3; k++) {
        const [f, l, u] = this.truth.subarray(3 * k, 3 * k + 3);
        this.force[k] = f * car[0] + l * car[1] + u * car[2] + this.biasMg[k] + this.noiseMg * rng.gauss();
      }
      news.push(this.mounting.second(this.force, this.reference));
    }
    return news;
  }

  errorDeg(): number {
    const found = this.mounting.rotation;
    if (found === null) return 180;
    let trace = 0;
    for (let i = 0; i < 3; i++) for (let k = 0; k < 3; k++) trace += found[3 * i + k] * this.truth[3 * k + i];
    return (Math.acos(Math.min(1, (trace - 1) / 2)) * 180) / Math.PI;
  }
}

test('the axes are found from driving, whatever the rotation, and told once', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const town = new Town(seed);
      town.noiseMg = 20;
      const news = town.drive(600);
      assert.deepEqual(
        news.filter((one) => one !== 'none'),
        ['found'],
      );
      assert.ok(town.errorDeg() < 2, `${town.errorDeg()} degrees`);
    }),
    { numRuns: 30 },
  );
});

test('more left than right turns do not tilt gravity', () => {
  const town = new Town(5);
  town.drive(600, 4);
  assert.ok(town.errorDeg() < 0.3, `${town.errorDeg()} degrees`);
});

test('a bias of the accelerometer costs its own angle and no more', () => {
  const town = new Town(6);
  town.biasMg = [20, -20, 20];
  town.drive(600);
  assert.ok(town.errorDeg() < 2.5, `${town.errorDeg()} degrees`);
});

test('C41: after a restart the axes are unknown, and found anew in the new vehicle', () => {
  const town = new Town(7);
  town.drive(300);
  town.mounting.restart();
  assert.equal(town.mounting.rotation, null);
  town.truth = anyRotation(Rng.seeded(99));
  assert.ok(town.drive(300).includes('found'));
  assert.ok(town.errorDeg() < 1, `${town.errorDeg()} degrees`);
});

test('C41: a device that is knocked round is odd at once and lost within 3 s, and found again', () => {
  for (const deg of [20, 45, 120, 180]) {
    const town = new Town(8);
    town.drive(300);
    town.truth = turned(town.truth, [1, 0, 0], deg);
    assert.deepEqual(town.drive(3), ['odd', 'odd', 'lost'], `${deg} degrees`);
    assert.equal(town.mounting.rotation, null);
    assert.ok(town.drive(300).includes('found'));
    assert.ok(town.errorDeg() < 1, `${town.errorDeg()} degrees`);
  }
});

test('C41: a device that was turned about the vertical is noticed by its driving', () => {
  const town = new Town(9);
  town.drive(600);
  town.truth = turned(town.truth, [0, 0, 1], 60);
  const news = town.drive(240);
  assert.ok(news.includes('lost'), 'noticed');
  town.drive(300);
  assert.ok(town.errorDeg() < 3, `${town.errorDeg()} degrees`);
});

test('C41: a hill of 1.5 m/s2 is no knock', () => {
  const town = new Town(10);
  town.drive(300);
  town.hillMg = 153;
  assert.deepEqual(new Set(town.drive(120)), new Set(['none']));
});

test('C41: a blow is odd for its second, and nothing is lost', () => {
  const town = new Town(11);
  town.drive(300);
  town.hillMg = 600;
  assert.deepEqual(town.drive(1), ['odd']);
  town.hillMg = 0;
  assert.deepEqual(new Set(town.drive(60)), new Set(['none']));
});

test('C41: axes from an earlier start are believed until driving says otherwise', () => {
  const same = new Town(12);
  const known = new Town(12);
  known.drive(300);
  const resumed = new Mounting(known.mounting.rotation);
  assert.equal(resumed.rotation, known.mounting.rotation);
  const moved = new Town(13, same.mounting.rotation ?? known.mounting.rotation);
  assert.ok(moved.drive(10).includes('lost'), 'another socket');
});

test('axes that were known get hardly worse in the first two minutes after a start', () => {
  const twoMinutes = (seed: number, known: Rotation | null): number => {
    const town = new Town(seed, known);
    town.noiseMg = 40;
    town.drive(120);
    return town.errorDeg();
  };
  let [withAxes, without] = [0, 0];
  for (let seed = 20; seed < 40; seed++) {
    const before = new Town(seed);
    before.drive(600);
    withAxes += twoMinutes(seed, before.mounting.rotation) / 20;
    without += twoMinutes(seed, null) / 20;
  }
  assert.ok(without < 10, 'found by then anyway');
  assert.ok(withAxes < 0.8 * without, `${withAxes} and ${without} degrees`);
});

test('the reference knows no turn below 3 m/s and none without a solution', () => {
  const reference = new GnssReference();
  reference.second(200, 0);
  reference.second(200, 4500);
  assert.equal(reference.leftMg, 0);
  assert.equal(reference.creeping, true);
  reference.second(null, 0);
  assert.equal(reference.valid, false);
  reference.second(1000, 0);
  assert.equal(reference.valid, false);
  reference.second(1000, 35_000);
  assert.ok(reference.valid && reference.leftMg > 0, 'ten degrees to the left');
});
