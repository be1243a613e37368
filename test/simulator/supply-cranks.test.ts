import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CRANK_PROFILES,
  crankEdges,
  crankMs,
  crankMv,
  crankSamples,
  ISO_16750_2_LEVEL_I,
  LV_124_E11_COLD,
  LV_124_E11_WARM,
} from '../../simulator/crank-profiles.ts';

test('numbers.md 4: the profiles go through the points that the standards give', () => {
  const at = (profile: typeof LV_124_E11_COLD, ms: number): number => Math.round(crankMv(profile, profile.pulses, ms));
  assert.deepEqual(
    [-1, 0, 5, 19, 70, 1070, 1110].map((ms) => at(ISO_16750_2_LEVEL_I, ms)),
    [12_000, 12_000, 8_000, 8_000, 10_500, 10_500, 12_000],
  );
  assert.deepEqual(
    [0, 1, 19, 70, 195, 445, 10_070, 10_170].map((ms) => at(LV_124_E11_COLD, ms)),
    [11_000, 4_500, 4_500, 6_500, 7_500, 5_500, 6_500, 11_000],
  );
  assert.deepEqual(
    [0, 1, 15, 91, 330, 401, 1000, 1011].map((ms) => at(LV_124_E11_WARM, ms)),
    [11_000, 7_000, 7_000, 8_000, 8_000, 9_000, 9_000, 11_000],
  );
  assert.deepEqual(
    CRANK_PROFILES.map(({ pulses }) => pulses),
    [10, 10, 100],
  );
});

test('numbers.md 4: only the cold profile crosses the comparator, and a regulator that needs 5 V loses 31 ms of it', () => {
  assert.deepEqual(crankEdges(ISO_16750_2_LEVEL_I, 10, 0, 5_000), []);
  assert.deepEqual(crankEdges(LV_124_E11_WARM, 100, 0, 5_000), []);
  const edges = crankEdges(LV_124_E11_COLD, 10, 0, 5_000);
  assert.deepEqual(edges.slice(0, 3), [
    { atMs: 1, line: 'lost' },
    { atMs: 33, line: 'low' },
    { atMs: 45, line: 'good' },
  ]);
});

test('seconds join: edges alternate over a whole crank, whatever its phase, and end with a good line', () => {
  fc.assert(
    fc.property(fc.integer({ min: -999, max: 0 }), fc.integer({ min: 4_600, max: 9_500 }), (fromMs, lostMv) => {
      const pulses = 3;
      let line = 'good';
      for (let ms = fromMs; ms < crankMs(LV_124_E11_COLD, pulses) + 1000; ms += 1000) {
        for (const edge of crankEdges(LV_124_E11_COLD, pulses, ms, lostMv)) {
          assert.notEqual(edge.line, line);
          line = edge.line;
        }
      }
      assert.equal(line, 'good');
    }),
    { numRuns: 30 },
  );
});

test('samples are the waveform at each 100 ms', () => {
  const into = new Uint16Array(10);
  crankSamples(into, LV_124_E11_WARM, 1, -200);
  const waveform = Array.from(into, (_, i) => Math.round(crankMv(LV_124_E11_WARM, 1, 100 * i - 200)));
  assert.deepEqual(Array.from(into), waveform);
  assert.deepEqual([into[1], into[4], into[9]], [11_000, 8_000, 9_000]);
});
