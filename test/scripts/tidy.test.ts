import assert from 'node:assert/strict';
import test from 'node:test';
import { isPure, tidy } from '../../scripts/tidy.ts';

const rulesFor = (file: string, text: string): string[] => tidy(file, text).map(({ rule }) => rule);

test('each rule of the house can fail', () => {
  const broken: readonly [string, string, RegExp][] = [
    ['firmware/a.ts', 'const now = Date.now();', /time is an argument/],
    ['simulator/a.ts', 'setTimeout(go, 5);', /time is an argument/],
    ['gateway/core/a.ts', 'const x = Math.random();', /randomness is an argument/],
    ['gateway/scoring/a.ts', 'async function f() {}', /does not wait/],
    ['protocol/a.ts', 'const y = Math.sin(x);', /last bits/],
    ['simulator/a.ts', 'const y = x ** 2;', /power operator/],
    ['scripts/a.ts', `// @ts-${'ignore'}`, /type checker/],
    ['scripts/a.ts', `// ${'TO'}DO later`, /marker/],
    ['test/a.test.ts', `test.${'only'}('x', () => {});`, /skipped without a reason/],
    ['protocol/index.ts', 'export {};', /barrels/],
    ['protocol/long.ts', '\n'.repeat(401), /more than 400 lines/],
  ];
  for (const [file, text, rule] of broken) assert.match(rulesFor(file, text).join(), rule, `${file}: ${text}`);
});

test('rules stop at the edge of a room, and prose may name what code may not use', () => {
  assert.deepEqual(rulesFor('gateway/edge/a.ts', 'const now = Date.now();'), []);
  assert.deepEqual(rulesFor('firmware/board/a.ts', 'setTimeout(go, 5);'), []);
  assert.deepEqual(
    rulesFor('firmware/a.ts', '/** never Math.random() or Date.now() */\nconst x = 1; // not setTimeout('),
    [],
  );
  assert.deepEqual(rulesFor('gateway/core/store.ts', 'close(): Promise<void>;'), []);
});

test('rooms of rank 0 to 2 are pure, edges and compositions are not', () => {
  const pure = [
    'protocol/cbor.ts',
    'firmware/sensor.ts',
    'gateway/core/ingest.ts',
    'gateway/map/match.ts',
    'simulator/car.ts',
  ];
  const not = [
    'firmware/board/modem.ts',
    'firmware/main.ts',
    'gateway/main.ts',
    'gateway/edge/shell.ts',
    'simulator/live.ts',
  ];
  for (const file of pure) assert.ok(isPure(file), file);
  for (const file of [...not, 'scripts/cli.ts', 'test/a.test.ts']) assert.ok(!isPure(file), file);
});
