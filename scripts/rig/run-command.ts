/** `bordbox rig run`. */

import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Scenario } from '../../simulator/scenario.ts';
import { secondsText } from '../../simulator/scenario-facts.ts';
import type { Pending } from '../../simulator/scenario-watch.ts';
import { wholeNumberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { baudOption, pacingOption, resetOption } from '../serial-options.ts';
import { LiveView } from './live-view.ts';
import { openTarget, type TargetSettings, targetChoice } from './open-target.ts';
import { readScenario } from './read-scenario.ts';
import { junitText, type Outcome, outcomeText, passed, tapText } from './report.ts';
import { runScenario } from './rig-run.ts';
import { RunLog } from './run-log.ts';
import { feedOf } from './scenario-drive.ts';
import { RigError, type Target } from './target.ts';

const EXAMPLE = `
A target is sim (our firmware in this process), serial:/dev/ttyUSB0 or serial:vid=0403,pid=6001,serial=...

Examples:
  bordbox rig run simulator/scenarios/*.yaml
  bordbox rig run simulator/scenarios/led-engine-start.yaml --target serial:/dev/ttyUSB0 --junit rig.xml

Exit codes: 0 all expectations hold, 1 the device does not do what a scenario expects, 2 wrong words or a scenario that
cannot be used, 3 the rig failed: the port, the cable, or nobody at the other end.`;

interface Options extends TargetSettings {
  readonly target: string;
  readonly junit?: string;
  readonly tap?: boolean;
  readonly log: string;
  readonly repeat: number;
  readonly seed?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Loaded {
  readonly file: string;
  readonly scenario: Scenario;
}

export function runCommand(): Command {
  return new Command('run')
    .exitOverride()
    .description('run scenarios against a simulated device, or a real one on a serial port')
    .argument('<scenario...>', 'YAML files')
    .option('--target <target>', 'sim or serial:PORT', 'sim')
    .addOption(baudOption())
    .addOption(pacingOption())
    .addOption(resetOption())
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--tap', 'print the result as TAP on standard output')
    .option('--log <file>', 'everything that went over the line, raw and decoded', 'rig.log')
    .option('--repeat <n>', 'run each scenario so often', wholeNumberIn(1, 10_000), 1)
    .option('--seed <n>', "instead of the scenarios' own; each repetition takes the next", wholeNumberIn(0, 0xffffffff))
    .option('--dry-run', 'read the scenarios, print their timelines, and touch no device')
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(files: readonly string[], options: Options): Promise<void> {
  const loaded = files.map(load);
  const choice = targetChoice(options.target);
  if (options.dryRun) {
    for (const { file, scenario } of loaded) process.stdout.write(dryText(file, scenario));
    return;
  }
  const logFile = openSync(options.log, 'w');
  let target: Target | null = null;
  const outcomes: Outcome[] = [];
  try {
    target = await openTarget(choice, options);
    for (const { file, scenario } of loaded) {
      for (let round = 1; round <= options.repeat; round++) {
        const outcome = await runOnce({ file, scenario }, round, options, target, logFile);
        outcomes.push(outcome);
        if (!options.tap) process.stdout.write(outcomeText(outcome));
      }
    }
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    writeSync(logFile, `${new Date().toISOString()} the rig failed: ${error.message}\n`);
    throw new CommandError(EXIT.environment, `rig: ${error.message}`);
  } finally {
    closeSync(logFile);
    await target?.close();
    if (options.junit !== undefined) writeFileSync(options.junit, junitText(outcomes));
  }
  report(outcomes, options);
}

function report(outcomes: readonly Outcome[], options: Options): void {
  const failed = outcomes.filter((outcome) => !passed(outcome)).length;
  if (options.tap) process.stdout.write(tapText(outcomes));
  log(`rig: ${outcomes.length - failed} of ${outcomes.length} runs pass; the log is in ${options.log}`);
  if (options.json) {
    const runs = outcomes.map(({ around, ...rest }) => ({ ...rest, pass: passed({ ...rest }) }));
    printJson({ passed: outcomes.length - failed, failed, runs });
  }
  if (failed > 0) process.exitCode = EXIT.failed;
}

async function runOnce(
  { file, scenario }: Loaded,
  round: number,
  options: Options,
  target: Target,
  logFile: number,
): Promise<Outcome> {
  const seed = ((options.seed ?? scenario.seed) + round - 1) >>> 0;
  const seeded = { ...scenario, seed };
  const view = new LiveView(scenario);
  const log = new RunLog(
    (line) => {
      writeSync(logFile, line);
    },
    () => Date.now(),
  );
  log.say(0, `= scenario ${scenario.name}, seed ${seed}, round ${round}`);
  const startedMs = performance.now();
  try {
    const onStep = (nowMs: number, pending: Pending | null): void => view.step(nowMs, pending, log.lines);
    const feed = feedOf(seeded, file);
    const result = await runScenario({ scenario: seeded, feed, target, crypto: nodeCrypto(), log, onStep });
    for (const { ok, expected, seen } of result.verdicts) {
      log.say(result.endMs, `= ${ok ? 'held' : 'FAILED'}: ${expected}; seen: ${seen}`);
    }
    const { name, proves } = scenario;
    const wallMs = Math.round(performance.now() - startedMs);
    const around = (atMs: number) => log.around(atMs, AROUND_MS, AROUND_LINES);
    return { ...result, scenario: name, file, proves, round, seed, target: target.name, wallMs, around };
  } finally {
    log.end();
    view.done();
  }
}

const AROUND_MS = 60_000;
const AROUND_LINES = 8;

/** Throws what is wrong, one line each. */
function load(file: string): Loaded {
  const read = readScenario(textOf(file));
  if (read.ok) return { file, scenario: read.scenario };
  const [first, ...more] = read.flaws.map((flaw) => `${file}:${flaw}`);
  throw new CommandError(EXIT.usage, [`rig: ${first}`, ...more.map((flaw) => `  ${flaw}`)].join('\n'));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new CommandError(EXIT.usage, `rig: ${file} ${why}; name scenario files, as in simulator/scenarios/*.yaml`);
  }
}

function dryText(file: string, { name, proves, lastsMs, timeline, expect, never, count }: Scenario): string {
  const steps = timeline.map(({ atMs, do: what, as }) => {
    return `  ${secondsText(atMs).padStart(12)}  ${what}${as === undefined ? '' : ` (${as})`}\n`;
  });
  const asked = expect.length + never.length + count.length;
  const head = `${basename(file)}: ${name}, ${secondsText(lastsMs)}, ${asked} expectations [${proves.join(' ')}]\n`;
  return head + steps.join('');
}
