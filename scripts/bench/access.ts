/** `bench access`: from a signed request to its executed result, and how much a gateway decides on one core. */

import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { wholeNumberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { AccessStage } from '../stage/access-stage.ts';
import { testIdentity } from '../test-keys.ts';
import { type Latency, measureLatency } from './access-latency.ts';
import { type AccessRates, measureRates } from './access-rates.ts';
import type { Rates } from './best-of.ts';

const GOALS = { p99Ms: 25, leasesPerSecond: 200, redemptionsPerSecond: 300 };
const SENSORS = 50;
const FRAMES_PER_SECOND = 1000;
const ACCESS = { quotaPerHour: 1_000_000, rate: { perSecond: 10_000, burst: 10_000 } };

const EXAMPLE = `
Gateway, box, sensors and phone are four processes on one broker on loopback. The gateway commits to SQLite with
synchronous=FULL and uses node:crypto; the box is the complete firmware with noble on simulated flash, awake, in a car
whose locks move at once. A phone sends the next request when the last has been answered.

Example:
  npm run bench -- access --requests 2000 --json

Exit codes: 0 the figures hold, 1 one does not, 2 wrong words.`;

interface Options {
  readonly requests: number;
  readonly json?: boolean;
}

interface AccessResult {
  readonly atRest: Latency;
  /** The same with sensors that send 1,000 frames a second. */
  readonly underLoad: Latency;
  readonly perSecond: AccessRates;
  readonly goals: typeof GOALS;
  readonly ok: boolean;
}

export function accessBench(): Command {
  return new Command('access')
    .description('signed request to executed result, and leases and TAN redemptions per second')
    .option('--requests <n>', 'requests of each latency run', wholeNumberIn(100, 100_000), 2000)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run({ requests, json }: Options): Promise<void> {
  const result = await measure(requests);
  if (json) printJson(result);
  else process.stdout.write(accessText(result));
  if (!result.ok) process.exitCode = EXIT.failed;
}

async function measure(requests: number): Promise<AccessResult> {
  const bar = progress('access');
  const perSecond = await measureRates((share) => bar.at(share / 4));
  const crypto = nodeCrypto();
  const nobody = new Uint8Array(32);
  const sensors = Array.from({ length: SENSORS }, (_, n) => testIdentity(`load ${n}`, nobody, crypto).publicKey);
  const stage = await AccessStage.open({ gateways: 1, access: ACCESS, sensors });
  try {
    const [url] = stage.urls;
    const load = { url, sensors: SENSORS, framesPerSecond: FRAMES_PER_SECOND };
    const atRest = await measureLatency(stage, { requests, load: null, onStep: (at) => bar.at(0.25 + at * 0.35) });
    const underLoad = await measureLatency(stage, { requests, load, onStep: (at) => bar.at(0.6 + at * 0.4) });
    const whole = [atRest, underLoad].every(({ executed }) => executed === requests);
    const ok =
      whole &&
      atRest.p99Ms <= GOALS.p99Ms &&
      perSecond.commands.best >= GOALS.leasesPerSecond &&
      perSecond.redemptions.best >= GOALS.redemptionsPerSecond;
    return { atRest, underLoad, perSecond, goals: GOALS, ok };
  } finally {
    bar.done();
    await stage.close();
  }
}

function accessText({ atRest, underLoad, perSecond, goals, ok }: AccessResult): string {
  const latency = ({ executed, requests, p50Ms, p99Ms, maxMs, framesPerSecond }: Latency): string =>
    `p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms; ${executed} of ${requests} executed; ${framesPerSecond} frames stored a second`;
  const rates = ({ best, runs }: Rates): string => `${best} best of ${runs.join(', ')}`;
  return `${[
    'signed request to executed result, over loopback MQTT:',
    `  at rest:    ${latency(atRest)} (promised: p99 ${goals.p99Ms} ms)`,
    `  under load: ${latency(underLoad)}`,
    'per second on one core of the gateway, SQLite included:',
    `  leases with their results: ${rates(perSecond.commands)} (promised: ${goals.leasesPerSecond})`,
    `  leases alone:              ${rates(perSecond.leases)}`,
    `  TAN redemptions:           ${rates(perSecond.redemptions)} (promised: ${goals.redemptionsPerSecond})`,
    `  one check and one signature, and nothing else: ${rates(perSecond.ceiling)}`,
    ok ? 'all promised figures hold' : 'a promised figure does not hold',
  ].join('\n')}\n`;
}
