import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roadSourceFromRecording } from '../../gateway/map/recorded-roads.ts';
import { trackOf } from '../scoring/track-maker.ts';

const ENTRIES = [
  { utcMs: 14_000, limitKmh: null, roadClass: null },
  { utcMs: 10_000, limitKmh: 60, roadClass: 'town-main' },
  { utcMs: 20_000, limitKmh: null, roadClass: 'town-street' },
] as const;

function limitAt(utcMs: number): number | null | undefined {
  const [road] = roadSourceFromRecording('driver_A', ENTRIES).roadsUnder(trackOf([{ utcMs, speedDmS: 0 }]));
  return road === null ? undefined : road.limitKmh;
}

test('a sample takes the entry nearest in time, up to 2 s away', () => {
  assert.equal(limitAt(7999), undefined);
  assert.equal(limitAt(8000), 60);
  assert.equal(limitAt(12_000), 60);
  assert.equal(limitAt(12_001), undefined, 'an entry that says nothing is nearer');
  assert.equal(limitAt(22_000), null);
  assert.equal(limitAt(22_001), undefined);
});

test('a recording gives one entry a sample, names itself, and may be empty', () => {
  const track = trackOf([
    { utcMs: 10_000, speedDmS: 0 },
    { utcMs: 20_000, speedDmS: 0 },
  ]);
  assert.deepEqual(
    roadSourceFromRecording('driver_A', ENTRIES)
      .roadsUnder(track)
      .map((road) => road?.roadClass),
    ['town-main', 'town-street'],
  );
  assert.equal(roadSourceFromRecording('driver_A', ENTRIES).name, 'recording driver_A');
  assert.deepEqual(roadSourceFromRecording('driver_A', []).roadsUnder(track), [null, null]);
});
