import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roadSourceFromMap } from '../../gateway/map/map-source.ts';
import { Match } from '../../gateway/map/match.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { CALM_MS, constantSpeed, randomFrom, trackAt, trackOf, tripOf } from '../scoring/track-maker.ts';
import { driveAlong, graphOf, gridDrive, mapOf } from './drive-maker.ts';

const { roads, legs } = gridDrive(6, 120, 200, randomFrom(3));
const SOURCE = roadSourceFromMap(mapOf(roads));
const scorer = fahrstilScorer();

test('a trip in the sea: roads cannot be judged and it says so, the rest is judged', () => {
  const samples = constantSpeed(40, 900).map((speedDmS, i) => ({
    utcMs: CALM_MS + 1000 * i,
    speedDmS,
    latE6: 54_500_000 + 100 * i,
    lonE6: 7_000_000,
  }));
  const { subscores, total } = scorer.score(tripOf(trackOf(samples)), SOURCE);
  assert.equal(subscores.speed.value, null);
  assert.equal(subscores.road.value, null);
  assert.match(subscores.speed.why[0], /^no road of map test 1 lies under this trip$/);
  assert.equal(subscores.acceleration.value, 100);
  assert.notEqual(subscores.time.value, null);
  assert.notEqual(total, null);
});

test('a trip of 0 m: a reason, and no score', () => {
  const { subscores, total } = scorer.score(tripOf(trackAt(constantSpeed(0, 600))), SOURCE);
  assert.equal(total, null);
  for (const { value, why } of Object.values(subscores)) {
    assert.equal(value, null);
    assert.match(why[0], /^a trip of 0 m is too short to judge/);
  }
  assert.deepEqual([...new Set(new Match(graphOf(roads)).roadsUnder(trackAt(constantSpeed(0, 600))))], [-1]);
});

test('a trip of 40 h is matched and judged as a whole, and as its hours are', () => {
  const { track } = driveAlong(legs, null);
  const rounds = Math.ceil((40 * 3600) / track.count);
  const samples = Array.from({ length: rounds * track.count }, (_, i) => {
    const k = i % track.count;
    const utcMs = CALM_MS + 1000 * i;
    const { latE6, lonE6, speedDmS, headingDeg } = track;
    return { utcMs, latE6: latE6[k], lonE6: lonE6[k], speedDmS: speedDmS[k], headingDeg: headingDeg[k] };
  });
  const long = trackOf(samples);
  assert.ok(long.count >= 40 * 3600);
  const matched = SOURCE.roadsUnder(long);
  const once = SOURCE.roadsUnder(track);
  assert.equal(matched.length, long.count);
  // Each round begins far from where the last one ended, which may disturb its first and last hundred metres.
  for (let i = 60; i < track.count - 60; i++) assert.equal(matched[20 * track.count + i], once[i]);
  const { subscores } = scorer.score(tripOf(long), SOURCE);
  assert.equal(subscores.speed.value, 100);
  assert.notEqual(subscores.road.value, null);
});

test('clocks that stand still or go back, and headings out of range, come to an end', () => {
  const { track } = driveAlong(legs.slice(0, 20), null);
  for (const utcMs of [() => CALM_MS, (i: number) => CALM_MS - 1000 * i]) {
    const odd = {
      ...track,
      utcMs: track.utcMs.map((_, i) => utcMs(i)),
      headingDeg: track.headingDeg.map((deg) => deg - 7200),
    };
    assert.equal(SOURCE.roadsUnder(odd).length, track.count);
  }
});
