import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPCRUISE = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/** Runs the project's own rules over a small tree and returns what they say. */
function cruise(files: Readonly<Record<string, string>>): { readonly ok: boolean; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-rules-'));
  try {
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json']) copyFileSync(join(ROOT, name), join(folder, name));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const rooms = [...new Set(Object.keys(files).map((name) => name.split('/')[0]))];
    const run = spawnSync(process.execPath, [DEPCRUISE, '--config', '.dependency-cruiser.cjs', ...rooms], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { ok: run.status === 0, output: `${run.stdout}${run.stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const A = 'export const a = 1;\n';
const uses = (path: string): string => `import { a } from '${path}';\nexport const b = a;\n`;

test('a tree that keeps the import table passes', () => {
  const { ok, output } = cruise({ 'protocol/a.ts': A, 'firmware/b.ts': uses('../protocol/a.ts') });
  assert.ok(ok, output);
});

test('each kind of forbidden import is found, types included', () => {
  const broken: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
    ['upwards', { 'firmware/a.ts': A, 'protocol/b.ts': uses('../firmware/a.ts') }, /rank-0-to-1/],
    [
      'firmware to gateway',
      { 'gateway/core/a.ts': A, 'firmware/b.ts': uses('../gateway/core/a.ts') },
      /firmware-not-gateway/,
    ],
    ['world to gateway', { 'gateway/map/a.ts': A, 'simulator/b.ts': uses('../gateway/map/a.ts') }, /world-not-gateway/],
    [
      'node in a pure room',
      { 'firmware/b.ts': "import { readFileSync } from 'node:fs';\nexport const b = readFileSync;\n" },
      /pure-room-no-node/,
    ],
    [
      'a cycle of types',
      {
        'protocol/a.ts': "import type { B } from './b.ts';\nexport interface A { b: B }\n",
        'protocol/b.ts': "import type { A } from './a.ts';\nexport interface B { a: A }\n",
      },
      /no-cycles/,
    ],
    ['a barrel', { 'protocol/index.ts': A, 'protocol/b.ts': uses('./index.ts') }, /no-barrels/],
  ];
  for (const [name, files, rule] of broken) {
    const { ok, output } = cruise(files);
    assert.ok(!ok, `${name} was not found`);
    assert.match(output, rule, name);
  }
});
