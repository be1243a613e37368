import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Occurrence } from '../../protocol/messages.ts';
import { type Evidence, match, newTally, percentile } from '../../scripts/accuracy/matching.ts';
import type { HarshEvent } from '../../simulator/truth.ts';

const truth = (startMs: number, peakMg = 400, durationMs = 800): HarshEvent => ({
  kind: 'braking',
  startMs,
  durationMs,
  peakMg,
  speedKmh: 50,
});
const found = (atMs: number, peak = 41): Occurrence => ({
  kind: 'harsh-braking',
  atMs,
  durationMs: 820,
  peak,
  speedDmS: 140,
});

function tallied(evidence: Partial<Evidence>) {
  const tally = newTally();
  const events = evidence.events ?? [];
  const blamed = match(
    { kind: 'braking', events, near: events, detected: [], nuisances: [], mounted: () => true, ...evidence },
    tally,
  );
  return { ...tally, blamed };
}

test('within a second is a hit, with its delay and the error of its peak; later is a miss and an invention', () => {
  const hit = tallied({ events: [truth(10_000)], detected: [found(10_900)] });
  assert.deepEqual([hit.hits, hit.misses, hit.falseAlarms], [1, 0, 0]);
  assert.deepEqual([hit.delaysMs, hit.peakErrorsMg, hit.durationErrorsMs], [[900], [10], [20]]);
  const late = tallied({ events: [truth(10_000)], detected: [found(11_900)] });
  assert.deepEqual([late.hits, late.misses, late.falseAlarms], [0, 1, 1]);
});

test('less than 15 % over the threshold is neither hit nor miss', () => {
  const near = tallied({ events: [truth(10_000, 360)], detected: [found(10_000)] });
  assert.deepEqual([near.truth, near.near, near.falseAlarms], [0, 1, 0]);
  assert.equal(tallied({ events: [truth(10_000, 360)] }).misses, 0);
});

test('one detection hits one event', () => {
  const two = tallied({ events: [truth(10_000), truth(10_900)], detected: [found(10_400)] });
  assert.deepEqual([two.hits, two.misses], [1, 1]);
});

test('what happens while the axes are unknown is counted apart', () => {
  const unmounted = tallied({ events: [truth(10_000)], mounted: (second) => second > 20 });
  assert.deepEqual([unmounted.truth, unmounted.misses, unmounted.unmounted], [0, 0, 1]);
});

test('an invention is blamed on the nuisance around it, or on driving', () => {
  const nuisances = [{ kind: 'kerb', startMs: 9000, endMs: 9500 }] as const;
  assert.deepEqual(tallied({ nuisances, detected: [found(9600), found(60_000)] }).blamed, ['kerb', 'driving']);
});

test('percentiles', () => {
  assert.equal(percentile([], 0.5), null);
  assert.equal(percentile([3, 1, 2], 0.5), 2);
  assert.equal(percentile([1, 2, 3, 4], 0.95), 4);
});
