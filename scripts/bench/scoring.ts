/** `bench scoring`: trips scored, positions matched next to a nearest-segment look-up, and what a map costs to load. */

import { Command } from 'commander';
import { absent, MAP_FILE } from '../accuracy/map-data.ts';
import { wholeNumberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { type Rates, ratesOf } from './best-of.ts';
import { type LoadTiming, makeScoringWork, mapFile, type ScoringWork, timeLoads, timeRound } from './scoring-timing.ts';

const ROUNDS = 5;
const LOADS = 5;
const RATIO_GOAL = 0.5;
const LOAD_MS_GOAL = 50;

const EXAMPLE = `
Simulated drives on the map of Bad Hersfeld, with 3 to 10 m of receiver error. Rates are of processor time, the best
of five rounds in which the three take turns. The ceiling looks up the nearest segment of each position in the same
index and remembers nothing. A load is from the file's bytes to a matcher that is ready, with the
index of all roads; the first one is cold.

Example:
  npm run bench -- scoring --json

Exit codes: 0 the figures hold, 1 one does not, 2 wrong words.`;

interface Options {
  readonly hours: number;
  readonly seed: number;
  readonly json?: boolean;
}

interface ScoringResult {
  readonly trips: number;
  readonly positions: number;
  /** Roads, limits, events and hours of day, all of FahrStil. */
  readonly tripsPerSecond: Rates;
  readonly matchedPerSecond: Rates;
  readonly ceiling: { readonly nearestPerSecond: Rates };
  /** Best against best. */
  readonly ratioToCeiling: number;
  readonly map: {
    readonly bytes: number;
    readonly roads: number;
    readonly segments: number;
    readonly loadMs: { readonly best: number; readonly runs: readonly number[] };
    /** Of the best load: reading the columns, and building edges and index. */
    readonly readMs: number;
    readonly buildMs: number;
  };
  readonly goals: { readonly ratioToCeiling: number; readonly loadMs: number };
  readonly ok: boolean;
}

export function scoringBench(): Command {
  return new Command('scoring')
    .description('trips scored and positions matched per second on one core, map size and load time')
    .option('--hours <h>', 'simulated hours of driving', wholeNumberIn(1, 1000), 10)
    .option('--seed <n>', 'seed of the drives', wholeNumberIn(0, 0xffffffff), 1)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

function run({ hours, seed, json }: Options): void {
  const skipped = absent(MAP_FILE);
  if (skipped !== null) {
    if (json) printJson({ skipped });
    else process.stdout.write(`skipped: ${skipped}\n`);
    return;
  }
  const bar = progress('scoring');
  const file = mapFile();
  const loads = timeLoads(file, LOADS);
  const result = measure(makeScoringWork(seed, hours), file.length, loads, (share) => bar.at(share));
  bar.done();
  if (json) printJson(result);
  else process.stdout.write(scoringText(result));
  if (!result.ok) process.exitCode = EXIT.failed;
}

function measure(
  work: ScoringWork,
  bytes: number,
  loads: readonly LoadTiming[],
  onProgress: (share: number) => void,
): ScoringResult {
  const { trips, positions } = work;
  timeRound(work);
  const rounds = Array.from({ length: ROUNDS }, (_, i) => {
    onProgress(i / ROUNDS);
    return timeRound(work);
  });
  const rates = (units: number, tookMs: readonly number[]): Rates => ratesOf(new Array(ROUNDS).fill(units), tookMs);
  const matched = rates(
    positions,
    rounds.map(({ matchMs }) => matchMs),
  );
  const nearest = rates(
    positions,
    rounds.map(({ nearestMs }) => nearestMs),
  );
  const ratioToCeiling = Math.round((matched.best / nearest.best) * 1000) / 1000;
  const best = loads.reduce((a, b) => (b.readMs + b.buildMs < a.readMs + a.buildMs ? b : a));
  const loadMs = { best: tenths(best.readMs + best.buildMs), runs: loads.map((l) => tenths(l.readMs + l.buildMs)) };
  return {
    trips: trips.length,
    positions,
    tripsPerSecond: rates(
      trips.length,
      rounds.map(({ scoreMs }) => scoreMs),
    ),
    matchedPerSecond: matched,
    ceiling: { nearestPerSecond: nearest },
    ratioToCeiling,
    map: {
      bytes,
      roads: best.roads,
      segments: best.segments,
      loadMs,
      readMs: tenths(best.readMs),
      buildMs: tenths(best.buildMs),
    },
    goals: { ratioToCeiling: RATIO_GOAL, loadMs: LOAD_MS_GOAL },
    ok: ratioToCeiling >= RATIO_GOAL && loadMs.best < LOAD_MS_GOAL,
  };
}

function tenths(ms: number): number {
  return Math.round(10 * ms) / 10;
}

function scoringText(result: ScoringResult): string {
  const { map, goals } = result;
  const rates = ({ best, runs }: Rates): string => `${best} best of ${runs.join(', ')}`;
  return `${[
    `${result.trips} trips with ${result.positions} positions, on one core:`,
    `  trips scored per second:      ${rates(result.tripsPerSecond)}`,
    `  positions matched per second: ${rates(result.matchedPerSecond)}`,
    `  ceiling, nearest segment:     ${rates(result.ceiling.nearestPerSecond)}; matching reaches ${result.ratioToCeiling} of it (promised: ${goals.ratioToCeiling})`,
    `map of ${map.roads} roads in ${map.segments} segments: ${map.bytes} bytes`,
    `  loaded in ${map.loadMs.best} ms, best of ${map.loadMs.runs.join(', ')} (promised: below ${goals.loadMs}); ${map.readMs} ms for the file, ${map.buildMs} ms for the index`,
    result.ok ? 'all promised figures hold' : 'a promised figure does not hold',
  ].join('\n')}\n`;
}
