import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { compare } from '../../scripts/trips/compare.ts';
import { runRecording } from '../../scripts/trips/run-recordings.ts';
import { runStory } from '../../scripts/trips/run-stories.ts';
import { STORIES } from '../../simulator/trip-stories.ts';
import { type Phase, parked } from '../../simulator/trip-stories-phase.ts';
import { mustReadOne, sharedFile, withoutSharedData } from '../replay/shared-data.ts';

const crypto = nodeCrypto();
const silent = (): void => {};
const trip = (id: string, fromS: number, toS: number) => ({ id, startUtcMs: 1000 * fromS, endUtcMs: 1000 * toS });

test('merged, split, missing and extra are told apart', () => {
  const truth = [trip('a', 0, 600), trip('b', 900, 1500), trip('c', 9000, 9600)];
  const all = compare(truth, truth);
  assert.deepEqual([all.merged, all.split, all.missing.length, all.extra], [0, 0, 0, 0]);
  const one = compare(truth, [trip('', 0, 1500), trip('', 9000, 9600)]);
  assert.deepEqual([one.merged, one.split, one.missing.length, one.extra], [1, 0, 0, 0]);
  const pieces = compare(truth, [trip('', 0, 200), trip('', 320, 600), trip('', 900, 1500), trip('', 3000, 3300)]);
  assert.deepEqual([pieces.merged, pieces.split, pieces.missing.map(({ id }) => id), pieces.extra], [0, 1, ['c'], 1]);
});

for (const story of STORIES) {
  test(`E47: ${story.name}`, async () => {
    const { faults } = await runStory(story, 2, crypto, silent);
    assert.deepEqual(faults, []);
  });
}

test('a story that expects what does not happen is not ok', async () => {
  const go: Phase[] = [
    { seconds: 1, engine: 'cranking' },
    { seconds: 100, engine: 'running', kmh: 40 },
    { seconds: 20, engine: 'running' },
  ];
  const phases = (): Phase[] => [parked(30), ...go, parked(90), ...go, parked(200)];
  const asked = { name: 'wrong', trips: 1, carried: 1, phases };
  const { faults, ok } = await runStory(asked, 1, crypto, silent);
  assert.equal(ok, false);
  assert.deepEqual(faults, ['seed 1: carried 0 times']);
});

test('polidriving 20231229: with its voltage as input the trip begins when its speed does', {
  skip: withoutSharedData,
}, async () => {
  const recording = mustReadOne(sharedFile('drives/polidriving/20231229_151643_col.csv.gz'));
  const { starts, ok, differences } = await runRecording(recording, crypto, silent);
  assert.ok(Math.abs(Date.parse(starts[0]) - Date.parse('2023-12-29T20:18:31Z')) <= 15_000, starts[0]);
  assert.deepEqual([ok, differences], [true, []]);
});

test('ndsbr: the trips are those of the file', { skip: withoutSharedData }, async () => {
  for (const file of ['A', 'B']) {
    const recording = mustReadOne(sharedFile(`drives/ndsbr/driver_${file}.csv.gz`));
    const { recorded, found, differences } = await runRecording(recording, crypto, silent);
    assert.deepEqual([recorded, found, differences], [3, 3, []]);
  }
});
