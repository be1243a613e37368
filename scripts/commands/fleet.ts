import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { numberIn, wholeNumberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { type FleetResult, runFleetWithGateway } from '../fleet-run.ts';
import { log, printJson } from '../output.ts';
import { progress } from '../progress.ts';

const EXAMPLE = `
Everything is virtual time: the same seed gives the same bytes, whatever the machine.

Example:
  bordbox fleet --devices 200 --hours 0.2 --json

Exit codes: 0 done, 1 frames were lost, 2 wrong words.`;

interface Options {
  readonly devices: number;
  readonly hours: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function fleetCommand(): Command {
  return new Command('fleet')
    .description('run many simulated sensors, whole firmware, against the gateway, as fast as the machine can')
    .option('--devices <n>', 'how many sensors', wholeNumberIn(1, 100_000), 50)
    .option('--hours <h>', 'virtual hours', numberIn(0.01, 10_000), 0.5)
    .option('--seed <n>', 'seed of the whole world', wholeNumberIn(0, 0xffffffff), 1)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const bar = progress('fleet');
  const result = await runFleetWithGateway({ ...options, crypto: nodeCrypto(), warmUp: true, onProgress: bar.at, log });
  bar.done();
  if (options.json) printJson(result);
  else process.stdout.write(fleetText(result));
  if (result.frames.lost > 0) process.exitCode = EXIT.failed;
}

function fleetText({ frames, trips, ...result }: FleetResult): string {
  return `${[
    `${result.devices} sensors, ${result.hours} h, seed ${result.seed}: ${result.deviceSecondsPerSecond} device-seconds per second`,
    `  frames: ${frames.sent} sent in ${frames.transmissions} transmissions, ${frames.stored} stored, ${frames.duplicate} duplicate, ${frames.waiting} waiting, ${frames.lost} lost`,
    `  trips:  ${Object.entries(trips)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
    `  heap:   ${result.heapMiB.join(' ')} MiB after each tenth`,
    `  digest: ${result.digest}`,
  ].join('\n')}\n`;
}
