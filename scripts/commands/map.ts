import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { RoadMap } from '../../gateway/map/road-map.ts';
import { wholeNumberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { seededTown } from '../seeded-town.ts';
import { surveyTown } from '../survey.ts';

const EXAMPLES = `
A score of speed and road types needs a map. This one is the town in which "bordbox device --seed N" drives;
the format is described in docs/SPEC.md, "Road map".

Examples:
  bordbox map --town-seed 1 --out town.map.json
  bordbox gateway --map town.map.json`;

interface Options {
  readonly townSeed?: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function mapCommand(): Command {
  return new Command('map')
    .description('write a road map for the gateway')
    .option('--town-seed <n>', 'the simulated town of this seed', wholeNumberIn(0, 0xffffffff))
    .option('--out <file>', 'where the map goes')
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

function run({ townSeed, out, json }: Options): void {
  if (townSeed === undefined || out === undefined) {
    throw new CommandError(EXIT.usage, 'map: it needs --town-seed N and --out FILE; see bordbox map --help');
  }
  const town = surveyTown(seededTown(townSeed));
  // A score names its map, and the towns of all seeds share one name.
  const map: RoadMap = { ...town, name: `${town.name} of seed ${townSeed}` };
  writeFileSync(out, `${JSON.stringify(map)}\n`);
  if (json) printJson({ map: out, name: map.name, roads: map.roads.length, places: map.places.length });
  else log(`map: ${out} is ${map.name}, ${map.roads.length} roads, ${map.places.length} places`);
}
