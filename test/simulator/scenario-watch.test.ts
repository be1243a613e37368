import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Counted, Expected, Forbidden } from '../../simulator/scenario.ts';
import { type Condition, FACT_KINDS, FACTS, type Fact, fits } from '../../simulator/scenario-facts.ts';
import { Watch } from '../../simulator/scenario-watch.ts';

const END_MS = 100_000;

interface Rules {
  readonly expect?: readonly Expected[];
  readonly never?: readonly Forbidden[];
  readonly count?: readonly Counted[];
}

/** Green from each of `lit` on, for so long. */
function leds(lit: readonly (readonly [number, number])[]): Fact[] {
  return lit.flatMap(([atMs, lastsMs]) => [
    { atMs, kind: 'led' as const, fields: { green: true } },
    { atMs: atMs + lastsMs, kind: 'led' as const, fields: { green: false } },
  ]);
}

function verdicts(rules: Rules, facts: readonly Fact[], momentMs: number | null = 10_000): boolean[] {
  const watch = new Watch({ expect: [], never: [], count: [], ...rules });
  let told = false;
  for (const fact of facts) {
    if (!told && momentMs !== null && fact.atMs >= momentMs) watch.moment('key', momentMs);
    told ||= momentMs !== null && fact.atMs >= momentMs;
    watch.take(fact);
  }
  if (!told && momentMs !== null) watch.moment('key', momentMs);
  watch.finish(END_MS);
  assert.equal(watch.next(), null);
  return watch.verdicts.map(({ ok }) => ok);
}

const GREEN = { see: 'led', is: { green: true }, of: 'key' } as const;
const FIVE: Expected = { ...GREEN, withinMs: 5000, forMs: 5000, giveMs: 500 };

test('C29: within 5 s of the moment, for 5 s +-0.5: kept at both ends, and failed beyond each', () => {
  for (const [atMs, lastsMs, ok] of [
    [10_000, 5000, true],
    [15_000, 4500, true],
    [15_000, 5500, true],
    [15_001, 5000, false],
    [9_999, 5000, false],
    [12_000, 4499, false],
    [12_000, 5501, false],
    [12_000, 80_000, false],
    [12_000, 95_000, false],
  ] as const) {
    assert.deepEqual(verdicts({ expect: [FIVE] }, leds([[atMs, lastsMs]])), [ok], `${atMs} for ${lastsMs}`);
  }
  assert.deepEqual(verdicts({ expect: [FIVE] }, []), [false], 'never seen');
  assert.deepEqual(verdicts({ expect: [FIVE] }, leds([[12_000, 5000]]), null), [false], 'the moment never came');
  assert.deepEqual(verdicts({ expect: [FIVE] }, leds([[99_000, 500]]), 98_000), [false], 'too short, at the end');
});

test('an expectation says what was seen instead, when, and as early as it can', () => {
  const watch = new Watch({ expect: [FIVE], never: [], count: [] });
  watch.moment('key', 10_000);
  for (const fact of leds([[16_000, 5000]])) watch.take(fact);
  const [verdict] = watch.verdicts;
  assert.equal(verdict.ok, false);
  assert.equal(verdict.atMs, 15_000);
  assert.equal(verdict.seen, 'nothing of the kind');
  assert.equal(verdict.expected, 'see led green=true for 5.000 s +-0.500 s, within 5.000 s from key');
});

test('what must never come fails once it comes, within its window and not outside', () => {
  const never = [{ ...GREEN, withinMs: 5000 }];
  for (const [atMs, ok] of [
    [9_999, true],
    [10_000, false],
    [15_000, false],
    [15_001, true],
  ] as const) {
    assert.deepEqual(verdicts({ never }, leds([[atMs, 10]])), [ok], `${atMs}`);
  }
  assert.deepEqual(verdicts({ never: [GREEN] }, leds([[99_000, 10]])), [false], 'to the end');
  assert.deepEqual(verdicts({ never: [GREEN] }, leds([[99_000, 10]]), null), [false], 'what was never looked at');
});

test('a count fails below and above, and outside of its window nothing counts', () => {
  const count = [{ ...GREEN, withinMs: 5000, min: 2, max: 3 }];
  const at = (...times: readonly number[]): Fact[] => leds(times.map((ms) => [ms, 1] as const));
  assert.deepEqual(verdicts({ count }, at(10_000, 11_000)), [true]);
  assert.deepEqual(verdicts({ count }, at(10_000, 11_000, 12_000, 15_002)), [true]);
  assert.deepEqual(verdicts({ count }, at(10_000)), [false]);
  assert.deepEqual(verdicts({ count }, at(9_000, 10_000, 15_001)), [false]);
  assert.deepEqual(verdicts({ count }, at(10_000, 11_000, 12_000, 13_000)), [false]);
  assert.deepEqual(verdicts({ count: [{ ...GREEN, min: 0, max: 0 }] }, [], null), [false], 'the moment never came');
});

test('each field of each kind of fact decides', () => {
  for (const kind of FACT_KINDS) {
    for (const [name, type] of Object.entries(FACTS[kind])) {
      const samples = type === 'flag' ? [true, false] : type === 'number' ? [7, 8] : [...type];
      const [value, other] = samples as [Condition & string, Condition & string];
      const fact: Fact = { atMs: 0, kind, fields: { [name]: value } };
      assert.ok(fits(fact, kind, { [name]: value }), `${kind} ${name}`);
      if (other !== undefined) assert.ok(!fits(fact, kind, { [name]: other }), `${kind} ${name}`);
      assert.ok(!fits({ ...fact, fields: {} }, kind, { [name]: value }), `${kind} without ${name}`);
      assert.ok(!fits(fact, kind === 'led' ? 'boot' : 'led', { [name]: value }), `another kind than ${kind}`);
    }
  }
});

test('limits hold at their ends', () => {
  const fact: Fact = { atMs: 0, kind: 'queue', fields: { waiting: 5 } };
  const holds = (waiting: Condition): boolean => fits(fact, 'queue', { waiting });
  assert.deepEqual([{ min: 5 }, { max: 5 }, { min: 5, max: 5 }].map(holds), [true, true, true]);
  assert.deepEqual([{ min: 6 }, { max: 4 }, true].map(holds), [false, false, false]);
});
