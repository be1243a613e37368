/** `bench firmware`: how fast the complete sensor is inside the fleet, next to its bare arithmetic, and how large. */

import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { wholeNumberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { type Rates, ratesOf } from './best-of.ts';
import { type DeviceMemory, measureDeviceMemory } from './device-memory.ts';
import { type FleetTiming, recordTape, timeBareArithmetic, timeFleet } from './fleet-timing.ts';

const RUNS = 3;
const TAPE_DEVICES_MAX = 100;
const DEVICES_GOAL = 20_000;
const BYTES_GOAL = 8192;

const EXAMPLE = `
Times are processor time. The firmware's is that inside the device's calls, garbage collection, signing and
verification of receipts included, without that inside the simulated flash. The world's is all the rest of the run.

Example:
  npm run bench -- firmware --devices 500 --json

Exit codes: 0 the figures hold, 1 one does not, 2 wrong words.`;

interface Options {
  readonly devices: number;
  readonly seconds: number;
  readonly memoryDevices: number;
  readonly json?: boolean;
}

interface FirmwareResult {
  readonly devices: number;
  readonly seconds: number;
  /** Devices in real time on one core: firmware time. */
  readonly deviceSecondsPerSecond: Rates;
  /** The same of the world around the firmware, in the same runs. */
  readonly world: { readonly deviceSecondsPerSecond: Rates };
  /** Filters and detectors alone over the same samples. */
  readonly ceiling: { readonly deviceSecondsPerSecond: Rates };
  /** Best against best. */
  readonly ratioToCeiling: number;
  /** Of the last run: what was signed, verified and found on the way. */
  readonly included: { readonly framesSigned: number; readonly receiptsVerified: number; readonly mounted: number };
  readonly bytesPerDevice: number;
  readonly memory: DeviceMemory;
  readonly goals: { readonly deviceSecondsPerSecond: number; readonly bytesPerDevice: number };
  readonly ok: boolean;
}

export function firmwareBench(): Command {
  return new Command('firmware')
    .description('device-seconds per second on one core, and bytes per device')
    .option('--devices <n>', 'sensors in the timed fleet', wholeNumberIn(1, 20_000), 1000)
    .option('--seconds <s>', 'measured virtual seconds', wholeNumberIn(60, 3600), 120)
    .option('--memory-devices <n>', 'sensors for the bytes per device', wholeNumberIn(1000, 50_000), 20_000)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

function run(options: Options): void {
  const result = measure(options);
  if (options.json) printJson(result);
  else process.stdout.write(firmwareText(result));
  if (!result.ok) process.exitCode = EXIT.failed;
}

function measure({ devices, seconds, memoryDevices }: Options): FirmwareResult {
  const bar = progress('firmware');
  const memory = measureDeviceMemory(memoryDevices, nodeCrypto, (share) => bar.at(share / 2));
  const { timings, bareMs, bareSeconds } = timeAll({ devices, seconds }, nodeCrypto(), (share) =>
    bar.at((1 + share) / 2),
  );
  bar.done();
  const deviceSeconds = timings.map((timing) => timing.deviceSeconds);
  const firmware = ratesOf(
    deviceSeconds,
    timings.map(({ firmwareMs }) => firmwareMs),
  );
  const world = ratesOf(
    deviceSeconds,
    timings.map(({ worldMs }) => worldMs),
  );
  const ceiling = ratesOf(bareSeconds, bareMs);
  const { framesSigned, receiptsVerified, mounted } = timings[timings.length - 1];
  const whole = memory.driving === memory.devices;
  return {
    devices,
    seconds,
    deviceSecondsPerSecond: firmware,
    world: { deviceSecondsPerSecond: world },
    ceiling: { deviceSecondsPerSecond: ceiling },
    ratioToCeiling: Math.round((firmware.best / ceiling.best) * 1000) / 1000,
    included: { framesSigned, receiptsVerified, mounted },
    bytesPerDevice: memory.bytesPerDevice,
    memory,
    goals: { deviceSecondsPerSecond: DEVICES_GOAL, bytesPerDevice: BYTES_GOAL },
    ok: firmware.best >= DEVICES_GOAL && memory.bytesPerDevice <= BYTES_GOAL && whole,
  };
}

/** Fleet and ceiling take turns, so that a slow moment of the machine does not hit only one of them. */
function timeAll(
  size: { readonly devices: number; readonly seconds: number },
  crypto: Crypto,
  onProgress: (share: number) => void,
) {
  const tape = recordTape({ devices: Math.min(TAPE_DEVICES_MAX, size.devices), seconds: size.seconds }, crypto);
  const rounds = Math.ceil(size.devices / tape.devices);
  timeBareArithmetic(tape, 1);
  timeFleet({ devices: 20, seconds: 60 }, crypto);
  const timings: FleetTiming[] = [];
  const bareMs: number[] = [];
  const bareSeconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    timings.push(timeFleet(size, crypto));
    const bare = timeBareArithmetic(tape, rounds);
    bareMs.push(bare.tookMs);
    bareSeconds.push(bare.deviceSeconds);
    onProgress((i + 1) / RUNS);
  }
  return { timings, bareMs, bareSeconds };
}

function firmwareText(result: FirmwareResult): string {
  const { deviceSecondsPerSecond: firmware, world, ceiling, included, memory, goals } = result;
  const rates = ({ best, runs }: Rates): string => `${best} best of ${runs.join(', ')}`;
  return `${[
    `${result.devices} sensors, ${result.seconds} s measured; device-seconds per second on one core:`,
    `  firmware: ${rates(firmware)} (promised: ${goals.deviceSecondsPerSecond})`,
    `  world:    ${rates(world.deviceSecondsPerSecond)}`,
    `  ceiling:  ${rates(ceiling.deviceSecondsPerSecond)}, the firmware reaches ${result.ratioToCeiling} of it`,
    `  included: ${included.framesSigned} frames signed, ${included.receiptsVerified} receipts verified, axes found in ${included.mounted}`,
    `memory of ${memory.devices} sensors, ${memory.driving} of them in a trip with their axes known:`,
    `  ${result.bytesPerDevice} bytes per device (promised: ${goals.bytesPerDevice}), ${memory.keyBytesPerDevice} of them keys`,
    result.ok ? 'all promised figures hold' : 'a promised figure does not hold',
  ].join('\n')}\n`;
}
