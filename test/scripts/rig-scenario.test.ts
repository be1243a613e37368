import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readScenario } from '../../scripts/rig/read-scenario.ts';
import { scenarioJsonSchema } from '../../scripts/rig/scenario-schema.ts';
import { LIBRARY } from './rig-library.ts';

const GOOD = readFileSync(join(LIBRARY, 'led-engine-start.yaml'), 'utf8');

function flaws(from: string | RegExp, to: string): readonly string[] {
  const text = GOOD.replace(from, to);
  assert.notEqual(text, GOOD, String(from));
  const read = readScenario(text);
  assert.ok(!read.ok, `${to} was taken`);
  return read.flaws;
}

test('docs/scenario.schema.json is what the declarations print', () => {
  const file = fileURLToPath(new URL('../../docs/scenario.schema.json', import.meta.url));
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(scenarioJsonSchema()));
});

test('a typo is one line with its line and column, and what may stand there', () => {
  assert.deepEqual(flaws('within: 10 s, of: engine', 'witin: 10 s, of: engine'), [
    '12:38: nobody knows "witin" here; bordbox rig schema lists what may stand here',
    '12:5: "within" is missing: give a duration such as 500 ms, 5 s, 2 min or 9 h',
  ]);
  assert.deepEqual(flaws('do: crank', 'do: cranc').length, 1);
  assert.match(
    flaws('do: crank', 'do: cranc')[0],
    /^9:21: this is no action; do one of plug, unplug, ignition, crank,/,
  );
  assert.match(flaws('see: state', 'see: stat')[0], /^13:12: this is no fact; see one of led, boot, off,/);
  assert.match(flaws('at: 20 s', 'at: 20 seconds')[0], /^8:11: "at": give a duration such as 500 ms/);
  assert.match(flaws('at: 20 s', 'at: 20')[0], /^8:11: "at": give a duration such as 500 ms/);
  assert.match(flaws('reset: power-on', 'reset: power-of')[0], /^13:46: "reset": .*"power-on"\|"brown-out"/);
  assert.match(flaws('green: true', 'greem: true')[0], /^11:\d+: nobody knows "greem" here/);
  assert.match(flaws('[C27, C29]', '[C27, G1]')[0], /^4:15: "proves": name requirements, such as C29/);
  assert.match(flaws('lasts: 2 min', 'last: 2 min').join('\n'), /^5:1: nobody knows "last" here/m);
});

test('what is no YAML is said with its place', () => {
  assert.match(flaws('{ at: 20 s, do: ignition }', '{ at: 20 s, do: ignition')[0], /^\d+:\d+: /);
  assert.match(flaws('name: LED', 'name: LED\nname: again')[0], /^\d+:\d+: Map keys must be unique/);
  for (const text of ['', '7', '- a', '"x']) {
    const read = readScenario(text);
    assert.ok(!read.ok, text);
    assert.match(read.flaws[0], /^\d+:\d+: ./, text);
  }
  const bomb = `name: &a [${'x,'.repeat(50)}]\n${Array.from({ length: 9 }, (_, i) => `k${i}: [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]`).join('\n')}`;
  assert.equal(readScenario(bomb).ok, false);
  assert.equal(readScenario('x'.repeat(300_000)).ok, false);
});

test('what is well formed and makes no sense is said as well', () => {
  assert.match(
    flaws('of: plug, for', 'of: plugg, for')[0],
    /^11:\d+: there is no moment "plugg"; there are start, engine/,
  );
  assert.match(flaws('at: 20 s', 'at: 5 min')[0], /^8:11: this comes after the end; make "lasts" longer/);
  assert.match(flaws('at: 20 s', 'at: 500 ms')[0], /^8:11: ignition happens at full seconds/);
  const drive = 'lasts: 2 min\ndrive: { from: town, drive-for: 1 min }';
  assert.match(flaws('lasts: 2 min', drive)[0], /^9:21: "drive" drives the car; take it out, or this ignition/);
});
