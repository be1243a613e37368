/**
 * `npm run check`: types, lint and formatting, import rules, dead code, and the rules of the house.
 * Each is run even when an earlier one failed, so that one run shows everything.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { globSync } from './files.ts';
import { tidy } from './tidy.ts';

const ROOMS = ['protocol', 'firmware', 'gateway', 'simulator', 'scripts', 'test'];
/** dependency-cruiser without a parser finds nothing and says that all is well. */
const MODULES_MIN = 150;

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

function tool(...words: readonly string[]): Outcome {
  const [name, ...rest] = words;
  const run = spawnSync('npx', ['--no-install', name, ...rest], { encoding: 'utf8' });
  return { ok: run.status === 0, output: `${run.stdout}${run.stderr}` };
}

function imports(): Outcome {
  const { ok, output } = tool('depcruise', '--config', '.dependency-cruiser.cjs', ...ROOMS);
  const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  if (modules >= MODULES_MIN) return { ok, output };
  return { ok: false, output: `${output}only ${modules} modules were looked at: is @swc/core installed?\n` };
}

function house(): Outcome {
  const files = ROOMS.flatMap((room) => globSync(room, '.ts'));
  // The rules' own file names what it forbids.
  const findings = files
    .filter((file) => file !== 'scripts/tidy.ts' && file !== 'test/scripts/tidy.test.ts')
    .flatMap((file) => tidy(file, readFileSync(file, 'utf8')));
  return {
    ok: findings.length === 0,
    output: findings.map(({ file, line, rule }) => `${file}:${line} ${rule}\n`).join(''),
  };
}

const checks: readonly [string, () => Outcome][] = [
  ['types', () => tool('tsc', '-p', '.')],
  ['lint and formatting', () => tool('biome', 'check', '--error-on-warnings', '.')],
  ['import rules', imports],
  ['dead code', () => tool('knip')],
  ['rules of the house', house],
];

let failed = 0;
for (const [name, check] of checks) {
  const { ok, output } = check();
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  if (!ok) console.log(output);
  if (!ok) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
