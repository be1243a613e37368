import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAHRSTIL_DEFAULTS, type FahrstilConfig, type TimeBand } from '../../gateway/scoring/config.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { localMinute, ZONE_MAP_VERSION, zoneTables } from '../../gateway/scoring/local-time.ts';
import { bandOf } from '../../gateway/scoring/time.ts';
import { CALM_MS, constantSpeed, type Sample, trackAt, trackOf, tripOf } from './track-maker.ts';

/** June 2026: Monday is the 8th. A wall clock's minutes, read as if it were UTC. */
function wall(weekday: number, hour: number, minute: number): number {
  return Date.UTC(2026, 5, 8 + weekday, hour, minute) / 60_000;
}

const [MON, TUE, WED, THU, FRI, SAT, SUN] = [0, 1, 2, 3, 4, 5, 6];
type Edge = readonly [weekday: number, hour: number, minute: number, before: TimeBand, from: TimeBand];

/** Each boundary of the table, with the band of the minute before it and of its own minute. */
const EDGES: readonly Edge[] = [
  [MON, 5, 0, 'weekend-night', 'early'],
  [MON, 6, 0, 'early', 'peak'],
  [MON, 9, 0, 'peak', 'day'],
  [MON, 15, 30, 'day', 'peak'],
  [MON, 19, 0, 'peak', 'day'],
  [MON, 22, 0, 'day', 'night'],
  [TUE, 0, 0, 'night', 'night'],
  [TUE, 5, 0, 'night', 'early'],
  [WED, 6, 0, 'early', 'peak'],
  [THU, 22, 0, 'day', 'night'],
  [FRI, 5, 0, 'night', 'early'],
  [FRI, 6, 0, 'early', 'peak'],
  [FRI, 9, 0, 'peak', 'day'],
  [FRI, 15, 30, 'day', 'peak'],
  [FRI, 19, 0, 'peak', 'day'],
  [FRI, 22, 0, 'day', 'weekend-night'],
  [SAT, 0, 0, 'weekend-night', 'weekend-night'],
  [SAT, 5, 0, 'weekend-night', 'early'],
  [SAT, 6, 0, 'early', 'day'],
  [SAT, 9, 0, 'day', 'day'],
  [SAT, 15, 30, 'day', 'day'],
  [SAT, 22, 0, 'day', 'weekend-night'],
  [SUN, 5, 0, 'weekend-night', 'early'],
  [SUN, 6, 0, 'early', 'day'],
  [SUN, 19, 0, 'day', 'day'],
  [SUN, 22, 0, 'day', 'weekend-night'],
];

for (const [weekday, hour, minute, before, from] of EDGES) {
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekday];
  test(`C7: ${day} ${hour}:${String(minute).padStart(2, '0')} goes from ${before} to ${from}`, () => {
    assert.equal(bandOf(wall(weekday, hour, minute) - 1, FAHRSTIL_DEFAULTS), before);
    assert.equal(bandOf(wall(weekday, hour, minute), FAHRSTIL_DEFAULTS), from);
  });
}

test('C7: low by day and in the evening, high in peaks and at night, highest in weekend nights', () => {
  const { day, early, peak, night } = FAHRSTIL_DEFAULTS.timeValues;
  assert.ok(day > early && early > peak && peak > night && night > FAHRSTIL_DEFAULTS.timeValues['weekend-night']);
});

function drive(utc: string, at: Partial<Sample> = {}, config: Partial<FahrstilConfig> = {}): readonly string[] {
  const samples = constantSpeed(50, 30).map((speedDmS, i) => ({ ...at, speedDmS, utcMs: Date.parse(utc) + i * 1000 }));
  return fahrstilScorer(config).score(tripOf(trackOf(samples)), null).subscores.time.why;
}

test('C7: local time where the car is, daylight saving included', () => {
  // 21:30 UTC on a Friday: 23:30 in German summer, 22:30 in winter, 18:30 in Curitiba, 09:30 on Saturday in Auckland.
  assert.deepEqual(drive('2026-06-12T21:30:00Z'), ['100 % in a weekend night', 'by the clock of Europe/Berlin']);
  assert.deepEqual(drive('2026-06-12T20:30:00Z')[0], '100 % in a weekend night');
  assert.deepEqual(drive('2026-12-11T20:30:00Z')[0], '100 % by day or in the evening');
  assert.deepEqual(drive('2026-06-12T21:30:00Z', { latE6: -25_430_000, lonE6: -49_270_000 }), [
    '100 % in the weekday rush hours',
    'by the clock of America/Sao_Paulo',
  ]);
  assert.deepEqual(drive('2026-06-12T21:30:00Z', { latE6: -36_850_000, lonE6: 174_760_000 }), [
    '100 % by day or in the evening',
    'by the clock of Pacific/Auckland',
  ]);
});

test('C7: the clock jumps at 01:00 UTC on the last Sundays of March and October', () => {
  const berlin = (utc: string): string =>
    new Date(localMinute('Europe/Berlin', Date.parse(utc)) * 60_000).toISOString().slice(11, 16);
  assert.equal(berlin('2026-03-29T00:59:59Z'), '01:59');
  assert.equal(berlin('2026-03-29T01:00:00Z'), '03:00');
  assert.equal(berlin('2026-10-25T00:59:59Z'), '02:59');
  assert.equal(berlin('2026-10-25T01:00:00Z'), '02:00');
});

test('C7: on the day of the jump the night ends at 05:00 of the new time', () => {
  assert.equal(drive('2026-03-29T02:59:00Z')[0], '100 % in a weekend night');
  assert.equal(drive('2026-03-29T03:00:00Z')[0], '100 % early in the morning');
  assert.equal(drive('2026-10-25T03:59:00Z')[0], '100 % in a weekend night');
  assert.equal(drive('2026-10-25T04:00:00Z')[0], '100 % early in the morning');
});

test('C7: without a position, in the sea or beyond the pole there is still a clock', () => {
  const fridayPeak = '2026-06-12T15:00:00Z';
  const utcMs = Date.parse(fridayPeak);
  const track = trackOf([{ utcMs, speedDmS: 100, fix: false }]);
  const { time } = fahrstilScorer().score(
    { ...tripOf(track, { distanceM: 900 }), endUtcMs: utcMs + 600_000 },
    null,
  ).subscores;
  assert.deepEqual(time.why, ['100 % in the weekday rush hours', 'by the clock of Europe/Berlin']);
  assert.equal(drive(fridayPeak, { latE6: 0, lonE6: -30_000_000 }).at(-1), 'by the clock of Etc/GMT+2');
  assert.equal(drive(fridayPeak, { latE6: 120_000_000 }).at(-1), 'by the clock of Europe/Berlin');
});

test('C7: nothing is said of the time of day where the date is invented, and the others carry its weight', () => {
  const trip = tripOf(trackAt(constantSpeed(50, 7200), CALM_MS));
  const { subscores, version } = fahrstilScorer({}, { dated: false }).score(trip, null);
  assert.deepEqual(subscores.time, { value: null, why: ['the date and time of this trip are not known'], weight: 0 });
  assert.equal(subscores.acceleration.weight, 100);
  assert.notEqual(version, fahrstilScorer().score(trip, null).version);
});

test('C7: a trip over a boundary is shared by distance', () => {
  const samples = [...new Array<number>(60).fill(100), ...new Array<number>(60).fill(300)];
  const start = Date.parse('2026-06-10T06:59:00Z');
  const { time } = fahrstilScorer().score(tripOf(trackAt(samples, start)), null).subscores;
  assert.deepEqual(time.why.slice(0, 2), ['25 % in the weekday rush hours', '75 % by day or in the evening']);
  assert.equal(time.value, 85);
});

test('C7: bounds that claim years are looked at for a week only, and give no endless loop', () => {
  const claimed = { ...tripOf(trackAt([]), { distanceM: 900 }), startUtcMs: 0, endUtcMs: 7_258_118_400_000 };
  const ofAWeek = { ...claimed, endUtcMs: 7 * 86_400_000 };
  const scorer = fahrstilScorer();
  assert.deepEqual(scorer.score(claimed, null), scorer.score(ofAWeek, null));
});

test("C7: the server's own time zone changes nothing", () => {
  const scorer = fahrstilScorer();
  const trip = tripOf(trackAt(constantSpeed(50, 7200), CALM_MS + 6 * 3_600_000));
  const before = process.env.TZ;
  const offsets = new Set<number>();
  const scores = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'].map((zone) => {
    process.env.TZ = zone;
    offsets.add(new Date(CALM_MS).getTimezoneOffset());
    return scorer.score(trip, null);
  });
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
  assert.equal(offsets.size, 4, 'the zones differ for the runtime');
  for (const score of scores) assert.deepEqual(score, scores[0]);
});

test('bandOf knows a band for every minute, also before 1970', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (minute) => {
      assert.equal(bandOf(minute, FAHRSTIL_DEFAULTS), bandOf(minute + 7 * 1440, FAHRSTIL_DEFAULTS));
    }),
  );
});

test('the zone tables name the versions that are installed', () => {
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
  assert.equal(ZONE_MAP_VERSION, versionOf('@photostructure/tz-lookup'));
  assert.match(zoneTables(), /^tzdata \d{4}[a-z], zone map \d/);
});
