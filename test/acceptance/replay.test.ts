import assert from 'node:assert/strict';
import test from 'node:test';
import { bordbox, SHARED, withoutShared } from './bordbox.ts';

interface Replayed {
  readonly recordedKm: number;
  readonly km: number;
  readonly derived: readonly string[];
  readonly trips: readonly {
    readonly start: string;
    readonly score: number | null;
    readonly subscores: Readonly<
      Record<string, { readonly value: number | null; readonly weight: number; readonly why: readonly string[] }>
    >;
  }[];
  readonly mounting: { readonly found: boolean; readonly forwardCorrelation: number };
  readonly frames: { readonly lost: number };
}

async function replay(...files: readonly string[]): Promise<Replayed> {
  const ended = await bordbox('replay', '--json', ...files.map((file) => `${SHARED}/data/drives/${file}`));
  assert.equal(ended.code, 0, ended.stderr);
  return (ended.json().recordings as Replayed[])[0];
}

test('C18: the kilometres of a recorded drive are those of its points', { skip: withoutShared }, async () => {
  const { recordedKm, km, trips, frames, derived } = await replay('envirocar/track48.json.gz');
  assert.ok(Math.abs(km / recordedKm - 1) < 0.02, `${km} km of ${recordedKm}`);
  assert.equal(trips.length, 1);
  assert.equal(frames.lost, 0);
  assert.match(derived.join('\n'), /acceleration derived/);
  assert.match(derived.join('\n'), /supply derived/);
});

test('C2, C8: without a map or limits nothing is invented, and the other weights are renormalised', {
  skip: withoutShared,
}, async () => {
  const { trips } = await replay('envirocar/track48.json.gz');
  const { speed, road, acceleration, time } = trips[0].subscores;
  for (const missing of [speed, road]) {
    assert.equal(missing.value, null);
    assert.equal(missing.weight, 0);
    assert.match(missing.why.join(), /neither a road map nor recorded limits/);
  }
  assert.equal(acceleration.weight + time.weight, 100);
});

test('E47: movement decides where the supply never shows an engine', { skip: withoutShared }, async () => {
  const { trips } = await replay('polidriving/20231229_151643_col.csv.gz');
  const lateMs = Date.parse(trips[0].start) - Date.parse('2023-12-29T15:18:31-05:00');
  assert.ok(Math.abs(lateMs) <= 15_000, `${lateMs} ms after the car first exceeded 10 km/h`);
});

test('C41: the forward axis of a phone in an unknown mounting is found', { skip: withoutShared }, async () => {
  const { mounting } = await replay('quat-orient/accel.2020-10-15-21.csv', 'quat-orient/gps.2020-10-15-21.csv');
  assert.ok(mounting.found);
  assert.ok(mounting.forwardCorrelation >= 0.6, `r = ${mounting.forwardCorrelation}`);
});
