/** The car of a scenario: one that its timeline drives, one in a simulated town, or a recorded drive. */

import { dirname, resolve } from 'node:path';
import { Car } from '../../simulator/car.ts';
import type { SensorSecond } from '../../simulator/feed.ts';
import { Playback } from '../../simulator/replay/playback.ts';
import { readRecordings } from '../../simulator/replay/read-recordings.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Scenario } from '../../simulator/scenario.ts';
import { ScenarioFeed } from '../../simulator/scenario-feed.ts';
import type { PlannedFeed } from '../../simulator/scenario-plan.ts';
import { CommandError, EXIT } from '../exit.ts';
import { readInput } from '../input-files.ts';
import { seededTown } from '../seeded-town.ts';

/** `file`: where the scenario lies; recorded drives are named from there. */
export function feedOf(scenario: Scenario, file: string): PlannedFeed {
  const { drive, seed } = scenario;
  const rng = Rng.seeded(seed).fork('scenario');
  if (drive === undefined) return new ScenarioFeed(rng, scenario);
  if (drive.from === 'file') return new PluggedFeed(scenario, recorded(resolve(dirname(file), drive.path)));
  const legs = [
    { parkBeforeS: drive.parkBeforeMs / 1000, driveS: drive.driveMs / 1000, parkAfterS: drive.parkAfterMs / 1000 },
  ];
  const { temperament } = drive;
  const car = new Car(rng, seededTown(drive.town), { temperament, startUtcMs: scenario.startUtcMs, legs });
  return new PluggedFeed(scenario, car, () => car.view().engineOn);
}

function recorded(path: string): Playback {
  const read = readRecordings([readInput(path)]);
  if (!read.ok) throw new CommandError(EXIT.usage, `rig: ${read.reason}`);
  return new Playback(read.recordings[0]);
}

/** A feed that knows nothing of plugging. */
class PluggedFeed implements PlannedFeed {
  private readonly feed: { fill(second: SensorSecond): boolean };
  private readonly plugs: readonly { readonly atMs: number; readonly plugged: boolean }[];
  private readonly engine: (() => boolean) | undefined;
  private second = 0;
  private plugged = false;

  constructor(scenario: Scenario, feed: PluggedFeed['feed'], engine?: () => boolean) {
    this.feed = feed;
    this.engine = engine;
    this.plugs = scenario.timeline.flatMap(({ do: what, atMs }) =>
      what === 'plug' || what === 'unplug' ? [{ atMs, plugged: what === 'plug' }] : [],
    );
  }

  get engineOn(): boolean | undefined {
    return this.engine?.();
  }

  fill(second: SensorSecond): boolean {
    const more = this.feed.fill(second);
    for (const { atMs, plugged } of this.plugs) if (atMs === this.second * 1000) this.plugged = plugged;
    second.powered = this.plugged;
    this.second++;
    return more;
  }
}
