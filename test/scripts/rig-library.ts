/** The scenarios that come with the product, read, and run without a command line. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { readScenario } from '../../scripts/rig/read-scenario.ts';
import { type RunResult, runScenario } from '../../scripts/rig/rig-run.ts';
import { RunLog } from '../../scripts/rig/run-log.ts';
import { feedOf } from '../../scripts/rig/scenario-drive.ts';
import { SimTarget, type Target } from '../../scripts/rig/target.ts';
import type { Scenario } from '../../simulator/scenario.ts';

export const LIBRARY = fileURLToPath(new URL('../../simulator/scenarios', import.meta.url));

export const LIBRARY_FILES: readonly string[] = readdirSync(LIBRARY)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(LIBRARY, name));

export function scenarioIn(file: string): Scenario {
  const read = readScenario(readFileSync(file, 'utf8'));
  assert.ok(read.ok, read.ok ? '' : `${file}:${read.flaws.join('\n')}`);
  return read.scenario;
}

export interface LoggedRun extends RunResult {
  /** Without the time of day. */
  readonly lines: readonly string[];
}

export async function runOn(target: Target, scenario: Scenario, file: string): Promise<LoggedRun> {
  const lines: string[] = [];
  const log = new RunLog(
    (line) => lines.push(line.slice(line.indexOf(' '))),
    () => 0,
  );
  const feed = feedOf(scenario, file);
  const result = await runScenario({ scenario, feed, target, crypto: nodeCrypto(), log, onStep: () => undefined });
  log.end();
  return { ...result, lines };
}

export function runOnSim(scenario: Scenario, file: string): Promise<LoggedRun> {
  return runOn(new SimTarget(nodeCrypto()), scenario, file);
}
