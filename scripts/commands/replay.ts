import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { FORMAT_NAMES, readRecordings } from '../../simulator/replay/read-recordings.ts';
import { CommandError, EXIT } from '../exit.ts';
import { readInput, readMap } from '../input-files.ts';
import { log, printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { type ReplayResult, replayRecording } from '../replay-run.ts';
import { replaySummary, replayText } from '../replay-text.ts';

const EXAMPLE = `
Formats, recognised by content, plain or gzip: ${FORMAT_NAMES.join(', ')}.
An accelerometer file and a GPS file of one drive are given together.

Example:
  bordbox replay ../shared/data/drives/envirocar/track48.json.gz

Exit codes: 0 done, 1 frames were lost on the way, 2 a file cannot be used.`;

interface Options {
  readonly map?: string;
  readonly json?: boolean;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description("put recorded drives on the sensor's inputs and print what comes out of the gateway")
    .argument('<file...>', 'recorded drives')
    .option('--map <file>', 'road map for drives that carry no limits of their own')
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(paths: string[], options: Options): Promise<void> {
  const map = options.map === undefined ? null : readMap(options.map);
  const read = readRecordings(paths.map(readInput));
  if (!read.ok) throw new CommandError(EXIT.usage, read.reason);
  const crypto = nodeCrypto();
  const results: ReplayResult[] = [];
  const bar = progress('replay');
  for (const [i, recording] of read.recordings.entries()) {
    const onProgress = (share: number): void => bar.at((i + share) / read.recordings.length);
    results.push(await replayRecording(recording, { map, crypto, onProgress, log }));
  }
  bar.done();
  if (options.json) printJson({ recordings: results });
  else process.stdout.write(results.map(replayText).join('') + replaySummary(results));
  if (results.some(({ frames }) => frames.lost !== 0)) process.exitCode = EXIT.failed;
}
