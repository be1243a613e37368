import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Scenario } from '../../simulator/scenario.ts';
import { bordbox } from '../acceptance/bordbox.ts';
import { LIBRARY, LIBRARY_FILES, runOnSim, scenarioIn } from './rig-library.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-rig-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the library has scenarios with names of their own, each for a requirement', () => {
  const scenarios = LIBRARY_FILES.map(scenarioIn);
  assert.ok(scenarios.length >= 30, `${scenarios.length}`);
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
  for (const { name, proves, expect, count } of scenarios) {
    assert.ok(proves.length > 0, name);
    // What must never come also never comes from a device that does nothing.
    assert.ok(expect.length + count.length > 0, name);
  }
});

/** Says the opposite of each expectation. */
function contradicted(scenario: Scenario): Scenario {
  const { expect, never, count } = scenario;
  return {
    ...scenario,
    expect: never.map((rule) => ({ ...rule, withinMs: rule.withinMs ?? scenario.lastsMs, giveMs: 0 })),
    never: expect.map(({ see, is, of, withinMs }) => ({ see, is, of, withinMs })),
    count: count.map((rule) =>
      rule.max === undefined ? { ...rule, min: 0, max: rule.min - 1 } : { ...rule, min: rule.max + 1, max: undefined },
    ),
  };
}

for (const file of LIBRARY_FILES) {
  const scenario = scenarioIn(file);
  test(`${scenario.proves.join(', ')}: ${scenario.name}`, async () => {
    const { verdicts, trouble } = await runOnSim(scenario, file);
    assert.equal(trouble, null);
    assert.deepEqual(
      verdicts.filter(({ ok }) => !ok),
      [],
    );
    assert.equal(verdicts.length, scenario.expect.length + scenario.never.length + scenario.count.length);
  });
}

test('the opposite of each expectation of the library fails', async () => {
  for (const file of LIBRARY_FILES) {
    const { verdicts } = await runOnSim(contradicted(scenarioIn(file)), file);
    const held = verdicts.filter(({ ok }) => ok).map(({ expected }) => expected);
    assert.deepEqual(held, [], file);
    assert.ok(verdicts.length > 0, file);
  }
});

test('the same seed gives the same log, another seed another', async () => {
  const file = join(LIBRARY, 'lossy-radio.yaml');
  const scenario = scenarioIn(file);
  const first = await runOnSim(scenario, file);
  assert.deepEqual((await runOnSim(scenario, file)).lines, first.lines);
  assert.notDeepEqual((await runOnSim({ ...scenario, seed: 2 }, file)).lines, first.lines);
});

const LED = join(LIBRARY, 'led-engine-start.yaml');

test('rig run: a scenario that holds ends with 0, a log, and reports for machines', async () => {
  const [log, junit] = [join(folder, 'a.log'), join(folder, 'a.xml')];
  const words = ['--log', log, '--junit', junit, '--repeat', '2', '--seed', '5', '--json'];
  const ended = await bordbox('rig', 'run', LED, ...words);
  assert.equal(ended.code, 0, ended.stderr);
  const { passed, failed, runs } = ended.json() as { passed: number; failed: number; runs: { seed: number }[] };
  assert.deepEqual([passed, failed, runs.map(({ seed }) => seed)], [2, 0, [5, 6]]);
  assert.match(readFileSync(log, 'utf8'), /^\d{4}-.*Z +24\.000 = led green=true$/m);
  assert.match(readFileSync(log, 'utf8'), /> stimulus 09/);
  assert.match(
    readFileSync(junit, 'utf8'),
    /<testsuite name="LED at plug-in and at engine start" tests="4" failures="0"/,
  );
});

test('rig run: a wrong expectation ends with 1 and says what was expected, what was seen, and the lines around', async () => {
  const file = join(folder, 'wrong.yaml');
  const text = readFileSync(LED, 'utf8').replace(
    'within: 10 s, of: engine start, for: 5 s',
    'within: 10 s, of: engine start, for: 7 s',
  );
  assert.notEqual(text, readFileSync(LED, 'utf8'));
  writeFileSync(file, text);
  const junit = join(folder, 'wrong.xml');
  const ended = await bordbox('rig', 'run', file, '--tap', '--junit', junit, '--log', join(folder, 'wrong.log'));
  assert.equal(ended.code, 1);
  assert.match(ended.stdout, /^TAP version 13\n1\.\.1\nnot ok 1 - LED at plug-in/);
  assert.match(
    ended.stdout,
    /expected {2}see led green=true for 7\.000 s \+-0\.500 s, within 10\.000 s from engine start/,
  );
  assert.match(ended.stdout, /seen {6}from 24\.000 s for 5\.000 s/);
  assert.match(ended.stdout, /\| +29\.000 {2}= led green=false/);
  assert.match(readFileSync(junit, 'utf8'), /failures="1"[\s\S]*<failure message="from 24\.000 s for 5\.000 s">/);
});

test('rig run: wrong words, no port and a dry run', async () => {
  const log = ['--log', join(folder, 'b.log')];
  const dry = await bordbox('rig', 'run', LED, '--dry-run', '--target', 'serial:/dev/none');
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, /20\.000 s {2}ignition\n/);
  const port = await bordbox('rig', 'run', LED, '--target', `serial:${join(folder, 'none')}`, ...log);
  assert.deepEqual([port.code, port.stderr.split('\n').length], [3, 2], port.stderr);
  assert.match(port.stderr, /is not there; plug it in/);
  const target = await bordbox('rig', 'run', LED, '--target', 'usb', ...log);
  assert.equal(target.code, 2);
  assert.equal(
    target.stderr,
    'bordbox: rig: usb is no target; give sim, serial:/dev/ttyUSB0 or serial:vid=0403,pid=6001\n',
  );
  const missing = await bordbox('rig', 'run', join(folder, 'none.yaml'), ...log);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /none\.yaml is not there; name scenario files/);
});
