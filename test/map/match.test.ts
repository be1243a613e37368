import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roadSourceFromMap } from '../../gateway/map/map-source.ts';
import { Match } from '../../gateway/map/match.ts';
import type { MapRoad } from '../../gateway/map/road-map.ts';
import { CALM_MS, HOME, randomFrom, trackAt, trackOf } from '../scoring/track-maker.ts';
import {
  type At,
  type Drive,
  driveAlong,
  graphOf,
  gridDrive,
  type Leg,
  mapOf,
  roadOf,
  shareOfDistance,
} from './drive-maker.ts';

const SIGMAS_M = [3, 5, 7, 10];
const SEEDS = [1, 2, 3, 4, 5];

/** Share of distance on the right road for one drive with an error of `radialM` (1 sigma, both axes together). */
function accuracy(roads: readonly MapRoad[], legs: readonly Leg[], radialM: number, seed: number): number {
  const random = randomFrom(seed);
  const drive = driveAlong(legs, { sigmaM: radialM / Math.sqrt(2), tauS: 30, random });
  const matched = new Match(graphOf(roads)).roadsUnder(drive.track);
  return shareOfDistance(drive, (i) => matched[i] === drive.truth[i]);
}

function matchedRoads(roads: readonly MapRoad[], drive: Drive): Int32Array {
  return new Match(graphOf(roads)).roadsUnder(drive.track);
}

/** One drive after another, with `gapMs` in between; the truth is the first one's. */
function joined(a: Drive, b: Drive, gapMs: number): Drive {
  const samples = [a.track, b.track].flatMap((track, part) =>
    Array.from({ length: track.count }, (_, i) => ({
      utcMs: CALM_MS + i * 1000 + part * (a.track.count * 1000 - 1000 + gapMs),
      latE6: track.latE6[i],
      lonE6: track.lonE6[i],
      speedDmS: track.speedDmS[i],
      headingDeg: track.headingDeg[i],
    })),
  );
  return { track: trackOf(samples), truth: a.truth };
}

/** An Autobahn, its opposite carriageway 25 m north, and a service road 18 m south that joins it at the west end. */
const WEST: At = { xM: 0, yM: 0 };
const EAST: At = { xM: 6000, yM: 0 };
const SERVICE: readonly At[] = [WEST, { xM: 60, yM: -18 }, { xM: 3000, yM: -18 }, { xM: 6000, yM: -18 }];
const AUTOBAHN = [
  roadOf(0, 'A 40', [WEST, { xM: 1500, yM: 0 }, { xM: 3000, yM: 0 }, EAST], { class: 'motorway', oneWay: true }),
  roadOf(
    1,
    'A 40',
    [
      { xM: 6000, yM: 25 },
      { xM: 0, yM: 25 },
    ],
    { class: 'motorway', oneWay: true },
  ),
  roadOf(2, 'Service road', SERVICE, { class: 'rural-minor' }),
  roadOf(3, 'Feeder', [{ xM: -500, yM: 0 }, WEST], { class: 'motorway', oneWay: true }),
];
const FEEDER_LEG: Leg = { road: 3, line: [{ xM: -500, yM: 0 }, WEST], speedMS: 25 };

for (const radialM of SIGMAS_M) {
  test(`a drive on the Autobahn stays on it beside a service road, error ${radialM} m`, () => {
    for (const seed of SEEDS) {
      const legs = [FEEDER_LEG, { road: 0, line: [WEST, EAST], speedMS: 30 }];
      const right = accuracy(AUTOBAHN, legs, radialM, seed);
      assert.ok(right > 0.97, `seed ${seed}: ${right}`);
    }
  });

  test(`a drive on the service road stays on it beside the Autobahn, error ${radialM} m`, () => {
    for (const seed of SEEDS) {
      const legs = [FEEDER_LEG, { road: 2, line: SERVICE, speedMS: 14 }];
      const right = accuracy(AUTOBAHN, legs, radialM, seed);
      assert.ok(right > 0.95, `seed ${seed}: ${right}`);
    }
  });

  test(`a drive through a grid of 120 m blocks finds its streets, error ${radialM} m`, () => {
    for (const seed of SEEDS) {
      const random = randomFrom(seed);
      const { roads, legs } = gridDrive(10, 120, 150, random);
      const drive = driveAlong(legs, { sigmaM: radialM / Math.sqrt(2), tauS: 30, random });
      const matched = matchedRoads(roads, drive);
      const block = shareOfDistance(drive, (i) => matched[i] === drive.truth[i]);
      const street = shareOfDistance(drive, (i) => roads[matched[i]]?.name === roads[drive.truth[i]].name);
      assert.ok(block > 0.96, `block, seed ${seed}: ${block}`);
      assert.ok(street > 0.99, `street, seed ${seed}: ${street}`);
    }
  });
}

test('the direction of travel tells two carriageways apart', () => {
  const westbound: Leg = {
    road: 1,
    line: [
      { xM: 6000, yM: 12 },
      { xM: 0, yM: 12 },
    ],
    speedMS: 30,
  };
  const drive = driveAlong([westbound], null);
  assert.equal(
    shareOfDistance(drive, (i) => matchedRoads(AUTOBAHN, drive)[i] === 1),
    1,
  );
});

test('an exit is taken at once where it is joined', () => {
  const fork = { xM: 1500, yM: 0 };
  const exit = [fork, { xM: 1560, yM: -12 }, { xM: 1900, yM: -12 }];
  const roads = [...AUTOBAHN, roadOf(4, 'Exit', exit, { class: 'motorway', oneWay: true })];
  const legs = [
    { road: 0, line: [WEST, fork], speedMS: 25 },
    { road: 4, line: exit, speedMS: 20 },
  ];
  const drive = driveAlong(legs, null);
  const matched = matchedRoads(roads, drive);
  assert.ok(shareOfDistance(drive, (i) => matched[i] === drive.truth[i]) > 0.97);
});

test('a long error towards a road that is not joined here does not carry the track over', () => {
  const drive = driveAlong([FEEDER_LEG, { road: 0, line: [WEST, EAST], speedMS: 30 }], null);
  const biasE6 = 108; // 12 m to the south: 6 m from the service road
  for (let i = 55; i < 135; i++) drive.track.latE6[i] -= biasE6;
  const matched = matchedRoads(AUTOBAHN, drive);
  assert.equal(
    shareOfDistance(drive, (i) => matched[i] === drive.truth[i]),
    1,
  );
});

test('after a gap the road before it does not count', () => {
  const before = driveAlong([{ road: 0, line: [WEST, { xM: 1000, yM: 0 }], speedMS: 10 }], null);
  const line = [1100, 1400].map((xM) => ({ xM, yM: -18 }));
  const after = driveAlong([{ road: 2, line, speedMS: 10 }], null);
  for (const gapMs of [10_000, 11_000]) {
    const matched = matchedRoads(AUTOBAHN, joined(before, after, gapMs));
    const right = [...matched.subarray(before.track.count)].every((road) => road === 2);
    assert.equal(right, gapMs > 10_000, `${gapMs} ms`);
  }
});

test('a bridge is not a junction: the track stays on the road it came on', () => {
  const over = roadOf(0, 'Bridge', [
    { xM: -500, yM: 0 },
    { xM: 500, yM: 0 },
  ]);
  const under = roadOf(1, 'Below', [
    { xM: -495, yM: -60 },
    { xM: 505, yM: 60 },
  ]);
  for (const seed of SEEDS) {
    const right = accuracy(
      [over, under],
      [
        {
          road: 0,
          line: [
            { xM: -500, yM: 0 },
            { xM: 500, yM: 0 },
          ],
          speedMS: 14,
        },
      ],
      7,
      seed,
    );
    assert.equal(right, 1, `seed ${seed}`);
  }
});

test('a car that stands stays on its road while its position wanders onto another', () => {
  const street = roadOf(0, 'Street', [
    { xM: 0, yM: 0 },
    { xM: 400, yM: 0 },
  ]);
  const other = roadOf(1, 'Other', [
    { xM: 0, yM: 20 },
    { xM: 400, yM: 20 },
  ]);
  const drive = driveAlong(
    [
      {
        road: 0,
        line: [
          { xM: 0, yM: 0 },
          { xM: 300, yM: 0 },
        ],
        speedMS: 10,
      },
    ],
    null,
  );
  const { track } = drive;
  for (let i = 20; i < track.count; i++) {
    track.speedDmS[i] = 0;
    track.latE6[i] = HOME.latE6 + 180;
  }
  assert.deepEqual([...matchedRoads([street, other], drive)], [...drive.truth]);
});

test('off the map, without a fix and in the sea there is no road', () => {
  const source = roadSourceFromMap(mapOf(AUTOBAHN));
  assert.equal(source.name, 'map test 1');
  const at = { utcMs: 0, speedDmS: 100 };
  const sea = trackOf([
    { ...at, latE6: 0, lonE6: -30_000_000 },
    { ...at, utcMs: 1000, fix: false },
  ]);
  assert.deepEqual(source.roadsUnder(sea), [null, null]);
  const beyondThePole = trackOf([{ ...at, latE6: 120_000_000, lonE6: 0 }]);
  assert.deepEqual(source.roadsUnder(beyondThePole), [null]);
  assert.equal(source.roadsUnder(trackAt([])).length, 0);
});

test('after a tunnel matching starts afresh on the other side', () => {
  const tunnel = roadOf(0, 'Before', [
    { xM: 0, yM: 0 },
    { xM: 300, yM: 0 },
  ]);
  const after = roadOf(1, 'After', [
    { xM: 2000, yM: 0 },
    { xM: 2600, yM: 0 },
  ]);
  const a = driveAlong(
    [
      {
        road: 0,
        line: [
          { xM: 0, yM: 0 },
          { xM: 300, yM: 0 },
        ],
        speedMS: 20,
      },
    ],
    null,
  );
  const b = driveAlong(
    [
      {
        road: 1,
        line: [
          { xM: 2000, yM: 0 },
          { xM: 2600, yM: 0 },
        ],
        speedMS: 20,
      },
    ],
    null,
  );
  const matched = matchedRoads([tunnel, after], joined(a, b, 90_000));
  assert.deepEqual([...matched], [...a.truth, ...b.truth]);
});

test('one matcher gives the same for the same track, whatever it matched before', () => {
  const random = randomFrom(9);
  const { roads, legs } = gridDrive(6, 90, 40, random);
  const drive = driveAlong(legs, { sigmaM: 5, tauS: 30, random });
  const match = new Match(graphOf(roads));
  const first = match.roadsUnder(drive.track);
  match.roadsUnder(driveAlong(legs.slice(0, 10), null).track);
  assert.deepEqual(match.roadsUnder(drive.track), first);
});

test('a short road between two others is found, though no anchor lies on it', () => {
  for (const startM of [0, 5, 10, 15, 20, 25, 30]) {
    const corners: readonly At[] = [
      { xM: startM, yM: 0 },
      { xM: 300, yM: 0 },
      { xM: 300, yM: 22 },
      { xM: 600, yM: 22 },
    ];
    const line = (i: number): readonly At[] => [corners[i], corners[i + 1]];
    const roads = [roadOf(0, 'West', line(0)), roadOf(1, 'Link', line(1)), roadOf(2, 'East', line(2))];
    const drive = driveAlong(
      [0, 1, 2].map((road) => ({ road, line: line(road), speedMS: 7 })),
      null,
    );
    const matched = matchedRoads(roads, drive);
    assert.ok(matched.includes(1), `from ${startM} m`);
    assert.ok(shareOfDistance(drive, (i) => matched[i] === drive.truth[i]) > 0.96, `from ${startM} m`);
  }
});

test('a road that comes back beside itself does not lose the track to another one in between', () => {
  const bend: readonly At[] = [
    { xM: -300, yM: 0 },
    { xM: 800, yM: 0 },
    { xM: 800, yM: 24 },
    { xM: 0, yM: 24 },
  ];
  const between = [0, 780].map((xM) => ({ xM, yM: 13 }));
  const roads = [roadOf(0, 'Bend', bend), roadOf(1, 'Between', between)];
  for (const seed of SEEDS) {
    const right = accuracy(roads, [{ road: 0, line: bend.slice(0, 2), speedMS: 14 }], 10, seed);
    assert.ok(right > 0.95, `seed ${seed}: ${right}`);
  }
});

test('of two carriageways that touch, a drive keeps to its own through all errors', () => {
  const from = { xM: 0, yM: 0 };
  const to = { xM: 3000, yM: 0 };
  const lines = [
    [from, { xM: 60, yM: -6 }, { xM: 2940, yM: -6 }, to],
    [to, { xM: 2940, yM: 6 }, { xM: 60, yM: 6 }, from],
  ];
  const roads = lines.map((line, i) => roadOf(i, 'B 62', line, { oneWay: true }));
  for (const seed of SEEDS) {
    const right = accuracy(roads, [{ road: 0, line: lines[0], speedMS: 20 }], 10, seed);
    assert.equal(right, 1, `seed ${seed}`);
  }
});
