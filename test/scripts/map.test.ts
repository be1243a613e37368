import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadRoadMap } from '../../gateway/map/map-file.ts';
import type { MapPoint, RoadMap } from '../../gateway/map/road-map.ts';
import { runProgram } from '../../scripts/program.ts';
import { seededTown } from '../../scripts/seeded-town.ts';
import { Car } from '../../simulator/car.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { Rng } from '../../simulator/rng.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-map-'));
after(() => rmSync(folder, { recursive: true }));

async function written(seed: number): Promise<RoadMap> {
  const file = join(folder, `${seed}.map`);
  const quiet = { out: () => {}, err: () => {} };
  assert.equal(await runProgram(['map', '--town-seed', String(seed), '--out', file], quiet), null);
  const map = loadRoadMap(readFileSync(file));
  if (!map.ok) throw new Error(map.reason);
  return map.value;
}

const M_PER_E6 = 0.111195;
const COS_LAT = 0.6311;

/** Metres from a point to the nearest road, on a plane that is good enough for a town at 50.87 degrees. */
function awayM(map: RoadMap, at: MapPoint): number {
  const local = ([latE6, lonE6]: MapPoint): readonly [number, number] => [
    (lonE6 - at[1]) * M_PER_E6 * COS_LAT,
    (latE6 - at[0]) * M_PER_E6,
  ];
  let nearest = Number.POSITIVE_INFINITY;
  const { start, node, count } = map.roads;
  const point = (i: number): MapPoint => [map.nodeLatE6[node[i]], map.nodeLonE6[node[i]]];
  for (let r = 0; r < count; r++) {
    for (let i = start[r] + 1; i < start[r + 1]; i++) {
      const [[ax, ay], [bx, by]] = [local(point(i - 1)), local(point(i))];
      const [dx, dy] = [bx - ax, by - ay];
      const share = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy)));
      nearest = Math.min(nearest, Math.hypot(ax + share * dx, ay + share * dy));
    }
  }
  return nearest;
}

function meanAwayM(map: RoadMap, drive: readonly MapPoint[]): number {
  return drive.reduce((sum, at) => sum + awayM(map, at), 0) / drive.length;
}

test('the map of a seed shows the roads on which a device of that seed drives, and another seed does not', async () => {
  const car = new Car(Rng.seeded(3).fork('car'), seededTown(3), {
    temperament: 'normal',
    startUtcMs: 1_773_320_400_000,
    legs: [{ parkBeforeS: 20, driveS: 240, parkAfterS: 20 }],
  });
  const second = newSensorSecond();
  const drive: MapPoint[] = [];
  while (car.fill(second)) if (second.fix) drive.push([second.fix.latE7 / 10, second.fix.lonE7 / 10]);
  assert.ok(meanAwayM(await written(3), drive) < 5);
  assert.ok(meanAwayM(await written(4), drive) > 8);
});

test('the map is named with its seed, since a score names its map', async () => {
  assert.equal((await written(7)).name, 'Hasselbrunn of seed 7');
});
