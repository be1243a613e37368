/** `bench wire`: what drives cost on the air, in this format and in others, next to the entropy. */

import { resolve } from 'node:path';
import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { captureDrive } from './wire-capture.ts';
import { wireDrives } from './wire-drives.ts';
import { type EventCost, eventCost, figuresOf, GOALS, type WireFigures } from './wire-figures.ts';
import { WireSums } from './wire-measure.ts';
import { wireText } from './wire-text.ts';

const DRIVES = resolve(import.meta.dirname, '../../../shared/data/drives');

const EXAMPLE = `
Each drive goes through the real sensor; what it journaled and sent is taken apart and encoded again in the other
formats: JSON rows, CBOR rows with the same names, protobuf with packed deltas, Teltonika Codec 8 Extended.
Entropy is of order 0, of the residuals of this format's own predictor, per column and summed.

Example:
  npm run bench -- wire --json

Exit codes: 0 the figures hold for every drive, 1 one does not, 2 wrong words or no recorded drives.`;

interface Options {
  readonly drives: string;
  readonly json?: boolean;
}

interface WireResult {
  readonly goals: typeof GOALS;
  readonly drives: readonly WireFigures[];
  readonly total: WireFigures;
  readonly event: EventCost;
  readonly ok: boolean;
}

export function wireBench(): Command {
  return new Command('wire')
    .description('bytes per position sample and kilobytes per driving hour')
    .option('--drives <folder>', 'the recorded drives', DRIVES)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run({ drives, json }: Options): Promise<void> {
  const result = await measure(drives);
  if (json) printJson(result);
  else process.stdout.write(resultText(result));
  if (!result.ok) process.exitCode = EXIT.failed;
}

async function measure(folder: string): Promise<WireResult> {
  const bar = progress('wire');
  const crypto = nodeCrypto();
  const all = new WireSums();
  const each: (readonly [string, WireSums])[] = [];
  const drives = wireDrives(folder);
  for (const [i, drive] of drives.entries()) {
    const captured = await captureDrive(drive, crypto, log);
    const own = new WireSums();
    own.add(captured);
    all.add(captured);
    each.push([drive.name, own]);
    bar.at((i + 1) / drives.length);
  }
  bar.done();
  const event = eventCost(all);
  const figures = each.map(([name, sums]) => figuresOf(name, sums, event));
  const total = figuresOf('all', all, event);
  return {
    goals: GOALS,
    drives: figures,
    total,
    event: { ...event, bytes: Math.round(event.bytes), rawBytes: Math.round(event.rawBytes) },
    ok: [...figures, total].every(({ holds }) => Object.values(holds).every((held) => held)),
  };
}

function resultText(result: WireResult): string {
  const { event } = result;
  const { rawSample } = event;
  return `${wireText([...result.drives, result.total])}
a harsh event costs ${event.bytes} bytes in a frame, ${event.rawBytes} of them for 2 s of raw samples; ${event.withoutRaw} of ${result.total.harshEvents} events had no room for them
a raw sample of three axes costs ${rawSample.bordbox} bytes, entropy ${rawSample.entropy}, ratio ${rawSample.ratio}
${result.ok ? 'all promised figures hold for every drive' : 'a promised figure does not hold'}
`;
}
