import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { encodeRoadMap } from '../../gateway/map/map-file.ts';
import type { RoadMap } from '../../gateway/map/road-map.ts';
import { wholeNumberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { importMap } from '../map/import-map.ts';
import { importText } from '../map/import-text.ts';
import { log, printJson } from '../output.ts';
import { seededTown } from '../seeded-town.ts';
import { surveyTown } from '../survey.ts';

const EXAMPLES = `
A score of speed and road types needs a map. With --town-seed this is the town in which "bordbox device --seed N"
drives; import makes one of OpenStreetMap. The format is described in docs/SPEC.md, "Road map".

Examples:
  bordbox map --town-seed 1 --out town.map
  bordbox map import bad-hersfeld.osm.pbf --out bad-hersfeld.map
  bordbox gateway --map town.map`;

const IMPORT_EXAMPLES = `
FILE is an extract of OpenStreetMap, XML or PBF, plain or gzip. Limits that nobody has entered become the German
defaults for the class of road, in towns and outside, and are marked as assumed. What was met, guessed and left out
is counted.

Examples:
  bordbox map import bad-hersfeld.osm.xml.gz --out bad-hersfeld.map
  bordbox map import hessen.osm.pbf --out hessen.map --name "Hessen, March 2026" --json`;

interface Options {
  readonly townSeed?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `--out` and `--json` are those of `bordbox map`. */
interface ImportOptions {
  readonly out?: string;
  readonly name?: string;
  readonly json?: boolean;
}

export function mapCommand(): Command {
  return new Command('map')
    .description('write a road map for the gateway')
    .option('--town-seed <n>', 'the simulated town of this seed', wholeNumberIn(0, 0xffffffff))
    .option('--out <file>', 'where the map goes')
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLES)
    .action(run)
    .addCommand(importCommand());
}

function importCommand(): Command {
  return new Command('import')
    .description('make a map of OpenStreetMap')
    .argument('<file>', 'OpenStreetMap as XML or PBF, plain or gzip')
    .option('--name <text>', 'what scores call the map (default: the name of the file and the date of its data)')
    .addHelpText('after', IMPORT_EXAMPLES)
    .action((file: string, _own: unknown, command: Command) => runImport(file, command.optsWithGlobals()));
}

function run({ townSeed, out, json }: Options): void {
  if (townSeed === undefined || out === undefined) {
    throw new CommandError(EXIT.usage, 'map: it needs --town-seed N and --out FILE, or import; see bordbox map --help');
  }
  const town = surveyTown(seededTown(townSeed));
  // A score names its map, and the towns of all seeds share one name.
  const map: RoadMap = { ...town, name: `${town.name} of seed ${townSeed}` };
  const bytes = write(out, map);
  const [roads, places] = [map.roads.count, map.places.length];
  if (json) printJson({ map: out, name: map.name, roads, places, bytes });
  else log(`map: ${out} is ${map.name}, ${roads} roads, ${places} places`);
}

function runImport(file: string, { out, name, json }: ImportOptions): void {
  if (out === undefined) throw new CommandError(EXIT.usage, 'map import: it needs --out FILE; see bordbox map --help');
  const { map, report } = importMap(file, name);
  const bytes = write(out, map);
  if (json) printJson({ map: out, ...report, bytes });
  else process.stdout.write(importText(out, report, bytes));
}

/** Returns how many bytes it has. */
function write(out: string, map: RoadMap): number {
  const bytes = encodeRoadMap(map);
  try {
    writeFileSync(out, bytes);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new CommandError(EXIT.environment, `map: ${out} cannot be written (${code}); name another file`);
  }
  return bytes.length;
}
